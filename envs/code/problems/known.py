"""Data sets of programming on the Hugging Face Hub by their usual names."""

from typing import NamedTuple


class Known(NamedTuple):
    """A data set: its repository, and the names it gives its splits."""

    repository: str
    train: str = ""
    """The upstream split that train problems come from; empty where it has none."""
    held_out: str = ""
    """The upstream split that eval problems come from; empty where it has none."""
    config: str = ""


KNOWN = {
    "MBPP": Known("google-research-datasets/mbpp", "train", "test", "full"),
    "MBPP-sanitized": Known("google-research-datasets/mbpp", "train", "test", "sanitized"),
    "MBPP+": Known("evalplus/mbppplus", held_out="test"),
    "HumanEval": Known("openai/openai_humaneval", held_out="test"),
    "HumanEval+": Known("evalplus/humanevalplus", held_out="test"),
    "APPS": Known("codeparrot/apps", "train", "test"),
    "TACO": Known("BAAI/TACO", "train", "test"),
    "CodeContests": Known("deepmind/code_contests", "train", "test"),
    "LiveCodeBench": Known("livecodebench/code_generation_lite", held_out="test"),
}
