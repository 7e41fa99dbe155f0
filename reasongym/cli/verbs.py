"""Command lines with verbs of their own, such as those of `reasongym board`."""

from collections.abc import Callable, Mapping, Sequence

import tyro

from reasongym.errors import UnknownName, UsageError


def run_verb(
    name: str, verbs: Mapping[str, Callable[..., None]], args: Sequence[str], *, description: str
) -> None:
    """Run one of the verbs of `reasongym NAME`; raises UsageError where none or another is named."""
    if not args:
        raise UsageError(f"{name} takes one of {', '.join(verbs)}; --help says more")
    if args[0] not in (*verbs, "-h", "--help"):
        raise UnknownName(f"verb of {name}", args[0], verbs)
    tyro.extras.subcommand_cli_from_dict(
        dict(verbs), prog=f"reasongym {name}", description=description, args=args
    )
