"""Sokoban's pictures: every kind of cell looks different, and Gymnasium renders them."""

from typing import Any

import gymnasium
import numpy as np
import pytest

from reasongym.envs.sokoban.board import board_of
from reasongym.envs.sokoban.play import Position
from tests.envs.sokoban.by_cells import GAME


def test_a_picture_shows_every_kind_of_cell_differently() -> None:
    picture = GAME.picture(Position(board_of(["######", "#@$.-#", "#*-.-#", "######"]), 3, "plain"))
    assert (picture.shape, picture.dtype) == ((128, 192, 3), np.uint8)
    tiles = {
        sign: picture[32 * y : 32 * y + 32, 32 * x : 32 * x + 32].tobytes()
        for sign, y, x in (("#", 0, 0), ("@", 1, 1), ("$", 1, 2), (".", 1, 3), ("-", 1, 4), ("*", 2, 1))
    }
    standing = GAME.picture(Position(board_of(["#####", "#+$-#", "#####"]), 3, "plain"))
    tiles["+"] = standing[32:64, 32:64].tobytes()
    assert len(set(tiles.values())) == 7


@pytest.mark.parametrize("env_id", ["reasongym/Sokoban-v0", "reasongym/SokobanPlan-v0"])
def test_pictures_come_from_render(env_id: str) -> None:
    env = gymnasium.make(env_id, level=3, render_mode="rgb_array")
    env.reset(seed=0)
    first: Any = env.render()
    env.step("up")
    assert first.shape == (224, 224, 3)
