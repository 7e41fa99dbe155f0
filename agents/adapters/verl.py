"""verl: rows as parquet files, and `compute_score`. verl itself need not be installed to write or to judge.

Interfaces of verl 0.9 (`verl/utils/dataset/rl_dataset.py`, `verl/experimental/reward_loop/`). verl repeats a
line for the members of its group, and each carries the line's columns, so that members share a row. Episodes
of several turns are played by `verl_loop`.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from reasongym import export
from reasongym.agents.adapters.judging import judged
from reasongym.agents.adapters.outside import trainer
from reasongym.core import Json, Row
from reasongym.export.shards import replacing

LOOP = "reasongym"
"""The name that lines give their agent loop, and that the file of loops gives `verl_loop.ReasongymLoop`."""
SINGLE = "single_turn_agent"
"""verl's own loop of one turn, whose reward is `compute_score`."""
LOOPS = """- name: reasongym
  _target_: reasongym.agents.adapters.verl_loop.ReasongymLoop
"""
"""The file for `actor_rollout_ref.rollout.agent.agent_loop_config_path`."""
PYARROW = "reasongym[datasets]"


def lines(rows: Iterable[Row], template: str = "default", *, loop: str = LOOP) -> Iterator[dict[str, Json]]:
    """Yield rows as verl's data sets have them.

    `ground_truth` is the row, from which the verdict is computed: no answer is in a line.
    """
    for index, record in enumerate(export.records(rows, template)):
        yield {
            "data_source": "reasongym",
            "prompt": record["messages"],
            "ability": "reasoning",
            "reward_model": {"style": "rule", "ground_truth": record["row"]},
            "extra_info": {"index": index, "row": record["row"]},
            "agent_name": loop,
        }


def write(rows: Iterable[Row], path: Path, template: str = "default", *, loop: str = LOOP) -> None:
    """Write rows as a parquet file for `data.train_files`, and `agent_loops.yaml` beside it."""
    pyarrow, parquet = trainer("pyarrow", PYARROW), trainer("pyarrow.parquet", PYARROW)
    table = pyarrow.Table.from_pylist(list(lines(rows, template, loop=loop)))
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial:
        parquet.write_table(table, partial, compression="zstd")
    (path.parent / "agent_loops.yaml").write_text(LOOPS, encoding="utf-8")


def compute_score(
    data_source: str, solution_str: str, ground_truth: str, extra_info: Any = None, **others: Json
) -> dict[str, float]:
    """Judge the completion of a single-turn problem: `score` is its reward, `acc` whether it is right.

    Raises Unscored where the judging failed: verl knows no missing reward, and a 0 would say it was wrong.
    """
    verdict = judged(ground_truth, solution_str)
    return {"score": verdict.reward, "acc": float(verdict.correct)}
