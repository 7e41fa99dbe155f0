"""The tasks of the reasoning-gym package (github.com/open-thought/reasoning-gym), one id each.

`reasongym/reasoning-gym.gcd-v0` is its task `gcd`. Problems and scores are the package's own, made in a
process apart (`worker`), because its scorers execute answers as code; docs/bridges.md says what that means.
The names below are a list, so that registering them imports nothing.
"""

import json
from collections.abc import Mapping
from math import isfinite
from typing import ClassVar

from reasongym.answers.extraction import extract
from reasongym.answers.thinking import without_thinking
from reasongym.core import SMALLEST_SPLIT_SPACE, Data, Env, Json, Option, Verdict
from reasongym.envs.bridges.process import WORKER, WorkerDied
from reasongym.envs.bridges.table import ANSWER_KEYS, CHANCE, FEW, TASKS
from reasongym.errors import DataError, GenerationError, Unscored, UsageError
from reasongym.registry import register
from reasongym.seeding import Stream

MAX_CHARS = 20_000
"""Characters of an answer; a longer one is not scored."""
_CPU_S, _WALL_S, _SCORING_S = 30, 45.0, 2
_GUESSES = ("0", "1", "2", "yes", "no", "A", "B", "True", "False")


class ReasoningGym(Env):
    """A task of reasoning-gym; its reward is the package's own score, which may pay for parts.

    `data` holds the package's `question`, `answer` and, as far as JSON can carry them, `metadata`, and what
    made them: `seed`, `config`, `version`. The answer is what stands in the last <answer></answer>, or else
    what the text declares at its end.
    """

    task: ClassVar[str]
    trusted = False
    levels = ("the default configuration of the package, or the one that `config` holds",)
    styles = {  # noqa: RUF012
        "plain": "the question, and where to put the answer",
        "terse": "the question alone",
    }
    parameters = (
        Option("config", {}, "fields of the task's configuration that differ from the package's defaults"),
        Option("package", "", "the version of reasoning-gym that must make the problems; empty means any"),
    )

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        made: Data = {"seed": rng.below(2**31), "config": options["config"]}
        if {"seed", "size"} & made["config"].keys():
            raise UsageError("`config` may hold every field but `seed` and `size`, which the row decides")
        try:
            entry = WORKER.ask(made | {"op": "entry", "task": self.task}, cpu_s=_CPU_S, wall_s=_WALL_S)
        except WorkerDied as error:
            raise GenerationError(f"reasoning-gym made no problem of {self.task}: {error}") from error
        if options["package"] not in ("", WORKER.version):
            told = f"reasoning-gym {options['package']}, and {WORKER.version} is installed"
            raise DataError(f"this row of {self.env_id} needs {told}")
        if "question" not in entry:
            raise GenerationError(f"reasoning-gym made no problem of {self.task}, {made}: {entry}")
        return entry | made | {"version": WORKER.version}

    def prompt(self, data: Data, style: str) -> str:
        if style == "terse":
            return data["question"]
        return f"{data['question'].rstrip()}\n\nPut the final answer between <answer> and </answer>."

    def verify(self, data: Data, text: str) -> Verdict:
        answer, reason = _answer(text)
        if answer is None:
            return Verdict(0.0, False, reason)
        if len(answer) > MAX_CHARS:
            return Verdict(0.0, False, "over_limit", answer[:200])
        request = {key: data[key] for key in ("seed", "config", "question")}
        request |= {"op": "score", "task": self.task, "answer": answer, "scoring_s": _SCORING_S}
        try:
            reply = WORKER.ask(request, cpu_s=_CPU_S, wall_s=_WALL_S)
        except WorkerDied:  # only an answer can have killed it: the problem was made before
            return Verdict(0.0, False, "over_limit", answer)
        except DataError as error:
            raise Unscored(str(error)) from error
        return self._judged(data, reply, answer)

    def _judged(self, data: Data, reply: Mapping[str, Json], answer: str) -> Verdict:
        if "other" in reply:
            told = f"{reply['other']}: it was made by {data['version']}, {WORKER.version} is installed"
            raise Unscored(f"{self.env_id}: {told}")
        if "over_limit" in reply or "raised" in reply:
            return Verdict(0.0, False, "over_limit" if "over_limit" in reply else "scorer_raised", answer)
        score = reply.get("score")
        if not isinstance(score, int | float) or not isfinite(score):
            return Verdict(0.0, False, "no_score", answer)
        reward = min(1.0, max(0.0, float(score)))
        reason = "ok" if score == 1 else "partly_right" if reward >= 0.5 else "wrong"
        return Verdict(reward, score == 1, reason, answer)

    def oracle(self, data: Data) -> list[str]:
        answer = data["answer"]
        if answer is None:
            answer = data["metadata"][ANSWER_KEYS[self.task]]
        return [f"<answer>{answer if isinstance(answer, str) else json.dumps(answer)}</answer>"]

    def canonical(self, data: Data) -> str:
        return " ".join(data["question"].split())

    def space(self, level: int) -> int:
        """Return what a sample of the default configuration says (see `table.FEW`); it is no proof."""
        return FEW.get(self.task, SMALLEST_SPLIT_SPACE)

    def chance(self, level: int) -> float:
        return CHANCE.get(self.task, 0.02)

    def random_action(self, state: Json, rng: Stream) -> str:
        """Guess one of the commonest short answers: the package says nothing of what is legal."""
        return f"<answer>{rng.pick(_GUESSES)}</answer>"


def _answer(text: str) -> tuple[str | None, str]:
    """Return what is declared; inside tags every character may matter to the package's scorer."""
    found = extract(text, "block")
    if found.answer is None or "\\boxed" in text:
        return found
    _, tag, after = without_thinking(text).rpartition("<answer>")
    inside, closed, _ = after.partition("</answer>")
    return (inside.strip(), "ok") if tag and closed else found


def _bridge(task: str) -> type[ReasoningGym]:
    """Register one task."""
    name = f"ReasoningGym_{task}"
    members = {
        "__doc__": f"The task `{task}` of the package reasoning-gym, made and scored by it.",
        "__module__": __name__,
        "task": task,
        "family": f"reasoning-gym {task}",
    }
    return register(f"reasongym/reasoning-gym.{task}-v0")(type(name, (ReasoningGym,), members))


globals().update({one.__name__: one for one in map(_bridge, TASKS)})  # found by pickle
