"""Penalties for saying the same thing again."""

from collections.abc import Sequence

from reasongym.agents.shaping.contract import Member, Number, shaping


@shaping("repetition")
def repetition(group: Sequence[Member], *, ngram: Number = 40, each: float = -0.05) -> list[float]:
    """Add `each` for every sampled token that lies in an n-gram of its turn seen before there.

    Yeo et al., arXiv 2502.03373, appendix C.2. They give it token by token with a discount of its own; here
    the episode earns the sum.
    """
    return [
        member.reward
        + each * sum(num_repeated(completion.token_ids, ngram) for completion in member.episode.completions)
        for member in group
    ]


def num_repeated(ids: Sequence[int], ngram: int) -> int:
    """Count the ids that lie in an n-gram that occurred before; 1 2 1 2 has two of them for n = 2."""
    seen: set[tuple[int, ...]] = set()
    count, counted_to = 0, 0
    for start in range(len(ids) - ngram + 1):
        gram = tuple(ids[start : start + ngram])
        if gram in seen:
            count += start + ngram - max(start, counted_to)
            counted_to = start + ngram
        seen.add(gram)
    return count


@shaping("repeated-words")
def repeated_words(group: Sequence[Member], *, ngram: Number = 3, penalty: float = -1.0) -> list[float]:
    """Add `penalty` times the share of the text's word n-grams that are not distinct.

    Open R1 (src/open_r1/rewards.py, get_repetition_penalty_reward): words are lower case, cut at white space.
    """
    return [
        member.reward + penalty * _share_repeated(" ".join(member.texts).lower().split(), ngram)
        for member in group
    ]


def _share_repeated(words: Sequence[str], ngram: int) -> float:
    grams = [tuple(words[start : start + ngram]) for start in range(len(words) - ngram + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0
