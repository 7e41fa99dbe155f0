"""A run as a log of inspect-ai, that its reader, viewer and data frames take: one sample an episode.

Layout: inspect_ai 0.3.285, `EvalLog` and `EvalSample` in `log/_log.py`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from reasongym.core import Json, Verdict
from reasongym.episodes import Episode, Finish, Message
from reasongym.evaluation.records import Record, last_text, last_turn
from reasongym.evaluation.rescoring import Result
from reasongym.evaluation.runs import Run

SCORER = "reasongym"
_STOP_REASONS: dict[Finish, str] = {"stop": "stop", "length": "max_tokens", "cancelled": "unknown"}


def inspect_log(run: Run, result: Result, records: Sequence[Record], written: datetime) -> dict[str, Json]:
    """Lay a judged run out as a whole log; `written` stands for the times that a run does not keep."""
    time = written.astimezone(UTC).isoformat(timespec="seconds")
    samples = [_sample(run, record, one) for record in records for one in record.episodes]
    return {
        "version": 2,
        "status": "success",
        "eval": _about(run, result, records, time),
        "plan": {"name": "plan", "steps": [], "config": _config(run)},
        "results": _results(result, len(samples)),
        "stats": {"started_at": time, "completed_at": time, "model_usage": {}},
        "samples": sorted(samples, key=lambda sample: sample["epoch"]),
    }


def _about(run: Run, result: Result, records: Sequence[Record], time: str) -> dict[str, Json]:
    names = [record.name for record in records]
    return {
        "eval_id": result.key,
        "run_id": result.key,
        "task_id": result.suite_digest,
        "created": time,
        "task": run.suite.name,
        "dataset": {"name": run.suite.name, "samples": len(names), "sample_ids": names, "shuffled": False},
        "model": run.player.name,
        "model_args": run.player.engine,
        "model_generate_config": _config(run),
        "config": {"epochs": run.protocol.samples},
        "packages": run.versions,
        "metadata": {
            "result": result.key,
            "suite_digest": result.suite_digest,
            "protocol_digest": result.protocol_digest,
            "grader": result.grader,
            "player_digest": result.player_digest,
        },
    }


def _config(run: Run) -> dict[str, Json]:
    protocol = run.protocol
    if not protocol.is_told:
        return {}
    told: dict[str, Json] = {"temperature": protocol.temperature, "top_p": protocol.top_p}
    told |= {"top_k": protocol.top_k} if protocol.top_k else {}
    return told | {"max_tokens": protocol.max_tokens}


def _results(result: Result, num_samples: int) -> dict[str, Json]:
    accuracy: dict[str, Json] = {"name": "accuracy", "value": result.scores.solve_rate, "params": {}}
    score: dict[str, Json] = {
        "name": SCORER,
        "scorer": SCORER,
        "params": {},
        "metrics": {"accuracy": accuracy},
    }
    return {"total_samples": num_samples, "completed_samples": num_samples, "scores": [score]}


def _sample(run: Run, record: Record, episode: Episode) -> dict[str, Json]:
    last = last_turn(episode)
    message = {"role": "assistant", "content": last_text(episode), "source": "generate"}
    choice = {"message": message, "stop_reason": _STOP_REASONS[last.finish]}
    return {
        "id": record.name,
        "epoch": episode.member + 1,
        "input": _messages(_opening(episode)),
        "target": record.answer,
        "messages": _messages(episode.messages),
        "output": {"model": run.player.name, "choices": [choice]},
        "scores": {SCORER: _score(episode.verdict)} if episode.verdict else {},
        "metadata": {
            "problem": record.text,
            "row": episode.row.as_dict(),
            "reasongym": {"finish": [last.finish], "token_ids": [last.token_ids]},
        },
        "store": {},
        "events": [],
        "model_usage": {},
    }


def _opening(episode: Episode) -> list[Message]:
    said = [at for at, message in enumerate(episode.messages) if message.role == "assistant"]
    return episode.messages[: said[0]] if said else episode.messages


def _messages(messages: Sequence[Message]) -> list[dict[str, Json]]:
    return [{"role": one.role, "content": one.content} for one in messages]


def _score(verdict: Verdict) -> dict[str, Json]:
    return {
        "value": "C" if verdict.correct else "I",
        "answer": verdict.answer,
        "explanation": verdict.reason,
        "metadata": {"reward": verdict.reward, "parts": dict(verdict.parts)},
    }
