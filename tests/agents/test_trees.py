"""Trees of pieces that a real model played, and what the pieces are worth."""

import itertools
import statistics
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reasongym import registry
from reasongym.agents.algorithms import preset
from reasongym.agents.config import RolloutSettings, TrainConfig
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.agents.trees import Path as Way
from reasongym.agents.trees import Shape, grow, siblings
from reasongym.core import Row
from reasongym.episodes import Completion, Episode, Sampling
from reasongym.errors import UsageError
from reasongym.rollouts import Setting
from reasongym.templates import TEMPLATES, Renderer
from tests.agents.small_models import small
from tests.agents.test_trainer import CONFIG, JudgedByFirstWord, small_llama

SHAPE = Shape(branches=2, tokens=3, depth=3)
STOPS = tuple(one + other for one in "abcdefghijklmnopqrstuvwxyz" for other in "aeiou12345")


def _grown(
    env_id: str, *, stop: tuple[str, ...] = (), max_tokens: int = 12, salt: str = ""
) -> list[list[Episode]]:
    loaded = small("llama", torch.float64)
    renderer = Renderer(loaded.tokenizer, TEMPLATES["default"])
    setting = Setting(Sampling(max_tokens=max_tokens, stop=stop), TEMPLATES["default"], renderer)
    env = registry.get(env_id)
    problems = [env.problem(env.row(seed)) for seed in range(3)]
    return grow(TorchPolicy(loaded), problems, setting, SHAPE, salt=salt, max_live=7)


@given(path=st.lists(st.integers(0, 2), max_size=5))
def test_a_path_and_its_number_are_the_same(path: list[int]) -> None:
    shape = Shape(branches=3, tokens=1, depth=5)
    assert shape.path(shape.member(tuple(path))) == tuple(path)


def test_leaves_go_on_from_the_pieces_they_share() -> None:
    for group, leaves in enumerate(_grown("Countdown-v0")):
        by_path = {SHAPE.path(leaf.member): leaf for leaf in leaves}
        assert len(by_path) == len(leaves) > 4
        assert {leaf.group for leaf in leaves} == {group}
        for path, leaf in by_path.items():
            pieces = leaf.completions
            assert len(pieces) == len(path)
            for before, after in itertools.pairwise(pieces):
                assert after.prompt_ids == before.prompt_ids + before.token_ids
            assert all(len(piece.token_ids) <= SHAPE.tokens for piece in pieces[: SHAPE.depth - 1])
            assert sum(len(piece.token_ids) for piece in pieces) <= 12
            for other, theirs in by_path.items():
                shared = next(
                    (k for k, (a, b) in enumerate(zip(path, other, strict=False)) if a != b), len(path)
                )
                assert pieces[:shared] == theirs.completions[:shared]
        assert len({tuple(leaf.completions[0].token_ids) for leaf in leaves}) > 1


def test_a_tree_is_a_function_of_its_salt() -> None:
    assert _grown("Countdown-v0") == _grown("Countdown-v0")
    assert _grown("Countdown-v0") != _grown("Countdown-v0", salt="other")


@pytest.mark.parametrize("env_id", ["reasongym/Countdown-v0", "reasongym/CountdownSteps-v0"])
def test_leaves_have_the_verdict_of_their_texts(env_id: str) -> None:
    for leaves in _grown(env_id, max_tokens=6):
        for leaf in leaves:
            assert leaf.verdict is not None
            judged = registry.get(env_id).replay(leaf.row, leaf.actions)
            assert (leaf.verdict.reward, leaf.verdict.correct) == (judged.reward, judged.correct)


def test_a_stop_string_ends_a_turn_where_it_is_complete_also_across_pieces() -> None:
    text = Renderer(small("llama", torch.float64).tokenizer, TEMPLATES["default"]).text
    across = 0
    for leaves in _grown("Countdown-v0", stop=STOPS, max_tokens=40):
        for leaf in leaves:
            ids = [one for piece in leaf.completions for one in piece.token_ids]
            assert not any(stop in text(ids[:-1]) for stop in STOPS)
            last = text(leaf.completions[-1].token_ids)
            ended = any(stop in text(ids) for stop in STOPS)
            across += ended and not any(stop in last for stop in STOPS)
    assert across > 0


