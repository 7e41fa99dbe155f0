"""Suites inside the task files of outside evaluators: as JSON with a digest, so that a file cannot drift."""

import re

import msgspec

from reasongym import registry
from reasongym.core import Json
from reasongym.errors import DataError, UsageError
from reasongym.evaluation.suites import Slice, Suite
from reasongym.export.records import template_named

LONGEST_SLUG = 80


def to_json(suite: Suite) -> dict[str, Json]:
    """Return what a task file holds of a suite: `slices` and `digest`."""
    return {"slices": msgspec.to_builtins(suite.slices), "digest": suite.digest}


def from_json(slices: Json, digest: str) -> Suite:
    """Read a suite back; raises UsageError for what is none, and DataError where its problems are others."""
    try:
        suite = Suite(msgspec.convert(slices, tuple[Slice, ...]))
    except msgspec.ValidationError as error:
        raise UsageError(f"not a suite: {error}; write the task file again by reasongym export") from error
    if suite.digest != digest:
        raise DataError(
            f"the task file is of the problems {digest}, and this version makes {suite.digest} of its rows: "
            "write it again by reasongym export, and compare no scores across the two"
        )
    return suite


def require_one_turn(suite: Suite, program: str) -> None:
    """Raise UsageError where a problem takes more than one turn, which `program` cannot play."""
    for one in suite.slices:
        if registry.get(one.env_id).turn_limit(one.rows()[0]) > 1:
            raise UsageError(
                f"{program} asks for one completion a problem, and {one.title} takes several turns: "
                "evaluate it by reasongym eval or inspect-ai"
            )


def user_prompts(suite: Suite, template: str) -> list[str]:
    """Return what the user says of each problem; raises UsageError for a template that says more."""
    named = template_named(template)
    if named.system:
        raise UsageError(f"template {template!r} has a system message, which here belongs to the run")
    return [named.open(problem.prompt)[-1].content for problem in suite.problems]


def slug(suite: Suite) -> str:
    """Name a suite in letters, digits and underscores; a long name is cut and ends with the digest."""
    name = re.sub(r"[^a-z0-9]+", "_", f"reasongym {suite.name}".lower()).strip("_")
    return name if len(name) <= LONGEST_SLUG else f"{name[:LONGEST_SLUG]}_{suite.digest}"
