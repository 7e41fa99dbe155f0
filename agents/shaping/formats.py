"""Rewards for form: tags in order, tags counted, whole numbers. Each adds, turn by turn."""

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from reasongym.agents.shaping.contract import Member, shaping

Anchor: TypeAlias = Literal["both", "start", "none"]


@shaping("format")
def form(
    group: Sequence[Member],
    *,
    pieces: tuple[str, ...] = ("<think>\n", "\n</think>\n<answer>\n", "\n</answer>"),
    anchor: Anchor = "both",
    ignore_space: bool = False,
    once: tuple[str, ...] = (),
    reward: float = 1.0,
    otherwise: float = 0.0,
) -> list[float]:
    r"""Add `reward` for a turn that has the pieces in order, `otherwise` for one that has not.

    `anchor` says whether the turn begins with the first piece and ends with the last; those of `once` must
    occur exactly once. The default is Open R1's format_reward, but for text behind the closing tag, which its
    multi-line `$` lets pass. grpo_demo's strict form has reasoning in place of think, a last "\n" and 0.5;
    its soft form is ("<reasoning>", "</reasoning><answer>", "</answer>"), anchor "start", ignore_space, 0.5
    (both over several lines here; the gist's dot stops at a line's end). Logic-RL is anchor "none", the four
    tags as pieces and as `once`, 1 and -1. RAGEN's penalty is 0 and -0.1.
    """

    def earned(text: str) -> float:
        fits = has_pieces(text, pieces, anchor, ignore_space=ignore_space)
        return reward if fits and all(text.count(tag) == 1 for tag in once) else otherwise

    return _each_turn(group, earned)


def has_pieces(text: str, pieces: Sequence[str], anchor: Anchor, *, ignore_space: bool = False) -> bool:
    """Say whether the pieces stand in a text in order, without overlap; one pass, whatever the text."""
    if ignore_space:
        text, pieces = "".join(text.split()), ["".join(piece.split()) for piece in pieces]
    first, last = pieces[0], pieces[-1]
    if (anchor != "none" and not text.startswith(first)) or (anchor == "both" and not text.endswith(last)):
        return False
    place, end = 0, len(text) - len(last) if anchor == "both" else len(text)
    for piece in pieces[:-1] if anchor == "both" else pieces:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return place <= end


@shaping("tags")
def tags(
    group: Sequence[Member],
    *,
    tags: tuple[str, ...] = ("<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>"),
    each: float = 0.25,
    otherwise: float = 0.0,
) -> list[float]:
    """Add `each` for every tag that a turn has exactly once, `otherwise` for every other.

    The default is Open R1's tag_count_reward; Unsloth's notebooks have 0.5 and -1.
    """
    return _each_turn(group, lambda text: sum(each if text.count(tag) == 1 else otherwise for tag in tags))


@shaping("xml-count")
def xml_count(group: Sequence[Member], *, each: float = 0.125, trailing: float = 0.001) -> list[float]:
    """Add `each` for every tag set once, less `trailing` per character behind the answer.

    count_xml of W. Brown's gist grpo_demo.py. As there, a turn that opens its answer but does not close it on
    a line of its own pays for all of its characters.
    """

    def earned(text: str) -> float:
        counted = [tag for tag in _XML if text.count(tag) == 1]
        behind_line = len(text.split("\n</answer>\n")[-1]) if "\n<answer>\n" in counted else 0
        behind_tag = len(text.split("\n</answer>")[-1]) - 1 if "\n</answer>" in counted else 0
        return each * len(counted) - trailing * (behind_line + behind_tag)

    return _each_turn(group, earned)


_XML = ("<reasoning>\n", "\n</reasoning>\n", "\n<answer>\n", "\n</answer>")


@shaping("integer")
def integer(
    group: Sequence[Member], *, opening: str = "<answer>", closing: str = "</answer>", reward: float = 0.5
) -> list[float]:
    """Add `reward` for a turn whose last tagged answer is a whole number (grpo_demo's int_reward_func)."""

    def earned(text: str) -> float:
        answer = text.split(opening)[-1].split(closing)[0].strip()
        return reward if answer.isdigit() else 0.0

    return _each_turn(group, earned)


def _each_turn(group: Sequence[Member], earned: Callable[[str], float]) -> list[float]:
    return [member.reward + sum(map(earned, member.texts)) for member in group]
