"""Environments of a server, used as one's own.

with RemoteEnvs("http://127.0.0.1:8410") as envs:
    episodes = envs.begin([row] * 8)
    steps = envs.step(list(zip(episodes, texts)))

Whatever is asked is asked again while the server is busy, restarts or cannot be reached, for as long as the
caller is patient; turns are numbered, so that none is played twice. Sessions end with their server.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import gymnasium
import msgspec

from reasongym.agents.adapters.serving import wire
from reasongym.core import Json, Row, Split, Verdict
from reasongym.errors import ReasongymError, Unscored, UsageError
from reasongym.spaces import UnicodeText
from reasongym.web.asking import Away, Refused, Server

Record = TypeVar("Record")


class ServerLost(ReasongymError):
    """The server cannot be had, for longer than its client is patient."""


class SessionLost(ReasongymError):
    """The server has no such session any more."""


@dataclass(slots=True)
class RemoteEpisode:
    """An episode that a server plays."""

    session: str
    row: Row
    prompt: str
    num_turns: int = 0
    """Played so far."""


class RemoteEnvs:
    """The environments of `reasongym serve env`; threads may share it."""

    def __init__(
        self, url: str, *, token: str = "", patience_s: float = 600.0, answer_s: float = 600.0
    ) -> None:
        """Name the server, to which nothing is said yet; see `reasongym.web.asking.Server`."""
        self._server = Server(url, token=token, patience_s=patience_s, answer_s=answer_s)

    def envs(self) -> list[wire.EnvTold]:
        """List the environments with their levels and options."""
        return self._ask("/envs", None, wire.Envs).envs

    def health(self) -> wire.Health:
        """Say whether the server works, and how much it does."""
        return self._ask("/health", None, wire.Health)

    def row(
        self, env_id: str, seed: int, *, level: int | None = None, split: Split | None = None, **options: Json
    ) -> Row:
        """Complete a row as the server's environment does; raises UsageError for what does not fit."""
        asked = wire.RowAsked(env_id, seed, level, split, options)
        (told,) = self._ask("/problems", wire.Rows([asked]), wire.Prompts).problems
        return Row.from_dict(told.row)

    def problems(self, rows: Sequence[Row]) -> list[wire.Prompt]:
        """Word the problems of rows."""
        return self._ask("/problems", _rows(rows), wire.Prompts).problems

    def begin(self, rows: Sequence[Row]) -> list[RemoteEpisode]:
        """Open an episode for each row; equal rows are the same problem."""
        told = self._ask("/sessions", _rows(rows), wire.Prompts).problems
        return [RemoteEpisode(one.session, Row.from_dict(one.row), one.prompt) for one in told]

    def step(self, moves: Sequence[tuple[RemoteEpisode, str]]) -> list[wire.Played]:
        """Play one text in each of several episodes; all of them, or none where one cannot be played.

        A step with an `error` was not played: the server's environment failed.
        """
        asked = [wire.MoveAsked(one.session, one.num_turns + 1, text) for one, text in moves]
        steps = self._ask("/steps", wire.Moves(asked), wire.Steps).steps
        for (episode, _), step in zip(moves, steps, strict=True):
            episode.num_turns += not step.error
        return steps

    def give_up(self, episodes: Sequence[RemoteEpisode]) -> None:
        """Close episodes that are not played to their end."""
        self._ask("/sessions/close", wire.Names([one.session for one in episodes]), wire.Closed)

    def judge(self, episodes: Sequence[tuple[Row, Sequence[str]]]) -> list[Verdict]:
        """Judge the texts played on rows, as `reasongym.replay` does; raises Unscored where that failed."""
        asked = [wire.EpisodeAsked(wire.RowAsked.of(row), list(texts)) for row, texts in episodes]
        found = self._ask("/verdicts", wire.Episodes(asked), wire.Verdicts).verdicts
        return [_verdict(one) for one in found]

    def make(
        self, env_id: str, *, level: int | None = None, split: Split | None = None, **options: Json
    ) -> "RemoteEnv":
        """Make an environment that is reset and stepped as Gymnasium's are."""
        return RemoteEnv(self, env_id, level, split, options)

    def close(self) -> None:
        """Close the connections; they are made again if it is used again."""
        self._server.close()

    def _ask(self, path: str, record: Any, kind: type[Record]) -> Record:
        content = None if record is None else wire.written(record)
        try:
            answer = self._server.ask("GET" if record is None else "POST", path, content)
        except Away as error:
            raise ServerLost(f"the server at {self._server.url} cannot be had: {error}") from error
        except Refused as error:
            raise self._raised(error) from error
        return self._read(answer, kind)

    def _read(self, content: bytes, kind: type[Record]) -> Record:
        try:
            return msgspec.json.decode(content, type=kind)
        except msgspec.MsgspecError as error:
            raise UsageError(f"{self._server.url} serves no environments of this version: {error}") from error

    def _raised(self, refused: Refused) -> ReasongymError:
        try:
            fault = msgspec.json.decode(refused.content, type=wire.Fault)
        except msgspec.MsgspecError:
            return UsageError(f"{self._server.url} answers with {refused}, and serves no environments")
        kinds: dict[str, type[ReasongymError]] = {"gone": SessionLost, "failed": Unscored}
        return kinds.get(fault.kind, UsageError)(fault.error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class RemoteEnv(gymnasium.Env[str, str]):
    """One environment of a server behind Gymnasium's interface; made by `RemoteEnvs.make`."""

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012  (Gymnasium's own declaration)

    def __init__(
        self, envs: RemoteEnvs, env_id: str, level: int | None, split: Split | None, options: dict[str, Json]
    ) -> None:
        self._envs = envs
        self._template = envs.row(env_id, 0, level=level, split=split, **options)
        self._episode: RemoteEpisode | None = None
        self.observation_space = UnicodeText()
        self.action_space = UnicodeText()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Json] | None = None
    ) -> tuple[str, dict[str, Json]]:
        """Open an episode of a seed, or of the `row` in the options; without either a seed is drawn."""
        super().reset(seed=seed)
        if self._episode is not None:
            self._envs.give_up([self._episode])
        (self._episode,) = self._envs.begin([self._row(seed, options or {})])
        return self._episode.prompt, {"row": self._episode.row}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Json]]:
        """Play one action; when the episode ends, `info["verdict"]` says why. Raises Unscored."""
        if self._episode is None:
            raise UsageError("step() needs a running episode; call reset() first")
        (step,) = self._envs.step([(self._episode, action)])
        if step.error:
            raise Unscored(step.error)
        info: dict[str, Json] = {"row": self._episode.row}
        if step.verdict is not None:
            info["verdict"] = step.verdict
            self._episode = None
        return step.observation, step.reward, step.terminated, step.truncated, info

    def close(self) -> None:
        """Give up the episode that is played."""
        if self._episode is not None:
            self._envs.give_up([self._episode])
            self._episode = None

    def _row(self, seed: int | None, options: dict[str, Json]) -> Row:
        unknown = sorted(options.keys() - {"row"})
        if unknown:
            raise UsageError(f"a remote reset takes `row` alone in its options, got {unknown}")
        if "row" in options:
            row = options["row"]
            return row if isinstance(row, Row) else Row.from_dict(row)
        t = self._template
        drawn = int(self.np_random.integers(2**31)) if seed is None else seed
        return Row(t.env_id, t.level, t.split, drawn, t.options)


def _rows(rows: Sequence[Row]) -> wire.Rows:
    return wire.Rows([wire.RowAsked.of(row) for row in rows])


def _verdict(judged: wire.Judged) -> Verdict:
    if judged.verdict is None:
        raise Unscored(judged.error)
    return judged.verdict
