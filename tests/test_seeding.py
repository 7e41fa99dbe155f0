"""Streams and splits are pure functions of their keys."""

import subprocess
import sys
from collections import Counter

from reasongym.seeding import Stream, digest64, is_eval, stream


def test_a_stream_is_its_key() -> None:
    assert [stream(b"a").random() for _ in range(3)] == [stream(b"a").random() for _ in range(3)]
    assert stream(b"a").random() != stream(b"b").random()


def test_streams_keep_their_bytes_across_versions() -> None:
    """Hashes by BLAKE2b and draws by the Mersenne Twister of Python 3.11, written down once."""
    assert digest64(b"reasongym") == 15367251816613916235
    draws = stream(b"reasongym")
    assert [draws.below(1_000) for _ in range(5)] == [739, 287, 904, 910, 142]


def test_streams_do_not_depend_on_the_hash_seed() -> None:
    code = "from reasongym.seeding import stream, is_eval; print(stream(b'k').random(), is_eval('f', 'c'))"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert runs == {f"{stream(b'k').random()} {is_eval('f', 'c')}\n"}


def test_draws_stay_in_their_ranges_and_reach_the_ends() -> None:
    draws = stream(b"ranges")
    assert {draws.below(3) for _ in range(200)} == {0, 1, 2}
    assert {draws.between(-1, 1) for _ in range(200)} == {-1, 0, 1}
    assert {draws.pick("ab") for _ in range(100)} == {"a", "b"}


def test_shuffles_are_uniform_and_leave_their_argument_alone() -> None:
    draws = Stream(b"1")
    items = (1, 2, 3)
    orders = Counter(tuple(draws.shuffled(items)) for _ in range(6_000))
    assert len(orders) == 6
    assert all(abs(count - 1_000) < 150 for count in orders.values())


def test_one_problem_in_four_is_held_out_by_family() -> None:
    held_out = [is_eval("family", str(number)) for number in range(20_000)]
    assert abs(sum(held_out) - 5_000) < 200
    assert held_out != [is_eval("other family", str(number)) for number in range(20_000)]
