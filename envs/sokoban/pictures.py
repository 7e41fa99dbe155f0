"""A position as a picture: pixel art of 16 by 16 tiles, doubled."""

from functools import cache
from typing import Any

import numpy as np

from reasongym.core import Picture
from reasongym.envs.sokoban.board import Board

TILE = 32
"""Pixels along a side of a cell."""
_PALETTE = {
    "a": 0x2B3044,  # the joints of a wall
    "b": 0x59617F,
    "c": 0x6F789B,
    "d": 0x8C95B8,
    "e": 0xE9DCC0,  # floor
    "f": 0xDFD0B0,
    "g": 0xC9503F,  # goals
    "h": 0xF3B9A6,
    "i": 0x5A3416,  # boxes
    "j": 0x8E5A2B,
    "k": 0xB87B3E,
    "l": 0xD9A05B,
    "m": 0x1C4D2A,  # boxes on goals
    "n": 0x2F7D44,
    "o": 0x49A55F,
    "p": 0x86D08F,
    "q": 0x22304F,  # the player
    "r": 0x2F6FB5,
    "s": 0x5AA0E0,
    "t": 0xF6CFA4,
    "u": 0x7A4A2A,
}
_WALL = """
addddddddadddddd
dcccccccbadccccc
dcccccccbadccccc
dcccccccbadccccc
dbbbbbbbbadbbbbb
aaaaaaaaaaaaaaaa
dddddaddddddddda
ccccbadcccccccba
ccccbadcccccccba
ccccbadcccccccba
bbbbbadbbbbbbbba
aaaaaaaaaaaaaaaa
addddddddadddddd
dcccccccbadccccc
dbbbbbbbbadbbbbb
aaaaaaaaaaaaaaaa
"""
_FLOOR = """
eeeeeeeeeeeeeeef
eeeeeeeeeeeeeeef
eeeeeeeeeeeeeeef
eeefeeeeeeeeeeef
eeeeeeeeeeeeeeef
eeeeeeeeeeefeeef
eeeeeeeeeeeeeeef
eeeeeeeeeeeeeeef
eeeeeefeeeeeeeef
eeeeeeeeeeeeeeef
eeeeeeeeeeeeeeef
eeeeeeeeeeeeefef
eefeeeeeeeeeeeef
eeeeeeeeeeeeeeef
eeeeeeeeeeeeeeef
ffffffffffffffff
"""
_GOAL = """
................
................
................
.....gggggg.....
....gghhhhgg....
...gghhhhhhgg...
...ghhhgghhhg...
...ghhgggghhg...
...ghhgggghhg...
...ghhhgghhhg...
...gghhhhhhgg...
....gghhhhgg....
.....gggggg.....
................
................
................
"""
_BOX = """
................
.iiiiiiiiiiiiii.
.illllllllllkji.
.ilkkkkkkkkkkji.
.ilkjiiiiiijkji.
.ilkijkkkkljkji.
.ilkikjkklkikji.
.ilkikkjlkkikji.
.ilkikklkjkikji.
.ilkiklkkkjikji.
.ilkjlkkkkkjkji.
.ilkjiiiiiijkji.
.ilkkkkkkkkkkji.
.ikjjjjjjjjjjji.
.iiiiiiiiiiiiii.
................
"""
_PLAYER = """
................
.....uuuuuu.....
....uuuuuuuu....
....uttttttu....
....tqttttqt....
....tttttttt....
.....tttttt.....
...qrrrrrrrrq...
..qrsrrrrrrsrq..
..qrsrrrrrrsrq..
..tqrrrrrrrrqt..
..tqrrrrrrrrqt..
....qqqqqqqq....
....qqq..qqq....
....qqq..qqq....
...qqqq..qqqq...
"""
_ON_GOAL = str.maketrans("ijkl", "mnop")
_IN_RED = str.maketrans("rs", "gh")
_DRAWN = {
    "#": (_WALL,),
    "-": (_FLOOR,),
    ".": (_FLOOR, _GOAL),
    "$": (_FLOOR, _BOX),
    "*": (_FLOOR, _BOX.translate(_ON_GOAL)),
    "@": (_FLOOR, _PLAYER),
    "+": (_FLOOR, _GOAL, _PLAYER.translate(_IN_RED)),
}


def draw(board: Board) -> Picture:
    """Draw a position as RGB [32 * rows, 32 * columns, 3]."""
    tiles = _tiles()
    return np.concatenate([np.concatenate([tiles[sign] for sign in row], axis=1) for row in board.rows()])


@cache
def _tiles() -> dict[str, np.ndarray[Any, np.dtype[np.uint8]]]:
    return {sign: _tile(sprites) for sign, sprites in _DRAWN.items()}


def _tile(sprites: tuple[str, ...]) -> Picture:
    """Lay sprites over one another (`.` is clear) and double them."""
    tile = np.zeros((16, 16, 3), np.uint8)
    for sprite in sprites:
        for y, row in enumerate(sprite.split()):
            for x, sign in enumerate(row):
                if sign != ".":
                    tile[y, x] = list(_PALETTE[sign].to_bytes(3, "big"))
    return tile.repeat(TILE // 16, axis=0).repeat(TILE // 16, axis=1)
