"""Running the command line in this process."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reasongym import cli

Result = tuple[int, str, str]
Reasongym = Callable[..., Result]


@pytest.fixture
def reasongym(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Reasongym:
    """Run a command line in this process; returns exit code, stdout and stderr."""

    def run(*args: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["reasongym", *map(str, args)])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
