"""Streams are read in bounded memory, and frames whatever a program writes among them."""

import json
import os
import struct
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reasongym.sandbox.inside.messages import STANDING
from reasongym.sandbox.streams import Frames, Stream

plain_keys = st.text().filter(lambda key: not key.startswith("!"))
frames = st.lists(st.dictionaries(plain_keys, st.integers()), max_size=5)


def written(content: bytes, limit: int = 1 << 20, kind: type[Stream] = Frames) -> Any:
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    stream = kind(reading, limit)
    while stream.is_open:
        stream.read()
    stream.close()
    return stream


def framed(values: list[dict[str, int]]) -> bytes:
    texts = [json.dumps(value).encode() for value in values]
    return STANDING + b"".join(struct.pack(">I", len(text)) + text for text in texts)


@given(frames)
def test_frames_come_back(values: list[dict[str, int]]) -> None:
    stream = written(framed(values))
    assert stream.frames() == (values, False)
    assert stream.num_whole == len(values)


@given(frames, st.binary(min_size=1, max_size=40))
def test_junk_behind_frames_loses_none_of_them(values: list[dict[str, int]], junk: bytes) -> None:
    found, is_broken = written(framed(values) + junk).frames()
    assert found[: len(values)] == values
    assert is_broken or len(found) > len(values)


@given(st.binary(max_size=60))
def test_any_bytes_are_read(content: bytes) -> None:
    found, _ = written(content).frames()
    assert all(isinstance(frame, dict) for frame in found)


def test_no_more_is_kept_than_the_limit() -> None:
    stream = written(b"x" * 50_000, 1_000, Stream)
    assert bytes(stream.content) == b"x" * 1_000
    assert stream.is_truncated


def test_deep_json_is_no_frame() -> None:
    text = b"[" * 30_000
    assert written(STANDING + struct.pack(">I", len(text)) + text).frames() == ([], True)
