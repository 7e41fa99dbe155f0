"""`reasongym serve env`: environments for programs that are elsewhere, or in another language."""

import os
from collections.abc import Sequence
from typing import Any, Literal

from reasongym.cli.addresses import address

Protocol = Literal["http", "mcp", "mcp-stdio", "openenv", "nemo-gym"]


def env(
    *,
    host: str = "127.0.0.1",
    port: int = 8410,
    protocol: Protocol = "http",
    ids: Sequence[str] = (),
    code: bool = False,
    data: Sequence[str] = (),
    token_env: str = "",
    sessions: int = 4096,
    session_idle_s: float = 3600.0,
    max_batch: int = 1024,
    max_text_chars: int = 200_000,
    max_body_mib: int = 32,
    threads: int = 0,
    waiting: int = 256,
) -> None:
    """Serve environments until interrupted: problems, sessions and verdicts, never answers.

    Args:
        host: address to listen at; any but this machine's own needs a token
        port: 0 for any that is free; the address is printed when requests are taken
        protocol: http; mcp over HTTP, or over standard input and output; openenv; nemo-gym
        ids: environments to serve; every trusted one where not given
        code: also those that run programs in the sandbox, and the tool `python`
        data: values that options naming files or data sets may have; none but the defaults where not given
        token_env: name of the environment variable that holds the token requests must bring
        sessions: that may be open at one time
        session_idle_s: after which a session that nobody uses is closed
        max_batch: rows, moves or episodes of one request
        max_text_chars: of one action
        max_body_mib: of one request
        threads: requests that are worked on at one time; as many as there are cores where 0
        waiting: requests that may wait; more are told to come back
    """
    from reasongym.agents.adapters.serving.desk import Desk, Limits
    from reasongym.agents.adapters.serving.permissions import Permissions
    from reasongym.web.gate import Gate

    limits = Limits(
        max_batch=max_batch,
        max_text_chars=max_text_chars,
        max_sessions=sessions,
        session_idle_s=session_idle_s,
    )
    desk = Desk(Permissions.of(ids, code=code, data=data), limits)
    if protocol == "mcp-stdio":
        from reasongym.agents.adapters.mcp import server

        server(desk).run("stdio")
        return
    at = address(host, port, token_env, "use this machine")
    gate = Gate(at.token, max_body_mib << 20)
    with at.listening() as (listener, url):
        app = _application(protocol, desk, gate, threads or os.cpu_count() or 1, waiting)
        from reasongym.web.listening import serve_until_stopped

        print(f"serving {len(desk.permissions.served())} environments ({protocol}) at {url}", flush=True)
        serve_until_stopped(app, listener)


def _application(protocol: Protocol, desk: Any, gate: Any, num_threads: int, num_waiting: int) -> Any:
    """Make the ASGI application of a protocol; its package is imported only here."""
    if protocol == "mcp":
        from reasongym.agents.adapters.mcp import application as over_mcp

        return over_mcp(desk, gate)
    if protocol == "openenv":
        from reasongym.agents.adapters.openenv import application as over_openenv

        return over_openenv(desk, gate)
    if protocol == "nemo-gym":
        from reasongym.agents.adapters.nemo_gym import application as over_nemo_gym

        return over_nemo_gym(desk, gate, num_threads=num_threads, num_waiting=num_waiting)
    from reasongym.agents.adapters.serving.application import application

    return application(desk, gate, num_threads=num_threads, num_waiting=num_waiting)
