"""What tests of adapters share: what to do where a trainer is missing, and the record for the docs' table."""

import importlib
import json
import os
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import pytest

from reasongym.agents.adapters.serving.application import application
from reasongym.agents.adapters.serving.client import RemoteEnvs
from reasongym.agents.adapters.serving.desk import Desk
from reasongym.agents.adapters.serving.permissions import Permissions
from reasongym.core import Env
from reasongym.web.gate import Gate
from reasongym.web.listening import serving
from tests.conftest import Plant

Needs = Callable[[str], Any]
Shown = Callable[..., None]


@pytest.fixture(scope="session")
def needs() -> Needs:
    """Import a trainer, or skip the test; fail where REASONGYM_TRAINERS names it as one that is here."""

    def import_or_skip(module: str) -> Any:
        if module.split(".")[0] in os.environ.get("REASONGYM_TRAINERS", "").split():
            return importlib.import_module(module)
        return pytest.importorskip(module, reason=f"{module} is not installed; `make test-trainers` has it")

    return import_or_skip


@pytest.fixture
def shown(record_property: Callable[[str, Any], None]) -> Shown:
    """Record what a passing test shows of a trainer, as a row of the table in docs/trainers/README.md.

    `trainer` is its name, `package` its distribution, `turns` single, multi or both, `what` what was run.
    """

    def record(*, trainer: str, package: str, turns: str, what: str) -> None:
        row = {"trainer": trainer, "version": version(package), "turns": turns, "what": what}
        record_property("shown", json.dumps(row))

    return record


@pytest.fixture
def unjudged(plant: Plant, documented_source: str) -> Env:
    """An environment of one turn whose judging fails, which is no wrong answer."""
    return plant(
        documented_source,
        ("from reasongym.registry", "from reasongym.errors import Unscored\nfrom reasongym.registry"),
        ("answer, reason = extract(text)", 'raise Unscored("the judge is out")'),
    )


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a server of all environments."""
    with serving(application(Desk(Permissions.of([])), Gate())) as found:
        yield found


@pytest.fixture
def envs(url: str) -> Iterator[RemoteEnvs]:
    """A client of it."""
    with RemoteEnvs(url) as made:
        yield made
