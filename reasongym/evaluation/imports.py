"""Judging completions that were made elsewhere: a run folder comes out, like that of any run.

Every completion is put to the problem of the suite that it belongs to and judged by our grader. A suite is
taken whole: a problem without completions, or with fewer than the others, is a refusal, never a guess.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from reasongym.core import Problem
from reasongym.episodes import Completion, Episode
from reasongym.errors import DataError, Unscored, UsageError
from reasongym.evaluation.generations import Generation, Saved, Text, read_generations
from reasongym.evaluation.logs import open_log
from reasongym.evaluation.protocol import Protocol
from reasongym.evaluation.rescoring import Report, rescore
from reasongym.evaluation.runs import Player, Run, open_folder, planned
from reasongym.evaluation.suites import Suite, problem_names
from reasongym.rollouts import Seat, play
from reasongym.templates import Template

_SHOWN_CHARS = 60


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file."""

    report: Report
    program: str
    """That wrote the file."""
    num_left_out: int
    """Records on problems that the suite does not have."""


def import_generations(
    path: Path, suite: Suite, folder: Path, *, protocol: Protocol | None = None, model: str = ""
) -> Imported:
    """Judge a file's completions on a suite into a run folder; raises DataError where they are not whole.

    `protocol` says how they were sampled, its number of samples aside; None where nobody knows.
    """
    if protocol is not None and protocol.thinking is not None:
        raise UsageError(
            "a file of completions does not say what a thinking budget put into them and what was sampled; "
            "name a protocol without one, or none"
        )
    saved = read_generations(path)
    texts, num_left_out = _by_problem(path, suite, saved.generations)
    told = protocol or Protocol(Template("imported"), is_told=False)
    run = planned(suite, replace(told, samples=len(texts[0])), _player(path, saved, model))
    open_folder(folder, run)
    with open_log(folder, run) as log:
        for episode in _episodes(run, texts):
            if (episode.group, episode.member) not in log.present:
                log.append(episode)
        log.sort()
    return Imported(rescore(folder), saved.program, num_left_out)


def _player(path: Path, saved: Saved, model: str) -> Player:
    digest = blake2b(path.read_bytes(), digest_size=8).hexdigest()
    return Player("imported", model or saved.model or path.stem, "", {"from": saved.program, "file": digest})


def _by_problem(path: Path, suite: Suite, generations: Sequence[Generation]) -> tuple[list[list[Text]], int]:
    """Return the completions of each problem of the suite, and how many records are on none."""
    places = _Places(suite)
    found: dict[int, list[Text]] = defaultdict(list)
    strays: list[Generation] = []
    for one in generations:
        place = places.find(one)
        if place is None:
            strays.append(one)
        else:
            found[place].extend(one.texts)
    _require_whole(path, suite, found, strays)
    return [found[place] for place in range(len(suite.problems))], len(strays)


class _Places:
    """Where in a suite a problem stands, by its id, its text, or a prompt that holds its text."""

    def __init__(self, suite: Suite) -> None:
        self._texts = {_plain(problem.data["problem"]): at for at, problem in enumerate(suite.problems)}
        self._ids = {name: at for at, name in enumerate(problem_names(suite)) if name}
        self._longest_first = sorted(self._texts, key=len, reverse=True)
        self._prompts: dict[str, int | None] = {}

    def find(self, one: Generation) -> int | None:
        """Return the place of a generation's problem; None where the suite does not have it."""
        plain = [_plain(text) for text in one.problems]
        exact = [self._texts[text] for text in plain if text in self._texts]
        held = exact or [place for text in plain if (place := self._within(text)) is not None]
        named = [self._ids[name] for name in one.ids if name in self._ids]
        return next(iter(held or named), None)

    def _within(self, prompt: str) -> int | None:
        if prompt not in self._prompts:
            inside = (self._texts[text] for text in self._longest_first if text in prompt)
            self._prompts[prompt] = next(inside, None)
        return self._prompts[prompt]


def _plain(text: str) -> str:
    return " ".join(text.split()).lower()


def _require_whole(
    path: Path, suite: Suite, found: dict[int, list[Text]], strays: Sequence[Generation]
) -> None:
    total = len(suite.problems)
    lacking = [at for at in range(total) if at not in found]
    if lacking:
        first = suite.problems[lacking[0]].data["problem"][:_SHOWN_CHARS]
        stray = (
            f"; {len(strays)} records are on other problems, the first: {_shown(strays[0])}" if strays else ""
        )
        raise DataError(
            f"{path} has completions for {total - len(lacking)} of the {total} problems of {suite.name}; "
            f"the first without: {first!r}{stray}"
        )
    counts = {len(texts): at for at, texts in found.items()}
    if len(counts) > 1:
        few, many = min(counts), max(counts)
        raise DataError(
            f"{path} has {few} completions for problem {counts[few]} of {suite.name} and {many} for problem "
            f"{counts[many]}; every problem needs as many"
        )


def _shown(one: Generation) -> str:
    return repr(next(iter((*one.problems, *one.ids)), "")[:_SHOWN_CHARS])


def _episodes(run: Run, texts: Sequence[Sequence[Text]]) -> Iterator[Episode]:
    for group, (problem, said) in enumerate(zip(run.suite.problems, texts, strict=True)):
        for member, text in enumerate(said):
            yield _episode(run, problem, Seat(group, member, run.salt), text)


def _episode(run: Run, problem: Problem, seat: Seat, said: Text) -> Episode:
    """Play a completion; what the template begins an answer with is not there twice."""
    text = said.text.removeprefix(run.protocol.template.prefill)
    game = play(problem, run.protocol.setting(), seat)
    next(game)
    try:
        game.send(Completion(text, said.finish, [], list(said.token_ids)))
    except StopIteration as end:
        episode: Episode = end.value
        if episode.verdict is None:
            raise Unscored(f"problem {seat.group} could not be judged: {episode.error}") from end
        return episode
    raise AssertionError("a problem of a benchmark takes one turn")
