"""Run folders as files of other programs, to be looked at there and to be read back by `rescore`.

inspect     a log of inspect-ai as `.json`, one sample an episode; the only one that shows several turns
lighteval   details as `.parquet`, one row a problem
lm-eval     `samples_*.jsonl`, one line a problem

Layouts: lighteval 0.13.0, `Detail` in `logging/info_loggers.py`; lm_eval 0.4.13, `SampleResult` in
`result_schema.py`; inspect-ai's in `inspect_logs`. Everything is judged again before it is exported.
"""

import importlib
import io
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from reasongym.core import Json
from reasongym.errors import DataError, UsageError
from reasongym.evaluation.inspect_logs import inspect_log
from reasongym.evaluation.records import Record, records
from reasongym.evaluation.rescoring import Report, inspect
from reasongym.evaluation.runs import Run, write_whole

Format: TypeAlias = Literal["inspect", "lighteval", "lm-eval"]
FILES: dict[Format, str] = {
    "inspect": "{}.json",
    "lighteval": "details_{}.parquet",
    "lm-eval": "samples_{}.jsonl",
}
"""What each program calls its file; its reader finds it by this name."""


def export_run(folder: Path, kind: Format, path: Path, written: datetime) -> Report:
    """Write a run folder as another program's file; raises DataError with what speaks against the run.

    `written` is the time that a log of inspect-ai bears. Raises UsageError for a game of several turns where
    the file has one text an episode.
    """
    if path.suffix != Path(FILES[kind]).suffix:
        raise UsageError(f"a file of {kind} ends in {Path(FILES[kind]).suffix}, got {path.name}")
    report = inspect(folder)
    if report.findings or report.result is None:
        raise DataError(f"{folder} is refused: {report.findings[0]}; nothing was exported")
    content = _content(report, kind, written)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --output") from error
    return report


def _content(report: Report, kind: Format, written: datetime) -> bytes:
    assert report.result is not None
    told = records(report.run.suite, report.episodes)
    if kind == "inspect":
        return msgspec.json.encode(inspect_log(report.run, report.result, told, written))
    _require_single_turns(told, kind)
    if kind == "lighteval":
        return _parquet([_detail(report.run, record) for record in told])
    lines = [_lm_eval_line(report.run, place, record) for place, record in enumerate(told)]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _require_single_turns(told: Sequence[Record], kind: Format) -> None:
    turns = max(len(one.completions) for record in told for one in record.episodes)
    if turns > 1:
        raise UsageError(
            f"{kind} keeps one text an episode and this run has up to {turns} turns; --format inspect has all"
        )


def _asked(record: Record) -> str:
    """Return what the model read, as far as text shows it."""
    return "\n\n".join(one.content for one in record.episodes[0].messages if one.role != "assistant")


# -- lm-eval ----------------------------------------------------------------------------------------------


def _lm_eval_line(run: Run, place: int, record: Record) -> dict[str, Json]:
    doc = {
        "id": record.name,
        "problem": record.text,
        "answer": record.answer,
        "row": record.problem.row.as_dict(),
    }
    asked = _asked(record)
    return {
        "doc_id": place,
        "doc": doc,
        "target": record.answer,
        "arguments": {"gen_args_0": {"arg_0": asked, "arg_1": _lm_eval_settings(run)}},
        "resps": [record.texts],
        "filtered_resps": [record.texts[0]],
        "filter": "none",
        "metrics": ["solve_rate"],
        "doc_hash": _sha256(msgspec.json.format(msgspec.json.encode(doc)).decode()),
        "prompt_hash": _sha256(asked),
        "target_hash": _sha256(record.answer),
        "solve_rate": record.solve_rate,
        "reasongym": record.kept,
    }


def _lm_eval_settings(run: Run) -> dict[str, Json]:
    protocol = run.protocol
    if not protocol.is_told:
        return {}
    return {
        "until": list(protocol.template.stop),
        "do_sample": protocol.temperature > 0,
        "temperature": protocol.temperature,
        "top_p": protocol.top_p,
        "max_gen_toks": protocol.max_tokens,
    } | ({"top_k": protocol.top_k} if protocol.top_k else {})


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()


# -- lighteval --------------------------------------------------------------------------------------------


def _detail(run: Run, record: Record) -> dict[str, Json]:
    """Return a row with every field that lighteval's `Doc` and `ModelResponse` have."""
    return {
        "doc": _doc(run, record),
        "metric": {"solve_rate": record.solve_rate},
        "model_response": _model_response(record),
    }


def _doc(run: Run, record: Record) -> dict[str, Json]:
    protocol = run.protocol
    return {
        "choices": [record.answer],
        "fewshot_samples": [],
        "fewshot_sorting_class": None,
        "generation_grammar": None,
        "generation_size": protocol.max_tokens if protocol.is_told else None,
        "gold_index": [0],
        "id": record.name,
        "images": None,
        "instruction": protocol.template.system or None,
        "num_samples": protocol.samples,
        "original_query": record.text,
        "query": _asked(record),
        "sampling_methods": ["GENERATIVE"],
        "specific": {
            "reasongym": {"finish": [one.finish for one in record.last_turns]},
            "row": msgspec.json.encode(record.problem.row.as_dict()).decode(),
        },
        "stop_sequences": list(protocol.template.stop),
        "task_name": run.suite.name,
        "unconditioned_query": None,
        "use_logits": False,
    }


def _model_response(record: Record) -> dict[str, Json]:
    turns = record.last_turns
    return {
        "argmax_logits_eq_gold": [],
        "input": _asked(record),
        "input_tokens": turns[0].prompt_ids,
        "logits": None,
        "logprobs": [],
        "output_tokens": [one.token_ids for one in turns],
        "padded_tokens_count": 0,
        "reasonings": [],
        "text": record.texts,
        "text_post_processed": None,
        "truncated_tokens_count": 0,
        "unconditioned_logprobs": None,
    }


def _parquet(rows: Sequence[dict[str, Json]]) -> bytes:
    try:
        pyarrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise DataError("lighteval's file needs pyarrow: pip install 'reasongym[datasets]'") from error
    file = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(rows), file)
    return file.getvalue()
