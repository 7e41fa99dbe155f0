"""inspect-ai: tasks of our suites, in one turn or several, scored by our verdicts.

Interface of inspect-ai 0.3.285 (`inspect_ai/solver`, `inspect_ai/scorer`). A sample is a row: no target.
"""

from functools import partial
from typing import Any

from reasongym import registry
from reasongym.agents.adapters import rows as columns
from reasongym.agents.adapters.outside import trainer
from reasongym.agents.adapters.playing import Game
from reasongym.agents.adapters.suites import slug
from reasongym.agents.adapters.transcripts import turns
from reasongym.core import Problem, Split
from reasongym.evaluation.suites import Suite, env_suite, named_suite
from reasongym.export.records import template_named
from reasongym.templates import Template

INSTALL = "inspect-ai>=0.3.285"

inspect: Any = trainer("inspect_ai", INSTALL)
_dataset: Any = trainer("inspect_ai.dataset", INSTALL)
_model: Any = trainer("inspect_ai.model", INSTALL)
_scorer: Any = trainer("inspect_ai.scorer", INSTALL)
_solver: Any = trainer("inspect_ai.solver", INSTALL)
_threads: Any = trainer("anyio.to_thread", INSTALL)

MEASURES = [_scorer.mean(), _scorer.stderr()]


def task(suite: Suite, *, template: str = "default") -> Any:
    """Return the task of a suite: `inspect_ai.eval(task(env_suite("Sokoban-v0")), model=...)`."""
    named = template_named(template)
    return inspect.Task(
        name=slug(suite),
        dataset=_dataset.MemoryDataset([_sample(problem, named) for problem in suite.problems], suite.name),
        solver=play(),
        scorer=verdict(),
        metadata={"suite_digest": suite.digest, "template": named.name, "template_digest": named.digest},
    )


@inspect.task(name="reasongym")
def problems(
    env_id: str = "",
    level: int | None = None,
    split: Split | None = None,
    num_problems: int | None = None,
    first_seed: int = 0,
    suite: str = "",
    template: str = "default",
) -> Any:
    """Make the task of a benchmark (`suite`) or of an environment's problems, as `reasongym eval` does."""
    if suite:
        return task(named_suite(suite, num_problems=num_problems), template=template)
    asked = env_suite(
        env_id or "Countdown-v0", level=level, split=split, num_problems=num_problems, first_seed=first_seed
    )
    return task(asked, template=template)


@_solver.solver
def play() -> Any:
    """Play a sample's row: the environment answers each turn of the model as the user, until it is over."""

    async def solve(state: Any, generate: Any) -> Any:
        game = await _threads.run_sync(Game, _row(state))
        try:
            while game.verdict is None:
                state = await generate(state, tool_calls="none")
                step = await _threads.run_sync(game.play, state.messages[-1].text)
                if step.verdict is None:
                    state.messages.append(_model.ChatMessageUser(content=step.observation))
        finally:
            game.close()
        return state

    return solve


@_scorer.scorer(metrics={"reward": MEASURES, "correct": MEASURES})
def verdict() -> Any:
    """Judge the turns of a sample by its row; a failure of ours is an error of the sample."""

    async def score(state: Any, target: Any) -> Any:
        said = turns((message.role, message.text) for message in state.messages)
        found = await _threads.run_sync(partial(registry.replay, _row(state), said))
        return _scorer.Score(
            value={"reward": found.reward, "correct": float(found.correct)},
            answer=found.answer,
            explanation=found.reason,
            metadata={"parts": dict(found.parts)},
        )

    return score


def _row(state: Any) -> Any:
    return columns.from_text(state.metadata.get("row"))


def _sample(problem: Problem, template: Template) -> Any:
    of_role = {"system": _model.ChatMessageSystem, "user": _model.ChatMessageUser}
    row = problem.row
    return _dataset.Sample(
        input=[of_role[one.role](content=one.content) for one in template.open(problem.prompt)],
        id=f"{row.env_id.removeprefix('reasongym/')} level {row.level} {row.split} {row.seed}",
        metadata={"row": columns.to_text(row)},
    )
