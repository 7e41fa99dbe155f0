"""Stories of home and leisure."""

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

COLLECTION = Domain(
    ("marbles", "stickers", "stamps", "trading cards", "seashells", "beads"),
    (
        plain("{who} has {a} {items}."),
        product("{who} has {a} boxes with {b} {items} in each."),
        total("{who} owns {a} {items} and gets {b} more for {his} birthday."),
        compared(
            "{who} has {a} {items}, and {his} sister, who has {b} times as many, gives {who} all of hers."
        ),
    ),
    "{who} has a collection of {items}.",
    {
        "+": ("{who} finds {n} {items} in an old drawer.", "A friend gives {who} {n} {items}."),
        "-": ("{He} loses {n} {items} on a trip.", "{who} gives {n} {items} to a cousin."),
        "*": ("At a fair {he} wins so many that {he} then has {n} times as many {items} as before.",),
        "/": (
            "{who} shares all the {items} equally among {n} people, {who} being one of them, and keeps one "
            "share.",
        ),
        "part": ("{He} trades one in every {n} of {his} {items} for a comic book.",),
    },
    (
        "{who} lives {n} kilometers from school.",
        "{His} brother is {n} years old.",
        "A neighbor collects coins and has {n} of them.",
        "The oldest album in the house has {n} pages.",
    ),
    "How many {items} does {who} have now?",
    "Now {who} has {n} {items}.",
    "How many {items} did {who} have at the beginning?",
)
SAVINGS = Domain(
    ("dollars",),
    (
        plain("{who} has {a} dollars in a piggy bank.", 90),
        product("{who} earns {a} dollars an hour and works {b} hours.", 25, 9),
        wages(
            "On each of {a} days {who} earns {b} dollars for walking dogs and {c} dollars for mowing lawns."
        ),
        product_and_rest(
            "{who} saves {a} dollars a week for {b} weeks and already had {c} dollars.", 20, 12, 60
        ),
    ),
    "{who} has some money in a piggy bank.",
    {
        "+": ("{His} grandmother gives {who} {n} dollars.", "{He} sells an old bicycle for {n} dollars."),
        "-": (
            "{who} buys a book for {n} dollars.",
            "{He} spends {n} dollars on a present.",
            "A new lamp costs {who} {n} dollars.",
        ),
        "*": ("{His} aunt adds so much that {who} then has {n} times as much money as before.",),
        "/": ("{who} splits the money equally with friends, {n} people in all, and keeps one share.",),
        "part": ("{He} gives one out of every {n} dollars to a charity.",),
    },
    (
        "{His} friend is saving for a tent that costs {n} dollars.",
        "The bank is {n} minutes away on foot.",
        "{who}'s cousin is {n} years old.",
        "A ticket to the zoo costs {n} dollars.",
    ),
    "How many dollars does {who} have now?",
    "Now {who} has {n} dollars.",
    "How many dollars did {who} have at the beginning?",
    ("dollar", "usd"),
)
JOURNEY = Domain(
    ("kilometers",),
    (
        product("{who} plans to cycle {a} kilometers a day for {b} days.", 60, 9),
        total(
            "{who} plans a tour from home to a lake, {a} kilometers away, and from there {b} kilometers on "
            "to a castle.",
            90,
        ),
        wages(
            "On each of {a} days {who} wants to walk {b} kilometers before lunch and {c} kilometers after "
            "it.",
            8,
            14,
        ),
    ),
    "{who} plans a tour of a certain length.",
    {
        "+": (
            "A closed bridge makes the tour {n} kilometers longer.",
            "{who} adds a detour of {n} kilometers to a waterfall.",
        ),
        "-": (
            "A new tunnel makes it {n} kilometers shorter.",
            "{who} takes a ferry, which saves {n} kilometers.",
        ),
        "*": ("{He} then decides on a tour that is {n} times as long as planned so far.",),
        "/": ("{who} then splits the whole tour into {n} equal stages and will travel just one of them.",),
        "part": ("{He} cuts out one in every {n} of the kilometers.",),
    },
    (
        "{who}'s tent weighs {n} kilograms.",
        "{who} packs {n} pairs of socks.",
        "{His} bicycle has {n} gears.",
        "A train over the same distance takes {n} hours.",
    ),
    "How many kilometers long is {who}'s tour now?",
    "In the end the tour is {n} kilometers long.",
    "How many kilometers long was the tour planned at first?",
    ("km", "kilometer", "kilometres"),
)
TANK = Domain(
    ("liters",),
    (
        product(
            "A pump that {who} watches fills an empty tank for {a} minutes with {b} liters a minute.", 20, 25
        ),
        product_and_rest(
            "{who} pours {a} buckets of {b} liters each into a tank that already holds {c} liters.",
            15,
            12,
            80,
        ),
        wages(
            "For {a} hours two pipes fill {who}'s empty tank, one with {b} liters an hour and one with {c} "
            "liters an hour.",
            8,
            30,
        ),
    ),
    "There is some water in {who}'s tank.",
    {
        "+": ("Rain adds {n} liters.", "{who} adds {n} liters from a hose."),
        "-": (
            "A leak loses {n} liters.",
            "{who} waters the garden with {n} liters.",
            "The cows drink {n} liters.",
        ),
        "*": ("A storm then raises the contents to {n} times what they were.",),
        "part": (
            "In the heat one in every {n} liters evaporates.",
            "{He} pumps one in every {n} of the liters into a pond.",
        ),
    },
    (
        "The tank is {n} years old.",
        "The garden has {n} rose bushes.",
        "A new hose is {n} meters long.",
        "{who} owns {n} umbrellas.",
    ),
    "How many liters are in the tank now?",
    "At the end there are {n} liters in the tank.",
    "How many liters were in the tank at first?",
    ("l", "liter", "litres"),
)
GARDEN = Domain(
    ("tulips", "roses", "sunflowers", "cabbages", "pumpkins"),
    (
        product("{who} plants {a} rows of {b} {items}.", 15, 15),
        compared("{who} plants {a} {items} in front of the house and {b} times as many behind it."),
        volume("{who} looks after {a} gardens with {b} beds each, and {c} {items} grow in every bed."),
    ),
    "Some {items} grow in {who}'s garden.",
    {
        "+": ("{who} plants {n} more {items}.", "A friend plants {n} {items} there too."),
        "-": (
            "A hailstorm destroys {n} {items}.",
            "{who} cuts {n} {items} for a neighbor.",
            "Snails ruin {n} {items}.",
        ),
        "*": ("After a warm spring there are {n} times as many {items} as before.",),
        "part": (
            "One in every {n} of the {items} dries up.",
            "{He} takes one in every {n} of the {items} to a show.",
        ),
    },
    (
        "The fence is {n} meters long.",
        "{who} waters the garden for {n} minutes a day.",
        "A watering can holds {n} liters.",
        "There are {n} bird houses in the garden.",
    ),
    "How many {items} are in the garden now?",
    "Now there are {n} {items}.",
    "How many {items} grew there at the beginning?",
)
READING = Domain(
    ("pages",),
    (
        product("{who} has to read {a} chapters of {b} pages each.", 15, 25),
        product_and_rest(
            "{who} has to read {a} stories of {b} pages each and a play of {c} pages.", 9, 20, 60
        ),
        total("{who} has to read two novels, one with {a} pages and one with {b} pages.", 150),
    ),
    "{who} has some pages to read.",
    {
        "+": ("The teacher adds a poem of {n} pages.", "{who} also borrows a comic of {n} pages to read."),
        "-": (
            "On Monday {he} reads {n} pages.",
            "On Tuesday {he} reads {n} pages.",
            "The teacher lets {who} skip {n} pages.",
        ),
        "*": ("For the holidays the amount still to be read is raised to {n} times what it was.",),
        "part": (
            "On the train {he} reads one in every {n} of the remaining pages.",
            "{He} reads one in every {n} of the remaining pages on Sunday.",
        ),
    },
    (
        "The library closes in {n} minutes.",
        "{who}'s desk has {n} drawers.",
        "One of the authors wrote {n} plays.",
        "{His} bookmark is {n} centimeters long.",
    ),
    "How many pages does {who} still have to read?",
    "Then {who} still has {n} pages to read.",
    "How many pages did {who} have to read at first?",
)
DOMAINS = (COLLECTION, SAVINGS, JOURNEY, TANK, GARDEN, READING)
