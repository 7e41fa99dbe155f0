"""The core every environment is built on: rows, problems, verdicts, and one reset and step for all.

An environment is a subclass of `Env` that says how to make a problem and how to judge an answer. Its
problem is a pure function of its `Row`, its verdict a pure function of the row and the texts played.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

import gymnasium
import msgspec
import numpy as np
from gymnasium.utils.seeding import np_random

from reasongym.errors import GenerationError, UnknownName, UsageError
from reasongym.options import PRESENTATION, TOOL_OPTIONS
from reasongym.options import Option as Option
from reasongym.seeding import Stream, is_eval, stream
from reasongym.spaces import UnicodeText
from reasongym.tooling import Call, Toolkit, pinned, toolkit

Json: TypeAlias = Any
"""A value that JSON can carry."""
Data: TypeAlias = dict[str, Json]
"""A generated problem without its wording, as JSON; its shape belongs to the family."""
Split: TypeAlias = Literal["train", "eval", "all"]
Picture: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]

SPLITS: tuple[Split, ...] = ("train", "eval", "all")
SMALLEST_SPLIT_SPACE = 2_000
"""A level with fewer distinct problems has only the split `all`."""
MAX_DRAWS = 10_000
"""Draws until a problem falls into the asked split; a miss at one in four this often cannot happen."""

_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True)
class Row:
    """What a problem *is*: it travels in data sets, episodes and leaderboards, and nothing else need."""

    env_id: str
    level: int
    split: Split
    seed: int
    options: dict[str, Json] = field(default_factory=dict[str, Json])
    """Only the options that differ from their defaults."""

    @cached_property
    def key(self) -> bytes:
        """Canonical JSON of what decides the problem: the row without its presentation (`style`, tools)."""
        generation = {name: value for name, value in self.options.items() if name not in PRESENTATION}
        return _encode([self.env_id, self.level, self.split, self.seed, generation])

    def __hash__(self) -> int:
        return hash(self.key)

    def as_dict(self) -> dict[str, Json]:
        """Return the row as plain JSON."""
        return {
            "env_id": self.env_id,
            "level": self.level,
            "split": self.split,
            "seed": self.seed,
            "options": dict(self.options),
        }

    @classmethod
    def from_dict(cls, row: Json) -> "Row":
        """Read a row back from JSON; raises UsageError naming what is wrong with it."""
        try:
            return msgspec.convert(row, cls, strict=True)
        except msgspec.ValidationError as error:
            raise UsageError(f"not a row: {error}; a row has env_id, level, split, seed, options") from error


@dataclass(frozen=True, slots=True)
class Problem:
    """A row with the data generated from it and the prompt a policy reads."""

    row: Row
    data: Data
    prompt: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of an episode."""

    reward: float
    """In [0, 1]."""
    correct: bool
    reason: str
    """A code: `ok`, or what is wrong (`wrong_value`, `no_answer`, ...)."""
    answer: str | None = None
    """The answer as it was read from the text."""
    parts: dict[str, float] = field(default_factory=dict[str, float])
    """Raw components such as `format`; they never enter the reward unless a recipe asks."""

    @classmethod
    def of(cls, reason: str, answer: str | None = None) -> "Verdict":
        """Judge by reason alone: `ok` earns 1, everything else 0."""
        correct = reason == "ok"
        return cls(float(correct), correct, reason, answer)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one action leads to; `verdict` is not None exactly when the episode ends."""

    state: Json
    """An immutable value, so that keeping it forks the episode."""
    observation: str
    reward: float = 0.0
    verdict: Verdict | None = None


class Session(NamedTuple):
    """Where an episode stands: an immutable value."""

    problem: Problem
    state: Json
    num_turns: int = 0
    reward: float = 0.0
    """Sum of the step rewards so far."""
    num_calls: int = 0
    """Turns that called a tool."""
    past: tuple[str, ...] = ()
    """The calls that the tool's state is made from."""


class Step(NamedTuple):
    """What `Env.advance` returns; `verdict` is not None when the episode is over, for either cause."""

    session: Session
    observation: str
    reward: float
    verdict: Verdict | None
    truncated: bool


