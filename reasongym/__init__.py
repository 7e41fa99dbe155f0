"""Train and score language models on procedurally generated problems whose rewards can be checked."""

from reasongym.core import Env, Problem, Row, Verdict
from reasongym.registry import get, load, make, problem, register, replay, specs

load()

__all__ = ["Env", "Problem", "Row", "Verdict", "get", "make", "problem", "register", "replay", "specs"]
