"""`Bandit-v0`: find the best arms of a slot machine with a limited number of pulls, then name them in order.

Best-arm identification, with named arms as in RAGEN's bandit. Each arm goes round a hidden list of ten wins
and losses, so that ten pulls tell its rate exactly and fewer bound it: what a careful player may conclude is
certain, and luck decides nothing.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from reasongym.answers.extraction import extract
from reasongym.answers.moves import moves
from reasongym.core import Data, Env, Json, Turn, Verdict
from reasongym.envs.bandit import machines
from reasongym.envs.bandit.machines import LEVELS, NAMES, ROUND
from reasongym.registry import register
from reasongym.seeding import Stream

_TRIES = 40
_MAX_AT_ONCE = 50
"""Pulls in one turn."""
_NAMING = re.compile(
    r"[\s*`\"'\[({]{0,8}(?:\\text[a-z]{0,2}\{)?(?:the )?(?:\d |two |three |four )?best"
    r"(?: arms?)?(?: is| are)?\b[\s*:=]{0,4}",
    re.IGNORECASE,
)


_SPACE = (45_000, 50_000, 24_000, 18_000, 20_000, 8_000, 4_500)
_CHANCE = (0.167, 0.125, 0.008, 0.005, 0.001, 0.0, 0.0)
_ASK = {
    "plain": "Reply with the pulls or the final answer alone.",
    "tags": "Think in <think> </think> tags, then write the pulls or the answer in <answer> </answer> tags.",
    "boxed": "Put the pulls or the answer in \\boxed{}.",
}


class Machine(NamedTuple):
    """A machine with what was pulled so far."""

    arms: tuple[str, ...]
    tables: tuple[str, ...]
    """For each arm its list of wins (`1`) and losses (`0`)."""
    num_best: int
    left: int
    """Pulls left."""
    pulled: tuple[int, ...]
    """How often each arm was pulled."""


@register("Bandit-v0")
class Bandit(Env):
    """Pull arms, several a turn, and then write `best` and the best arms in order.

    `data` holds `arms` (their names), `tables` (for each arm its list of wins `1` and losses `0`), `best`
    (how many arms are to be named), `pulls` and `turns`. Round-robin elimination by what is certain
    (`machines.eliminate`) finds the best arms within the pulls there are.
    """

    family = "bandit"
    levels = tuple(f"{level.arms} arms, name the best {level.best}, {level.pulls} pulls" for level in LEVELS)
    default_level = 2
    styles = {  # noqa: RUF012
        "plain": "the rules in a paragraph",
        "tags": "with <think> and <answer> tags",
        "boxed": "pulls and answer in \\boxed{}",
        "terse": "names and numbers alone: `best 2 left 50 : fox 0 0 owl 0 0`",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        arms = rng.shuffled(NAMES)[: meant.arms]
        pulls = meant.pulls
        tables = machines.draw_tables(rng, meant)
        for _ in range(_TRIES):
            if machines.num_pulls(machines.eliminate(tables, meant.best)) <= pulls:
                break
            tables = machines.draw_tables(rng, meant)
        else:
            pulls = ROUND * meant.arms  # enough for any tables
        return {"arms": arms, "tables": tables, "best": meant.best, "pulls": pulls, "turns": meant.turns}

    def prompt(self, data: Data, style: str) -> str:
        machine = self.start(data)
        if style == "terse":
            return _tally(machine)
        arms: list[str] = data["arms"]
        num: int = data["best"]
        names = "names" if num > 1 else "name"
        wanted = f"the {num} best arms, the best one first" if num > 1 else "the best arm"
        unequal = "none of them equals another arm" if num > 1 else "no other arm equals it"
        return (
            f"A slot machine has {len(arms)} arms: {', '.join(arms)}. Each arm has a hidden list of {ROUND} "
            "results, wins and losses; its pulls give the results of its list one after the other, and then "
            "again from the start. The more wins an arm's list holds, the better the arm is. Find "
            f"{wanted}; {unequal}. You have {data['turns']} turns and {data['pulls']} pulls in all. "
            f"Each turn, write the arms to pull, such as `{arms[0]} {arms[-1]}`, or `{arms[0]} 5` to pull "
            f"one arm five times (at most {_MAX_AT_ONCE} pulls a turn); you are then shown the wins and "
            f"losses of each arm so far. When you know, write instead `best` and the {names}, such as "
            f"`best {' '.join(arms[:num])}`; this ends the game. {_ASK[style]}"
        )

    def max_turns(self, level: int) -> int:
        return LEVELS[level].turns

    def start(self, data: Data) -> Machine:
        arms: list[str] = data["arms"]
        return Machine(tuple(arms), tuple(data["tables"]), data["best"], data["pulls"], (0,) * len(arms))

    def act(self, state: Machine, text: str, rng: Stream) -> Turn:
        answer, reason = extract(text, "line")
        if answer is None:
            return Turn(state, f"no pull ({reason})\n{_tally(state)}")
        naming = _NAMING.match(answer)
        read = moves(answer[naming.end() if naming else 0 :], {arm: arm for arm in state.arms}, _MAX_AT_ONCE)
        if isinstance(read, str):
            return Turn(state, f"no pull ({read})\n{_tally(state)}")
        if naming:
            return _named(state, read)
        if len(read) > state.left:
            return Turn(state, f"no pull ({state.left} left)\n{_tally(state)}")
        pulled = tuple(times + read.count(arm) for arm, times in zip(state.arms, state.pulled, strict=True))
        after = state._replace(left=state.left - len(read), pulled=pulled)
        return Turn(after, _tally(after))

    def oracle(self, data: Data) -> list[str]:
        """Eliminate round by round, and then name the best arms: it knows no more than a player can."""
        arms: list[str] = data["arms"]
        rounds = machines.eliminate(data["tables"], data["best"])
        pulls = [" ".join(arms[arm] for arm in pulled) for pulled in rounds]
        return [*pulls, f"best {' '.join(machines.best_arms(arms, data['tables'], data['best']))}"]

    def canonical(self, data: Data) -> str:
        return f"{data['best']} {data['pulls']} {' '.join(sorted(data['tables']))}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        names = rng.shuffled(NAMES)[: len(data["arms"])]
        return data | {"arms": names, "tables": rng.shuffled(data["tables"])}

    def space(self, level: int) -> int:
        """Return how many were counted in 4,000 to 60,000 draws (rounded down)."""
        return _SPACE[level]

    def chance(self, level: int) -> float:
        """Return what the random legal player earns: one in so many orders of so many arms."""
        return _CHANCE[level]

    def random_action(self, state: Machine, rng: Stream) -> str:
        if state.left and rng.below(2):
            return rng.pick(state.arms)
        return f"best {' '.join(rng.shuffled(state.arms)[: state.num_best])}"

    def prove(self, data: Data) -> bool:
        """Confirm that the ranking is one by counting wins, and that few enough pulls can show it."""
        wins = sorted((table.count("1") for table in data["tables"]), reverse=True)
        num: int = data["best"]
        distinct = all(high > low for high, low in pairwise(wins[: num + 1]))
        return distinct and machines.least_proof(data["tables"], num) <= data["pulls"]

    def effort(self, data: Data) -> float:
        """Return the pulls of round-robin elimination."""
        return machines.num_pulls(machines.eliminate(data["tables"], data["best"]))


def _named(state: Machine, named: list[str]) -> Turn:
    if len(set(named)) != len(named) or len(named) != state.num_best:
        return Turn(state, f"no answer (name {state.num_best})\n{_tally(state)}")
    right = named == machines.best_arms(state.arms, state.tables, state.num_best)
    verdict = Verdict.of("ok" if right else "wrong_value", " ".join(named))
    return Turn(state, "", verdict.reward, verdict)


def _tally(state: Machine) -> str:
    """Write what is wanted, the pulls left, and for each arm its wins and losses so far."""
    words = [f"best {state.num_best} left {state.left} :"]
    for arm, table, pulled in zip(state.arms, state.tables, state.pulled, strict=True):
        rounds, more = divmod(pulled, ROUND)
        wins = rounds * table.count("1") + table[:more].count("1")
        words.append(f"{arm} {wins} {pulled - wins}")
    return " ".join(words)
