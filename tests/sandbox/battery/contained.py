"""What the containers of this process hold besides the first process of each, as their engine sees it."""

from contextlib import closing, suppress
from typing import Any

import docker
import docker.errors

from reasongym.sandbox.containers import LABEL, Client, supervisor


def num_strays() -> int:
    """Count processes that are no zygotes; there are none between jobs."""
    found = 0
    with closing(docker.from_env()) as engine:
        client: Client = engine.api
        ours: list[dict[str, Any]] = client.containers(filters={"label": f"{LABEL}={supervisor()}"})
        for one in ours:
            with suppress(docker.errors.APIError):  # it has just ended
                found += len(client.top(one["Id"])["Processes"]) - 1
    return found
