"""Compare two readings: is the answer what the gold is?

Values are compared by `values`, groups member by member, sets in any order, equations up to a factor. Only a
tolerance or a number of significant figures that the item gives ever rounds anything.
"""

from collections.abc import Sequence

from reasongym.answers.identity import proportional
from reasongym.answers.labels import order_of
from reasongym.answers.shapes import Equation, Group, Reading, Value
from reasongym.answers.trees import variables
from reasongym.answers.values import EXACTLY, Leniency, compared_values


def compared(gold: Reading, answer: Reading, allowed: Leniency = EXACTLY) -> str:
    """Return `ok`, or why the answer is not the gold."""
    if isinstance(gold, Equation) or isinstance(answer, Equation):
        return _compared_equations(gold, answer, allowed)
    if isinstance(gold, Group) and isinstance(answer, Group):
        return _compared_groups(gold, answer, allowed)
    if isinstance(gold, Value) and isinstance(answer, Value):
        return compared_values(gold, answer, allowed)
    if isinstance(gold, Group) and gold.kind == "set" and len(gold.members) == 1:
        return compared(gold.members[0], answer, allowed)
    return "ok" if _is_nothing(gold) and _is_nothing(answer) else "wrong_value"


def _is_nothing(one: Reading) -> bool:
    if isinstance(one, Group):
        return one.kind == "set" and not one.members
    return isinstance(one, Value) and one.value is None and one.text in ("no solution", "no solutions")


def _compared_equations(gold: Reading, answer: Reading, allowed: Leniency) -> str:
    if isinstance(gold, Equation) and isinstance(answer, Equation):
        return _compared_both(gold, answer, allowed)
    equation, other = (gold, answer) if isinstance(gold, Equation) else (answer, gold)
    assert isinstance(equation, Equation)
    if equation.right is None or (equation.label == "+" and equation is gold):
        return "wrong_value"
    return (
        compared(equation.right, answer, allowed)
        if equation is gold
        else compared(other, equation.right, allowed)
    )


def _compared_both(gold: Equation, answer: Equation, allowed: Leniency) -> str:
    if (
        gold.zero is not None
        and answer.zero is not None
        and proportional(gold.zero, answer.zero, _solved_for(gold))
    ):
        return "ok"
    if gold.right is None or answer.right is None:
        return "wrong_value"
    if gold.label != answer.label and _are_two_unknowns(gold, answer):
        return "wrong_value"
    return compared(gold.right, answer.right, allowed)


def _solved_for(gold: Equation) -> frozenset[str]:
    """Return the unknowns that an equation is about, where it says so: y in `y = x / 2`, the derivatives."""
    assert gold.zero is not None
    names = variables(gold.zero)
    derivatives = frozenset(name for name in names if name.startswith("\\D"))
    right = gold.right.value if isinstance(gold.right, Value) else None
    is_solved = gold.label in names and right is not None and gold.label not in variables(right)
    return frozenset((gold.label,)) if is_solved and not derivatives else derivatives


def _are_two_unknowns(gold: Equation, answer: Equation) -> bool:
    """Tell the line x = 3 from the line y = 3, x = 2y + 1 from y = 2x + 1, and y' = 6x from y = 6x."""
    if order_of(gold.label) != order_of(answer.label):
        return True
    return len(gold.label) == len(answer.label) == 1 and not gold.label.isupper()


def _compared_groups(gold: Group, answer: Group, allowed: Leniency) -> str:
    if gold.kind == "several":  # in brackets, and meant as a tuple or as a list
        gold = Group(answer.kind if answer.kind in ("()", "set") else "()", gold.members)
    gold, answer = _in_order(gold, answer), _in_order(answer, gold)
    if gold.kind != answer.kind or len(gold.members) != len(answer.members):
        return "wrong_value"
    if gold.labels and answer.labels:
        if set(gold.labels) == set(answer.labels):
            members = dict(zip(answer.labels, answer.members, strict=True))
            return _compared_members(gold.members, [members[label] for label in gold.labels], allowed)
        if all(len(label) == 1 for label in gold.labels):
            return "wrong_value"
    if gold.kind in ("set", "region"):
        return _compared_sets(gold, answer, allowed)
    return _compared_members(gold.members, answer.members, allowed)


def _compared_members(golds: Sequence[Reading], answers: Sequence[Reading], allowed: Leniency) -> str:
    reasons = [compared(gold, answer, allowed) for gold, answer in zip(golds, answers, strict=True)]
    return next((reason for reason in reasons if reason != "ok"), "ok")


def _in_order(one: Group, other: Group) -> Group:
    """Take `x = 1, y = 2` for (1, 2) where a tuple is on the other side."""
    if one.labels and other.kind == "()" and all(len(label) == 1 for label in one.labels):
        members = dict(zip(one.labels, one.members, strict=True))
        return Group("()", tuple(members[label] for label in sorted(members)))
    return one


def _compared_sets(gold: Group, answer: Group, allowed: Leniency) -> str:
    left = list(answer.members)
    for member in gold.members:
        at = next((at for at, other in enumerate(left) if compared(member, other, allowed) == "ok"), None)
        if at is None:
            return "wrong_value"
        left.pop(at)
    return "ok"
