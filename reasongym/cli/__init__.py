"""The command line: `reasongym VERB ...`; each verb is a function whose signature is its flags.

A verb's module is imported only when the verb is called, so `reasongym list` never loads torch.
"""

import importlib
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from reasongym.errors import ReasongymError, UnknownName


class Verb(NamedTuple):
    """A verb: the function `module:name` behind it and one line about it."""

    function: str
    about: str
    takes_args: bool = False
    """The function reads the command line itself; else its signature is the flags."""
    resumes: bool = False
    """The same command continues what was interrupted."""


VERBS = {
    "list": Verb("reasongym.cli.listing:list_envs", "list the environments"),
    "show": Verb("reasongym.cli.listing:show", "print what an environment asks, and answers"),
    "play": Verb("reasongym.cli.play:play", "play an environment yourself in the terminal"),
    "check": Verb(
        "reasongym.cli.check:check", "prove that environments are sound, repeatable and hard to cheat"
    ),
    "new": Verb("reasongym.cli.new:new", "write a small environment that works, to be changed into yours"),
    "gallery": Verb(
        "reasongym.cli.gallery:gallery", "render a page with an example of every environment and level"
    ),
    "generate": Verb(
        "reasongym.cli.generate:generate", "write problems as JSON lines, parquet or a Hugging Face data set"
    ),
    "eval-sets": Verb("reasongym.cli.generate:check_eval_sets", "verify the digests of the public eval sets"),
    "demo": Verb(
        "reasongym.cli.demo:demo",
        "learn Countdown from nothing, measure it, publish the result",
        resumes=True,
    ),
    "prime": Verb(
        "reasongym.cli.train:prime",
        "make a small model and teach it the notation by random play or worked answers",
        resumes=True,
    ),
    "generate-traces": Verb(
        "reasongym.cli.traces:generate_traces",
        "let a policy play and keep what is right, to learn from",
        resumes=True,
    ),
    "sft": Verb("reasongym.cli.sft:sft", "teach a model from conversations", takes_args=True, resumes=True),
    "train": Verb("reasongym.cli.train:train", "train a model by GRPO", takes_args=True, resumes=True),
    "export-model": Verb(
        "reasongym.cli.train:export_trained", "write a run's model as a plain directory, or its adapter"
    ),
    "eval": Verb("reasongym.cli.evaluate:evaluate", "score a policy and keep every completion", resumes=True),
    "rescore": Verb("reasongym.cli.rescore:rescore", "judge a run again, or what another program saved"),
    "export": Verb(
        "reasongym.cli.export:export",
        "write a run for other programs, or problems for trainers, harnesses and the Hugging Face Hub",
        takes_args=True,
    ),
    "compare": Verb("reasongym.cli.compare:compare", "say which of several runs is better, and how surely"),
    "tokens": Verb("reasongym.cli.tokens:tokens", "set accuracy beside the tokens it takes, and draw it"),
    "reflection": Verb(
        "reasongym.cli.reflection:reflection", "say whether a model that thinks again does better for it"
    ),
    "contamination": Verb(
        "reasongym.cli.contamination:contamination",
        "find a benchmark's problems in a training file, or memorised ones by their twins",
    ),
    "grade": Verb("reasongym.cli.grading:grade_answer", "judge an answer by the right one, with the reasons"),
    "sandbox": Verb(
        "reasongym.cli.sandboxing:sandbox",
        "say what contains untrusted programs here; make the image for Docker",
        takes_args=True,
    ),
    "serve": Verb(
        "reasongym.cli.serve:serve",
        "serve environments, or a judge of untrusted programs, over HTTP and other protocols",
        takes_args=True,
    ),
    "board": Verb(
        "reasongym.cli.board:board",
        "submit runs to the leaderboard, verify them, build its page",
        takes_args=True,
    ),
}

_LEARNING = ("matplotlib", "peft", "safetensors", "tokenizers", "tomli_w", "torch", "transformers")
EXTRAS = {
    **dict.fromkeys(_LEARNING, ("models need", "train")),
    **dict.fromkeys(("httpx", "tenacity"), ("asking a server needs", "http")),
    **dict.fromkeys(("fastapi", "uvicorn"), ("a server needs", "serve")),
    **{name: ("this protocol needs", name) for name in ("mcp", "openenv")},
    "docker": ("containers need", "docker"),
    "vllm": ("--engine vllm needs", "vllm"),
}
"""Modules that a plain installation lacks: what needs each, and the extra that brings it."""


def main() -> None:
    """Run the verb named on the command line; exit 2 with one sentence on a bad request."""
    try:
        _run(sys.argv[1:])
    except ReasongymError as error:
        sys.exit(_fail(str(error)))
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        needs, extra = EXTRAS[error.name]
        sys.exit(_fail(f"{needs} {error.name}, which is not installed: pip install 'reasongym[{extra}]'"))
    except KeyboardInterrupt:
        print(f"\ninterrupted{_outlook(sys.argv[1:])}", file=sys.stderr)
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
    function = _load(VERBS[verb].function)
    if VERBS[verb].takes_args:
        function(args[1:])
        return
    import tyro

    tyro.cli(function, prog=f"reasongym {verb}", args=args[1:])


def _load(path: str) -> Callable[..., Any]:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def _help() -> str:
    width = max(map(len, VERBS))
    lines = [f"  {verb:<{width}}  {about}" for verb, (_, about, *_) in VERBS.items()]
    return "\n".join(["usage: reasongym VERB [--help] ...", "", *lines])


def _outlook(args: list[str]) -> str:
    verb = VERBS.get(args[0]) if args else None
    return "; the same command continues where it stopped" if verb and verb.resumes else ""


def _fail(message: str) -> int:
    print(f"reasongym: {message}", file=sys.stderr)
    return 2
