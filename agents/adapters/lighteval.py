"""lighteval: folders with the tasks of our suites, whose problems are rows and whose metric is our verdict.

Interface of lighteval 0.13 (`lighteval/tasks/lighteval_task.py`, `lighteval/metrics/utils/metric_utils.py`).
A folder has `tasks.py`, which lighteval is given by `--custom-tasks`, and the prompts it reads. It is made
without lighteval; `tasks.py` imports `tasks` of this module.
"""

from pathlib import Path
from statistics import fmean
from typing import Any

import msgspec

from reasongym import registry
from reasongym.agents.adapters import rows as columns
from reasongym.agents.adapters import suites
from reasongym.agents.adapters.outside import trainer
from reasongym.evaluation.suites import Suite
from reasongym.export.shards import replacing

INSTALL = "lighteval>=0.13"
SPLIT = "test"
METRICS = ("reward", "correct")
TASKS = '''"""{name}, for lighteval: --custom-tasks {file} and the task {slug}|0."""

from pathlib import Path

from reasongym.agents.adapters.lighteval import tasks

TASKS_TABLE = tasks(Path(__file__).parent)
'''


def write_folder(suite: Suite, folder: Path, *, template: str = "default", max_tokens: int = 2_048) -> None:
    """Write the folder of a suite; raises UsageError where a problem takes several turns."""
    suites.require_one_turn(suite, "lighteval")
    name = suites.slug(suite)
    prompts = suites.user_prompts(suite, template)
    lines = [
        msgspec.json.encode({"row": columns.to_text(problem.row), "prompt": prompt}) + b"\n"
        for problem, prompt in zip(suite.problems, prompts, strict=True)
    ]
    about = {"name": name, "max_tokens": max_tokens, **suites.to_json(suite)}
    files = {
        f"{name}/{SPLIT}.jsonl": b"".join(lines),
        "suite.json": msgspec.json.encode(about),
        "tasks.py": TASKS.format(name=suite.name, file=folder / "tasks.py", slug=name).encode(),
    }
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with replacing(folder / path) as partial:
            partial.write_bytes(content)


def tasks(folder: Path) -> list[Any]:
    """Return lighteval's configuration of a folder's task; raises DataError where its problems are others."""
    about = msgspec.json.decode((folder / "suite.json").read_bytes())
    suites.from_json(about["slices"], about["digest"])
    of_task: Any = trainer("lighteval.tasks.lighteval_task", INSTALL)
    return [
        of_task.LightevalTaskConfig(
            name=about["name"],
            prompt_function=document,
            hf_repo=str(folder / about["name"]),
            hf_subset="default",
            hf_avail_splits=[SPLIT],
            evaluation_splits=[SPLIT],
            metrics=[metric()],
            generation_size=about["max_tokens"],
            stop_sequence=[],
        )
    ]


def document(line: dict[str, Any], task_name: str = "") -> Any:
    """Return a problem as lighteval asks it; it has no choices, as the verdict needs none."""
    of_request: Any = trainer("lighteval.tasks.requests", INSTALL)
    return of_request.Doc(
        query=line["prompt"], choices=[""], gold_index=0, task_name=task_name, specific={"row": line["row"]}
    )


def metric() -> Any:
    """Return the metrics `reward` and `correct`, judged once a completion."""
    of_metric: Any = trainer("lighteval.metrics.utils.metric_utils", INSTALL)
    of_sample: Any = trainer("lighteval.metrics.metrics_sample", INSTALL)
    of_request: Any = trainer("lighteval.tasks.requests", INSTALL)

    class Judged(of_sample.SampleLevelComputation):
        """The verdict of the row on what the model wrote, thinking and all."""

        def compute(self, doc: Any, model_response: Any, **_: Any) -> dict[str, float]:
            """Judge one completion; a failure of ours raises, and is no wrong answer."""
            verdict = registry.replay(columns.from_text(doc.specific["row"]), model_response.text[:1])
            return {"reward": verdict.reward, "correct": float(verdict.correct)}

    return of_metric.SampleLevelMetricGrouping(
        metric_name=list(METRICS),
        higher_is_better=dict.fromkeys(METRICS, True),
        category=of_request.SamplingMethod.GENERATIVE,
        sample_level_fn=Judged(),
        corpus_level_fn=dict.fromkeys(METRICS, fmean),
    )
