"""Policies that are no model: they mark what perfect play, a search, legal play without thought, a fixed
answer and you yourself would score.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from reasongym import registry
from reasongym.core import Row
from reasongym.episodes import Completion, Request
from reasongym.errors import PolicyError, UnknownName
from reasongym.seeding import stream

NUM_ROWS_FOR_CONSTANT = 200
"""Problems whose oracle answers are counted to find the commonest one."""


class ScriptedPolicy:
    """Completes each request by a function of it, one a poll, so that each answer is kept at once.

    The function gives a text, or a whole completion where it is to have tokens.
    """

    def __init__(self, reply: Callable[[Request], str | Completion]) -> None:
        self._reply = reply
        self._queue: deque[Request] = deque()

    def submit(self, requests: Sequence[Request]) -> None:
        """Queue requests."""
        self._queue.extend(requests)

    def poll(self) -> list[tuple[int, Completion]]:
        """Answer the oldest request."""
        if not self._queue:
            return []
        request = self._queue.popleft()
        said = self._reply(request)
        return [(request.id, Completion(said, "stop") if isinstance(said, str) else said)]

    def cancel(self, ids: Iterable[int]) -> None:
        """Forget requests."""
        gone = set(ids)
        self._queue = deque(request for request in self._queue if request.id not in gone)

    def push(self, weights: Any, version: int) -> None:
        """Refuse: there is nothing to learn."""
        raise PolicyError("a scripted policy has no weights to push")

    def close(self) -> None:
        """Forget everything."""
        self._queue.clear()


def oracle() -> ScriptedPolicy:
    """Play the winning episode that the environment itself names."""
    return ScriptedPolicy(_oracle_text)


def random() -> ScriptedPolicy:
    """Play uniformly drawn legal moves that ignore the goal."""
    return ScriptedPolicy(_random_text)


def worked(kind: str) -> ScriptedPolicy:
    """Play the working that environments show under a name in their `traces`, such as search."""
    return ScriptedPolicy(lambda request: _worked_text(request, kind))


def constant(row: Row) -> ScriptedPolicy:
    """Play, always, the commonest oracle answer of training problems like that of `row`."""
    text = commonest_answer(row)
    return ScriptedPolicy(lambda _: text)


def human(console: Console) -> ScriptedPolicy:
    """Ask whoever sits at the terminal; end of input interrupts the run."""
    return ScriptedPolicy(lambda request: _typed_text(request, console))


def commonest_answer(row: Row) -> str:
    """Return the first oracle text that wins most often on the training problems of a row's level."""
    env = registry.get(row.env_id)
    rows = (env.practice_row(seed, row.level, "train", row.options) for seed in range(NUM_ROWS_FOR_CONSTANT))
    texts = Counter(env.oracle(env.problem(one).data)[0] for one in rows)
    return min(texts, key=lambda text: (-texts[text], text))


def _oracle_text(request: Request) -> str:
    problem = request.session.problem
    texts = registry.get(problem.row.env_id).oracle(problem.data)
    turn = request.session.num_turns
    if turn >= len(texts):
        raise PolicyError(
            f"the oracle of {problem.row.env_id} ends after {len(texts)} turns, {turn + 1} are due"
        )
    return texts[turn]


def _random_text(request: Request) -> str:
    env = registry.get(request.session.problem.row.env_id)
    return env.random_action(request.session.state, stream(b"random %d" % request.noise_key))


def _worked_text(request: Request, kind: str) -> str:
    env = registry.get(request.session.problem.row.env_id)
    if kind not in env.traces:
        raise UnknownName(f"working of {env.env_id}", kind, env.traces)
    return env.trace(request.session.problem.data, kind, stream(b"worked %d" % request.noise_key))


def _typed_text(request: Request, console: Console) -> str:
    console.rule(f"problem {request.session.problem.row.seed}, turn {request.session.num_turns + 1}")
    console.print(Text(request.messages[-1].content))
    try:
        return console.input("[bold]> [/bold]")
    except EOFError as error:
        raise KeyboardInterrupt from error
