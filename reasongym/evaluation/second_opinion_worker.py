"""The process of `second_opinion`: asks Math-Verify and sympy, within limits that are the process's own.

Requests are `(peer, gold, answer)`, replies `(correct or null, reason)`, both as JSON: what comes back from a
process that has parsed a model's text is never unpickled. Math-Verify reads the whole completion, as its
README has it. For sympy no text is parsed: the formulas that our grader reads are rebuilt from sympy's parts.
"""

import logging
import resource
from collections.abc import Sequence
from itertools import permutations
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from reasongym.answers.readings import read
from reasongym.answers.shapes import Equation, Group, Reading, Refused, Value
from reasongym.answers.trees import Constant, Formula, Function, Number, Power, Product, Sum, Variable, parts

MEMORY_BYTES = 4 << 30
CPU_S = 10
"""CPU seconds of one request, after which the process ends itself, should its parent be gone."""
MAX_MEMBERS = 6
"""Of a set whose members are tried in every order."""
_SHOWN_CHARS = 80


class _NoOpinion(Exception):
    """The peer cannot say; the argument is why."""


def serve(connection: Connection) -> None:
    """Answer requests until the other side closes."""
    logging.disable(logging.CRITICAL)
    _opinion("math-verify", "x+1", "\\boxed{1+x}")  # the first one imports, and fills the parser's tables
    _opinion("sympy", "x+1", "1+x")
    _limit()
    connection.send_bytes(b"ready")
    while True:
        try:
            request = connection.recv_bytes()
        except (EOFError, OSError):
            return
        _limit_cpu()
        connection.send_bytes(
            msgspec.json.encode(_opinion(*msgspec.json.decode(request, type=tuple[str, str, str])))
        )


def _limit() -> None:
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _limit_cpu() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_S
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _opinion(peer: str, gold: str, answer: str) -> tuple[bool | None, str]:
    try:
        return _of_math_verify(gold, answer) if peer == "math-verify" else _of_sympy(gold, answer)
    except _NoOpinion as error:
        return None, str(error)
    except MemoryError:
        return None, "out of memory"
    except Exception as error:  # a peer may raise anything on a model's text, and has then no opinion
        return None, f"raised {type(error).__name__}: {error}"[:_SHOWN_CHARS]


def _of_math_verify(gold: str, completion: str) -> tuple[bool, str]:
    from math_verify import parse, verify  # pyright: ignore

    parse_any: Any = parse
    golds, answers = (
        parse_any(text, parsing_timeout=None, raise_on_error=True) for text in (f"${gold}$", completion)
    )
    if not golds:
        raise _NoOpinion("cannot read the gold")
    if not answers:
        return False, "reads no answer"
    is_equal = bool(verify(golds, answers, timeout_seconds=None, raise_on_error=True))  # pyright: ignore
    return is_equal, f"reads {str(answers[-1])[:_SHOWN_CHARS]}"


# -- sympy --------------------------------------------------------------------------------------------


def _of_sympy(gold: str, answer: str) -> tuple[bool, str]:
    try:
        expected, given = read(gold), read(answer)
    except Refused as refusal:
        raise _NoOpinion(f"no formulas: {refusal}") from refusal
    is_equal = _are_equal(expected, given)
    return is_equal, "the difference is zero" if is_equal else "the difference is not zero"


def _are_equal(gold: Reading, answer: Reading) -> bool:
    gold, answer = _named(gold), _named(answer)
    if isinstance(gold, Group) and isinstance(answer, Group):
        return _are_groups_equal(gold, answer)
    if not isinstance(gold, Value) or not isinstance(answer, Value):
        raise _NoOpinion("of different shapes")
    if gold.value is None or answer.value is None or gold.unit or answer.unit:
        raise _NoOpinion("words or units")
    expected, given = _built(gold.value), _built(answer.value)
    return expected == given or _is_zero(expected - given)  # infinity less infinity is not zero


def _named(one: Reading) -> Reading:
    """Take `x = 3` for 3."""
    if not isinstance(one, Equation):
        return one
    if one.right is None:
        raise _NoOpinion("equations")
    return one.right


def _are_groups_equal(gold: Group, answer: Group) -> bool:
    if gold.kind != answer.kind or len(gold.members) != len(answer.members):
        raise _NoOpinion("of different shapes")
    if gold.kind != "set":
        return _are_members_equal(gold.members, answer.members)
    if len(gold.members) > MAX_MEMBERS:
        raise _NoOpinion("too many members")
    return any(_are_members_equal(gold.members, order) for order in permutations(answer.members))


def _are_members_equal(golds: Sequence[Reading], answers: Sequence[Reading]) -> bool:
    return all(_are_equal(gold, answer) for gold, answer in zip(golds, answers, strict=True))


def _is_zero(difference: Any) -> bool:
    from sympy import simplify  # pyright: ignore

    is_zero = difference.equals(0)
    if is_zero is None and simplify(difference) != 0:
        raise _NoOpinion("undecided")
    return is_zero is not False


_FUNCTIONS = {
    **{name: name for name in ("sin", "cos", "tan", "cot", "sec", "csc")},
    **{name: name for name in ("sinh", "cosh", "tanh", "floor", "factorial")},
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "cot", "sec", "csc")},
    **{"ln": "log", "log": "log", "abs": "Abs", "ceil": "ceiling"},
}


def _built(tree: Formula) -> Any:
    """Build a formula of sympy's, with variables that are real numbers."""
    import sympy  # pyright: ignore

    kit: Any = sympy
    if isinstance(tree, Number):
        return kit.Rational(tree.value.numerator, tree.value.denominator)
    if isinstance(tree, Variable):
        return kit.oo if tree.name == "\\infty" else kit.Symbol(tree.name, real=True)
    if isinstance(tree, Constant):
        return {"e": kit.E, "pi": kit.pi, "i": kit.I}[tree.name]
    inside = [_built(part) for part in parts(tree)]
    if isinstance(tree, Power):
        return _power(kit, inside[0], inside[1])
    if isinstance(tree, Function):
        if tree.name not in _FUNCTIONS:
            raise _NoOpinion(f"no function {tree.name}")
        return getattr(kit, _FUNCTIONS[tree.name])(*inside)
    assert isinstance(tree, Sum | Product)
    return kit.Add(*inside) if isinstance(tree, Sum) else kit.Mul(*inside)


def _power(kit: Any, base: Any, exponent: Any) -> Any:
    """Build a power; an odd root of a negative number is the real one, as answers mean it."""
    if base.is_negative and exponent.is_Rational and exponent.q % 2 and exponent.q > 1:
        return (-1) ** exponent.p * kit.Pow(-base, exponent)
    return kit.Pow(base, exponent)
