"""Runs with a thinking budget: kept whole, resumed to the same bytes, judged again, and forged in vain."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reasongym import registry
from reasongym.agents.policies.scripted import ScriptedPolicy
from reasongym.episodes import Completion, Request
from reasongym.evaluation import Player, Protocol, Run, env_suite, evaluate, planned, rescore
from reasongym.evaluation.presets import load_preset
from reasongym.evaluation.rescoring import inspect
from reasongym.leaderboard import check
from reasongym.rollouts import Seat, play, rollout
from reasongym.templates import Renderer, Template
from reasongym.thinking import Budget
from tests.chats import tokenizer_of
from tests.leaderboard.runs import change_episodes, reseal, set_value
from tests.policies import Speaker

Line = dict[str, Any]
TOKENIZER = tokenizer_of("plain")
BUDGET = Budget(40, waits=2)


def say(request: Request) -> list[int]:
    """Think a while, longer in some segments than the budget; answer rightly more often than not."""
    noise = random.Random(request.noise_key)
    words = " ".join(noise.choices(("the", "answer", "is", "three", "plus"), k=noise.choice((4, 9, 60))))
    problem = request.session.problem
    right = registry.get(problem.row.env_id).oracle(problem.data)[0]
    said = right if noise.random() < 0.7 else "1"
    is_answer = "</think>" not in request.sampling.stop
    text = f" {said} " if is_answer else f"{words}</think>"
    ids: list[int] = TOKENIZER.encode(text, add_special_tokens=False)
    return [*ids, TOKENIZER.eos_token_id]


class Killed(Speaker):
    """Is killed after so many completions."""

    def __init__(self, num_left: int) -> None:
        super().__init__(TOKENIZER, say)
        self.num_left = num_left

    def poll(self) -> list[tuple[int, Completion]]:
        if not self.num_left:
            raise KeyboardInterrupt
        self.num_left -= 1
        return super().poll()


def plan(num_problems: int = 200) -> Run:
    protocol = Protocol(Template("aloud", prefill="<think>"), max_tokens=120, thinking=BUDGET)
    suite = env_suite("Countdown-v0", level=0, num_problems=num_problems)
    return planned(suite, protocol, Player("torch", "some/thinker", "ab12" * 4))


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("honest") / "run"
    evaluate(Speaker(TOKENIZER, say), plan(), folder, tokenizer=TOKENIZER)
    return folder


@pytest.fixture
def folder(honest: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(honest, tmp_path / "run"))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("\nThe answer is {right}", "ok"),
        ("\n{right}<|im_end|>", "ok"),
        ("\nThe answer is 1 + 1", "illegal_number"),
        ("\n", "no_answer"),
    ],
)
def test_s1_is_judged_by_what_follows_its_thinking_whatever_was_boxed_in_it(answer: str, reason: str) -> None:
    env = registry.get("Countdown-v0")
    problem = env.problem(env.row(0, level=0))
    (right,) = env.oracle(problem.data)
    thoughts = (rf"Perhaps \boxed{{{right}}}", r" or \boxed{1 + 1}", rf" or \boxed{{{right}}}.")
    said = iter((*thoughts, answer.format(right=right)))
    setting = load_preset("s1-wait-2").protocol().setting()
    (episode,) = rollout(ScriptedPolicy(lambda _: next(said)), [play(problem, setting, Seat())])
    assert episode.verdict is not None
    assert episode.verdict.reason == reason


def test_nothing_speaks_against_an_honest_run(honest: Path) -> None:
    assert check(honest).findings == []
    report = inspect(honest)
    numbers = {len(one.completions) for one in report.episodes}
    assert numbers == {2, 3, 4}, "every number of waits comes about"
    assert report.result is not None
    assert report.result.scores.mean_turns == 1
    assert 0.5 < report.result.scores.solve_rate < 0.9


def test_a_context_that_runs_out_leaves_an_honest_run(tmp_path: Path) -> None:
    """Where there is no room to wait or to think on, what is stored still tells what was put."""
    ends: set[tuple[int, str]] = set()
    run = plan(num_problems=30)
    renderer = Renderer(TOKENIZER, run.protocol.template)
    prompts = [renderer.first_prompt(run.protocol.template.open(one.prompt)) for one in run.suite.problems]
    for room in (90, 115, 130, 160):
        context, folder = max(map(len, prompts)) + room, tmp_path / str(room)
        evaluate(Speaker(TOKENIZER, say), run, folder, tokenizer=TOKENIZER, context_length=context)
        assert {one.kind for one in check(folder).findings} == {"own_suite"}, "but for its 30 problems"
        for one in inspect(folder).episodes:
            assert one.verdict is not None
            ends.add((len(one.completions), one.verdict.reason))
            assert all(len(c.prompt_ids) + len(c.token_ids) <= context for c in one.completions)
    assert {number for number, _ in ends} == {0, 2, 3, 4}
    assert (0, "context_full") in ends


def test_a_run_killed_in_the_middle_of_a_turn_ends_with_the_same_bytes(honest: Path, tmp_path: Path) -> None:
    for num_left in (1, 2, 30):
        with pytest.raises(KeyboardInterrupt):
            evaluate(Killed(num_left), plan(), tmp_path / "run", tokenizer=TOKENIZER, max_live=3)
    evaluate(Speaker(TOKENIZER, say), plan(), tmp_path / "run", tokenizer=TOKENIZER)
    for name in ("episodes.jsonl", "scores.json"):
        assert (tmp_path / "run" / name).read_bytes() == (honest / name).read_bytes()


def waiting(lines: list[Line]) -> Line:
    return next(line for line in lines if "Wait" in line["messages"][-1]["content"])


def drop_wait(lines: list[Line]) -> None:
    message = waiting(lines)["messages"][-1]
    message["content"] = message["content"].replace("Wait", "", 1)


def wait_once_more(lines: list[Line]) -> None:
    line = waiting(lines)
    line["completions"].insert(0, line["completions"][0])
    message = line["messages"][-1]
    message["content"] = "<think>" + line["completions"][0]["text"] + "Wait" + message["content"][7:]


def drop_answer(lines: list[Line]) -> None:
    line = waiting(lines)
    text = line["completions"].pop()["text"]
    line["messages"][-1]["content"] = line["messages"][-1]["content"].removesuffix(text)


def drop_thinking(lines: list[Line]) -> None:
    """Tell the answer alone, as if nothing had been thought."""
    line = waiting(lines)
    line["completions"] = line["completions"][-1:]
    line["messages"][-1]["content"] = "<think>" + line["completions"][0]["text"]


def think_longer(lines: list[Line]) -> None:
    """Think on in the first segment, in tokens that say so, beyond the budget."""
    line = waiting(lines)
    more = " is" * BUDGET.tokens
    ids: list[int] = TOKENIZER.encode(more, add_special_tokens=False)
    first, second = line["completions"][:2]
    first["text"] += more
    first["token_ids"] += ids
    first["logprobs"] += [-0.5] * len(ids)
    message = line["messages"][-1]
    message["content"] = message["content"].replace("Wait", more + "Wait", 1)
    second["prompt_ids"] = [*first["prompt_ids"], *first["token_ids"], *TOKENIZER.encode("Wait")]
    line["completions"][2]["prompt_ids"] = []


def forget_ids_of_wait(lines: list[Line]) -> None:
    line = waiting(lines)
    first, second = line["completions"][:2]
    second["prompt_ids"] = [*first["prompt_ids"], *first["token_ids"]]


def put_other_ids(lines: list[Line]) -> None:
    waiting(lines)["completions"][1]["prompt_ids"][-1] += 1


FORGERIES: dict[str, tuple[Callable[[list[Line]], None], str]] = {
    "a wait that is missing": (drop_wait, "edited_completion"),
    "a wait too many": (wait_once_more, "edited_completion"),
    "a turn without its answer": (drop_answer, "edited_completion"),
    "an answer without its thinking": (drop_thinking, "edited_completion"),
    "thinking beyond the budget": (think_longer, "token_count"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_episode_is_refused(folder: Path, name: str) -> None:
    forge, kind = FORGERIES[name]
    change_episodes(folder, forge)
    (folder / "scores.json").unlink()
    report = rescore(folder)
    assert kind in {one.kind for one in report.findings}
    assert not (folder / "scores.json").exists()


@pytest.mark.parametrize("forge", [forget_ids_of_wait, put_other_ids])
def test_ids_that_are_not_those_of_the_text_put_in_are_refused_by_the_board(
    folder: Path, forge: Callable[[list[Line]], None]
) -> None:
    change_episodes(folder, forge)
    reseal(folder)
    assert {one.kind for one in check(folder).findings} == {"token_text"}


def test_a_run_without_a_budget_cannot_claim_one(folder: Path) -> None:
    """Nor the other way round: the texts in between are part of the turn."""
    set_value(folder, "run.json", "protocol", "thinking", value=None)
    assert {one.kind for one in rescore(folder).findings} >= {"edited_completion"}
    set_value(folder, "run.json", "protocol", "thinking", value={"tokens": 40, "waits": 1})
    assert {one.kind for one in rescore(folder).findings} >= {"edited_completion"}


def test_an_answer_in_the_texts_of_the_budget_is_refused(tmp_path: Path) -> None:
    suite = env_suite("Gcd-v0", level=0)
    answers = {registry.get(one.row.env_id).oracle(one.data)[0] for one in suite.problems}
    cue = "\n" + " ".join(sorted(answers))
    protocol = Protocol(max_tokens=400, thinking=Budget(40, cue=cue))
    run = planned(suite, protocol, Player("torch", "some/thinker", "ab12" * 4))
    evaluate(Speaker(TOKENIZER, say), run, tmp_path / "run", tokenizer=TOKENIZER)
    assert {one.kind for one in check(tmp_path / "run").findings} == {"leaked_answer"}
