"""What a submitted run says of itself: names that are only names, a suite and a template that all know."""

import re
from collections.abc import Iterator
from functools import cache

from reasongym.evaluation.benchmarks import DATA_ENV_IDS
from reasongym.evaluation.findings import Finding
from reasongym.evaluation.presets import load_preset, preset_names
from reasongym.evaluation.runs import Run
from reasongym.evaluation.suites import Slice, env_suite
from reasongym.leaderboard.baselines import BASELINES
from reasongym.templates import TEMPLATES, Template

MAX_NAME = 100
_WORD = re.compile(r"[\w.+-]{1,64}")
_DIGEST = re.compile(r"[0-9a-f]{12}")


def find_unsafe_names(run: Run) -> Iterator[Finding]:
    """Refuse names that are paths or steer a terminal: what reads them may be a script."""
    model = run.player.model
    if not _is_name(model):
        yield Finding(
            "unsafe_name", f"the model is called {model[:MAX_NAME]!r}; use letters, digits and -._/"
        )
    for said in (run.player.policy, run.protocol.template.name):
        if not _WORD.fullmatch(said):
            yield Finding("unsafe_name", f"{said[:MAX_NAME]!r} is no name of a policy or a template")
    if run.training is not None:
        yield Finding("foreign_path", "run.json names a folder of training; put metrics.jsonl beside it")
    for one in run.suite.slices:
        for name, value in one.options.items():
            if isinstance(value, str) and re.search(r"[/\\]|\.\.", value):
                yield Finding("foreign_path", f"option {name} of the suite is a path, {value[:MAX_NAME]!r}")


def find_wrong_claims(run: Run) -> Iterator[Finding]:
    """Compare what the run says of its suite, template, grader and player with what these may be."""
    yield from _find_own_suite(run)
    yield from _find_edited_template(run.protocol.template)
    yield from _find_disguise(run)
    if not _DIGEST.fullmatch(run.grader):
        yield Finding("wrong_grader", f"{run.grader[:MAX_NAME]!r} is no digest of a grader")


def _is_name(model: str) -> bool:
    is_plain = model.isprintable() and len(model) <= MAX_NAME and "\\" not in model
    return is_plain and ".." not in model and not model.startswith(("/", "~", ".")) and model == model.strip()


def _find_own_suite(run: Run) -> Iterator[Finding]:
    """Refuse problems of one's own choice: rows are compared on the same ones, and some are easy."""
    slices = run.suite.slices
    for one in slices:
        if slices.count(one) > 1:
            yield Finding("own_suite", f"{one.title} is there twice")
        elif not one.benchmark and (told := _difference(one)):
            yield Finding("own_suite", f"{one.title[:MAX_NAME]}: {told}")


def _difference(one: Slice) -> str:
    """Say in which way a slice of an environment is not the one that `reasongym eval` plays by default."""
    if one.env_id in DATA_ENV_IDS and "data" in one.options:
        return "is not the whole of a benchmark that is known by its digest"
    (usual,) = env_suite(one.env_id, level=one.level, **one.options).slices
    told = [
        f"{name} is {mine}, the board takes {theirs}"
        for name, mine, theirs in (
            ("split", one.split, usual.split),
            ("first_seed", one.first_seed, usual.first_seed),
            ("options", one.options, usual.options),
        )
        if mine != theirs
    ]
    if one.num_problems < usual.num_problems:
        told.append(f"num_problems is {one.num_problems}, the board takes {usual.num_problems} or more")
    return "; ".join(told)


def _find_edited_template(template: Template) -> Iterator[Finding]:
    known = _known_templates().get(template.name, ())
    if known and template not in known:
        yield Finding("edited_template", f"{template.name} is a known template and does not say this")


@cache
def _known_templates() -> dict[str, tuple[Template, ...]]:
    known: dict[str, tuple[Template, ...]] = {name: (one,) for name, one in TEMPLATES.items()}
    for template in (load_preset(name).template for name in preset_names()):
        known[template.name] = (*known.get(template.name, ()), template)
    return known


def _find_disguise(run: Run) -> Iterator[Finding]:
    """Baselines are no model and models no baseline, by any of their names."""
    player = run.player
    if player.policy in BASELINES and (player.model or player.digest or player.engine):
        yield Finding(
            "disguise", f"the baseline {player.policy} has no model, got {player.name[:MAX_NAME]!r}"
        )
    if player.policy not in BASELINES and not player.model.strip():
        yield Finding("disguise", "the model has no name; `reasongym eval --name` gives one")
    if player.policy not in BASELINES and {player.model.strip().lower(), player.policy.lower()} & {
        *BASELINES
    }:
        yield Finding("disguise", f"a model may not be called {player.name!r}, which is a baseline")
