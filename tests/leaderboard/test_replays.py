"""A replayed row is one whose model was run again; a record that does not fit its run is refused."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch

from reasongym.agents.models import LoadedModel
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.errors import DataError
from reasongym.evaluation import Finding, Player, Protocol, env_suite, evaluate, planned, rescore
from reasongym.evaluation.rescoring import inspect
from reasongym.evaluation.runs import read_run
from reasongym.leaderboard import check, collect, replay, submit
from reasongym.leaderboard.replays import (
    FEWEST_EPISODES,
    REPLAY_FILE,
    Replay,
    Turn,
    chosen,
    find_wrong_replay,
    read_replay,
    run_digest,
)
from tests.agents.small_models import small
from tests.leaderboard.runs import change_episodes, play_run

NONCE = "c0ffee" * 4
Change = Callable[[Replay], Replay]


def model(dtype: torch.dtype, seed: int = 0) -> LoadedModel:
    loaded = small("qwen2, tied, grouped", dtype, seed=seed)
    loaded.config.max_position_embeddings = 4096
    return loaded


def played(folder: Path, loaded: LoadedModel, *, temperature: float, num_problems: int = 12) -> Path:
    """Play Countdown by a model that babbles."""
    dtype = str(next(loaded.model.parameters()).dtype).removeprefix("torch.")
    player = Player("torch", "org/babbler", loaded.digest(), {"device": "cpu", "dtype": dtype})
    suite = env_suite("Countdown-v0", level=0, num_problems=num_problems)
    run = planned(suite, Protocol(temperature=temperature, max_tokens=12, samples=2), player)
    evaluate(TorchPolicy(loaded), run, folder, tokenizer=loaded.tokenizer, context_length=4096)
    return folder


def replayed(folder: Path, loaded: LoadedModel, **changed: Any) -> tuple[Replay, list[Finding]]:
    terms: dict[str, Any] = {"by": "a reader", "nonce": NONCE} | changed
    player = replace(read_run(folder).player, digest=loaded.digest())
    return replay(
        folder, TorchPolicy(loaded), player, tokenizer=loaded.tokenizer, context_length=4096, **terms
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sampled run in float32 that was replayed."""
    folder = played(tmp_path_factory.mktemp("replays") / "run", model(torch.float32), temperature=1.0)
    assert replayed(folder, model(torch.float32))[1] == []
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "run")


def findings(folder: Path) -> list[Finding]:
    report = inspect(folder)
    return find_wrong_replay(folder, report.run, report.episodes)


def reseal(folder: Path, change: Change) -> None:
    """Change a record and give it a digest that fits."""
    record = read_replay(folder)
    assert record is not None
    (folder / REPLAY_FILE).write_bytes(msgspec.json.encode(change(record).sealed()))


def with_turn(record: Replay, change: Callable[[Turn], Turn], *, every: bool = False) -> Replay:
    """Change the first turn of the first episode, or of all."""
    episodes = [replace(one, turns=[change(one.turns[0]), *one.turns[1:]]) for one in record.episodes]
    return replace(record, episodes=episodes if every else [episodes[0], *record.episodes[1:]])


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_run_of_the_same_model_comes_again(tmp_path: Path, dtype: torch.dtype, temperature: float) -> None:
    run = played(tmp_path / "run", model(dtype), temperature=temperature)
    assert [row.tier for row in collect([run])] == ["rescored"]
    record, wrong = replayed(run, model(dtype))
    assert wrong == []
    assert len(record.episodes) == FEWEST_EPISODES
    assert [row.tier for row in collect([run])] == ["replayed"]


def test_the_same_nonce_gives_the_same_record_and_another_one_other_episodes(folder: Path) -> None:
    first = (folder / REPLAY_FILE).read_bytes()
    again, _ = replayed(folder, model(torch.float32))
    assert (folder / REPLAY_FILE).read_bytes() == first
    other, _ = replayed(folder, model(torch.float32), nonce="d" * 16)
    assert [(one.group, one.member) for one in again.episodes] != [
        (one.group, one.member) for one in other.episodes
    ]


def test_every_episode_is_drawn_as_often_as_another(whole: Path) -> None:
    run = read_run(whole)
    counts: dict[tuple[int, int], int] = {}
    for trial in range(600):
        for spot in chosen(run, "digest", f"nonce {trial}", 0.01):
            counts[spot] = counts.get(spot, 0) + 1
    assert len(counts) == run.num_episodes == 24
    assert all(abs(count - 400) < 60 for count in counts.values())  # 5.2 standard deviations of 11.5


