"""The command line: `reasongym VERB ...`; each verb is a function whose signature is its flags.

A verb's module is imported only when the verb is called, so `reasongym list` never loads torch.
"""

import importlib
import sys
from collections.abc import Callable
from typing import Any

from reasongym.errors import ReasongymError, UnknownName

VERBS = {
    "list": ("reasongym.cli.envs:list_envs", "list the environments"),
    "show": ("reasongym.cli.envs:show", "print problems of an environment, with their answers if asked"),
    "play": ("reasongym.cli.envs:play", "play an environment yourself in the terminal"),
    "check": ("reasongym.cli.envs:check", "prove that an environment is sound, reproducible and hard to cheat"),
    "generate": ("reasongym.cli.envs:generate", "write problems as JSON lines"),
    "demo": ("reasongym.cli.demo:demo", "learn Countdown from scratch, evaluate it, and publish the result"),
    "prime": ("reasongym.cli.train:prime", "teach a new small model the notation by random legal play"),
    "train": ("reasongym.cli.train:train", "train a model by GRPO"),
    "eval": ("reasongym.cli.evaluate:evaluate", "score a policy on an environment and keep every completion"),
    "rescore": ("reasongym.cli.evaluate:rescore", "recompute the scores of a run folder from its completions"),
    "board": ("reasongym.cli.evaluate:board", "render the leaderboard of run folders as a static page"),
}


def main() -> None:
    """Run the verb named on the command line; exit 2 with one sentence on a bad request."""
    try:
        _run(sys.argv[1:])
    except ReasongymError as error:
        sys.exit(_fail(str(error)))
    except KeyboardInterrupt:
        print("\ninterrupted; the same command continues where it stopped", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


def _run(args: list[str]) -> None:
    if not args or args[0] in ("-h", "--help"):
        print(_help())
        return
    verb = args[0]
    if verb not in VERBS:
        raise UnknownName("verb", verb, VERBS)
    import tyro

    tyro.cli(_load(VERBS[verb][0]), prog=f"reasongym {verb}", args=args[1:])


def _load(path: str) -> Callable[..., Any]:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def _help() -> str:
    width = max(map(len, VERBS))
    lines = [f"  {verb:<{width}}  {about}" for verb, (_, about) in VERBS.items()]
    return "\n".join(["usage: reasongym VERB [--help] ...", "", *lines])


def _fail(message: str) -> int:
    print(f"reasongym: {message}", file=sys.stderr)
    return 2
