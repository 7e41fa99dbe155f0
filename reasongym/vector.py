"""A batch of environments as one: what `gymnasium.make_vec(id, num_envs=N)` gives for every id of ours.

`TextVectorEnv` does what `SyncVectorEnv` over N environments does, step by step, with less around each
step. Environments that block (a sandbox, a server) step in a pool of threads, with the same results in the
same order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeAlias, TypeVar

import gymnasium
import numpy as np
from gymnasium.utils.seeding import np_random
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from reasongym.core import Env, Json, Picture, Row, Session, Split, Step, Verdict
from reasongym.errors import UnknownName, UsageError

Texts: TypeAlias = tuple[str, ...]
Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Infos: TypeAlias = dict[str, Any]
T = TypeVar("T")

_TRANSCRIBED = ("ansi", "human")


class _Moved(NamedTuple):
    """What a step did to one environment; None for the half that did not happen."""

    step: Step | None
    opened: Session | None
    """The episode that an autoreset opened."""


class _Seat:
    """One environment of the batch: where its episode stands, and which problem it draws next.

    `row` and `open` change nothing that shows until the whole batch is computed and `take` follows; a seed
    that was drawn is kept, so that a step tried again opens the same problem.
    """

    def __init__(self, env: Env) -> None:
        self.env = env
        self.session: Session | None = None
        self.state: Json = None
        self.is_over = False
        self.transcript: list[str] = []
        self.seed: int | None = None
        self._unused_seed: int | None = None
        self._drawn: int | None = None
        self._plan: tuple[int | None, bool] = (None, False)
        """What the row computed last was asked for by: a seed given, or one that was drawn."""

    def row(self, seed: int | None, options: Mapping[str, Json] | None) -> Row:
        """Return the row of a reset, as `Env.reset` would."""
        draws = seed is None and not (options and "row" in options)
        self._plan = (seed, draws)
        if draws:
            if self._drawn is None:
                self._drawn = self._draw()
            seed = self._drawn
        return self.env._row_of_reset(seed, options)  # pyright: ignore[reportPrivateUsage]  (one meaning of options)

    def _draw(self) -> int:
        """Draw the next seed of the environment's stream, as `Env.reset` does."""
        if self._unused_seed is not None:
            # Making a generator costs more than most problems, so it waits for its use.
            self.env.np_random, self._unused_seed = np_random(self._unused_seed)[0], None
        return int(self.env.np_random.integers(2**31))

    def open(self, row: Row) -> Session:
        """Begin the episode of a row."""
        return self.env.begin(self.env.problem(row))

    def take(self, session: Session) -> None:
        """Make a new episode the one that is played."""
        given, was_drawn = self._plan
        if given is not None:
            self.seed = self._unused_seed = given
        if given is not None or was_drawn:
            self._drawn = None
        self.session, self.state, self.is_over = session, session.state, False
        if self.env.render_mode in _TRANSCRIBED:
            self.transcript = []
            self._tell(session.problem.prompt)

    def follow(self, action: str, step: Step) -> None:
        """Let the episode go on by a step."""
        self.session, self.state, self.is_over = step.session, step.session.state, step.verdict is not None
        if self.env.render_mode in _TRANSCRIBED:
            self._tell(f"> {action}", step.observation)

    def render(self) -> str | Picture | None:
        """Return what `Env.render` returns."""
        if self.env.render_mode == "rgb_array":
            return self.env.picture(self.state)
        return "\n".join(self.transcript) if self.env.render_mode == "ansi" else None

    def _tell(self, *lines: str) -> None:
        self.transcript += lines
        if self.env.render_mode == "human":
            print(*lines, sep="\n")


