"""Sandboxes of every layer that works on this machine, each made once."""

import os
from collections.abc import Iterator

import pytest

from reasongym.sandbox.capabilities import PREFERRED, probe
from reasongym.sandbox.sandboxes import Sandbox


@pytest.fixture(scope="session", params=PREFERRED)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox of one jail; the tests run once for each layer."""
    layer: str = request.param
    if layer == "root" and os.geteuid() != 0:
        pytest.skip("only root makes namespaces without a user namespace")
    reason = probe(layer)
    if reason:
        pytest.skip(f"the layer {layer} does not work here: {reason}")
    with Sandbox(layer, workers=1) as made:
        yield made
