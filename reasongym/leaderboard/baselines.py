"""Baselines mark the scale. They are programs, so that what they played can be played again and compared."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from reasongym import registry
from reasongym.episodes import Completion, Episode, Request
from reasongym.evaluation.findings import Finding, place
from reasongym.evaluation.runs import Run
from reasongym.rollouts import Seat, play
from reasongym.seeding import stream

BASELINES = ("oracle", "random", "constant", "human")
"""Policies that mark the scale; they are shown in the table and take no place in the ranking."""


def find_other_play(run: Run, episodes: Sequence[Episode]) -> Iterator[Finding]:
    """Compare what a baseline is said to have played with what it plays."""
    policy = run.player.policy
    if policy in _REPLIES:
        for one in episodes:
            if one.actions != _played(run, one, _REPLIES[policy]):
                yield Finding("disguise", f"{place(one)} is not what the baseline {policy} plays")
                return
    if policy == "constant":
        said: dict[tuple[str, int], set[str]] = defaultdict(set)
        for one in episodes:
            said[one.row.env_id, one.row.level].update(one.actions)
        if any(len(texts) > 1 for texts in said.values()):
            yield Finding("disguise", "the baseline constant says one thing, here are several")
    if policy in BASELINES and any(c.token_ids for one in episodes for c in one.completions):
        yield Finding("disguise", f"the baseline {policy} samples no tokens, here are some")


def _played(run: Run, episode: Episode, reply: Callable[[Request], str]) -> list[str]:
    """Return what is played in an episode's place."""
    seat = Seat(episode.group, episode.member, run.salt)
    game = play(run.suite.problems[episode.group], run.protocol.setting(), seat)
    request = next(game)
    for _ in range(len(episode.completions) + 1):  # what plays longer plays otherwise
        try:
            request = game.send(Completion(reply(request), "stop"))
        except StopIteration as end:
            again: Episode = end.value
            return again.actions
    return []


def _oracle(request: Request) -> str:
    problem = request.session.problem
    texts = registry.get(problem.row.env_id).oracle(problem.data)
    return texts[min(request.session.num_turns, len(texts) - 1)]


def _random(request: Request) -> str:
    env = registry.get(request.session.problem.row.env_id)
    return env.random_action(request.session.state, stream(b"random %d" % request.noise_key))


_REPLIES: dict[str, Callable[[Request], str]] = {"oracle": _oracle, "random": _random}
