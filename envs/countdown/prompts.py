"""How a Countdown problem is worded: one table of styles for each of the two environments."""

from collections.abc import Sequence

STYLES = {
    "plain": "the problem and the answer format in a few sentences",
    "tags": "TinyZero's wording, with <think> and <answer> tags",
    "boxed": "the answer in \\boxed{}",
    "terse": "hardly a word, for models that know nothing else: `24 from 3 5 7 9 2 :`",
}

_ASK = {
    "plain": "End with a line that holds only the expression.",
    "boxed": "Put the expression in \\boxed{}.",
}
_ASK_STEP = {
    "plain": "Reply with the step alone.",
    "tags": "Show your work in <think> </think> tags. And return the step in <answer> </answer> tags.",
    "boxed": "Put the step in \\boxed{}.",
}


def terse(numbers: Sequence[int], target: int) -> str:
    """Write the target and then the numbers, so that whoever reads a number knows what it is for."""
    return f"{target} from {' '.join(map(str, numbers))} :"


def expression_prompt(numbers: Sequence[int], target: int, *, use_all: bool, style: str) -> str:
    """Ask for one expression.

    The style `tags` is TinyZero's wording (examples/data_preprocess/countdown.py) without its system
    message; it adds "exactly" or "at most", which TinyZero leaves open.
    """
    if style == "terse":
        return terse(numbers, target)
    listed = ", ".join(map(str, numbers))
    if style == "tags":
        return (
            f"Using the numbers [{listed}], create an equation that equals {target}. You can use basic "
            f"arithmetic operations (+, -, *, /) and each number {_must(use_all)} be used {_use(use_all)}. "
            "Show your work in <think> </think> tags. And return the final answer in <answer> </answer> "
            "tags, for example <answer> (1 + 2) / 3 </answer>."
        )
    return (
        f"Write an expression that equals {target} using the numbers {listed}. Use only +, -, *, / and "
        f"brackets, and each number {_use(use_all)}. {_ASK[style]}"
    )


def steps_prompt(numbers: Sequence[int], target: int, *, use_all: bool, style: str) -> str:
    """Explain the game of one step a turn and ask for the first."""
    if style == "terse":
        return terse(numbers, target)
    goal = f"Use up all numbers so that the last one left is {target}." if use_all else f"Make {target}."
    return (
        f"You have the numbers {', '.join(map(str, numbers))}. {goal} Each turn, take two of them and "
        "replace them by their sum, difference, product or quotient, which must be a positive whole number, "
        "by writing for example `3 * 7`. You are then shown what remains and the target, such as "
        f"`{target} from 21 5 :`. Write `done` to give up. {_ASK_STEP[style]}"
    )


def _use(use_all: bool) -> str:
    return "exactly once" if use_all else "at most once"


def _must(use_all: bool) -> str:
    return "must" if use_all else "can"
