"""Playing episodes: one as a generator, thousands through one policy."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeAlias, TypeVar

from reasongym.core import Problem, Verdict
from reasongym.episodes import Completion, Episode, Message, Policy, Request
from reasongym.errors import PolicyError, Unscored, UsageError
from reasongym.registry import get
from reasongym.turns import Place, Setting, Spoken, take_turn

Played = TypeVar("Played")
Play: TypeAlias = Generator[Request, Completion, Episode]
"""Yields requests, is sent their completions, returns the episode."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Which episode of a run this is."""

    group: int = 0
    member: int = 0
    salt: str = ""
    """Sets apart the sampling noise of equal rows (run seed, step, ...)."""


def play(problem: Problem, setting: Setting, seat: Seat) -> Play:
    """Play one episode to its end, or until turns or tokens run out."""
    env = get(problem.row.env_id)
    session = env.begin(problem)
    setting = replace(setting, calls=env.stop_strings(problem.row))
    messages = setting.template.open(problem.prompt)
    completions: list[Completion] = []
    turn_limit = env.turn_limit(problem.row)
    spoken: Spoken | None = None
    verdict: Verdict | None = None
    try:
        while True:
            key = b"%s %s %d %d" % (problem.row.key, seat.salt.encode(), seat.member, session.num_turns)
            place = Place(session, messages, key, is_last=session.num_turns + 1 >= turn_limit)
            spoken = yield from take_turn(setting, place, spoken)
            if spoken is None:
                full = Verdict(session.reward, False, "context_full")
                return _episode(problem, seat, messages, completions, full, is_truncated=True)
            completions += spoken.completions
            text = setting.template.prefill + spoken.text
            try:
                session, observation, _, verdict, truncated = env.advance(session, text)
            except Exception as error:  # whatever broke is our failure, and the other episodes play on
                messages = (*messages, Message("assistant", text))
                told = str(error) if isinstance(error, Unscored) else f"{type(error).__name__}: {error}"
                return _episode(problem, seat, messages, completions, None, error=told)
            messages = (*messages, Message("assistant", text))
            if verdict is not None:
                cut = truncated or completions[-1].finish == "length"
                return _episode(problem, seat, messages, completions, verdict, is_truncated=cut)
            messages = (*messages, Message("user", observation))
    finally:
        if verdict is None:
            env.give_up(session)


def _episode(
    problem: Problem,
    seat: Seat,
    messages: tuple[Message, ...],
    completions: list[Completion],
    verdict: Verdict | None,
    *,
    is_truncated: bool = False,
    error: str | None = None,
) -> Episode:
    return Episode(
        problem.row, list(messages), completions, verdict, seat.group, seat.member, is_truncated, error
    )


def rollout(
    policy: Policy,
    plays: Iterable[Generator[Request, Completion, Played]],
    *,
    max_live: int = 4096,
    is_enough: Callable[[Mapping[int, Played]], bool] | None = None,
    on_episode: Callable[[Played], None] | None = None,
) -> list[Played]:
    """Play all episodes, or parts of them, through the policy and return them in order.

    At most `max_live` are in play at once. A policy that works in ticks sees an order of requests that
    depends on nothing but the plays, so the whole is a function of its seed. If it is interrupted or fails,
    the policy forgets its requests and can be used again. The others are given up once those that are done,
    by their places in the order, are enough.
    """
    if max_live < 1:
        raise UsageError(f"max_live must be at least 1, got {max_live}")
    live = _Live(policy, on_episode)
    waiting = iter(plays)
    try:
        while True:
            live.admit(waiting, max_live)
            if not live.plays or (is_enough is not None and is_enough(live.done)):
                return [live.done[place] for place in sorted(live.done)]
            for request_id, completion in policy.poll():
                live.send(request_id, completion)
    finally:
        policy.cancel(list(live.plays))
        for _, game in live.plays.values():
            game.close()


class _Live(Generic[Played]):
    """The episodes in play, by the id of the request each waits for."""

    def __init__(self, policy: Policy, on_episode: Callable[[Played], None] | None) -> None:
        self.plays: dict[int, tuple[int, Generator[Request, Completion, Played]]] = {}
        self.done: dict[int, Played] = {}
        self.num_started = 0
        self._policy = policy
        self._on_episode = on_episode
        self._next_id = 0
        self._queue: deque[Request] = deque()
        self._going_on: set[int] = set()
        self._over: list[int] = []
        """Requests that could have been gone on from, and were not: what is kept for that can go."""

    def admit(self, waiting: Iterator[Generator[Request, Completion, Played]], max_live: int) -> None:
        """Start plays while there is room, and submit every request that is due."""
        while len(self.plays) < max_live:
            game = next(waiting, None)
            if game is None:
                break
            place, self.num_started = self.num_started, self.num_started + 1
            self._resume(place, game, None)
        if self._over:
            self._policy.cancel(self._over)
            self._over = []
        if self._queue:
            self._policy.submit(list(self._queue))
            self._queue.clear()

    def send(self, request_id: int, completion: Completion) -> None:
        """Give a completion to the episode that waits for it."""
        if request_id not in self.plays:
            raise PolicyError(f"the policy answered request {request_id}, which nobody waits for")
        place, game = self.plays.pop(request_id)
        self._resume(place, game, (request_id, completion))

    def _resume(
        self,
        place: int,
        game: Generator[Request, Completion, Played],
        answered: tuple[int, Completion] | None,
    ) -> None:
        follows, completion = answered or (None, None)
        could_go_on = follows in self._going_on
        self._going_on -= {follows}
        try:
            request = next(game) if completion is None else game.send(completion)
        except StopIteration as stop:
            self.done[place] = stop.value
            if could_go_on:
                self._over.append(follows)
            if self._on_episode is not None:
                self._on_episode(stop.value)
            return
        request = replace(request, id=self._next_id, follows=follows)
        self._next_id += 1
        if request.goes_on:
            self._going_on.add(request.id)
        self.plays[request.id] = (place, game)
        self._queue.append(request)


def group_plays(
    problems: Iterable[Problem], setting: Setting, *, group_size: int, salt: str = ""
) -> Iterator[Play]:
    """Yield the plays of groups of `group_size` episodes, each group on one problem."""
    for group, problem in enumerate(problems):
        for member in range(group_size):
            yield play(problem, setting, Seat(group, member, salt))