def test_a_change_of_one_completion_chooses_other_episodes(whole: Path, folder: Path) -> None:
    change_episodes(folder, lambda lines: lines[3]["completions"][0].update(logprobs=[-1.0] * 12))
    run = read_run(whole)
    one, other = (run_digest(run, inspect(path).episodes) for path in (whole, folder))
    assert one != other
    assert chosen(run, one, NONCE, 0.01) != chosen(run, other, NONCE, 0.01)


def test_texts_of_another_model_do_not_come_again(tmp_path: Path) -> None:
    """The forger plays a better model and names the one that is known."""
    run = played(tmp_path / "run", model(torch.float32, seed=1), temperature=0.0)
    told = json.loads((run / "run.json").read_bytes())
    told["player"]["digest"] = model(torch.float32).digest()
    (run / "run.json").write_text(json.dumps(told))
    (run / "scores.json").unlink()
    rescore(run)
    _, wrong = replayed(run, model(torch.float32))
    assert {one.kind for one in wrong} == {"failed_replay"}
    assert not (run / REPLAY_FILE).exists()


def test_one_forged_completion_among_the_chosen_is_found(tmp_path: Path) -> None:
    run = played(tmp_path / "run", model(torch.float64), temperature=1.0)
    group, member = 3, 1

    def forge(lines: list[Any]) -> None:
        ids = lines[2 * group + member]["completions"][0]["token_ids"]
        ids[0] = ids[0] % 40 + 3

    change_episodes(run, forge)
    (run / "scores.json").unlink()
    rescore(run)
    nonce = next(
        text
        for text in (f"nonce number {n:08}" for n in range(99))
        if (group, member)
        in chosen(read_run(run), run_digest(read_run(run), inspect(run).episodes), text, 0.01)
    )
    _, wrong = replayed(run, model(torch.float64), nonce=nonce)
    assert [str(one)[:36] for one in wrong] == ["failed_replay: problem 3, sample 1 t"]


FORGERIES: list[tuple[str, Change, str]] = [
    ("of another run", lambda r: replace(r, run="0" * 32), "other_replay: .* is of a run with digest"),
    ("another model", lambda r: replace(r, player=replace(r.player, digest="ff")), "another model was"),
    ("a scripted player", lambda r: replace(r, player=Player("oracle")), "another model was played: oracle"),
    (
        "another dtype",
        lambda r: replace(r, player=replace(r.player, engine={"dtype": "float64"})),
        "it was played in 'float64', the run in 'float32'",
    ),
    ("nobody", lambda r: replace(r, by=" "), "`by` names nobody"),
    ("a name that steers", lambda r: replace(r, by="\x1b[2J"), "`by` names nobody"),
    ("a tried nonce", lambda r: replace(r, nonce="7"), "the nonce '7' is shorter than 16 characters"),
    ("another nonce", lambda r: replace(r, nonce="d" * 16), "chosen_replay: its episodes are not the 16"),
    ("a small share", lambda r: replace(r, share=0.001), "share is 0.001, it must be 0.01 to 1"),
    ("a larger share", lambda r: replace(r, share=1.0), "chosen_replay: its episodes are not the 24"),
    ("fewer episodes", lambda r: replace(r, episodes=r.episodes[1:]), "chosen_replay"),
    ("one of them twice", lambda r: replace(r, episodes=[r.episodes[0], *r.episodes[:-1]]), "chosen_replay"),
    ("no episodes", lambda r: replace(r, episodes=[]), "chosen_replay"),
    (
        "an easier one",
        lambda r: replace(r, episodes=[replace(r.episodes[0], group=11, member=1), *r.episodes[1:]]),
        "chosen_replay",
    ),
    (
        "no turns",
        lambda r: replace(r, episodes=[replace(one, turns=[]) for one in r.episodes]),
        "failed_replay: .* has 1 turns, came again with 0",
    ),
    (
        "no tokens",
        lambda r: with_turn(r, lambda _: Turn([], [])),
        "failed_replay: .* tokens, came again with 0",
    ),
    (
        "tokens without log-probabilities",
        lambda r: with_turn(r, lambda t: replace(t, logprobs=[])),
        "failed_replay: .* has 0 log-probabilities for",
    ),
    (
        "other log-probabilities",
        lambda r: with_turn(r, lambda t: replace(t, logprobs=[one - 0.01 for one in t.logprobs])),
        "failed_replay: .* token 0 has log-probability",
    ),
    (
        "a completion that goes on",
        lambda r: with_turn(r, lambda t: Turn([*t.token_ids, 5], [*t.logprobs, -0.1])),
        "failed_replay: .* came again with",
    ),
    (
        "everything a tie",
        lambda r: with_turn(r, lambda t: replace(t, token_ids=[t.token_ids[0] ^ 1, 0]), every=True),
        "failed_replay: ",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"), [one[1:] for one in FORGERIES], ids=[one[0] for one in FORGERIES]
)
def test_a_record_that_does_not_fit_is_refused_though_its_digest_does(
    folder: Path, change: Change, told: str
) -> None:
    reseal(folder, change)
    assert any(re.search(told, str(one)) for one in findings(folder)), findings(folder)
    with pytest.raises(DataError, match="is refused"):
        collect([folder])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is no record of a replay"),
        (b"{}", "is no record of a replay"),
        (b'{"run": 1e999}', "is no record of a replay"),
        (b"[" * 100_000, "is no record of a replay"),
    ],
)
def test_a_file_that_is_no_record_is_refused(folder: Path, content: bytes, told: str) -> None:
    (folder / REPLAY_FILE).write_bytes(content)
    assert [(one.kind, told in one.detail) for one in findings(folder)] == [("other_replay", True)]


