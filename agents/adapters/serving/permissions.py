"""Which problems strangers may ask for: rows come from anywhere, and some name files or run programs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reasongym import registry
from reasongym.core import Env, Json
from reasongym.errors import UnknownName, UsageError


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the operator of a server lets its clients do."""

    ids: frozenset[str] = field(default_factory=lambda: frozenset(registry.specs()))
    """Environments that are served."""
    code: bool = False
    """Whether those that run programs in the sandbox are, and the tool `python`."""
    data: tuple[str, ...] = ()
    """Values that options may have which name files or data sets; the empty one is always allowed."""

    @classmethod
    def of(cls, ids: Iterable[str], *, code: bool = False, data: Iterable[str] = ()) -> "Permissions":
        """Read them as an operator writes them; no ids are all trusted ones. Raises UnknownName."""
        named = frozenset(registry.get(env_id).env_id for env_id in ids)
        return cls(named or frozenset(registry.specs()), code, tuple(data))

    def served(self) -> list[Env]:
        """Return the environments that are served, in alphabetical order."""
        envs = [registry.get(env_id) for env_id in sorted(self.ids)]
        return [env for env in envs if self.code or not env.needs_sandbox]

    def env(self, env_id: str) -> Env:
        """Return an environment that is served; raises UsageError, UnknownName."""
        ours = f"{registry.NAMESPACE}/"
        full_id = env_id if "/" in env_id else ours + env_id
        if full_id not in self.ids:
            raise UnknownName("environment", env_id, [one.removeprefix(ours) for one in self.ids])
        env = registry.get(full_id)
        if env.needs_sandbox and not self.code:
            raise UsageError(f"{env.env_id} runs programs, which this server does not allow")
        return env

    def require_harmless(self, env: Env, options: Mapping[str, Json]) -> None:
        """Refuse options before anything that they name is looked at; raises UsageError."""
        if not options:
            return
        if options.get("tools") == "python" and not self.code:
            raise UsageError("the tool 'python' runs programs, which this server does not allow")
        for option in env.options().values():
            value = options.get(option.name, "")
            if option.names_data and value != "" and value not in self.data:
                raise UsageError(
                    f"option {option.name!r} names data, and this server does not allow {value!r}"
                )
