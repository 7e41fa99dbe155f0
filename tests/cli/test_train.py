"""The verbs that learn, as a user types them: any model directory, any environment, and every slip."""

import json
from pathlib import Path

import pytest
import torch

from reasongym.agents.models import load_model, save_model
from reasongym.episodes import read_episodes
from tests.agents.small_models import small
from tests.cli.conftest import Reasongym

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SHORT = ("--steps", "2", "--groups", "2", "--group-size", "2", "--max-tokens", "5", "--checkpoint-every", "1")


@pytest.fixture(scope="module")
def qwen2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a small Qwen2 with random weights and a chat template, as anybody's model directory."""
    loaded = small("qwen2, tied, grouped", torch.float32)
    loaded.config.max_position_embeddings = 4096
    loaded.tokenizer.chat_template = CHATML
    folder = tmp_path_factory.mktemp("model") / "qwen2"
    save_model(loaded, folder)
    return folder


@pytest.mark.parametrize("env", ["Countdown-v0", "CountdownSteps-v0"])
def test_a_chat_model_trains_on_one_turn_and_on_many(
    reasongym: Reasongym, qwen2: Path, tmp_path: Path, env: str
) -> None:
    run = tmp_path / "run"
    code, out, error = reasongym(
        "train", "--model", qwen2, "--env", env, "--level", "1", *SHORT, "--output", run
    )
    assert (code, error) == (0, "")
    assert str(run / "model") in out.replace("\n", "")
    metrics = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [record["step"] for record in metrics] == [1, 2]
    first = next(iter(read_episodes(run / "episodes.jsonl")))
    assert (len(first.completions) > 1) == (env == "CountdownSteps-v0")
    assert (run / "learning.png").stat().st_size > 10_000
    assert load_model(run / "model").config.model_type == "qwen2"


def test_a_recipe_may_be_named_and_its_settings_overridden(
    reasongym: Reasongym, qwen2: Path, tmp_path: Path
) -> None:
    code, _, error = reasongym(
        "train", "countdown-demo", "--model", qwen2, *SHORT, "--eval-every", "0", "--threads", "1",
        "--output", tmp_path / "run",
    )  # fmt: skip
    assert (code, error) == (0, "")
    config = (tmp_path / "run" / "config.toml").read_text()
    assert 'style = "terse"' in config
    assert "group_size = 2" in config


@pytest.mark.parametrize("flag", [("--preset", "rloo"), ("--preset=rloo",)])
def test_a_preset_outranks_the_recipe_and_flags_outrank_the_preset(
    reasongym: Reasongym, qwen2: Path, tmp_path: Path, flag: tuple[str, ...]
) -> None:
    code, _, error = reasongym(
        "train", "countdown-demo", *flag, "--model", qwen2, *SHORT, "--eval-every", "0", "--threads", "1",
        "--kl", "0.0", "--output", tmp_path / "run",
    )  # fmt: skip
    assert (code, error) == (0, "")
    config = (tmp_path / "run" / "config.toml").read_text()
    for line in (
        'advantage = "rloo"',
        'aggregation = "constant"',
        "kl = 0.0",
        "entropy = 0.02",
        "updates = 2",
    ):
        assert f"\n{line}\n" in config


def test_prime_makes_a_model_that_train_can_take(reasongym: Reasongym, tmp_path: Path) -> None:
    small = ("--steps", "2", "--groups", "2", "--group-size", "2", "--hidden", "16", "--intermediate", "16")
    code, _, error = reasongym("prime", "Countdown-v0", *small, "--output", tmp_path / "primed")
    assert (code, error) == (0, "")
    model = tmp_path / "primed" / "model"
    code, _, error = reasongym(
        "train", "--model", model, "--options", "style=terse", *SHORT, "--output", tmp_path / "run"
    )
    assert (code, error) == (0, "")


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (("--heads", "5"), "hidden must be a multiple of twice the heads"),
        (("--layers", "0"), "layers must be at least 1, got 0"),
        (("--checkpoint-every", "0"), "checkpoint_every must be at least 1, got 0"),
        (("--learning-rate", "-1"), "learning_rate must be at least 0, got -1.0"),
    ],
)
def test_priming_that_cannot_work_is_refused_before_anything_is_written(
    reasongym: Reasongym, tmp_path: Path, flags: tuple[str, ...], complaint: str
) -> None:
    code, _, error = reasongym("prime", *flags, "--output", tmp_path / "primed")
    assert (code, len(error.strip().splitlines())) == (2, 1)
    assert complaint in error
    assert not (tmp_path / "primed").exists()


