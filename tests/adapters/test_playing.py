"""An episode in an outside trainer's hands frees what it holds however it ends, and forks where it stands."""

from pathlib import Path

import pytest

import reasongym
from reasongym.agents.adapters.outside import trainer
from reasongym.agents.adapters.playing import Game
from reasongym.errors import UsageError
from reasongym.tools.sessions import SHELF
from tests.adapters.players import CALL, PYTHON


def _with_python(seed: int) -> Game:
    return Game(reasongym.get("Gcd-v0").row(seed, **PYTHON))


def test_an_episode_that_is_given_up_ends_the_session_of_its_tool() -> None:
    SHELF.close()
    game = _with_python(0)
    assert "42" in game.play(CALL).observation
    assert game.num_turns == 1
    assert len(SHELF) == 1
    game.close()
    game.close()
    assert len(SHELF) == 0


def test_closing_a_finished_episode_leaves_the_sessions_of_others() -> None:
    SHELF.close()
    game, other = _with_python(0), _with_python(1)
    game.play(CALL)
    game.play("I do not know.")
    assert game.verdict is not None
    other.play(CALL)
    game.close()
    assert len(SHELF) == 1
    other.close()


def test_forks_go_on_by_themselves() -> None:
    game = Game(reasongym.get("CountdownSteps-v0").row(0, level=0))
    twin = game.fork()
    assert game.play("junk") == twin.play("junk")
    for _ in range(20):
        if game.verdict is None:
            game.play("junk")
    assert twin.verdict is None
    with pytest.raises(UsageError, match="over"):
        game.play("junk")


def test_a_trainer_that_is_missing_is_named_with_the_line_that_installs_it() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'no-such-trainer>=1'"):
        trainer("no_such_trainer", "no-such-trainer>=1")


def test_a_trainer_that_lacks_what_it_needs_says_so_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "halved_trainer.py").write_text("import no_such_module\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'no_such_module'$"):
        trainer("halved_trainer", "halved-trainer>=1")
