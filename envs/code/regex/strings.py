"""Strings that are in a language and strings that just are not, by which patterns are judged."""

from collections.abc import Sequence

from reasongym.envs.code.regex.languages import Automaton
from reasongym.seeding import Stream

MAX_LENGTH = 14


def members(found: Automaton, rng: Stream, num: int) -> list[str]:
    """Draw up to `num` different strings of the language, at most `MAX_LENGTH` long."""
    distances = _distances(found)
    drawn: list[str] = []
    for _ in range(6 * num):
        text = _member(found, distances, rng)
        if text not in drawn:
            drawn.append(text)
        if len(drawn) == num:
            break
    return drawn


def _distances(found: Automaton) -> list[int]:
    """Return by state how many letters it takes at least to a state that accepts."""
    far = MAX_LENGTH + 1
    distances = [0 if state in found.accepting else far for state in range(len(found.moves))]
    for _ in found.moves:
        distances = [
            min(own, 1 + min(distances[other] for other in row))
            for own, row in zip(distances, found.moves, strict=True)
        ]
    return distances


def _member(found: Automaton, distances: Sequence[int], rng: Stream) -> str:
    state, text = 0, ""
    longest = rng.between(0, MAX_LENGTH)
    while state not in found.accepting or (len(text) < longest and rng.below(6)):
        left = max(0, longest - len(text) - 1)
        near = [
            at
            for at, other in enumerate(found.moves[state])
            if distances[other] <= max(left, distances[state] - 1)
        ]
        if not near:
            break
        at = rng.pick(near)
        text += found.alphabet[at]
        state = found.moves[state][at]
    return text


def strangers(found: Automaton, rng: Stream, known: Sequence[str], num: int) -> list[str]:
    """Draw up to `num` different strings that are not in the language, most of them one edit from one that
    is."""
    drawn: list[str] = []
    for turn in range(8 * num):
        text = (
            _edited(rng.pick(known), found.alphabet, rng)
            if known and turn % 5
            else _random(found.alphabet, rng)
        )
        if len(text) <= MAX_LENGTH + 1 and text not in drawn and not found.accepts(text):
            drawn.append(text)
        if len(drawn) == num:
            break
    return drawn


def _edited(text: str, alphabet: str, rng: Stream) -> str:
    at = rng.below(len(text) + 1)
    way = rng.below(4)
    if way == 0:
        return text[:at] + text[at + 1 :]
    if way == 1:
        return text[:at] + rng.pick(alphabet) + text[at:]
    if way == 2:
        return text[:at] + rng.pick(alphabet) + text[at + 1 :]
    return text[:at] + text[at : at + 2] * 2 + text[at + 2 :]


def _random(alphabet: str, rng: Stream) -> str:
    return "".join(rng.pick(alphabet) for _ in range(rng.between(0, 8)))
