"""Sandboxes of every layer that works on this machine, each made once."""

import os
from collections.abc import Iterator

import pytest

from reasongym.sandbox.capabilities import PREFERRED, probe
from reasongym.sandbox.sandboxes import Sandbox
from tests.sandbox.engines import require_engine


@pytest.fixture(scope="session", params=[*PREFERRED, pytest.param("docker", marks=pytest.mark.slow)])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox of one jail; the tests run once for each layer."""
    layer: str = request.param
    if layer == "docker":
        require_engine()
    else:
        _require_layer(layer)
    with Sandbox(layer, workers=1) as made:
        yield made


def _require_layer(layer: str) -> None:
    """Skip the test where a layer does not work, with the reason."""
    if layer == "root" and os.geteuid() != 0:
        pytest.skip("only root makes namespaces without a user namespace")
    reason = probe(layer)
    if reason:
        pytest.skip(f"the layer {layer} does not work here: {reason}")
