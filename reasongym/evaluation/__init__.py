"""Measuring policies: suites and protocols as data, every completion kept, every figure recomputable."""

from reasongym.evaluation.evaluator import Progress, evaluate
from reasongym.evaluation.findings import Finding
from reasongym.evaluation.metrics import Scores
from reasongym.evaluation.protocol import Protocol
from reasongym.evaluation.rescoring import Report, rescore
from reasongym.evaluation.runs import Player, Run, planned
from reasongym.evaluation.suites import Slice, Suite, env_suite, named_suite

__all__ = [
    "Finding",
    "Player",
    "Progress",
    "Protocol",
    "Report",
    "Run",
    "Scores",
    "Slice",
    "Suite",
    "env_suite",
    "evaluate",
    "named_suite",
    "planned",
    "rescore",
]
