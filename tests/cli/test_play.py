"""A person plays in the terminal: hints, undo, levels, answers of several lines, verdicts in words."""

import subprocess
from pathlib import Path

import pytest

import reasongym
from reasongym.cli.game import Game
from reasongym.cli.words import REASONS, told
from reasongym.core import Env, Verdict
from reasongym.errors import UsageError
from tests.cli.test_envs import reasongym_cli

COUNTDOWN = reasongym.get("Countdown-v0")
STEPS = reasongym.get("CountdownSteps-v0")


def played(*lines: str, env_id: str = "Countdown-v0", flags: str = "--level 1") -> str:
    done: subprocess.CompletedProcess[str] = reasongym_cli(
        "play", env_id, *flags.split(), stdin="".join(f"{line}\n" for line in lines)
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_right_and_wrong_answers_are_told_in_words_and_counted() -> None:
    answer = COUNTDOWN.oracle(COUNTDOWN.problem(COUNTDOWN.row(0, level=1)).data)[0]
    out = played(answer, "1 + 1", "/skip", "/quit")
    assert "✓ Right." in out
    assert "✗ That uses a number which is not given, or uses one too often. (illegal_number)" in out
    second = COUNTDOWN.oracle(COUNTDOWN.problem(COUNTDOWN.row(1, level=1)).data)[0]
    assert f"One right answer: {second}" in out
    assert "1 of 2 solved. Goodbye." in out


def test_the_end_of_input_quits_and_shows_what_was_observed() -> None:
    out = played("nonsense", env_id="CountdownSteps-v0")
    assert "not a legal step" in out
    assert "turn 2 of 4" in out
    assert "0 of 0 solved. Goodbye." in out


def test_blank_lines_are_no_answers() -> None:
    assert "0 of 0 solved." in played("", "   ", "/quit")


def test_a_single_turn_hint_is_the_answer() -> None:
    answer = COUNTDOWN.oracle(COUNTDOWN.problem(COUNTDOWN.row(3, level=1)).data)[0]
    assert answer in played("/hint", flags="--level 1 --seed 3")


def game(env: Env, level: int = 3, seed: int = 0) -> Game:
    return Game(env, env.row(seed, level=level))


def test_hints_are_one_move_and_following_them_wins() -> None:
    for seed in range(20):
        one = game(STEPS, seed=seed)
        verdict = None
        while verdict is None:
            verdict = one.act(one.hint())
        assert verdict.correct


def test_a_hint_after_a_wasted_turn_still_wins() -> None:
    one = game(STEPS)
    verdict = one.act("nonsense")
    while verdict is None:
        verdict = one.act(one.hint())
    assert verdict.correct


def test_a_hint_off_every_known_way_leads_back_to_one() -> None:
    one = game(STEPS, level=1)
    first = one.solution[0]
    left, _, right = first.split()
    wrong = f"{left} * {right}" if "*" not in first else f"{left} + {right}"
    one.act(wrong)
    assert one.hint() == "/undo 1 leads back to where a way is known"
    one.undo(1)
    assert one.hint() == first


def test_undo_takes_back_moves_that_were_made() -> None:
    one = game(STEPS)
    before = one.session
    one.act("nonsense")
    one.act("more nonsense")
    one.undo(2)
    assert one.session is before
    with pytest.raises(UsageError, match="there are 0 moves to take back, not 1"):
        one.undo(1)


def test_again_is_this_problem_or_the_last_where_nothing_is_played_yet() -> None:
    one = game(STEPS)
    first = one.problem
    one.act("nonsense")
    one.again()
    assert (one.problem, one.texts) == (first, [])
    one.next()
    assert one.problem != first
    one.again()
    assert one.problem == first


def test_levels_go_up_and_down_and_no_further() -> None:
    out = played("/harder", "/easier 2", "/easier", "/level 7", "/harder", "/level", "/level x")
    assert [level for level in range(8) if f"· level {level} ·" in out] == [0, 1, 2, 7]
    assert "has levels 0 to 7, got -1" in out
    assert "has levels 0 to 7, got 8" in out
    assert "→  7" in out
    assert "a number is needed there, got 'x'" in out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/help", "take the last move back"),
        ("/hnit", "unknown command '/hnit'; did you mean '/hint'?"),
        ("/style terse", "41 from 19 12 5 :"),
        ("/style plian", "did you mean 'plain'?"),
        ("/history", "Nothing is played yet."),
        ("/solution", "12 * 5 - 19"),
        ("/picture", "draws no pictures"),
        ("/undo", "there are 0 moves"),
        ("/board", "equals 41"),
    ],
)
def test_commands_answer(line: str, said: str) -> None:
    assert said in played(line)


def test_the_history_lists_the_moves_of_the_episode() -> None:
    out = played("one", "two", "/undo", "three", "/history", env_id="CountdownSteps-v0")
    assert "  1  one\n  2  three\n" in out


LINES = '''
from collections.abc import Mapping
from reasongym.core import Data, Env, Json, Verdict
from reasongym.registry import register
from reasongym.seeding import Stream

@register("acme/Lines-v0")
class Lines(Env):
    """Copy lines."""

    family = "lines"
    levels = ("two lines",)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return {"lines": [str(rng.below(1000)), str(rng.below(1000))]}

    def prompt(self, data: Data, style: str) -> str:
        return "Copy these lines [/b]:\\n" + "\\n".join(data["lines"])

    def verify(self, data: Data, text: str) -> Verdict:
        lines = [line for line in text.splitlines() if not line.startswith("```")]
        return Verdict.of("ok" if lines == data["lines"] else "wrong_lines", text)

    def oracle(self, data: Data) -> list[str]:
        return ["\\n".join(data["lines"])]

    def canonical(self, data: Data) -> str:
        return str(data)

    def space(self, level: int) -> int:
        return 10**6

    def chance(self, level: int) -> float:
        return 0.0

    def random_action(self, state: Json, rng: Stream) -> str:
        return ""
'''


@pytest.mark.parametrize("fenced", [False, True])
def test_answers_of_several_lines_end_with_an_empty_line_or_a_fence(fenced: bool, tmp_path: Path) -> None:
    (tmp_path / "acme_lines.py").write_text(LINES)
    shown = reasongym_cli("show", "acme_lines:acme/Lines-v0", "--answers", PYTHONPATH=str(tmp_path)).stdout
    answer = "\n".join(shown.splitlines()[-2:])
    typed = f"```\n{answer}\n```\n" if fenced else f"{answer}\n\n"
    done = reasongym_cli(
        "play", "acme_lines:acme/Lines-v0", stdin=f"{typed}wrong\n\n", PYTHONPATH=str(tmp_path)
    )
    assert "✓ Right." in done.stdout
    assert "✗ Wrong lines." in done.stdout
    assert "1 of 2 solved." in done.stdout
    assert "[/b]" in done.stdout


def test_a_command_among_the_lines_of_an_answer_is_followed(tmp_path: Path) -> None:
    (tmp_path / "acme_lines.py").write_text(LINES)
    done = reasongym_cli(
        "play", "acme_lines:acme/Lines-v0", stdin="1\n/quit\n2\n\n", PYTHONPATH=str(tmp_path)
    )
    assert "0 of 0 solved. Goodbye." in done.stdout


def test_every_reason_has_its_words() -> None:
    assert told(Verdict.of("ok")) == "Right."
    assert told(Verdict.of("some_new_reason")) == "Some new reason."
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in REASONS.values())
