"""Environments that mix several kinds of problem, each a row of a table: made, worded, solved and checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from string import Formatter
from typing import ClassVar, TypeAlias

from reasongym.core import Data, Json
from reasongym.envs.math.exact import Exact
from reasongym.seeding import Stream

Params: TypeAlias = dict[str, Json]
"""The quantities of a problem by the names its wordings use."""
Value: TypeAlias = int | Fraction


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem."""

    texts: tuple[str, ...]
    """Wordings with the parameters' names in braces; which one is used is no part of the problem."""
    make: Callable[[Stream, int], Params]
    """Draw parameters of a size, a number that grows with the level."""
    solve: Callable[[Params], Value]
    check: Callable[[Params], tuple[Value, int]]
    """Find the answer by another method; return it and how many steps that took."""
    turn: Callable[[Params, Stream], Params] | None = None
    """Return the same problem in another guise."""
    name: Callable[[Params], Json] | None = None
    """Return what is the same in every guise; all parameters unless said otherwise."""


class Kinds(Exact):
    """A mixture of kinds; `data` holds `kind`, `params`, the number of the `wording`, and `answer`."""

    kinds: ClassVar[Mapping[str, Kind]]
    mixes: ClassVar[tuple[tuple[tuple[str, int], ...], ...]]
    """For each level the kinds it mixes evenly, with their sizes."""

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        kind, size = rng.pick(self.mixes[level])
        known = self.kinds[kind]
        params = known.make(rng, size)
        answer = known.solve(params)
        return {
            "kind": kind,
            "params": params,
            "wording": rng.below(len(known.texts)),
            "answer": answer if type(answer) is int else str(answer),
        }

    def question(self, data: Data) -> str:
        wording: int = data["wording"]
        return self.kinds[data["kind"]].texts[wording].format(**data["params"])

    def terse(self, data: Data) -> str:
        params = data["params"]
        values = str([params[name] for name in self._asked(data["kind"])]).translate(_NO_SIGNS)
        return f"{data['kind']} {' '.join(values.split())} ="

    @classmethod
    @cache
    def _asked(cls, kind: str) -> list[str]:
        """Return the parameters that the wordings tell, in their order."""
        fields = (name for _, name, _, _ in Formatter().parse(cls.kinds[kind].texts[0]) if name)
        return list(dict.fromkeys(name.partition("[")[0] for name in fields))

    def oracle(self, data: Data) -> list[str]:
        return [str(data["answer"]).replace("/", " / ")]

    def canonical(self, data: Data) -> str:
        params, name = data["params"], self.kinds[data["kind"]].name
        return f"{data['kind']} {name(params) if name else [*params.values()]}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        kind = self.kinds[data["kind"]]
        params = kind.turn(data["params"], rng) if kind.turn else data["params"]
        return data | {"params": params, "wording": rng.below(len(kind.texts))}

    def prove(self, data: Data) -> bool:
        return self.kinds[data["kind"]].check(data["params"])[0] == Fraction(data["answer"])

    def effort(self, data: Data) -> float:
        """Count the steps of the second method."""
        return self.kinds[data["kind"]].check(data["params"])[1]

    def random_action(self, state: Json, rng: Stream) -> str:
        """Guess a number up to twice the answer, or a fraction up to 1 of its denominator."""
        answer = Fraction(state["answer"])
        if answer.denominator == 1:
            return str(rng.between(0, 2 * abs(answer.numerator) + 9))
        return f"{rng.between(1, max(answer.denominator, answer.numerator))} / {answer.denominator}"


_NO_SIGNS = str.maketrans(dict.fromkeys("[](),'", " "))
