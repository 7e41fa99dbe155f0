"""The verb `sandbox`: `capabilities` of this machine, `image` for containers."""

from collections.abc import Sequence

import tyro

from reasongym.errors import UnknownName, UsageError


def sandbox(args: list[str]) -> None:
    """Read the command line of `reasongym sandbox`."""
    verbs = {"capabilities": capabilities, "image": image}
    if not args:
        raise UsageError(f"sandbox takes one of {', '.join(verbs)}; --help says more")
    if args[0] not in (*verbs, "-h", "--help"):
        raise UnknownName("verb of sandbox", args[0], verbs)
    tyro.extras.subcommand_cli_from_dict(
        verbs,
        prog="reasongym sandbox",
        description="Say what keeps untrusted programs apart here, and make the image that they run in.",
        args=args,
    )


def capabilities(*, layer: str = "auto") -> None:
    """Say what a layer keeps from programs on this machine, and what it does not.

    Args:
        layer: auto for the one that is chosen here, or root, userns, landlock, docker, none
    """
    from reasongym.sandbox.capabilities import best_layer
    from reasongym.sandbox.capabilities import capabilities as capabilities_of

    found = capabilities_of(best_layer() if layer == "auto" else layer)
    print(f"layer {found.layer}")
    for one in found.guarantees:
        print(f"  yes  {one}")
    for one in found.missing:
        print(f"  no   {one}")


def image(*, packages: Sequence[str] = (), add: Sequence[str] = ()) -> None:
    """Make the image for Sandbox('docker') from this interpreter, without a registry, and print its name.

    Args:
        packages: modules to be importable beside the standard library, with what they require
        add: more programs of this machine, by name or path, or whole folders
    """
    from reasongym.sandbox.engine import Engine

    print(Engine().standard_image(packages, add))
