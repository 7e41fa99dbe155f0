"""What the containers of this process hold besides the first process of each, as their engine sees it."""

from contextlib import closing, suppress

import docker
import docker.errors

from reasongym.sandbox.containers import LABEL, supervisor


def num_strays() -> int:
    """Count processes that are no zygotes; there are none between jobs."""
    found = 0
    with closing(docker.from_env()) as client:
        for one in client.api.containers(filters={"label": f"{LABEL}={supervisor()}"}):
            with suppress(docker.errors.APIError):  # it has just ended
                found += len(client.api.top(one["Id"])["Processes"]) - 1
    return found
