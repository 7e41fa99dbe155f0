"""Trees are read in many threads at once, whatever the interpreter's collector does meanwhile."""

import ast
import gc
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from reasongym.sandbox.syntax import parsed

CODE = "x = " + "(1 + " * 40 + "y" + ")" * 40


@pytest.fixture
def restless() -> Iterator[None]:
    """Let the collector run all the time, and other threads whenever it does."""

    def pause(phase: str, info: dict[str, int]) -> None:
        del phase, info
        time.sleep(0)

    thresholds = gc.get_threshold()
    gc.callbacks.append(pause)
    gc.set_threshold(5)
    yield
    gc.set_threshold(*thresholds)
    gc.callbacks.remove(pause)


@pytest.mark.usefixtures("restless")
def test_threads_do_not_disturb_each_other() -> None:
    expected = _dumped(CODE)
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(_dumped, [CODE] * 40)) == {expected}


def _dumped(code: str) -> str:
    return ast.dump(parsed(code))


def test_what_is_no_python_raises_as_it_does_elsewhere() -> None:
    with pytest.raises(SyntaxError):
        parsed("def")
