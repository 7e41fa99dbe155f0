"""`BaseConversion-v0`: whole numbers written in another base."""

import re
from collections.abc import Mapping

from reasongym.answers.numbers import MAX_CHARS, plain_text
from reasongym.answers.prose import declared
from reasongym.core import Data, Json, Verdict
from reasongym.envs.math.exact import Exact, after_prose, refused
from reasongym.registry import register
from reasongym.seeding import Stream

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LEVELS = (
    (1, 31, (10,), (2,)),
    (32, 255, (2, 10), (2, 10)),
    (100, 4_095, (2, 8, 10, 16), (2, 8, 10, 16)),
    (1_000, 99_999, tuple(range(2, 17)), tuple(range(2, 17))),
    (10**5, 10**8, tuple(range(2, 17)), tuple(range(2, 17))),
    (10**8, 10**12, tuple(range(2, 37)), tuple(range(2, 37))),
    (10**12, 10**18, tuple(range(11, 37)), tuple(range(11, 37))),
)
"""Least and greatest number, bases to read and to write."""
_SUBSCRIPT = r"(?i) ?(?:_ ?\{?\(?([0-9]{1,2})\)?\}?|\(?(?:in )?base ([0-9]{1,2})\)?)$"
_SUBSCRIPT_DIGITS = "[₀-₉]+"
_PREFIXES = {2: "0B", 8: "0O", 16: "0X"}


@register("BaseConversion-v0")
class BaseConversion(Exact):
    """Rewrite a number in another base.

    `data` holds `digits` in the base `source`, the `target` base and the `answer` in it. Small letters,
    leading zeros, gaps between digits, a subscript and prefixes such as 0x are accepted.
    """

    family = "base_conversion"
    levels = (
        "numbers up to 31, from base 10 to base 2 (a warm-up)",
        "numbers up to 255, between bases 2 and 10",
        "numbers up to 4,095, between bases 2, 8, 10 and 16",
        "numbers up to 99,999, between bases 2 to 16",
        "numbers up to 10^8, between bases 2 to 16",
        "numbers up to 10^12, between bases 2 to 36",
        "numbers up to 10^18, between bases 11 to 36",
    )
    default_level = 3
    asks = "converted number"
    spaces = (31, 448, 40_000, 10**7, 10**9, 10**12, 10**15)
    chances = (0.165, 0.006, 0.002, 0.001, 0.001, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        low, high, sources, targets = _LEVELS[level]
        number = low + int(rng.random() * (high - low + 1))
        source = target = rng.pick(sources)
        while target == source:
            target = rng.pick(targets)
        return {
            "digits": in_base(number, source),
            "source": source,
            "target": target,
            "answer": in_base(number, target),
        }

    def question(self, data: Data) -> str:
        letters = max(data["source"], data["target"])
        which = f", with letters from A = 10 to {DIGITS[letters - 1]} = {letters - 1}" if letters > 11 else ""
        which = ", with the letter A = 10" if letters == 11 else which
        return (
            f"The number {data['digits']} is written in base {data['source']}. "
            f"Write it in base {data['target']}{which}."
        )

    def terse(self, data: Data) -> str:
        return f"base {data['source']} {' '.join(data['digits'])} to base {data['target']} :"

    def verify(self, data: Data, text: str) -> Verdict:
        answer, reason = declared(text, "line")
        if answer is None:
            return Verdict(0.0, False, reason)
        digits = digits_in(answer, data["target"], data["digits"])
        if digits is None:
            return refused("syntax", answer)
        return Verdict.of("ok" if digits == data["answer"] else "wrong_value", answer)

    def oracle(self, data: Data) -> list[str]:
        return [" ".join(data["answer"])]

    def canonical(self, data: Data) -> str:
        return f"{int(data['digits'], data['source'])} {data['source']} {data['target']}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Return the number in small letters."""
        return data | {"digits": data["digits"].lower()}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write as many digits as the answer has, at random."""
        first, *rest = state["answer"]
        base = state["target"]
        return " ".join(
            [DIGITS[rng.between(1, base - 1)] if first else "", *(DIGITS[rng.below(base)] for _ in rest)]
        )

    def prove(self, data: Data) -> bool:
        """Read both numbers digit by digit and compare."""
        return _value(data["digits"].upper(), data["source"]) == _value(data["answer"], data["target"])

    def effort(self, data: Data) -> float:
        """Count the divisions of long division by the target base and the products of reading the source."""
        digits = len(data["digits"])
        written = len(data["answer"])
        return (digits * (data["source"] != 10) + written * (data["target"] != 10)) * len(
            str(int(data["digits"], data["source"]))
        )


def in_base(number: int, base: int) -> str:
    """Write a positive number in a base from 2 to 36."""
    if base == 10:
        return str(number)
    if base in (2, 8, 16):
        return format(number, {2: "b", 8: "o", 16: "X"}[base])
    digits: list[str] = []
    while number:
        number, digit = divmod(number, base)
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))


def digits_in(answer: str, base: int, known: str = "") -> str | None:
    """Read the digits of an answer in a base, without leading zeros; None where it is no such number.

    Of an equation the last side is read; the other side may be the number as it was given (`known`) or words.
    """
    plain = plain_text(re.sub(_SUBSCRIPT_DIGITS, _written_out, answer[: MAX_CHARS + 1]))
    if plain is None:
        return None
    *others, side = (side.strip() for side in plain.split("="))
    bare = [re.sub(_SUBSCRIPT, "", other).strip(" ()") for other in others]
    if any(_digits(other, 36) and other.upper() != known.upper() for other in bare if " " not in other):
        return None
    subscript = re.search(_SUBSCRIPT, side)
    if subscript:
        if int(subscript[1] or subscript[2]) != base:
            return None
        side = side[: subscript.start()]
    if not _digits(side, base):
        side = after_prose(side).strip(" *`$\"'()")
    return _digits(side, base)


def _written_out(subscript: re.Match[str]) -> str:
    return "_" + "".join(str(ord(char) - ord("₀")) for char in subscript[0])


def _digits(side: str, base: int) -> str | None:
    text = side.strip(" ()").upper().removeprefix(_PREFIXES.get(base, " "))
    joined = "".join(text.split()) if " " in text else text
    allowed = DIGITS[:base]
    if not joined or any(digit not in allowed for digit in joined):
        return None
    return joined.lstrip("0") or "0"


def _value(digits: str, base: int) -> int:
    value, weight = 0, 1
    for digit in reversed(digits):
        value += DIGITS.index(digit) * weight
        weight *= base
    return value
