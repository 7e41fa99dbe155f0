"""Data sets of mathematics on the Hugging Face Hub by their usual names, and what is in them."""

from typing import NamedTuple


class Known(NamedTuple):
    """A data set: its repository, the names it gives its splits, and its columns (`a.b` is b inside a)."""

    repository: str
    train: str = "train"
    """The upstream split that train problems come from; empty where it has none."""
    held_out: str = ""
    """The upstream split that eval problems come from; empty where it has none."""
    config: str = ""
    problem: str = "problem"
    answer: str = "answer"
    level: str = ""
    transform: str = ""
    """How the answer stands in its column: `hashes` behind ####, `boxed` in the last box, else as it is."""


KNOWN = {
    "MATH": Known(
        "DigitalLearningGmbH/MATH-lighteval",
        held_out="test",
        answer="solution",
        level="level",
        transform="boxed",
    ),
    "MATH-500": Known("HuggingFaceH4/MATH-500", train="", held_out="test", level="level"),
    "GSM8K": Known("openai/gsm8k", held_out="test", config="main", problem="question", transform="hashes"),
    "AIME": Known("AI-MO/aimo-validation-aime"),
    "AIME-2024": Known("HuggingFaceH4/aime_2024", train="", held_out="train"),
    "AIME-2025": Known("math-ai/aime25", train="", held_out="test"),
    "AMC": Known("AI-MO/aimo-validation-amc"),
    "DeepScaleR": Known("agentica-org/DeepScaleR-Preview-Dataset"),
    "ORZ-57k": Known(
        "Open-Reasoner-Zero/orz_math_57k_collection", problem="0.value", answer="1.ground_truth.value"
    ),
    "ORZ-72k": Known(
        "Open-Reasoner-Zero/orz_math_72k_collection_extended",
        problem="0.value",
        answer="1.ground_truth.value",
    ),
    "OpenR1-Math-220k": Known("open-r1/OpenR1-Math-220k", config="default"),
    "OpenThoughts-114k": Known(
        "open-thoughts/OpenThoughts-114k",
        config="metadata",
        answer="ground_truth_solution",
        transform="boxed",
    ),
    "NuminaMath-CoT": Known("AI-MO/NuminaMath-CoT", held_out="test", answer="solution", transform="boxed"),
    "DAPO-Math-17k": Known(
        "BytedTsinghua-SIA/DAPO-Math-17k", problem="prompt.0.content", answer="reward_model.ground_truth"
    ),
    "Omni-MATH": Known("KbsdJames/Omni-MATH", train="", held_out="test", level="difficulty"),
}
