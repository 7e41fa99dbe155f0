"""The board's rows as records of every_eval_ever, the shared store of evaluation results.

For each row an aggregate `data/COLLECTION/DEVELOPER/MODEL/UUID.json` and beside it `UUID_samples.jsonl` with
every completion. Schema: every_eval_ever 0.3.0, `schemas/eval.schema.json` and
`schemas/instance_level_eval.schema.json`; paths as its `validator/validation_core.py` has them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path
from uuid import UUID

import msgspec

from reasongym.core import Json, Verdict
from reasongym.episodes import Episode
from reasongym.errors import DataError
from reasongym.evaluation.records import Record, records
from reasongym.evaluation.runs import write_whole
from reasongym.evaluation.selection import titled
from reasongym.leaderboard.rows import BoardRow

SCHEMA_VERSION = "0.3.0"
COLLECTION = "reasongym"
OWNER = "reasongym-board"
"""Stands before the names of models that name no developer, and of baselines."""
RESULT_ID = "solve_rate"


@dataclass(frozen=True, slots=True)
class _Names:
    """What ties the two files of a row together."""

    uuid: str
    model_id: str
    evaluation_id: str
    folder: str

    @property
    def samples(self) -> str:
        return f"{self.folder}/{self.uuid}_samples.jsonl"


def export_records(rows: Iterable[BoardRow], output: Path, *, retrieved: int) -> list[Path]:
    """Write the two files of each row below a folder and return the aggregates; raises DataError.

    `retrieved` is the time of the export, in seconds since 1970. Names come from the rows' keys, so that the
    same rows give the same files.
    """
    try:
        return [_write(row, output, retrieved) for row in rows]
    except OSError as error:
        raise DataError(f"cannot write {error.filename}: {error.strerror}") from error


def _write(row: BoardRow, output: Path, retrieved: int) -> Path:
    names = _names(row, retrieved)
    lines = [msgspec.json.encode(sample) + b"\n" for sample in _samples(row, names)]
    content = b"".join(lines)
    detail: dict[str, Json] = {
        "format": "jsonl",
        "file_path": names.samples,
        "hash_algorithm": "sha256",
        "checksum": sha256(content).hexdigest(),
        "total_rows": len(lines),
    }
    aggregate = _aggregate(row, names, retrieved) | {"detailed_evaluation_results": detail}
    path = output / names.folder / f"{names.uuid}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(output / names.samples, content)
    write_whole(path, msgspec.json.format(msgspec.json.encode(aggregate), indent=2) + b"\n")
    return path


def _names(row: BoardRow, retrieved: int) -> _Names:
    owner, _, name = row.run.player.name.rpartition("/")
    model_id = f"{_plain(owner) or OWNER}/{_plain(name) or 'model'}"
    evaluation = f"{COLLECTION}-{_plain(row.result.suite)}-{row.result.key}"
    digest = blake2b(row.result.key.encode(), digest_size=16).digest()
    return _Names(
        str(UUID(bytes=digest, version=4)),
        model_id,
        f"{evaluation}/{model_id}/{retrieved}",
        f"data/{COLLECTION}/{model_id}",
    )


def _plain(name: str) -> str:
    """Keep the characters that are safe in a path everywhere."""
    return re.sub(r"[^\w.+-]+", "-", name).strip("-.")


# -- the aggregate ----------------------------------------------------------------------------------------


def _aggregate(row: BoardRow, names: _Names, retrieved: int) -> dict[str, Json]:
    return {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": names.evaluation_id,
        "retrieved_timestamp": str(retrieved),
        "source_metadata": {
            "source_name": "reasongym leaderboard",
            "source_type": "evaluation_run",
            "source_organization_name": "reasongym",
            "evaluator_relationship": "other",
            "additional_details": {"tier": row.tier},
        },
        "eval_library": {
            "name": "reasongym",
            "version": row.run.versions.get("reasongym", "unknown"),
            "additional_details": {"grader": row.result.grader},
        },
        "model_info": _model(row, names),
        "evaluation_results": [_result(row)],
    }


def _model(row: BoardRow, names: _Names) -> dict[str, Json]:
    player = row.run.player
    return {
        "name": player.name,
        "id": names.model_id,
        "developer": names.model_id.partition("/")[0],
        "inference_engine": {"name": player.policy},
        "additional_details": {
            "deployment_type": "unknown",
            "model_availability": "unknown",
            "player_digest": row.result.player_digest,
            **{f"engine_{name}": value for name, value in player.engine.items()},
        },
    }


def _result(row: BoardRow) -> dict[str, Json]:
    result, scores = row.result, row.result.scores
    return {
        "evaluation_result_id": RESULT_ID,
        "evaluation_name": result.suite,
        "source_data": {
            "dataset_name": result.suite,
            "source_type": "other",
            "additional_details": {"suite_digest": result.suite_digest, "problems": str(scores.num_problems)},
        },
        "metric_config": {
            "evaluation_description": f"share of correct samples, {scores.samples} of each problem",
            "metric_id": "accuracy",
            "metric_name": f"avg@{scores.samples}",
            "metric_kind": "accuracy",
            "metric_unit": "proportion",
            "metric_parameters": {"k": scores.samples},
            "lower_is_better": False,
            "score_type": "continuous",
            "min_score": 0.0,
            "max_score": 1.0,
        },
        "score_details": _score(row),
        "generation_config": _generation(row),
    }


def _score(row: BoardRow) -> dict[str, Json]:
    scores = row.result.scores
    details = {
        **{f"pass@{k}": rate for k, rate in scores.pass_at.items()},
        **{f"cons@{k}": rate for k, rate in scores.cons_at.items()},
        **{titled(name, k): rate for name, by_k in scores.best_at.items() for k, rate in by_k.items()},
        "any": scores.any_at,
        "truncation_rate": scores.truncation_rate,
        "mean_reward": scores.mean_reward,
    }
    interval: dict[str, Json] = {
        "lower": scores.population.low,
        "upper": scores.population.high,
        "confidence_level": 0.95,
        "method": "clustered by problem, for other problems of the kind",
    }
    return {
        "score": scores.solve_rate,
        "details": {"key": row.result.key} | {name: f"{value:.6f}" for name, value in details.items()},
        "uncertainty": {"confidence_interval": interval, "num_samples": scores.num_problems},
    }


def _generation(row: BoardRow) -> dict[str, Json]:
    protocol = row.run.protocol
    told: dict[str, Json] = {
        "temperature": protocol.temperature,
        "top_p": protocol.top_p,
        "max_tokens": protocol.max_tokens,
        "prompt_template": protocol.template.user,
    } | ({"top_k": protocol.top_k} if protocol.top_k else {})
    return {
        "generation_args": told if protocol.is_told else {},
        "additional_details": {"protocol": protocol.title, "protocol_digest": protocol.digest},
    }


# -- the samples ------------------------------------------------------------------------------------------


def _samples(row: BoardRow, names: _Names) -> Iterator[dict[str, Json]]:
    for record in records(row.run.suite, row.episodes):
        for episode in record.episodes:
            if episode.verdict is not None:
                yield _sample(row, names, record, episode, episode.verdict)


def _sample(
    row: BoardRow, names: _Names, record: Record, episode: Episode, verdict: Verdict
) -> dict[str, Json]:
    is_single = len(episode.completions) == 1
    told: dict[str, Json] = (
        {"output": {"raw": episode.actions}} if is_single else {"messages": _turns(episode)}
    )
    return told | {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": names.evaluation_id,
        "model_id": names.model_id,
        "evaluation_name": row.result.suite,
        "evaluation_result_id": RESULT_ID,
        "sample_id": record.name,
        "sample_hash": sha256((record.text + record.answer).encode()).hexdigest(),
        "interaction_type": "single_turn" if is_single else "multi_turn",
        "input": {"raw": record.text, "formatted": episode.messages[0].content, "reference": [record.answer]},
        "answer_attribution": _attribution(episode, verdict, is_single=is_single),
        "evaluation": {
            "score": verdict.reward,
            "is_correct": verdict.correct,
            "num_turns": max(1, len(episode.completions)),
        },
        "token_usage": _usage(episode),
        "metadata": {
            "sample": str(episode.member),
            "reason": verdict.reason,
            "row": msgspec.json.encode(episode.row.as_dict()).decode(),
        },
    }


def _turns(episode: Episode) -> list[dict[str, Json]]:
    return [
        {"turn_idx": turn, "role": one.role, "content": one.content}
        for turn, one in enumerate(episode.messages)
    ]


def _attribution(episode: Episode, verdict: Verdict, *, is_single: bool) -> list[dict[str, Json]]:
    if verdict.answer is None:
        return []
    turn = 0 if is_single else max(t for t, one in enumerate(episode.messages) if one.role == "assistant")
    return [
        {
            "turn_idx": turn,
            "source": "output.raw" if is_single else f"messages[{turn}].content",
            "extracted_value": verdict.answer,
            "extraction_method": "custom",
            "is_terminal": True,
        }
    ]


def _usage(episode: Episode) -> dict[str, Json] | None:
    read = sum(len(one.prompt_ids) for one in episode.completions)
    sampled = sum(len(one.token_ids) for one in episode.completions)
    if not sampled:
        return None
    return {"input_tokens": read, "output_tokens": sampled, "total_tokens": read + sampled}
