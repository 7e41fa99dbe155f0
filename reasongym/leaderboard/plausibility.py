"""What no honest run shows: texts and token counts that cannot both be, one text for many problems, and
answers in the prompt. Each check refuses only what sampling from a model cannot give.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from reasongym import registry
from reasongym.episodes import Completion, Episode
from reasongym.evaluation.findings import Finding, place
from reasongym.evaluation.runs import Run
from reasongym.leaderboard.baselines import BASELINES
from reasongym.thinking import stages

LONG_TEXT = 80
"""Characters from which on a text is more than an answer, as a rule."""
VERY_LONG_TEXT = 400
"""Characters from which on two samples do not coincide by chance."""
LEAST_LOGPROB = -5.0
"""Of an episode: one less probable comes twice in a hundred and fifty times at most."""
MOST_CHARACTERS_PER_TOKEN = 256
"""The longest entries of vocabularies are runs of blanks of 128 characters."""
FEW_TOKENS = 32
"""Of which the text may show nothing: special ones, and parts of a character."""
SAMPLED_HEAT = 0.5
"""Temperature from which on all samples of most problems do not coincide."""
MOST_IDENTICAL = 0.9
FEWEST_LEAKED = 5
LEAKED_SHARE = 0.25


def find_implausible(run: Run, episodes: Sequence[Episode]) -> Iterator[Finding]:
    """Look for what is in no honest run; at most one finding of each kind of each check."""
    yield from _find_leaked_answers(run)
    yield from _find_wrong_counts(run, episodes)
    yield from _find_two_texts(episodes)
    yield from _find_other_insertions(run, episodes)
    if run.player.policy not in BASELINES:
        yield from _find_moved(episodes)
        yield from _find_repeated(run, episodes)


def _find_leaked_answers(run: Run) -> Iterator[Finding]:
    """Look for answers in the words that the protocol puts before and into every turn."""
    template, thinking = run.protocol.template, run.protocol.thinking
    put = (template.system, template.user, template.prefill)
    put += () if thinking is None else (thinking.wait, thinking.end, thinking.cue)
    words = set(re.findall(r"[^\s,;:$(){}\[\]]+", " ".join(put)))
    answers = {_answer(one.row.env_id, one.data) for one in run.suite.problems} - {""}
    leaked = sorted(answer for answer in answers if answer in words)
    if len(leaked) >= max(FEWEST_LEAKED, LEAKED_SHARE * len(answers)):
        told = ", ".join(leaked[:3])
        yield Finding(
            "leaked_answer", f"the protocol holds {len(leaked)} of the right answers, such as {told}"
        )


def _answer(env_id: str, data: dict[str, object]) -> str:
    """Return the right answer where it is one word of some length."""
    texts = registry.get(env_id).oracle(data)
    answer = texts[0].strip().removeprefix("\\boxed{").removesuffix("}") if len(texts) == 1 else ""
    return answer if len(answer) > 1 and not re.search(r"\s", answer) else ""


def _find_wrong_counts(run: Run, episodes: Sequence[Episode]) -> Iterator[Finding]:
    """Check each completion's tokens against its text, its log-probabilities and the protocol."""
    all_completions = [c for one in episodes for c in one.completions]
    has_tokens = any(c.token_ids for c in all_completions)
    ends = {c.token_ids[-1] for c in all_completions if _ends_early(run, c)}
    for one in episodes:
        stops = run.protocol.template.stop or registry.get(one.row.env_id).stop_strings(one.row)
        for completion in one.completions:
            told = _wrong_count(run, completion, has_tokens)
            told = told or ("" if stops else _cut(run, completion, ends))
            if told:
                yield Finding("token_count", f"{place(one)} {told}")
                return


def _ends_early(run: Run, one: Completion) -> bool:
    return one.finish == "stop" and 0 < len(one.token_ids) < run.protocol.max_tokens


def _wrong_count(run: Run, one: Completion, has_tokens: bool) -> str:
    num, most = len(one.token_ids), run.protocol.max_tokens
    if has_tokens and one.text and not num:
        return "has a text without tokens, others have tokens"
    if num > most and run.protocol.is_told:
        return f"has {num} tokens, the protocol allows {most}"
    if num and len(one.text) > MOST_CHARACTERS_PER_TOKEN * num:
        return f"has {len(one.text)} characters in {num} tokens"
    if num > 2 * len(one.text.encode(errors="replace")) + FEW_TOKENS:
        return f"has {num} tokens for {len(one.text)} characters"
    if one.logprobs and len(one.logprobs) != num:
        return f"has {len(one.logprobs)} log-probabilities for {num} tokens"
    if any(not math.isfinite(value) or value > 1e-3 for value in one.logprobs):
        return "has a log-probability above 0"
    return ""