class TextVectorEnv(gymnasium.vector.VectorEnv[Texts, Sequence[str], Array]):
    """`num_envs` environments of one class, with the semantics of Gymnasium's `SyncVectorEnv`.

    If an environment raises, none of the batch has moved: the step may be tried again, with another action
    or after a reset of that environment. The exception keeps its type; a note names the index and the row.
    """

    def __init__(
        self,
        env_class: type[Env],
        num_envs: int = 1,
        *,
        level: int | Sequence[int] | None = None,
        split: Split | None = None,
        render_mode: str | None = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        slow: bool = False,
        num_threads: int | None = None,
        **options: Json,
    ) -> None:
        """Make the environments.

        Args:
            env_class: their class
            num_envs: how many
            level: the level of all, or of each
            split: as in `Env`
            render_mode: as in `Env`
            autoreset_mode: what happens to an episode that has ended (see Gymnasium)
            slow: the environments block; each has a thread of its own
            num_threads: this many threads instead; 0 steps one environment after the other
            options: options of generation and the prompt's `style`
        """
        if num_envs < 1:
            raise UsageError(f"a vector environment needs num_envs of at least 1, got {num_envs}")
        if render_mode is not None and render_mode not in env_class.metadata["render_modes"]:
            raise UnknownName("render mode", render_mode, env_class.metadata["render_modes"])
        levels = _one_each(level, num_envs, "levels") if isinstance(level, Sequence) else [level] * num_envs
        self.num_envs = num_envs
        self.render_mode = render_mode
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = dict(env_class.metadata) | {"autoreset_mode": self.autoreset_mode}
        self._seats = [
            _Seat(env_class(level=one, split=split, render_mode=render_mode, **options)) for one in levels
        ]
        self.single_observation_space = self._seats[0].env.observation_space
        self.single_action_space = self._seats[0].env.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._observations = [""] * num_envs
        threads = (num_envs if slow else 0) if num_threads is None else num_threads
        self._pool = ThreadPoolExecutor(threads, "reasongym-vector") if threads else None

    @property
    def envs(self) -> tuple[Env, ...]:
        """The environments, for their pure functions; their episodes are played here, not in them."""
        return tuple(seat.env for seat in self._seats)

    @property
    def np_random_seed(self) -> tuple[int | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The seed each environment was last reset with."""
        return tuple(seat.seed for seat in self._seats)

    # -- reset ----------------------------------------------------------------------------------------

    def reset(  # pyright: ignore[reportIncompatibleMethodOverride]  (wider, as in SyncVectorEnv)
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: Mapping[str, Json] | None = None,
    ) -> tuple[Texts, Infos]:
        """Open an episode in every environment.

        An integer seed gives environment i the seed `seed + i`. `options` holds what `Env.reset` takes,
        for all environments; further `rows` or `levels`, one for each; and `reset_mask` [num_envs], a bool
        array of the environments to reset (the others go on, and `infos` speaks of those that were reset).
        """
        seeds = self._seeds(seed)
        given, indices = self._options(options)
        sessions = self._each(indices, lambda i: self._seats[i].open(self._seats[i].row(seeds[i], given[i])))
        for i, session in zip(indices, sessions, strict=True):
            self._seats[i].take(session)
            self._observations[i] = session.problem.prompt
        return tuple(self._observations), self._infos({i: (self._row(i), None) for i in indices})

    def _seeds(self, seed: int | Sequence[int | None] | None) -> Sequence[int | None]:
        if seed is None:
            return [None] * self.num_envs
        if isinstance(seed, int):
            return range(seed, seed + self.num_envs)
        return _one_each(seed, self.num_envs, "seeds")

    def _options(self, options: Mapping[str, Json] | None) -> tuple[list[dict[str, Json]], Sequence[int]]:
        """Return the options of each environment, and which are reset."""
        shared = dict(options or {})
        mask = shared.pop("reset_mask", None)
        indices = range(self.num_envs) if mask is None else self._masked(mask)
        given = [shared.copy() for _ in range(self.num_envs)]
        for plural, name in (("rows", "row"), ("levels", "level")):
            if plural in shared:
                for one, value in zip(given, _one_each(shared[plural], self.num_envs, plural), strict=True):
                    del one[plural]
                    one[name] = value
        return given, indices

    def _masked(self, mask: Json) -> list[int]:
        found = np.asarray(mask)
        if found.dtype != np.bool_ or found.shape != (self.num_envs,) or not found.any():
            raise UsageError(
                f"reset_mask must be an array of {self.num_envs} bools, one at least true, got {mask!r}"
            )
        return [int(i) for i in np.flatnonzero(found)]

    # -- step -----------------------------------------------------------------------------------------

    def step(self, actions: Sequence[str]) -> tuple[Texts, Array, Array, Array, Infos]:
        """Play one action in every environment; what follows the end of an episode is Gymnasium's rule."""
        texts = _one_each(actions, self.num_envs, "actions")
        self._require_ready(texts)
        moves = self._each(range(self.num_envs), lambda i: self._move(i, texts[i]))
        rewards = np.zeros(self.num_envs)
        terminations = np.zeros(self.num_envs, dtype=np.bool_)
        truncations = np.zeros(self.num_envs, dtype=np.bool_)
        told: dict[int, tuple[Row, Verdict | None]] = {}
        finals: dict[int, tuple[str, Row, Verdict | None]] = {}
        for i, (seat, text, (step, opened)) in enumerate(zip(self._seats, texts, moves, strict=True)):
            if step is not None:
                seat.follow(text, step)
                row = step.session.problem.row
                rewards[i] = step.reward
                if step.verdict is not None:
                    terminations[i], truncations[i] = not step.truncated, step.truncated
                self._observations[i] = step.observation
                told[i] = (row, step.verdict)
                if opened is not None:
                    finals[i] = (step.observation, row, step.verdict)
            if opened is not None:
                seat.take(opened)
                self._observations[i] = opened.problem.prompt
                told[i] = (opened.problem.row, None)
        infos = self._infos(told)
        if finals:
            self._add_finals(infos, finals)
        return tuple(self._observations), rewards, terminations, truncations, infos

    def _require_ready(self, texts: Sequence[str]) -> None:
        for i, (seat, text) in enumerate(zip(self._seats, texts, strict=True)):
            if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]  (a caller may not check)
                raise UsageError(f"an action is a text (str), got {text!r} for environment {i}")
            if seat.session is None:
                raise UsageError("step() needs running episodes; call reset() first")
            if seat.is_over and self.autoreset_mode is AutoresetMode.DISABLED:
                raise UsageError(
                    f"the episode of environment {i} is over and autoreset is off; reset it first, "
                    "with options={'reset_mask': ...}"
                )

    def _move(self, i: int, text: str) -> _Moved:
        """Compute what an action does to an environment, changing nothing."""
        seat = self._seats[i]
        if seat.is_over:
            return _Moved(None, seat.open(seat.row(None, None)))
        assert seat.session is not None, "checked before any environment moves"
        step = seat.env.advance(seat.session, text)
        resets = step.verdict is not None and self.autoreset_mode is AutoresetMode.SAME_STEP
        return _Moved(step, seat.open(seat.row(None, None)) if resets else None)

    def _each(self, indices: Sequence[int], compute: Callable[[int], T]) -> list[T]:
        """Compute something for these environments, in the pool where there is one, in their order."""
        if self._pool is not None:
            futures = [self._pool.submit(compute, i) for i in indices]
            faults = [
                future.exception() for future in futures
            ]  # when one is raised, nobody computes any longer
            for i, fault in zip(indices, faults, strict=True):
                if fault is not None:
                    self._note(fault, i)
                    raise fault
            return [future.result() for future in futures]
        done: list[T] = []
        try:
            for i in indices:
                done.append(compute(i))
        except Exception as fault:
            self._note(fault, indices[len(done)])
            raise
        return done

    def _note(self, fault: BaseException, i: int) -> None:
        session = self._seats[i].session
        playing = "" if session is None else f", playing {session.problem.row}"
        fault.add_note(
            f"raised by environment {i} of {self.num_envs}{playing}; no environment of the batch has moved"
        )

    # -- infos in Gymnasium's vector format: an array a key, and `_key`, which environments have it ------

    def _row(self, i: int) -> Row:
        session = self._seats[i].session
        assert session is not None, "only asked of environments that were reset"
        return session.problem.row

    def _infos(self, told: Mapping[int, tuple[Row, Verdict | None]]) -> Infos:
        infos = self._column("row", {i: row for i, (row, _) in told.items()})
        verdicts = {i: verdict for i, (_, verdict) in told.items() if verdict is not None}
        return infos | self._column("verdict", verdicts) if verdicts else infos

    def _add_finals(self, infos: Infos, finals: Mapping[int, tuple[str, Row, Verdict | None]]) -> None:
        infos |= self._column("final_obs", {i: observation for i, (observation, _, _) in finals.items()})
        infos["final_info"] = self._infos({i: (row, verdict) for i, (_, row, verdict) in finals.items()})
        infos["_final_info"] = infos["_final_obs"].copy()

    def _column(self, key: str, values: Mapping[int, object]) -> Infos:
        column = np.full(self.num_envs, None, dtype=object)
        has = np.zeros(self.num_envs, dtype=np.bool_)
        for i, value in values.items():
            column[i] = value
            has[i] = True
        return {key: column, f"_{key}": has}

    # -- the rest ---------------------------------------------------------------------------------------

    def render(self) -> tuple[str | Picture | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return what `Env.render` returns, of each environment."""
        return tuple(seat.render() for seat in self._seats)

    def close_extras(self, **_: object) -> None:
        """End the threads and close the environments."""
        if self._pool is not None:
            self._pool.shutdown()
        for seat in self._seats:
            seat.env.close()


def _one_each(values: Iterable[T], num: int, what: str) -> Sequence[T]:
    """Return the values as a sequence; raises UsageError where there is not one for each environment."""
    listed = values if isinstance(values, list | tuple) else list(values)
    if len(listed) != num or isinstance(values, str):
        raise UsageError(f"{num} environments need {num} {what}, got {values!r}"[:500])
    return listed
