"""MultiHopSearch: what is searched leads to the answer, and nothing else does."""

import json
import subprocess
import sys
from statistics import fmean

import pytest

import reasongym
from reasongym.agents.policies.scripted import oracle
from reasongym.core import Json, Problem
from reasongym.envs.multi_hop_search import problems, proof
from reasongym.episodes import Sampling
from reasongym.errors import UsageError
from reasongym.rollouts import Setting, group_plays, rollout
from reasongym.templates import TEMPLATES
from reasongym.tools import FORMATS

ENV = reasongym.get("MultiHopSearch-v0")
LEVELS = range(len(ENV.levels))
PLAIN = Setting(Sampling(), TEMPLATES["default"])


def some(level: int, num: int = 8, **options: Json) -> list[Problem]:
    return [ENV.problem(ENV.row(seed, level=level, **options)) for seed in range(num)]


def shown(observation: str) -> list[list[str]]:
    """Read the articles of an observation."""
    lines = observation.split("\n")[1:-1]
    return [line.partition("] ")[2].split(": ", 1) for line in lines if line.startswith("[")]


@pytest.mark.parametrize("level", LEVELS)
def test_who_reads_what_the_oracle_finds_knows_the_answer(level: int) -> None:
    for one in some(level):
        episode = rollout(oracle(), group_plays([one], PLAIN, group_size=1))[0]
        assert episode.verdict == ENV.judge(one, episode.actions)
        assert episode.reward == 1.0
        seen = {message.content for message in episode.messages[1:] if message.role == "user"}
        articles = {tuple(article) for observation in seen for article in shown(observation)}
        names = {one.data["answers"][0].lower(), *(name.lower() for name in one.data["answers"])}
        found = {name.lower() for name in proof.answers(sorted(articles), problems.question(one.data))}
        assert found & names
        assert len(episode.actions) == problems.LEVELS[level].hops + 1


@pytest.mark.parametrize("level", LEVELS)
def test_the_prompt_holds_no_answer_and_a_search_for_it_holds_few(level: int) -> None:
    held: list[bool] = []
    for one in some(level, 16):
        assert not any(name.lower() in one.prompt.lower() for name in one.data["answers"])
        step = ENV.advance(ENV.begin(one), f"<search>{problems.question(one.data)}</search>")
        held.append(any(name in step.observation for name in one.data["answers"]))
    assert all(held) if problems.LEVELS[level].hops == 1 else fmean(held) < 0.35


@pytest.mark.parametrize("level", LEVELS)
def test_every_question_can_be_followed_by_who_has_no_index(level: int) -> None:
    """Names begin sentences with a capital and stand within them without one."""
    for one in some(level, 40):
        assert ENV.effort(one.data) >= problems.LEVELS[level].hops


def test_a_world_that_was_tampered_with_is_not_proved() -> None:
    for one in some(3):
        data, last = one.data, one.data["queries"][-1]
        assert ENV.prove(data)
        at = next(at for at, (_, text) in enumerate(data["articles"]) if text.startswith(last))
        title, text = data["articles"][at]
        for changed in (
            data["articles"][:at] + data["articles"][at + 1 :],
            [*data["articles"], [title, text]],
            [*data["articles"][:at], [title, text.replace(data["answers"][0], "Elsewhere")]],
            [*data["articles"][:at], [title, text.rpartition(". ")[0] + "."], *data["articles"][at + 1 :]],
        ):
            assert not ENV.prove(data | {"articles": changed})
        assert not ENV.prove(data | {"answers": ["Elsewhere"]})


def test_every_name_of_the_answer_is_right_in_any_writing_and_no_other_is() -> None:
    one = next(p for p in some(4, 40) if len(p.data["answers"]) == 2 and p.data["asked"] == "town")
    name, alias = one.data["answers"]
    rights = [
        name,
        alias,
        name.upper(),
        f"The town of {name}.",
        f"the town {name}",
        f"{name} town",
        f'"{name}"',
    ]
    rights += [
        f"\\boxed{{{name}}}",
        f"<answer>{alias.removeprefix('the ')}</answer>",
        f"The answer is {name}.",
    ]
    for text in rights:
        assert ENV.judge(one, [text]).correct, text
    wrongs = [name[:-1], f"{name}s", alias.rpartition(" ")[0], one.data["queries"][-1], f"{name} {alias}"]
    wrongs += [f"{name} or Elsewhere", f"{name}, Elsewhere", f"not {name}", "town", "the", "", name * 200]
    for text in wrongs:
        assert not ENV.judge(one, [text]).correct, text


def test_names_are_normal_in_one_form() -> None:
    assert problems.normal("  The  River Skarne. ", "river") == "skarne"
    assert problems.normal("the town of the Red Gates", "town") == "red gates"
    assert problems.normal("The Town of Red Gates", "town") == "red gates"
    assert problems.normal("Toll-Brask Works", "company") == "toll brask works"
    assert problems.normal("1871.", "year") == "1871"
    assert problems.normal("the year 1871", "year") == "1871"
    assert problems.normal("A", "town") == "a"


@pytest.mark.parametrize("level", LEVELS)
def test_no_two_things_have_one_name(level: int) -> None:
    for one in some(level, 5):
        names = [name.lower() for name, _ in one.data["articles"]]
        assert len(set(names)) == len(names)
        for kind in ("person", "town", "company", "school", "river"):
            normal = [problems.normal(name, kind) for name in names]
            assert len(set(normal)) == len(normal)


@pytest.mark.parametrize("name", FORMATS)
def test_searches_are_called_in_every_format(name: str) -> None:
    one = some(2, 1, tool_format=name)[0]
    query = one.data["queries"][0]
    call = {
        "tags": f"<search>{query}</search>",
        "fence": f"```search\n{query}\n```\n",
        "json": f"<tool_call>{json.dumps({'name': 'search', 'arguments': {'query': query}})}</tool_call>",
    }[name]
    step = ENV.advance(ENV.begin(one), call)
    assert query in step.observation
    assert step.verdict is None
    assert call.endswith(ENV.stop_strings(one.row)[0])
    assert rollout(oracle(), group_plays([one], PLAIN, group_size=1))[0].reward == 1.0


def test_searches_are_limited_by_level_or_option() -> None:
    for level in LEVELS:
        row = ENV.row(0, level=level)
        assert ENV.turn_limit(row) == problems.LEVELS[level].calls + 1
        assert f"up to {problems.LEVELS[level].calls} times" in ENV.problem(row).prompt
    one = some(3, 1, tool_calls=1)[0]
    assert ENV.judge(one, ["<search>a</search>", "<search>b</search>"]).reason == "wrong_value"
    assert ENV.judge(one, ["<search>a</search>", one.data["answers"][0]]).correct
    assert one.data == some(3, 1)[0].data


def test_no_other_tool_is_taken() -> None:
    refused: list[dict[str, Json]] = [{"tools": "python"}, {"corpus": "x"}, {"tool_cpu_s": 3}]
    for options in refused:
        with pytest.raises(UsageError, match="the environment has its own tool, search"):
            ENV.row(0, **options)


def test_judging_needs_no_library() -> None:
    source = (
        "import sys; sys.modules['bm25s'] = None\n"
        "import reasongym; env = reasongym.get('MultiHopSearch-v0'); row = env.row(0)\n"
        "print(reasongym.replay(row, env.oracle(env.problem(row).data)).reward)"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.stdout == "1.0\n", done.stderr
