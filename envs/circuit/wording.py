"""How a circuit is worded, and how the values of its outputs are read."""

import re
from collections.abc import Sequence

from reasongym.answers.assignments import assignments
from reasongym.answers.prose import HARMLESS, Sentence, plain, sentences
from reasongym.core import Data

STYLES = {
    "plain": "inputs, one gate a line, what the operators do, and the answer format",
    "tags": "the same with <think> and <answer> tags",
    "boxed": "the same with the answer in \\boxed{}",
    "terse": "hardly a word: `a 1 b 0 ; w1 AND a b ; w2 NOT w1 ; ask w2 :`",
}
_RULES = {
    "AND": "1 if all its inputs are 1",
    "OR": "1 if at least one of its inputs is 1",
    "NOT": "1 if its input is 0",
    "XOR": "1 if an odd number of its inputs are 1",
    "NAND": "1 if at least one of its inputs is 0",
    "NOR": "1 if all its inputs are 0",
}
_ASK = {
    "plain": "End with one line that gives the value of each output, in the form {}.",
    "tags": "Think between <think> and </think>, then give the value of each output between <answer> and "
    "</answer>, in the form {}.",
    "boxed": "Put the value of each output in \\boxed{{}}, in the form {}.",
}
_SILENT = HARMLESS | {"output", "outputs", "bits", "order", "respectively", "wires", "of", "circuit", "and"}
_SIGNS = frozenset((",", ";", ":", "=", "-", "&"))
_HEADED = r"[\s|(),$*`=:-]*(?:w[0-9]{1,3}[\s|(),$*`=:-]+)+[01][01\s|(),$*`.-]*"
_BITS = {"0": "0", "false": "0", "1": "1", "true": "1"}


def prompt(data: Data, style: str) -> str:
    """Word a circuit."""
    if style == "terse":
        return _terse(data)
    inputs = ", ".join([f"{wire} = {value}" for wire, value in data["inputs"]])
    used = {operator for _, operator, _ in data["gates"]}
    form = ", ".join([f"{wire} = BIT" for wire in data["outputs"]])
    ask = _ASK[style].format(f'"{form}"')
    lines = [
        f"A boolean circuit has the inputs {inputs}. Its gates are"
        f"{'' if _is_in_order(data) else ', in no particular order'}:",
        *(_gate(*gate) for gate in data["gates"]),
        "",
        *(f"{operator} gives {rule}, else 0." for operator, rule in _RULES.items() if operator in used),
        "",
        f"What are the values of the outputs {', '.join(data['outputs'])}? {ask}",
    ]
    return "\n".join(lines)


def _gate(wire: str, operator: str, args: Sequence[str]) -> str:
    if len(args) == 2:
        return f"{wire} = {args[0]} {operator} {args[1]}"
    return f"{wire} = {operator}({', '.join(args)})"


def _is_in_order(data: Data) -> bool:
    known = {wire for wire, _ in data["inputs"]}
    for wire, _, args in data["gates"]:
        if not known.issuperset(args):
            return False
        known.add(wire)
    return True


def _terse(data: Data) -> str:
    """Write words and spaces only."""
    words = [f"{wire} {value}" for wire, value in data["inputs"]]
    for wire, operator, args in data["gates"]:
        words.append(f"; {wire} {operator} {' '.join(args)}")
    return " ".join([*words, "; ask", *data["outputs"], ":"])


def read(outputs: Sequence[str], answer: str) -> list[int] | str:
    """Read the values of the outputs: by name, or as bits in order, apart or run together."""
    answer = re.sub(r"\bw_(?:\{([0-9]{1,3})\}|([0-9]))", r"w\1\2", answer)  # as TeX has them
    named = assignments(answer, outputs, _BITS, ("output", "wire"))
    if not isinstance(named, str):
        return [int(named[wire]) for wire in outputs]
    headed = re.findall(r"\w+", answer)
    if headed[: len(outputs)] == list(outputs) and re.fullmatch(_HEADED, answer):
        answer = " ".join(headed[len(outputs) :])  # (w1, w2) = (0, 1), or a table with a row of names
    spoken = sentences(plain(answer))
    bits = [_bits(sentence) for sentence in spoken]
    if None in bits:
        if len(bits) > 1 and spoken[-2].spoils_what_follows:
            return spoken[-2].doubts
        bits = bits[-1:]
    told = "".join([one for one in bits if one])
    return [int(bit) for bit in told] if None not in bits and len(told) == len(outputs) else named


def _bits(sentence: Sentence) -> str | None:
    """Return the bits of a sentence that says nothing else."""
    bits = ""
    for word in sentence.tokens:
        if not word.strip("01"):
            bits += word
        elif word not in _SIGNS and word.lower() not in _SILENT:
            return None
    return None if sentence.stop == "?" else bits