def _cut(run: Run, one: Completion, ends: set[int]) -> str:
    """Say where a completion that ran out of tokens says that it ended by itself."""
    is_full = one.finish == "stop" and len(one.token_ids) == run.protocol.max_tokens
    if is_full and ends and one.token_ids[-1] not in ends:
        return "says that it ended by itself and fills the limit without an end token"
    return ""


def _find_two_texts(episodes: Sequence[Episode]) -> Iterator[Finding]:
    """The same token ids are the same text, and the same problem's prompt the same ids."""
    texts: dict[tuple[int, ...], str] = {}
    prompts: dict[int, list[int]] = {}
    for one in episodes:
        for completion in one.completions:
            ids = tuple(completion.token_ids)
            if ids and texts.setdefault(ids, completion.text) != completion.text:
                yield Finding("token_text", f"{place(one)} has token ids that are another text elsewhere")
                return
        first = one.completions[0].prompt_ids if one.completions else []
        if one.completions and prompts.setdefault(one.group, first) != first:
            yield Finding("token_text", f"{place(one)} has other prompt ids than the problem's other samples")
            return


def _find_other_insertions(run: Run, episodes: Sequence[Episode]) -> Iterator[Finding]:
    """Between segments of a turn stand the ids of what the protocol puts there: none lack, all are alike."""
    put: dict[str, list[int]] = {"": []}
    for one in episodes:
        placed = list(stages(run.protocol.thinking, one.completions))
        for (last, _), (completion, before) in pairwise(placed):
            if before == placed[0].before or not completion.prompt_ids:  # a turn begins, or there are no ids
                continue
            known = [*last.prompt_ids, *last.token_ids]
            inserted = completion.prompt_ids[len(known) :]
            lacks = bool(before.put) and not inserted
            other = put.setdefault(before.put, inserted) != inserted
            if lacks or other or completion.prompt_ids[: len(known)] != known:
                told = f"does not have the ids of {before.put[:40]!r} between two segments"
                yield Finding("token_text", f"{place(one)} {told}")
                return


def _find_moved(episodes: Sequence[Episode]) -> Iterator[Finding]:
    """A text about one problem, right on it, is not said again, letter by letter, on another.

    What fits both is no sign: small models learn to say one thing to many problems.
    """
    right = {one.actions[-1]: one for one in episodes if one.verdict and one.verdict.correct and one.actions}
    for one in episodes:
        text = one.actions[-1] if one.actions else ""
        first = right.get(text, one) if len(text) >= LONG_TEXT else one
        if first.group != one.group and _is_about(text, first, one):
            yield Finding("moved_completion", f"{place(one)} has the completion of {place(first)}")
            return


def _is_about(text: str, mine: Episode, other: Episode) -> bool:
    """Say whether a text has words that stand in one episode's prompts only, and none of the other's."""
    said, here, there = _words(text), _words(_asked(mine)), _words(_asked(other))
    return len(said & (here - there)) > 1 and not said & (there - here)


def _asked(episode: Episode) -> str:
    return "\n".join(message.content for message in episode.messages if message.role != "assistant")


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _find_repeated(run: Run, episodes: Sequence[Episode]) -> Iterator[Finding]:
    """Where sampling is hot, the samples of a problem are not all one improbable text, on most problems."""
    if run.protocol.samples == 1 or run.protocol.temperature < SAMPLED_HEAT:
        return
    said: dict[int, set[str]] = defaultdict(set)
    unsure: set[int] = set()
    for one in episodes:
        said[one.group].add("\n".join(one.actions))
        if _is_improbable(one):
            unsure.add(one.group)
    same = sum(len(said[group]) == 1 for group in unsure)
    if len(unsure) >= 10 and same >= MOST_IDENTICAL * len(unsure):
        yield Finding("repeated_samples", f"all samples are one text on {same} of {len(unsure)} problems")


def _is_improbable(episode: Episode) -> bool:
    """Say whether the model would hardly say this twice: by its own word, else by the length."""
    sure = [value for completion in episode.completions for value in completion.logprobs]
    if sure:
        return math.fsum(sure) < LEAST_LOGPROB
    return sum(map(len, episode.actions)) >= VERY_LONG_TEXT
