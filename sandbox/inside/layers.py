"""The kinds of jail: what each is made of."""

from typing import NamedTuple


class Layer(NamedTuple):
    """How jobs are kept apart from the machine and from one another."""

    name: str
    has_namespaces: bool
    """The jail makes namespaces of its own."""
    is_user_namespace: bool = False
    is_container: bool = False
    """The zygote is the first process of a container that somebody else has walled in."""
    is_confined: bool = True
    """False for no isolation at all."""

    @property
    def may_fork(self) -> bool:
        """Whether whatever a job forks can be found and killed."""
        return self.has_namespaces or self.is_container

    @property
    def uses_landlock(self) -> bool:
        """Whether the file system is kept from jobs by rules rather than by mounts."""
        return self.is_confined and not self.may_fork


LAYERS = {
    layer.name: layer
    for layer in (
        Layer("root", has_namespaces=True),
        Layer("userns", has_namespaces=True, is_user_namespace=True),
        Layer("landlock", has_namespaces=False),
        Layer("docker", has_namespaces=False, is_container=True),
        Layer("none", has_namespaces=False, is_confined=False),
    )
}
