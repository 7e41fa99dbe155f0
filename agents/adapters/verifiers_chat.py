"""A chat loop of verifiers in its own process: what plays our taskset unless another harness is named.

Interface of verifiers 0.4 (`verifiers/v1/harness.py`): a loop may run in process as long as it asks the model
through the endpoint that it is given.
"""

import ssl
from functools import cache
from typing import Any

import httpx

from reasongym.agents.adapters.outside import trainer

INSTALL = "verifiers>=0.4"

vf: Any = trainer("verifiers.v1", INSTALL)
_wire: Any = trainer("verifiers.v1.dialects.chat", INSTALL).message_to_wire
_OVERFLOWS: Any = trainer("verifiers.v1.harnesses.utils.compaction", INSTALL).CONTEXT_OVERFLOW_MARKERS


class ReasongymHarness(vf.Harness[vf.HarnessConfig]):
    """A chat without tools, in this process: no program is started and nothing installed for a turn.

    Another is chosen as ever (`--env.agent.harness.id null`).
    """

    APPENDS_SYSTEM_PROMPT = True
    SUPPORTS_RESUME = True
    EXECUTES_CODE = False
    NEEDS_CONTAINER = False

    async def launch(
        self, ctx: Any, trace: Any, runtime: Any, endpoint: str, secret: str, mcp_urls: Any, data: Any
    ) -> Any:
        """Ask for one turn; a conversation that no longer fits the context ends there."""
        system, prompt = self.resolve_prompt(data)
        told = [{"role": "system", "content": system}] if system else []
        told += [{"role": "user", "content": prompt}] if isinstance(prompt, str) else map(_wire, prompt)
        async with httpx.AsyncClient(timeout=None, verify=_tls()) as client:
            reply = await client.post(
                f"{endpoint}/chat/completions",
                json={"model": ctx.model, "messages": told},
                headers={"Authorization": f"Bearer {secret}"},
            )
        is_full = reply.status_code in (400, 413) and any(one in reply.text.casefold() for one in _OVERFLOWS)
        return vf.ProgramResult(int(reply.is_error and not is_full), "", reply.text if reply.is_error else "")


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()  # costs 20 ms, and a client makes one for itself where it gets none
