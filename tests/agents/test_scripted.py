"""Scripted policies: perfect play, legal play, a fixed answer, and a person at the terminal."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from reasongym import registry
from reasongym.agents.policies import scripted
from reasongym.agents.policies.scripted import ScriptedPolicy
from reasongym.episodes import Completion, Message, Request, Sampling, generate
from reasongym.errors import PolicyError
from reasongym.evaluation import Player, Protocol, Scores, env_suite, evaluate, planned

ENV_IDS = ("Countdown-v0", "CountdownSteps-v0")


def scores(policy: ScriptedPolicy, env_id: str, folder: Path, *, level: int = 1) -> Scores:
    suite = env_suite(env_id, level=level, num_problems=60)
    report = evaluate(policy, planned(suite, Protocol(samples=2), Player("scripted")), folder)
    assert report.result is not None
    return report.result.scores


def requests(count: int = 4) -> list[Request]:
    env = registry.get("Countdown-v0")
    problem = env.problem(env.row(0, level=1))
    messages = (Message("user", problem.prompt),)
    return [
        Request(number, messages, None, Sampling(), number, env.begin(problem)) for number in range(count)
    ]


def test_a_reply_is_a_text_or_a_whole_completion() -> None:
    whole = Completion("cut", "length", [1], [2, 3], [-0.5, -0.1])
    policy = ScriptedPolicy(lambda request: whole if request.id else "said")
    assert generate(policy, requests(2)) == [Completion("said", "stop"), whole]


@pytest.mark.parametrize("env_id", ENV_IDS)
def test_the_oracle_wins_every_episode(env_id: str, tmp_path: Path) -> None:
    assert scores(scripted.oracle(), env_id, tmp_path).solve_rate == 1.0


@pytest.mark.parametrize("env_id", ENV_IDS)
def test_random_play_is_legal_and_mostly_wrong(env_id: str, tmp_path: Path) -> None:
    played = scores(scripted.random(), env_id, tmp_path)
    assert set(played.reasons) <= {"ok", "wrong_value", "turn_limit", "gave_up"}
    assert played.solve_rate < 0.3


def test_random_play_depends_on_the_noise_key_alone() -> None:
    asked = requests()
    together = generate(scripted.random(), asked)
    alone = [generate(scripted.random(), [request])[0] for request in reversed(asked)]
    assert together == alone[::-1]
    assert len({completion.text for completion in together}) > 1


def test_the_constant_answer_is_an_oracle_answer_of_the_training_split(tmp_path: Path) -> None:
    env = registry.get("Countdown-v0")
    row = env.row(3, level=0, split="eval")
    answers = {env.oracle(env.problem(env.row(seed, level=0)).data)[0] for seed in range(200)}
    assert scripted.commonest_answer(row) in answers
    assert scores(scripted.constant(row), "Countdown-v0", tmp_path, level=0).solve_rate < 0.1


def test_a_person_reads_the_prompt_and_types_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", answering("1 + 2"))
    page = io.StringIO()
    (completion,) = generate(scripted.human(Console(file=page)), requests(1))
    assert completion.text == "1 + 2"
    assert requests(1)[0].messages[-1].content.split()[0] in page.getvalue()


def test_the_end_of_input_interrupts_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", answering(None))
    with pytest.raises(KeyboardInterrupt):
        generate(scripted.human(Console(file=io.StringIO())), requests(1))


def test_cancelled_requests_are_never_answered() -> None:
    policy = scripted.oracle()
    policy.submit(requests(3))
    policy.cancel([0, 1])
    assert [request_id for request_id, _ in policy.poll()] == [2]
    assert policy.poll() == []


def test_there_is_nothing_to_push() -> None:
    with pytest.raises(PolicyError, match="no weights"):
        scripted.oracle().push(None, 1)


def answering(text: str | None) -> Callable[..., str]:
    def answer(*_: object) -> str:
        if text is None:
            raise EOFError
        return text

    return answer