def _leaf(path: Way, shape: Shape) -> Episode:
    """Make a leaf whose pieces name where they are, and the last of full depth has two completions."""
    pieces = [
        Completion("", "stop", [1], [*path[: depth + 1]], [0.0] * (depth + 1)) for depth in range(len(path))
    ]
    if len(path) == shape.depth:
        pieces.append(Completion("", "stop", [1], [99], [0.0]))
    return Episode(Row("reasongym/Countdown-v0", 0, "train", 0), [], pieces, None, member=shape.member(path))


@given(data=st.data())
def test_a_piece_is_worth_the_mean_of_those_that_follow_it(data: st.DataObject) -> None:
    """Random trees: some pieces end early, some leaves are missing."""
    shape = Shape(branches=3, tokens=4, depth=3)
    rewards: dict[Way, float] = {}

    def draw(path: Way) -> None:
        if path and (len(path) == shape.depth or data.draw(st.integers(0, 3)) == 0):
            if data.draw(st.integers(0, 4)):
                rewards[path] = data.draw(st.sampled_from([0.0, 0.5, 1.0]))
            return
        for way in range(shape.branches):
            draw((*path, way))

    draw(())

    def worth(path: Way) -> float | None:
        if path in rewards:
            return rewards[path]
        known = [one for way in range(3) if (one := worth((*path, way))) is not None] if len(path) < 3 else []
        return statistics.fmean(known) if known else None

    found = siblings([(_leaf(path, shape), reward) for path, reward in rewards.items()], shape)
    seen: set[Way] = set()
    for fork in found:
        paths = [shape.path(one.episode.member) for one in fork]
        assert len({path[:-1] for path in paths}) == 1
        for one, path in zip(fork, paths, strict=True):
            seen.add(path)
            assert one.value == pytest.approx(worth(path))
            expected = [[*path], [99]] if len(path) == shape.depth else [[*path]]
            assert [piece.token_ids for piece in one.episode.completions] == expected
    assert seen == {path[:depth] for path in rewards for depth in range(1, len(path) + 1)}


TREE = replace(
    CONFIG, rollout=RolloutSettings(groups=4, branches=2, branch_tokens=2, branch_depth=3, max_tokens=8)
)


def test_a_run_learns_from_siblings_and_continues_to_the_same_bits(tmp_path: Path) -> None:
    whole = JudgedByFirstWord(TREE, small_llama(), tmp_path / "whole")
    start = [parameter.clone() for parameter in whole.loaded.model.parameters()]
    whole.run()
    assert not all(map(torch.equal, whole.loaded.model.parameters(), start))

    class Interrupted(JudgedByFirstWord):
        def advance(self) -> dict[str, float]:
            if self.step == 2:
                raise KeyboardInterrupt
            return super().advance()

    with pytest.raises(KeyboardInterrupt):
        Interrupted(TREE, small_llama(), tmp_path / "killed").run()
    resumed = JudgedByFirstWord(TREE, small_llama(), tmp_path / "killed")
    resumed.run()
    assert all(map(torch.equal, whole.loaded.model.parameters(), resumed.loaded.model.parameters()))


@pytest.mark.parametrize(
    ("rollout", "algorithm", "complaint"),
    [
        (
            RolloutSettings(branches=1),
            "grpo",
            r"rollout.branches must be at least 2 \(or 0 for no tree\), got 1",
        ),
        (RolloutSettings(branches=2, branch_tokens=0), "grpo", "rollout.branch_tokens must be at least 1"),
        (RolloutSettings(branches=2), "ppo", "looks at whole episodes, and a tree teaches pieces"),
    ],
)
def test_trees_that_cannot_be_learned_from_are_refused(
    rollout: RolloutSettings, algorithm: str, complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        TrainConfig(rollout=rollout, algorithm=preset(algorithm)).check()