def test_a_misspelt_option_in_a_config_file_names_its_neighbour(reasongym: Reasongym, tmp_path: Path) -> None:
    config = tmp_path / "run.toml"
    config.write_text("[rollout]\ngroup_sise = 4\n")
    code, _, error = reasongym("train", config, "--model", "anything", "--output", tmp_path / "run")
    assert code == 2
    assert "did you mean 'group_size'?" in error
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        ((), "name the model to train: --model DIR"),
        (("--model", "./nowhere"), "there is no model directory nowhere"),
        (("countdwn-demo",), "did you mean 'countdown-demo'?"),
        (("nowhere.toml",), "cannot read nowhere.toml"),
        (("--tiny",), "--tiny shrinks a recipe: name one"),
        (("--model", "MODEL", "--env", "Contdown-v0"), "did you mean 'reasongym/Countdown-v0'?"),
        (("--model", "MODEL", "--level", "99"), "has levels 0 to 7, got 99"),
        (("--model", "MODEL", "--options", "style"), "an option is NAME=VALUE"),
        (("--model", "MODEL", "--options", "style=tags2"), "did you mean 'tags'?"),
        (("--model", "MODEL", "--group-size", "1"), "at least 2 to form a baseline, got 1"),
        (("--model", "MODEL", "--dtype", "float8"), "dtype must be one of float32"),
        (("--model", "MODEL", "--output", "/proc/run"), "cannot write the run folder /proc/run"),
        (("--model", "MODEL", "--device", "cuda:99"), "cannot use device 'cuda:99'"),
    ],
)
def test_a_bad_request_is_one_clear_sentence(
    reasongym: Reasongym, qwen2: Path, tmp_path: Path, args: tuple[str, ...], complaint: str
) -> None:
    output = () if "--output" in args else ("--output", str(tmp_path / "run"))
    code, _, error = reasongym("train", *(str(qwen2) if arg == "MODEL" else arg for arg in args), *output)
    assert code == 2
    assert complaint in error
    assert "Traceback" not in error
    assert len(error.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_another_run_in_the_same_folder_is_refused_and_left_alone(
    reasongym: Reasongym, qwen2: Path, tmp_path: Path
) -> None:
    command = ("train", "--model", qwen2, *SHORT, "--output", tmp_path)
    assert reasongym(*command)[0] == 0
    before = (tmp_path / "metrics.jsonl").read_bytes()
    code, _, error = reasongym(*command, "--seed", "7")
    assert code == 2
    assert "holds a run of another config" in error
    assert (tmp_path / "metrics.jsonl").read_bytes() == before


@pytest.mark.slow
def test_a_rehearsal_needs_no_model_and_continues_where_it_was(reasongym: Reasongym, tmp_path: Path) -> None:
    command = (
        "train",
        "simple-grpo",
        "--tiny",
        "--steps",
        "2",
        "--checkpoint-every",
        "1",
        "--output",
        tmp_path,
    )
    assert reasongym(*command)[0] == 0
    config = (tmp_path / "config.toml").read_text()
    assert 'env = "reasongym/Gcd-v0"' in config
    assert "otherwise = -1.0" in config
    assert load_model(tmp_path / "model").config.model_type == "llama"
    before = {
        path: path.read_bytes() for path in (tmp_path / "metrics.jsonl", tmp_path / "primed" / "config.json")
    }
    assert reasongym(*command)[0] == 0
    assert all(path.read_bytes() == content for path, content in before.items())