class Env(gymnasium.Env[str, str]):
    """A family of problems as a Gymnasium environment of texts.

    A single-turn family overrides `verify`; a multi-turn family overrides `start` and `act` instead and
    sets `max_turns`. All methods but `reset`, `step` and `render` are pure and thread-safe.
    """

    env_id: ClassVar[str]
    """Set by `reasongym.registry.register`."""
    family: ClassVar[str]
    """Names the problem space; ids that share one share their train/eval split."""
    levels: ClassVar[Sequence[str]]
    """What each level means, from level 0 upwards, difficulty rising."""
    default_level: ClassVar[int] = 0
    styles: ClassVar[Mapping[str, str]] = {"plain": "the problem and the answer format in one paragraph"}
    """Ways to word the prompt; the first is the default."""
    parameters: ClassVar[Sequence[Option]] = ()
    """Options of generation; they enter the key of a problem."""
    traces: ClassVar[Mapping[str, str]] = {}
    """Ways to work a problem out in a text to learn from, by name (see `trace`)."""
    own_tool: ClassVar[str] = ""
    """What its problems are played with between turns, if anything (see `kit`)."""
    answers_in_fences: ClassVar[bool] = False
    """Whether an answer is a fenced block of Python, which a tool must not take for a call."""
    needs_sandbox: ClassVar[bool] = False
    """Whether playing or judging runs programs, in the sandbox."""
    trusted: ClassVar[bool] = True
    """False where foreign code makes or judges the problems, so that our promises do not hold."""

    metadata: dict[str, Any] = {"render_modes": ["ansi", "human"], "render_fps": 1}  # noqa: RUF012  (Gymnasium's own declaration)

    # -- what a family says ---------------------------------------------------------------------------

    @abstractmethod
    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        """Make one problem; `options` holds every parameter, defaults filled in."""

    @abstractmethod
    def prompt(self, data: Data, style: str) -> str:
        """Word the problem and the answer format, and no more."""

    def verify(self, data: Data, text: str) -> Verdict:
        """Judge the answer in a text by the problem's own rules; total, bounded, never executing it."""
        raise NotImplementedError(f"{type(self).__name__} has neither verify nor act")

    @abstractmethod
    def oracle(self, data: Data) -> list[str]:
        """Return the texts of a winning episode (one text for a single-turn family)."""

    @abstractmethod
    def canonical(self, data: Data) -> str:
        """Name the problem up to the symmetries of its family."""

    @abstractmethod
    def space(self, level: int) -> int:
        """Return a lower bound on the number of distinct canonical problems of a level."""

    @abstractmethod
    def chance(self, level: int) -> float:
        """Return the mean reward of the best play that does not reason (guessing, a constant answer)."""

    @abstractmethod
    def random_action(self, state: Json, rng: Stream) -> str:
        """Play a uniformly drawn legal move that ignores the goal; `state` is the data in one turn."""

    def trace(self, data: Data, kind: str, rng: Stream) -> str:
        """Work a problem out in one text, in a way named in `traces`; a search may end without an answer."""
        raise NotImplementedError(f"{self.env_id} shows no working")

    def max_turns(self, level: int) -> int:
        """Return how many actions an episode may take before it is truncated."""
        return 1

    def start(self, data: Data) -> Json:
        """Return the state an episode begins in."""
        return data

    def act(self, state: Json, text: str, rng: Stream) -> Turn:
        """Play one action; `rng` is keyed by the row and the turn, so equal play has equal outcomes."""
        verdict = self.verify(state, text)
        return Turn(state, "", verdict.reward, verdict)

    def picture(self, state: Json) -> Picture:
        """Draw a state as RGB [height, width, 3]; who offers it adds `rgb_array` to its render modes."""
        raise NotImplementedError(f"{self.env_id} draws no pictures")

    def prove(self, data: Data) -> bool:
        """Confirm by a method independent of `generate` and `oracle` that the problem is sound."""
        raise NotImplementedError(f"{self.env_id} has no independent proof")

    def effort(self, data: Data) -> float:
        """Return the work a named solver spends on the problem; its mean must rise with the level."""
        raise NotImplementedError(f"{self.env_id} names no solver")

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Return the same problem in another guise (order, renaming, ...), with the same canonical form."""
        raise NotImplementedError(f"{self.env_id} names no symmetries")

    def kit(self, row: Row, data: Data) -> Toolkit | None:
        """Return what a problem is played with between turns; a family with an `own_tool` makes it here.

        Its limits and strings are the row's alone: these are asked for without data.
        """
        return toolkit(row.options)

    # -- what a finite source says instead of `generate` ----------------------------------------------

    def size(self, level: int, split: Split, options: Mapping[str, Json]) -> int | None:
        """Return how many problems a finite source has there; None where problems are generated."""
        return None

    def item(self, index: int, level: int, split: Split, options: Mapping[str, Json]) -> Data:
        """Return one problem of a finite source, 0 to `size` - 1 in the order of the source."""
        raise NotImplementedError(f"{self.env_id} is no finite source")

    def splits_of(self, level: int, options: Mapping[str, Json]) -> tuple[Split, ...]:
        """Return the splits a level has under these options (of a finite source: its own)."""
        return self.splits(level)

    # -- rows and problems ----------------------------------------------------------------------------

    def splits(self, level: int) -> tuple[Split, ...]:
        """Return the splits a level has by default."""
        return ("all",) if self.space(level) < SMALLEST_SPLIT_SPACE else ("train", "eval")

    @classmethod
    def options(cls) -> dict[str, Option]:
        """Return every option by name: the family's parameters, the style of the prompt, and tools."""
        style = Option("style", next(iter(cls.styles)), "wording of the prompt", tuple(cls.styles))
        return {option.name: option for option in (*cls.parameters, style, *TOOL_OPTIONS)}

    def row(self, seed: int, *, level: int | None = None, split: Split | None = None, **options: Json) -> Row:
        """Make the row of a seed; raises UsageError for a level, split, seed or option that does not fit."""
        return self.row_of(seed, level, split, options)

    def row_of(self, seed: int, level: int | None, split: Split | None, options: Mapping[str, Json]) -> Row:
        """Make a row as `row` does, of options whose names were read and may be anything."""
        level = self.default_level if level is None else level
        if type(level) is not int or not 0 <= level < len(self.levels):
            raise UsageError(f"{self.env_id} has levels 0 to {len(self.levels) - 1}, got {level!r}")
        _checked_seed(seed)
        known = self.options()
        for name in options:
            if name not in known:
                raise UnknownName(f"option of {self.env_id}", name, known)
        checked = {name: known[name].check(options[name]) for name in sorted(options)}
        changed = {name: value for name, value in checked.items() if value != known[name].default}
        changed = pinned(changed, self.own_tool, answers_in_fences=self.answers_in_fences)
        return Row(self.env_id, level, self._checked_split(level, split, changed), seed, changed)

    def practice_row(self, seed: int, level: int, split: Split, options: Mapping[str, Json]) -> Row:
        """Make a row of any seed: in the split if the level has it, and inside a finite source."""
        row = self.row_of(seed, level, None, options)
        has_split = split in self.splits_of(level, self._filled(row.options))
        return self._wrapped(replace(row, split=split) if has_split else row)

    def _checked_split(self, level: int, split: Split | None, options: Mapping[str, Json]) -> Split:
        splits = self.splits_of(level, self._filled(options))
        if split is None:
            return splits[0]
        if split not in SPLITS:
            raise UnknownName("split", str(split), SPLITS)
        if split not in splits:
            reason = (
                f"has under {SMALLEST_SPLIT_SPACE} problems, too few to hold some out, so it"
                if splits == ("all",)
                else "is split by problem, so it"
            )
            raise UsageError(f"level {level} of {self.env_id} {reason} has only: {', '.join(splits)}")
        return split

    def problem(self, row: Row) -> Problem:
        """Make the problem of a row (see `row` for checked ones): the same bytes everywhere."""
        options = self._filled(row.options)
        size = self.size(row.level, row.split, options)
        if size is not None:
            if row.seed >= size:
                where = f"level {row.level}, split {row.split!r} of {self.env_id}"
                raise UsageError(f"{where} has {size:,} problems: seed {row.seed} is outside")
            data = self.item(row.seed, row.level, row.split, options)
            return Problem(row, data, self._worded(row, data))
        rng = stream(row.key)
        for _ in range(MAX_DRAWS):
            data = self.generate(rng, row.level, options)
            if row.split == "all" or is_eval(self.family, self.canonical(data)) == (row.split == "eval"):
                return Problem(row, data, self._worded(row, data))
        raise GenerationError(f"no problem of {row} fell into split {row.split!r} in {MAX_DRAWS} draws")

    def _worded(self, row: Row, data: Data) -> str:
        style: str = row.options.get("style", next(iter(self.styles)))
        prompt, kit = self.prompt(data, style), self.kit(row, data)
        return prompt if kit is None or style == "terse" else kit.worded(prompt)

    def _filled(self, options: Mapping[str, Json]) -> dict[str, Json]:
        return {option.name: option.default for option in self.parameters} | dict(options)

    # -- episodes as pure functions -------------------------------------------------------------------

    def begin(self, problem: Problem) -> Session:
        """Open an episode; its first observation is `problem.prompt`."""
        return Session(problem, self.start(problem.data))

    def turn_limit(self, row: Row) -> int:
        """Return how many turns an episode of a row may take, calls of its tool among them."""
        kit = self.kit(row, {})
        return self.max_turns(row.level) + (0 if kit is None else kit.num_calls)

    def stop_strings(self, row: Row) -> tuple[str, ...]:
        """Return what ends a policy's turn before it goes on by itself, such as the end of a call."""
        kit = self.kit(row, {})
        return () if kit is None else kit.stops

    def advance(self, session: Session, text: str) -> Step:
        """Play one turn, a call or an action: the pure function under `step`, `replay` and every rollout."""
        kit = self.kit(session.problem.row, session.problem.data)
        if kit is None:
            return self._acted(session, text)
        call = _call(kit, session, text)
        if call is not None:
            used = kit.use(session.past, call, kit.num_calls - session.num_calls - 1)
            return Step(_called(session, used.past), used.text, 0.0, None, False)
        step = self._acted(session, text)
        if step.verdict is not None:
            kit.leave(session.past)
        return step

    def give_up(self, session: Session) -> None:
        """Free what a tool holds for an episode that goes on no more; one that ends frees it itself."""
        kit = self.kit(session.problem.row, session.problem.data)
        if kit is not None:
            kit.leave(session.past)

    def _acted(self, session: Session, text: str) -> Step:
        row, num_actions = session.problem.row, session.num_turns - session.num_calls
        rng = stream(b"%s turn %d" % (row.key, num_actions))
        turn = self.act(session.state, text, rng)
        reward = session.reward + turn.reward
        after = session._replace(state=turn.state, num_turns=session.num_turns + 1, reward=reward)
        truncated = turn.verdict is None and num_actions + 1 >= self.max_turns(row.level)
        verdict = Verdict(after.reward, False, "turn_limit") if truncated else turn.verdict
        return Step(after, turn.observation, turn.reward, verdict, truncated)

    def replay(self, row: Row, texts: Sequence[str]) -> Verdict:
        """Judge an episode from its row and its action texts: what evaluator, board and adapters use."""
        return self.judge(self.problem(row), texts)

    def judge(self, problem: Problem, texts: Sequence[str]) -> Verdict:
        """Judge an episode of a problem that is already made; what it asked of a tool is not run again."""
        reward = 0.0
        for step in self.retrace(problem, texts):
            if step.verdict is not None:
                return step.verdict
            reward = step.session.reward
        return Verdict(reward, False, "unfinished")

    def retrace(self, problem: Problem, texts: Sequence[str]) -> Iterator[Step]:
        """Play texts again, turn by turn, up to the verdict; what they asked of a tool is not run again."""
        session, kit = self.begin(problem), self.kit(problem.row, problem.data)
        for text in texts:
            if kit is not None and _call(kit, session, text) is not None:
                step = Step(_called(session, ()), "", 0.0, None, False)
            else:
                step = self._acted(session, text)
            yield step
            if step.verdict is not None:
                return
            session = step.session

    # -- the Gymnasium face ---------------------------------------------------------------------------

    def __init__(
        self,
        *,
        level: int | None = None,
        split: Split | None = None,
        render_mode: str | None = None,
        **options: Json,
    ) -> None:
        self._template = self.row(0, level=level, split=split, **options)
        self._generator: np.random.Generator | None = None
        self._generator_seed: int | None = None
        self._session: Session | None = None
        self._state: Json = None
        self._transcript: list[str] = []
        self.render_mode = render_mode
        self.observation_space = UnicodeText()
        self.action_space = UnicodeText()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Json] | None = None
    ) -> tuple[str, dict[str, Json]]:
        """Open an episode.

        `options` may hold `row` (a Row or its dict, which is then the problem), or `level`, `split` and
        options by name, for this episode only; what is not named stays as the env was made. Without a seed
        the next one of the env's stream is used. A finite source takes item `seed` modulo its size, so that
        any seed will do here; a row names its item and must be inside.
        """
        if seed is not None:
            self._generator_seed = self._np_random_seed = _checked_seed(seed)
        problem = self.problem(self._row_of_reset(seed, options))
        self._leave()
        self._session = self.begin(problem)
        self._state = self._session.state
        self._transcript = [problem.prompt]
        if self.render_mode == "human":
            print(problem.prompt)
        return problem.prompt, {"row": problem.row}

    def _row_of_reset(self, seed: int | None, options: Mapping[str, Json] | None) -> Row:
        t = self._template
        if seed is None and not (options and "row" in options):
            seed = int(self.np_random.integers(2**31))
        if not options:
            return self._wrapped(Row(t.env_id, t.level, t.split, _checked_seed(seed), t.options))
        named = dict(options)
        given = named.pop("row", None)
        if given is not None:
            row = given if isinstance(given, Row) else Row.from_dict(given)
            if row.env_id != self.env_id or named:
                raise UsageError(f"a row of {row.env_id} with {sorted(named)} does not fit {self.env_id}")
            return self.row_of(row.seed, row.level, row.split, row.options)
        level, split = named.pop("level", t.level), named.pop("split", None)
        row = self.row_of(_checked_seed(seed), level, split, t.options | named)
        splits = self.splits_of(row.level, self._filled(row.options))
        keeps_split = split is None and t.split in splits  # a level may have only `all`
        return self._wrapped(replace(row, split=t.split) if keeps_split else row)

    def _wrapped(self, row: Row) -> Row:
        if type(self).size is Env.size:
            return row
        size = self.size(row.level, row.split, self._filled(row.options))
        return replace(row, seed=row.seed % size) if size else row

    # Gymnasium's generator costs more to seed than most problems to make, so it waits for its use.
    @property
    def _np_random(self) -> np.random.Generator | None:
        if self._generator_seed is not None:
            self._generator, _ = np_random(self._generator_seed)
            self._generator_seed = None
        return self._generator

    @_np_random.setter
    def _np_random(  # pyright: ignore[reportIncompatibleVariableOverride]  (an attribute there, a property here)
        self, generator: np.random.Generator | None
    ) -> None:
        self._generator, self._generator_seed = generator, None

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Json]]:
        """Play one action; when the episode ends, `info["verdict"]` says why."""
        if self._session is None:
            raise UsageError("step() needs a running episode; call reset() first")
        if not isinstance(action, str):  # pyright: ignore[reportUnnecessaryIsInstance]  (a caller may not check)
            raise UsageError(f"an action is a text (str), got {action!r}")
        step = self.advance(self._session, action)
        info: dict[str, Json] = {"row": step.session.problem.row}
        if step.verdict is not None:
            info["verdict"] = step.verdict
        self._session = step.session if step.verdict is None else None
        self._state = step.session.state
        self._transcript += [f"> {action}", step.observation]
        if self.render_mode == "human":
            print(f"> {action}", step.observation, sep="\n")
        terminated = step.verdict is not None and not step.truncated
        return step.observation, step.reward, terminated, step.truncated, info

    def close(self) -> None:
        """Free what the tool of an unfinished episode holds; the env can be reset and used again."""
        self._leave()

    def _leave(self) -> None:
        if self._session is not None and self._session.past:
            self.give_up(self._session)
        self._session = None

    def render(self) -> str | Picture | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the episode so far as text (`ansi`) or the state as a picture (`rgb_array`).

        In mode `human` every reset and step prints what it brought, and this returns None.
        """
        if self.render_mode == "rgb_array":
            return self.picture(self._state)
        return "\n".join(self._transcript) if self.render_mode == "ansi" else None


def _call(kit: Toolkit, session: Session, text: str) -> Call | None:
    """Return the call that a turn makes; with no call left every text is an action."""
    return kit.call(text) if session.num_calls < kit.num_calls else None


def _called(session: Session, past: tuple[str, ...]) -> Session:
    turns, calls = session.num_turns + 1, session.num_calls + 1
    return session._replace(num_turns=turns, num_calls=calls, past=past)


def _checked_seed(seed: object) -> int:
    if type(seed) is not int or not 0 <= seed < 2**63:
        raise UsageError(f"a seed must be an integer from 0 to 2**63 - 1, got {seed!r}")
    return seed
