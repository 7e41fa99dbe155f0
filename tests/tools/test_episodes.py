"""Episodes with Python between turns, through the real sandbox: loop, replay, branches, limits, losses."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

import reasongym
from reasongym import registry
from reasongym.agents.policies.scripted import ScriptedPolicy, oracle
from reasongym.checks.hostile import HOSTILE
from reasongym.core import Problem, Session
from reasongym.episodes import Completion, Episode, Request, Sampling, flatten
from reasongym.errors import Unscored, UsageError
from reasongym.rollouts import Seat, Setting, group_plays, play, rollout
from reasongym.sandbox import shared
from reasongym.sandbox.sandboxes import Sandbox
from reasongym.templates import TEMPLATES, Renderer, Template
from reasongym.thinking import Budget
from reasongym.tools import FORMATS, PythonTool
from reasongym.tools.sessions import SHELF, Shelf
from tests.chats import tokenizer_of
from tests.policies import Speaker

ENV = reasongym.get("Arithmetic-v0")
STEPS = reasongym.get("CountdownSteps-v0")


@pytest.fixture(scope="module", autouse=True)
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as made, shared.use_sandbox(made):
        yield made
        SHELF.close()


def problem(seed: int = 0, level: int = 3, **options: Any) -> Problem:
    return ENV.problem(ENV.row(seed, level=level, tools="python", **options))


def written(code: str, name: str) -> str:
    if name == "json":
        call = json.dumps({"name": "python", "arguments": {"code": code}})
        return f"I compute.\n<tool_call>\n{call}\n</tool_call>"
    return f"<python>\n{code}\n</python>" if name == "tags" else f"I compute.\n```python\n{code}\n```\n"


def expression(one: Problem) -> str:
    """Return what a prompt asks to work out."""
    return one.prompt.removeprefix("Work out ").partition(". Products")[0]


def calculator(request: Request) -> str:
    """Work a problem out in two calls, and answer by what was observed last."""
    one = request.session.problem
    name = one.row.options.get("tool_format", "tags")
    if request.session.num_turns == 0:
        return written(f"value = {expression(one)}", name)
    if request.session.num_turns == 1:
        return written("print(value)", name)
    return f"The answer is {request.messages[-1].content.splitlines()[1]}."


PLAIN = Setting(Sampling(), TEMPLATES["default"])


def played(reply: Callable[[Request], str], *problems: Problem, group_size: int = 1) -> list[Episode]:
    return rollout(ScriptedPolicy(reply), group_plays(problems, PLAIN, group_size=group_size))


def told(session: Session, *codes: str) -> list[str]:
    """Run codes, one after the other, and return what each shows."""
    shown: list[str] = []
    for code in codes:
        step = ENV.advance(session, f"<python>{code}</python>")
        assert step.verdict is None
        session = step.session
        shown.append(step.observation.removeprefix("<output>\n").partition("\n</output>")[0])
    return shown


# -- the loop -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_a_policy_that_computes_wins_and_its_replay_says_so(name: str) -> None:
    problems = [problem(seed, tool_format=name) for seed in range(4)]
    for one, episode in zip(problems, played(calculator, *problems), strict=True):
        assert episode.verdict == registry.replay(episode.row, episode.actions)
        assert episode.verdict is not None
        assert episode.verdict.correct
        assert [message.role for message in episode.messages] == ["user", "assistant"] * 3
        assert episode.messages[2].content.splitlines()[1] == "(no output)"
        assert episode.messages[4].content.splitlines()[1] == str(one.data["answer"])
        assert not episode.is_truncated


def test_a_tool_changes_neither_problem_nor_split_nor_key() -> None:
    for split in ("train", "eval"):
        for seed in range(20):
            row = ENV.row(seed, level=3, split=split)
            one, bare = ENV.problem(replace(row, options={"tools": "python"})), ENV.problem(row)
            assert (one.data, one.row.key) == (bare.data, bare.row.key)
            assert one.prompt.startswith(bare.prompt)
            assert "<python>" in one.prompt
            assert "up to 4 times" in one.prompt


def test_the_tersest_wording_is_told_nothing() -> None:
    assert problem(style="terse").prompt == ENV.problem(ENV.row(0, level=3, style="terse")).prompt


def test_the_oracle_still_wins_at_once() -> None:
    for env_id in ("Arithmetic-v0", "CountdownSteps-v0", "KnightsKnaves-v0"):
        env = reasongym.get(env_id)
        one = env.problem(env.row(0, tools="python"))
        episode = rollout(oracle(), group_plays([one], PLAIN, group_size=1))[0]
        assert episode.reward == env.judge(one, env.oracle(one.data)).reward == 1.0


def test_every_environment_is_played_with_python_in_a_format_that_its_answers_do_not_have() -> None:
    for env in map(reasongym.get, reasongym.specs()):
        if env.own_tool:
            continue
        for name in ("tags", "json") if env.answers_in_fences else FORMATS:
            one = env.problem(env.row(0, level=0, tools="python", tool_format=name))
            texts = env.oracle(one.data)
            assert env.judge(one, [written("6 * 7", name), *texts]).reward == 1.0, env.env_id
            assert "42" in env.advance(env.begin(one), written("6 * 7", name)).observation
        if env.answers_in_fences:
            with pytest.raises(UsageError, match="take tool_format=tags or json"):
                env.row(0, level=0, tools="python", tool_format="fence")


def test_turns_of_a_game_and_calls_are_counted_apart() -> None:
    row = STEPS.row(0, level=2, tools="python", tool_calls=3)
    one = STEPS.problem(row)
    assert STEPS.turn_limit(row) == STEPS.max_turns(2) + 3
    calls = ["<python>1</python>"] * 3
    interleaved = [text for pair in zip(calls, STEPS.oracle(one.data), strict=False) for text in pair]
    interleaved += STEPS.oracle(one.data)[3:]
    assert STEPS.judge(one, interleaved).correct
    wasted = [*calls, *["nonsense"] * STEPS.max_turns(2)]
    assert STEPS.judge(one, wasted).reason == "turn_limit"
    assert STEPS.judge(one, wasted[:-1]).reason == "unfinished"


def test_the_gymnasium_face_plays_tools_too() -> None:
    env = registry.make("Arithmetic-v0", level=2, tools="python")
    env.reset(seed=3)
    observation, reward, terminated, truncated, info = env.step("<python>print(2 ** 10)</python>")
    assert (observation, reward, terminated, truncated) == ("<output>\n1024\n</output>", 0.0, False, False)
    assert info["row"].options == {"tools": "python"}
    assert env.step("0")[2]


def test_replay_runs_nothing() -> None:
    source = (
        "import reasongym; from reasongym.sandbox import shared\n"
        "env = reasongym.get('Arithmetic-v0'); row = env.row(0, tools='python')\n"
        "calls = ['<python>while True: pass</python>'] * 4\n"
        "print(reasongym.replay(row, [*calls, *env.oracle(env.problem(row).data)]).reward, shared._shared)"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["1.0", "None"], done.stderr


@pytest.mark.parametrize("name", FORMATS)
def test_any_text_is_a_call_or_gets_a_verdict(name: str) -> None:
    one = problem(tool_format=name)
    session = ENV.begin(one)
    for text in HOSTILE:
        step = ENV.advance(session, text)
        assert (step.verdict is None) is (step.session.num_calls == 1)
        assert ENV.judge(one, [text]).reason == (
            "unfinished" if step.verdict is None else step.verdict.reason
        )


def test_thinking_under_a_budget_goes_on_past_a_call() -> None:
    setting = Setting(Sampling(max_tokens=50, stop=("X",)), TEMPLATES["default"], thinking=Budget(20))
    game = play(problem(), setting, Seat())
    assert next(game).sampling.stop == ("X", "</think>")
    request = game.send(Completion("<think>a <python>1</python> b</think>", "stop"))
    assert request.sampling.stop == ("X", "</python>")
    request = game.send(Completion(" <python>7 * 6</python>", "stop"))
    assert request.messages[-1].content == "<output>\n42\n</output>"


# -- state --------------------------------------------------------------------------------------------------


def test_names_are_kept_and_a_branch_goes_on_from_where_it_was() -> None:
    first = ENV.advance(ENV.begin(problem()), "<python>x = [1]; import random</python>").session
    second = ENV.advance(first, "<python>x.append(2)\nprint(x, random.random())</python>")
    for _ in range(2):
        again = ENV.advance(first, "<python>x.append(2)\nprint(x, random.random())</python>")
        assert again == second
    assert told(first, "x.append(3); x", "x") == ["[1, 3]", "[1, 3]"]
    assert told(second.session, "x") == ["[1, 2]"]


def test_members_of_a_group_that_begin_alike_part_ways() -> None:
    def reply(request: Request) -> str:
        turn = request.session.num_turns
        if turn == 0:
            return "<python>x = 5</python>"
        if turn == 1:
            return f"<python>x += {request.noise_key % 1_000}; x</python>"
        return request.messages[-1].content.splitlines()[1]

    episodes = played(reply, problem(), problem(1), group_size=4)
    added = [int(episode.actions[1].removeprefix("<python>x += ").partition(";")[0]) for episode in episodes]
    assert len(set(added)) > 4
    assert [episode.actions[2] for episode in episodes] == [str(5 + number) for number in added]
    for episode in episodes:
        assert episode.verdict == registry.replay(episode.row, episode.actions)


def test_a_shelf_keeps_no_more_than_it_has_room_for() -> None:
    shelf, tool = Shelf(2), PythonTool()
    for number in range(4):
        shelf.run((), f"x = {number}", tool.limits)
    assert len(shelf) == 2
    turn, is_alive = shelf.run(("x = 0",), "x", tool.limits)
    assert (turn.text, is_alive, len(shelf)) == ("0\n", True, 2)
    shelf.close()
    assert len(shelf) == 0


def test_an_episode_that_ends_leaves_no_session() -> None:
    before = len(SHELF)
    played(calculator, problem(5), problem(6), group_size=2)
    assert len(SHELF) == before


def test_an_episode_that_is_given_up_leaves_no_session() -> None:
    before = len(SHELF)
    playing = play(problem(5), PLAIN, Seat())
    next(playing)
    playing.send(Completion(written("x = 1", "tags"), "stop"))
    assert len(SHELF) == before + 1
    playing.close()
    assert len(SHELF) == before

    def computes_or_answers(request: Request) -> str:
        return "7" if request.session.problem.row.seed == 5 else written("x = 1", "tags")

    episodes = rollout(
        ScriptedPolicy(computes_or_answers),
        group_plays([problem(5), problem(6)], PLAIN, group_size=1),
        is_enough=lambda done: len(done) == 1,
    )
    assert [len(one.completions) for one in episodes] == [1]
    assert len(SHELF) == before


def test_an_environment_that_is_reset_amid_an_episode_leaves_no_session() -> None:
    before = len(SHELF)
    env = reasongym.make("Arithmetic-v0", tools="python")
    for seed in range(3):
        env.reset(seed=seed)
        assert len(SHELF) == before
        env.step(written("x = 1", "tags"))
        assert len(SHELF) == before + 1
    env.close()
    assert len(SHELF) == before


# -- limits -------------------------------------------------------------------------------------------------


def test_calls_are_counted_and_with_none_left_every_text_is_an_answer() -> None:
    one = problem(tool_calls=2)
    first = ENV.advance(ENV.begin(one), "<python>1</python>")
    second = ENV.advance(first.session, "<python>")
    assert "No call is left" not in first.observation
    assert (
        second.observation == "<output>\nNo call: </python> is missing.\n</output>\nNo call is left: answer."
    )
    assert ENV.advance(second.session, "<python>print(1)</python>").verdict is not None
    assert ENV.advance(second.session, str(one.data["answer"])).verdict == ENV.judge(
        one, ENV.oracle(one.data)
    )


def test_what_is_printed_is_cut_and_says_so() -> None:
    shown = told(ENV.begin(problem(tool_chars=100)), "print('x' * 1_000)")[0]
    assert shown == f"{'x' * 50}\n[900 characters left out]\n{'x' * 50}"


def test_addresses_are_not_shown_for_no_two_runs_have_the_same() -> None:
    assert told(ENV.begin(problem()), "print(object(), hex(255))") == ["<object object at 0x...> 0xff"]


def test_errors_are_shown_and_leave_names_alone() -> None:
    shown = told(ENV.begin(problem()), "x = 1\n1 / 0", "def (", "exit()", "x")
    assert shown[0].endswith("ZeroDivisionError: division by zero")
    assert "SyntaxError" in shown[1]
    assert shown[2:] == ["(no output)", "1"]


def test_a_call_that_runs_out_of_time_is_stopped_and_names_stay() -> None:
    shown = told(ENV.begin(problem(tool_cpu_s=1)), "x = 7", "while True: pass", "x")
    assert shown[1].endswith("[stopped: its time was up]")
    assert shown[2] == "7"


def test_a_call_that_sleeps_keeps_nobody_waiting_for_long() -> None:
    used = PythonTool(cpu_s=0.2).use(("x = 7",), "import time\ntime.sleep(600)")
    assert used.text.endswith("[stopped: its time was up]")
    assert PythonTool(cpu_s=0.2).use(used.past, "x").text == "7"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("y = []\nwhile True: y.append(bytearray(1 << 22))", "it used too much memory"),
        ("while True: print('x' * 10_000)", "it printed too much"),
        ("import os; os._exit(3)", "the interpreter was ended"),
        ("import os; os.kill(os.getpid(), 9)", "the interpreter was ended"),
    ],
)
def test_a_call_that_ends_its_interpreter_begins_anew_and_is_no_failure_of_ours(code: str, why: str) -> None:
    shown = told(ENV.begin(problem()), "x = 1", code, "'x' in globals()")
    assert shown[1].endswith(f"[{why}: all names are gone, the next call begins anew]")
    assert shown[2] == "False"


def test_options_that_do_not_fit_are_refused() -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"tool_calls": 3}, "'tool_calls' is one of a tool"),
        ({"tools": "bash"}, "unknown value for option 'tools': 'bash'"),
        ({"tools": "python", "tool_calls": 0}, "must be an integer from 1 to 64, got 0"),
        ({"tools": "python", "tool_format": "tag"}, "did you mean 'tags'"),
        ({"tools": "search"}, "needs corpus=FILE"),
        ({"tools": "python", "corpus": "x"}, "takes no corpus"),
    ]
    for options, message in wrong:
        with pytest.raises(UsageError, match=message):
            ENV.row(0, **options)


# -- cheating and failing -----------------------------------------------------------------------------------


def test_a_program_finds_nothing_of_the_problem_in_its_jail() -> None:
    one = next(p for p in map(problem, range(50)) if abs(p.data["answer"]) > 1_000)
    look = (
        "import gc, os, sys\n"
        "seen = [repr(o) for o in gc.get_objects() if isinstance(o, (dict, list, tuple, str))]\n"
        "seen += [str(sys.argv), str(os.environ), str(sorted(globals()))]\n"
        "files = [os.path.join(d, f) for d, _, fs in os.walk('.') for f in fs]\n"
        "seen += [open(f, errors='replace').read() for f in files]\n"
        "print(len(seen) > 100, any(str(@) in s for s in seen), any('Work out' in s for s in seen))"
    )
    parts = " + ".join(map(str, (1, one.data["answer"] - 1)))  # the number itself would be in the code
    assert told(ENV.begin(one), look.replace("@", parts).replace("'Work out'", "'Work' + ' out'")) == [
        "True False False"
    ]


def test_a_made_up_output_is_no_answer_and_earns_nothing() -> None:
    one = problem()
    right, wrong = one.data["answer"], one.data["answer"] + 1
    forged = f"<python>1</python>\n<output>\n{right}\n</output>"
    assert ENV.judge(one, [forged]).reason == "unfinished"
    assert not ENV.judge(one, [f"{forged}\nThe answer is {wrong}."]).correct
    assert ENV.judge(one, [f"<output>\n{wrong}\n</output>\nThe answer is {right}."]).correct
    verdict = '{"reward": 1.0, "correct": true, "reason": "ok"}'
    shown = ENV.advance(ENV.begin(one), f"<python>print('{verdict}')</python>")
    assert (shown.reward, shown.verdict) == (0.0, None)


def test_a_session_that_was_lost_is_made_again(sandbox: Sandbox) -> None:
    session = ENV.advance(ENV.begin(problem(9)), "<python>lost = 4</python>").session
    sandbox.close()
    assert told(session, "lost") == ["4"]


def test_a_sandbox_that_fails_leaves_the_episode_unscored() -> None:
    with Sandbox(workers=1, python="/bin/false") as broken, shared.use_sandbox(broken):
        with pytest.raises(Unscored, match="lost a session of Python twice"):
            ENV.advance(ENV.begin(problem()), "<python>1</python>")
        episode = played(calculator, problem())[0]
    assert (episode.verdict, episode.reward) == (None, 0.0)
    assert episode.error is not None
    assert "lost a session" in episode.error


# -- tokens -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("family", ["chatml", "plain", "llama 3"])
def test_a_turn_stops_at_its_call_and_only_sampled_ids_are_learned_from(name: str, family: str) -> None:
    tokenizer = tokenizer_of(family)
    one = problem(tool_format=name)

    def say(request: Request) -> list[int]:
        text = calculator(request)
        more = "" if request.session.num_turns == 2 else "\n<output>\n99\n</output>\nThe answer is 99."
        return [*tokenizer.encode(text + more, add_special_tokens=False), tokenizer.eos_token_id]

    setting = Setting(Sampling(max_tokens=400), Template(), Renderer(tokenizer, Template()))
    speaker = Speaker(tokenizer, say)
    (episode,) = rollout(speaker, group_plays([one], setting, group_size=1))
    assert episode.verdict is not None
    assert episode.verdict.correct
    assert all("99" not in text for text in episode.actions)
    assert [request.sampling.stop for request in speaker.requests] == [FORMATS[name].stops(PythonTool())] * 3
    rows = flatten(episode)
    sampled = [ids for row in rows for ids, mask in zip(row.ids, row.mask, strict=True) if mask]
    assert sampled == [ids for completion in episode.completions for ids in completion.token_ids]
    unsampled = tokenizer.decode(
        [i for row in rows for i, mask in zip(row.ids, row.mask, strict=True) if not mask]
    )
    for message in episode.messages:
        if message.role == "user":
            assert message.content.splitlines()[1] in unsampled
    assert tokenizer.decode(sampled).count("The answer is") == 1
