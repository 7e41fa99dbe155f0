"""Stories of shops, fields, trains and clubs."""

from reasongym.envs.math.word_problem.stories import (
    Domain,
    compared,
    plain,
    product,
    product_and_rest,
    total,
    volume,
    wages,
)

BAKERY = Domain(
    ("muffins", "rolls", "cookies", "pretzels", "bagels"),
    (
        product("{who}'s bakery bakes {a} trays of {b} {items} in the morning."),
        product_and_rest(
            "A baker called {who} fills {a} baskets with {b} {items} each and has {c} {items} left over."
        ),
        volume("{who} bakes {a} batches; each batch fills {b} trays, and each tray holds {c} {items}."),
    ),
    "In the morning there are some {items} in {who}'s bakery.",
    {
        "+": ("Another {n} {items} come out of the oven.", "A second bakery sends over {n} {items}."),
        "-": (
            "A school orders and collects {n} {items}.",
            "By noon {n} {items} are sold.",
            "{n} {items} burn and are thrown away.",
        ),
        "*": ("Because of a festival {he} bakes until there are {n} times as many {items} as before.",),
        "/": (
            "The {items} are split equally among {n} shops, of which {who}'s is one; only the {items} of "
            "{who}'s shop count from then on.",
        ),
        "part": ("One in every {n} of the {items} is given to a food bank.",),
    },
    (
        "The oven is {n} years old.",
        "A bag of flour weighs {n} kilograms.",
        "The bakery has {n} chairs for its guests.",
        "{who} needs {n} minutes to walk to work.",
    ),
    "How many {items} does {who} have now?",
    "At the end {n} {items} are left.",
    "How many {items} were there in the morning?",
)
BUS = Domain(
    ("passengers",),
    (
        plain("A train leaves the depot with {a} passengers, and {who} is its driver.", 80),
        product("A train has {a} cars, and in each of them sit {b} passengers. {who} is the driver.", 10, 20),
        total("{a} adults and {b} children get on a ferry, and all of them are passengers of Captain {who}."),
    ),
    "A train driven by {who} leaves the depot with some passengers.",
    {
        "+": ("At the next stop {n} passengers get on.", "At the market {n} people board."),
        "-": ("At the museum {n} passengers get off.", "At the park {n} passengers leave."),
        "*": (
            "A school class and a tour group get on, and then {n} times as many passengers are aboard as "
            "before.",
        ),
        "part": (
            "At the station one in every {n} passengers gets off.",
            "At the harbor one in every {n} of the passengers leaves.",
        ),
    },
    (
        "The ride to the next stop takes {n} minutes.",
        "A ticket costs {n} coins.",
        "{who} has worked for the company for {n} years.",
        "The line has {n} stops.",
    ),
    "How many passengers are on board now?",
    "At the last stop {n} passengers are on board.",
    "How many passengers were on board when it left?",
    ("people",),
)
ORCHARD = Domain(
    ("apples", "pears", "plums", "oranges", "lemons"),
    (
        product("{who} picks {a} {items} from each of {b} trees.", 20, 10),
        product_and_rest(
            "On {who}'s farm {a} crates hold {b} {items} each, and another {c} {items} lie in a basket.",
            12,
            20,
        ),
        wages("For {a} days {who} picks {b} {items} every morning and {c} {items} every afternoon."),
    ),
    "{who} has a barn with some {items}.",
    {
        "+": ("A neighbor brings {n} more {items}.", "The next day {he} picks {n} more {items}."),
        "-": (
            "{n} of the {items} are rotten and thrown away.",
            "{He} sells {n} {items} at the market.",
            "Birds eat {n} {items}.",
        ),
        "*": ("The harvest of the following week leaves {who} with {n} times as many {items} as before.",),
        "/": ("{who} packs them all into {n} equal crates and keeps only one of the crates.",),
        "part": ("{He} uses one in every {n} of the {items} for juice.",),
    },
    (
        "The farm lies {n} kilometers from the town.",
        "{who} also keeps {n} hens.",
        "The oldest tree is {n} years old.",
        "A ladder with {n} rungs leans on the wall.",
    ),
    "How many {items} does {who} have now?",
    "In the end {who} has {n} {items}.",
    "How many {items} were in the barn at first?",
)
LIBRARY = Domain(
    ("books", "magazines", "maps", "records"),
    (
        product("A library that {who} runs has {a} shelves with {b} {items} on each.", 15, 25),
        volume("{who}'s library has {a} rooms with {b} shelves each, and every shelf holds {c} {items}."),
        total("{who}'s library owns {a} old {items} and {b} new ones.", 90),
    ),
    "{who} runs a library with some {items}.",
    {
        "+": (
            "A school donates {n} {items}.",
            "{who} orders {n} new {items}.",
            "Readers return {n} {items}.",
        ),
        "-": ("Readers take {n} {items} home.", "{n} {items} are damaged by water and removed."),
        "*": ("A merger with another library leaves {who} with {n} times as many {items} as before.",),
        "part": (
            "One in every {n} of the {items} is sent to a new branch.",
            "One in every {n} of the {items} is sold at a flea market.",
        ),
    },
    (
        "The library has {n} windows.",
        "A library card is valid for {n} months.",
        "{who} has read {n} novels this year.",
        "The reading room has {n} lamps.",
    ),
    "How many {items} are in the library now?",
    "At the end of the year there are {n} {items} in the library.",
    "How many {items} were there at the beginning?",
)
CLUB = Domain(
    ("members",),
    (
        total("{who} founds a chess club that {a} girls and {b} boys join as its first members."),
        product("{who}'s sports club has {a} teams of {b} members each.", 12, 15),
        compared("{who}'s choir has {a} men and {b} times as many women, and all of them are members."),
    ),
    "{who} runs a club with some members.",
    {
        "+": ("In spring {n} people join.", "After an open day {n} new members sign up."),
        "-": ("In summer {n} members move away.", "{n} members leave for another club."),
        "*": ("A report on television brings the club to {n} times as many members as before.",),
        "part": (
            "One in every {n} of the members quits.",
            "In autumn one in every {n} of the members leaves.",
        ),
    },
    (
        "The club meets {n} times a month.",
        "The club room is {n} meters long.",
        "A membership costs {n} coins a year.",
        "The club owns {n} trophies.",
    ),
    "How many members does the club have now?",
    "At the end of the year the club has {n} members.",
    "How many members did the club have at the beginning?",
    ("people",),
)
FACTORY = Domain(
    ("bolts", "toys", "bottles", "candles", "bricks"),
    (
        product("A machine that {who} runs makes {a} {items} an hour and works for {b} hours.", 40, 10),
        volume("In {who}'s workshop {a} machines work for {b} hours and each makes {c} {items} an hour.", 7),
        product_and_rest(
            "{who}'s store room has {a} pallets of {b} {items} each and {c} loose {items}.", 12, 30, 50
        ),
    ),
    "There are some {items} in {who}'s store room.",
    {
        "+": ("A night shift makes {n} more {items}.", "A truck delivers {n} {items}."),
        "-": ("{n} {items} fail the inspection and are scrapped.", "A customer picks up {n} {items}."),
        "*": ("After a busy month the store room holds {n} times as many {items} as before.",),
        "/": (
            "{who} divides all the {items} equally among {n} store rooms, and from then on counts only "
            "one of them.",
        ),
        "part": ("One in every {n} of the {items} is shipped abroad.",),
    },
    (
        "The factory has {n} workers.",
        "The roof was repaired {n} years ago.",
        "{who} drinks {n} cups of tea a day.",
        "The parking lot has room for {n} cars.",
    ),
    "How many {items} are in the store room now?",
    "At the end {n} {items} are in the store room.",
    "How many {items} were there at first?",
)
DOMAINS = (BAKERY, BUS, ORCHARD, LIBRARY, CLUB, FACTORY)
