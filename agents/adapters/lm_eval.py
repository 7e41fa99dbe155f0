"""lm-evaluation-harness: task files of our suites, which hold rows and a digest and judge by our verdicts.

Interface of lm-eval 0.4.13 (`lm_eval/api/task.py`, `lm_eval/tasks/_yaml_loader.py`): a YAML file names
`dataset` and `process_results` of this module, so that no problem, answer or grader is copied. The file is
written without lm-eval being installed, which imports this module itself.
"""

from typing import TYPE_CHECKING

import msgspec

from reasongym import registry
from reasongym.agents.adapters import rows as columns
from reasongym.agents.adapters import suites
from reasongym.core import Json
from reasongym.evaluation.suites import Suite

if TYPE_CHECKING:
    import datasets

INSTALL = "lm-eval>=0.4.13"
SPLIT = "test"
METRICS = ("reward", "correct")


def task_file(suite: Suite, *, template: str = "default", max_tokens: int = 2_048) -> str:
    """Write a suite as the YAML of a task; raises UsageError where a problem takes several turns.

    Completions are greedy and end by the model's own end, unless lm-eval is told otherwise (`--gen_kwargs`).
    """
    suites.require_one_turn(suite, "lm-eval")
    suites.user_prompts(suite, template)  # a template that does not fit is refused here, not by lm-eval
    given = _json({**suites.to_json(suite), "template": template})
    metrics = [{"metric": name, "aggregation": "mean", "higher_is_better": True} for name in METRICS]
    return "\n".join(
        (
            f"# {suite.name}: written by reasongym export lm-eval",
            f"task: {suites.slug(suite)}",
            "output_type: generate_until",
            f"custom_dataset: !function {__name__}.dataset",
            f"dataset_kwargs: {given}",
            f"test_split: {SPLIT}",
            "doc_to_text: prompt",
            'doc_to_target: ""',
            f"process_results: !function {__name__}.process_results",
            f"generation_kwargs: {_json({'until': [], 'do_sample': False, 'max_gen_toks': max_tokens})}",
            f"metric_list: {_json(metrics)}",
            "",
        )
    )


def dataset(
    *, slices: Json, digest: str, template: str = "default", **_: object
) -> "dict[str, datasets.Dataset]":
    """Make the problems of a task file; what else lm-eval passes along (`--metadata`) is not read."""
    import datasets

    suite = suites.from_json(slices, digest)
    prompts = suites.user_prompts(suite, template)
    texts = [columns.to_text(problem.row) for problem in suite.problems]
    return {SPLIT: datasets.Dataset.from_dict({"row": texts, "prompt": prompts})}


def process_results(doc: dict[str, str], results: list[str]) -> dict[str, float]:
    """Judge a completion; a failure of ours raises, and is no wrong answer."""
    verdict = registry.replay(columns.from_text(doc["row"]), results[:1])
    return {"reward": verdict.reward, "correct": float(verdict.correct)}


def _json(value: Json) -> str:
    return msgspec.json.encode(value, order="sorted").decode()  # JSON is YAML