def test_a_record_that_was_changed_or_has_more_fields_is_refused(folder: Path) -> None:
    path = folder / REPLAY_FILE
    record = json.loads(path.read_bytes())
    path.write_text(json.dumps(record | {"by": "somebody else"}))
    assert "was changed after it was written" in findings(folder)[0].detail
    path.write_text(json.dumps(record | {"outcome": "all the same"}))
    assert "has fields that no record of a replay has" in findings(folder)[0].detail


def test_a_run_that_was_changed_after_its_replay_is_refused(folder: Path) -> None:
    def change(lines: list[Any]) -> None:
        lines[0]["completions"][0]["logprobs"][0] -= 1e-6

    change_episodes(folder, change)
    assert "is of a run with digest" in findings(folder)[0].detail


def test_so_many_ties_as_rounding_does_not_make_are_refused(folder: Path) -> None:
    def other_last(turn: Turn) -> Turn:
        return replace(turn, token_ids=[*turn.token_ids[:-1], turn.token_ids[-1] % 40 + 3])

    reseal(folder, lambda r: with_turn(r, other_last))
    assert findings(folder) == []
    reseal(folder, lambda r: with_turn(r, other_last, every=True))
    assert [one.kind for one in findings(folder)] == ["failed_replay"]
    assert "16 of 16 episodes" in findings(folder)[0].detail


def test_a_greedy_tie_needs_two_tokens_that_are_as_good(tmp_path: Path) -> None:
    run = played(tmp_path / "run", model(torch.float32), temperature=0.0)
    replayed(run, model(torch.float32))

    def part(turn: Turn, gap: float) -> Turn:
        return Turn([*turn.token_ids[:2], 44], [*turn.logprobs[:2], turn.logprobs[2] - gap])

    reseal(run, lambda r: with_turn(r, lambda turn: part(turn, 1e-5)))
    assert findings(run) == []
    reseal(run, lambda r: with_turn(r, lambda turn: part(turn, 0.01)))
    assert [one.kind for one in findings(run)] == ["failed_replay"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"nonce": "short"}, "the nonce 'short' is shorter"),
        ({"by": ""}, "`by` names nobody"),
        ({"share": 0.001}, "share is 0.001"),
        ({"share": float("nan")}, "share is nan"),
    ],
)
def test_a_replay_on_other_terms_is_refused_before_anything_is_played(
    folder: Path, changed: dict[str, Any], told: str
) -> None:
    with pytest.raises(DataError, match=told):
        replayed(folder, model(torch.float32), **changed)


def test_another_model_is_refused_before_anything_is_played(folder: Path) -> None:
    with pytest.raises(DataError, match="another model was played"):
        replayed(folder, model(torch.float32, seed=1))


def test_what_cannot_come_again_is_said(tmp_path: Path) -> None:
    """Tokens without a dtype; a baseline is played again by `verify` anyway."""
    run = play_run(tmp_path / "run", env_suite("Countdown-v0", level=0, num_problems=9))
    with pytest.raises(
        DataError, match="cannot be replayed: it was played in an unknown dtype; only float64 and"
    ):
        replayed(run, model(torch.float32))


def test_submit_leaves_a_record_of_ones_own_behind_and_verify_takes_one(tmp_path: Path) -> None:
    """What the submitter says to have replayed is no reason to believe the submitter."""
    loaded = model(torch.float32)
    run = played(tmp_path / "run", loaded, temperature=1.0, num_problems=200)
    replayed(run, loaded)
    place, wrong = submit(run, tmp_path / "board")
    assert wrong == []
    assert sorted(path.name for path in place.iterdir()) == ["episodes.jsonl", "run.json", "scores.json"]
    replayed(place, loaded)
    assert check(place).findings == []
    reseal(place, lambda r: replace(r, run="0" * 32))
    assert [one.kind for one in check(place).findings] == ["other_replay"]
