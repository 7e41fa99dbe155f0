"""The verb `serve`: `sandbox`, a pool of jails for many trainers over HTTP, and `env`, environments."""

from collections.abc import Sequence

import tyro

from reasongym.cli.addresses import address
from reasongym.cli.serve_env import env
from reasongym.errors import UnknownName, UsageError

_HELP = """usage: reasongym serve SERVICE [--help] ...

  env      environments over HTTP, MCP, OpenEnv's or NeMo Gym's protocol
  sandbox  run untrusted programs over HTTP"""


def serve(args: list[str]) -> None:
    """Read the command line of `reasongym serve`."""
    services = {"env": env, "sandbox": sandbox}
    if not args:
        raise UsageError("serve takes the name of a service: env or sandbox; --help says more")
    if args[0] in ("-h", "--help"):
        print(_HELP)
        return
    if args[0] not in services:
        raise UnknownName("service", args[0], services)
    tyro.cli(services[args[0]], prog=f"reasongym serve {args[0]}", args=args[1:])


def sandbox(
    *,
    host: str = "127.0.0.1",
    port: int = 8400,
    workers: int | None = None,
    layer: str = "auto",
    packages: Sequence[str] = (),
    image: str = "",
    memory_mib: int = 512,
    token_env: str = "",
    waiting: int = 64,
    sessions: int = 32,
    session_idle_s: float = 600.0,
    max_cpu_s: float = 60.0,
    max_body_mib: int = 32,
) -> None:
    """Run and judge untrusted programs over HTTP, until interrupted.

    Args:
        host: address to listen at; any but this machine's own needs a token
        port: 0 for any that is free; the address is printed when requests are taken
        workers: programs at one time; as many as there are cores where not given
        layer: of isolation: auto, root, userns, landlock or docker
        packages: modules that programs find imported, such as numpy
        image: of the layer docker; one of this interpreter where not given
        memory_mib: that one program may ask for
        token_env: name of the environment variable that holds the token requests must bring
        waiting: requests that may wait for a worker; more are told to come back
        sessions: that may be open at one time
        session_idle_s: after which a session that nobody uses is ended
        max_cpu_s: that one program may ask for
        max_body_mib: of one request, and of all that one program writes
    """
    from reasongym.sandbox.jobs import Limits
    from reasongym.sandbox.sandboxes import Sandbox
    from reasongym.sandbox.service import ServiceOptions, service
    from reasongym.web.listening import serve_until_stopped

    at = address(host, port, token_env, "have programs run here")
    if layer == "none":
        raise UsageError("programs of others are not served without isolation")
    options = ServiceOptions(at.token, waiting, max_body_mib << 20, max_cpu_s, sessions, session_idle_s)
    allowed = Limits(memory_bytes=memory_mib << 20)
    with (
        at.listening() as (listener, url),
        Sandbox(layer, workers=workers, packages=packages, limits=allowed, image=image) as pool,
    ):
        pool.run("pass")  # what does not work is told here and not to the first client
        print(f"serving the sandbox ({pool.layer}, {pool.num_workers} workers) at {url}", flush=True)
        serve_until_stopped(service(pool, options), listener)
