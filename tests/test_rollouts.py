"""Playing one episode and thousands: order, room, failures and limits, on a game made for it."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace

import pytest

from reasongym import registry
from reasongym.agents.policies.scripted import ScriptedPolicy
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.core import Data, Env, Json, Problem, Turn, Verdict
from reasongym.episodes import Completion, Episode, Finish, Request, Sampling, generate
from reasongym.errors import PolicyError, Unscored, UsageError
from reasongym.rollouts import Play, Seat, Setting, group_plays, play, rollout
from reasongym.seeding import Stream
from reasongym.templates import TEMPLATES, Renderer, Template
from tests.agents.small_models import CONTEXT, small
from tests.chats import tokenizer_of
from tests.policies import Erratic

TURNS = 5


class Countdowns(Env):
    """Say "on" until the number has counted down to zero; "break" breaks the judge."""

    family = "countdowns"
    levels = ("short",)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return {"left": rng.between(2, TURNS + 1), "id": rng.below(10**9)}

    def prompt(self, data: Data, style: str) -> str:
        return f"{data['left']} left"

    def start(self, data: Data) -> Json:
        return data["left"]

    def act(self, state: Json, text: str, rng: Stream) -> Turn:
        if text.endswith("break"):
            raise Unscored("the judge is out")
        left = state - 1
        verdict = Verdict(1.0, True, "ok") if left == 0 else None
        return Turn(left, f"{left} left", 1.0 if left == 0 else 0.0, verdict)

    def max_turns(self, level: int) -> int:
        return TURNS

    def oracle(self, data: Data) -> list[str]:
        return ["on"] * data["left"]

    def canonical(self, data: Data) -> str:
        return str(data["id"])

    def space(self, level: int) -> int:
        return 10**9

    def chance(self, level: int) -> float:
        return 0.0

    def random_action(self, state: Json, rng: Stream) -> str:
        return "on"


@pytest.fixture(autouse=True)
def env() -> Iterator[Env]:
    registry.register("tests/Countdowns-v0")(Countdowns)
    yield registry.get("tests/Countdowns-v0")
    registry.unregister("tests/Countdowns-v0")


@pytest.fixture
def problems(env: Env) -> list[Problem]:
    return [env.problem(env.row(seed)) for seed in range(40)]


def on(_: Request) -> str:
    return "on"


PLAIN = Setting(Sampling(), TEMPLATES["default"])


def plays(problems: list[Problem], setting: Setting = PLAIN, group_size: int = 3) -> Iterator[Play]:
    return group_plays(problems, setting, group_size=group_size, salt="salt")


def finish(game: Generator[Request, Completion, Episode], *texts: str) -> Episode:
    """Answer the requests of one play and return its episode."""
    next(game)
    for text in texts[:-1]:
        game.send(Completion(text, "stop"))
    with pytest.raises(StopIteration) as stopped:
        game.send(Completion(texts[-1], "stop"))
    return stopped.value.value


# -- one episode --------------------------------------------------------------------------------------------


def test_an_episode_is_its_messages_completions_and_replayed_verdict(problems: list[Problem]) -> None:
    for problem in problems:
        left = min(problem.data["left"], TURNS)
        texts = [f"go on {turn}" for turn in range(left)]
        episode = finish(play(problem, PLAIN, Seat(4, 2)), *texts)
        assert episode.actions == texts == [one.text for one in episode.completions]
        assert episode.verdict == registry.replay(problem.row, texts)
        assert [message.role for message in episode.messages] == ["user", "assistant"] * left
        assert episode.messages[0].content == problem.prompt
        assert (episode.group, episode.member, episode.row) == (4, 2, problem.row)
        assert episode.is_truncated == (problem.data["left"] > TURNS)
        assert registry.replay(problem.row, texts).reason == ("turn_limit" if episode.is_truncated else "ok")


def test_the_prefill_is_part_of_what_the_environment_reads(problems: list[Problem]) -> None:
    setting = Setting(Sampling(), Template(prefill="bre"))
    episode = finish(play(problems[0], setting, Seat()), "ak")
    assert episode.error == "the judge is out"
    assert episode.actions == ["break"]
    assert episode.completions[0].text == "ak"


def test_a_last_completion_that_was_cut_off_truncates_the_episode(problems: list[Problem]) -> None:
    problem = next(one for one in problems if one.data["left"] == 2)
    ends: list[tuple[Finish, Finish, bool]] = [("length", "stop", False), ("stop", "length", True)]
    for first, last, is_truncated in ends:
        game = play(problem, PLAIN, Seat())
        next(game)
        game.send(Completion("on", first))
        with pytest.raises(StopIteration) as stopped:
            game.send(Completion("on", last))
        assert stopped.value.value.is_truncated is is_truncated
        assert stopped.value.value.reward == 1.0


def test_requests_carry_the_noise_of_their_seat_and_turn(problems: list[Problem]) -> None:
    keys: set[int] = set()
    for problem in problems[:5]:
        for member in range(4):
            for salt in ("a", "b"):
                game = play(problem, PLAIN, Seat(0, member, salt))
                keys.add(next(game).noise_key)
                keys.add(game.send(Completion("on", "stop")).noise_key)
    assert len(keys) == 5 * 4 * 2 * 2
    assert all(0 <= key < 2**64 for key in keys)
    again = next(play(problems[0], PLAIN, Seat(9, 1, "a"))).noise_key
    assert again == next(play(problems[0], PLAIN, Seat(0, 1, "a"))).noise_key


def test_a_context_without_room_truncates_the_episode_and_never_overflows(problems: list[Problem]) -> None:
    renderer = Renderer(tokenizer_of("plain"), Template())
    problem = next(one for one in problems if one.data["left"] > 3)
    prompt = renderer.first_prompt(Template().open(problem.prompt))
    for context in range(len(prompt) + 40):
        setting = Setting(Sampling(max_tokens=9), Template(), renderer, context)
        game = play(problem, setting, Seat())
        completions: list[Completion] = []
        try:
            request = next(game)
            while True:
                assert request.prompt_ids is not None
                room = context - len(request.prompt_ids)
                assert request.sampling.max_tokens == min(9, room) > 0
                ids = [5] * request.sampling.max_tokens
                completions.append(Completion("on", "length", request.prompt_ids, ids, [0.0] * len(ids)))
                request = game.send(completions[-1])
        except StopIteration as stopped:
            episode: Episode = stopped.value
        assert episode.is_truncated
        assert episode.verdict is not None
        assert episode.verdict.reason in ("context_full", "turn_limit")
        assert episode.completions == completions
        assert (context <= len(prompt)) == (completions == [])


# -- thousands ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("max_live", [1, 7, 4096])
def test_episodes_come_back_in_order_whatever_the_policy_does(problems: list[Problem], max_live: int) -> None:
    policy = Erratic(on, seed=max_live)
    told: list[Episode] = []
    episodes = rollout(policy, plays(problems), max_live=max_live, on_episode=told.append)
    assert [episode.row for episode in episodes] == [p.row for p in problems for _ in range(3)]
    assert [(e.group, e.member) for e in episodes] == [(g, m) for g in range(40) for m in range(3)]
    assert policy.most_waiting <= max_live
    assert sorted(map(id, told)) == sorted(map(id, episodes))
    assert [episode.verdict for episode in episodes] == [
        registry.replay(episode.row, episode.actions) for episode in episodes
    ]


def test_plays_are_started_only_as_there_is_room(problems: list[Problem]) -> None:
    num_started = num_done = 0

    def counted() -> Iterator[Play]:
        nonlocal num_started
        for game in plays(problems):
            num_started += 1
            assert num_started - num_done <= 5
            yield game

    def done(_: Episode) -> None:
        nonlocal num_done
        num_done += 1

    rollout(Erratic(on), counted(), max_live=5, on_episode=done)
    assert num_done == num_started == 120


def test_an_episode_that_cannot_be_judged_does_not_stop_the_others(problems: list[Problem]) -> None:
    def reply(request: Request) -> str:
        return "break" if request.session.problem.row.seed % 3 == 0 else "on"

    episodes = rollout(Erratic(reply), plays(problems))
    for episode in episodes:
        is_broken = episode.row.seed % 3 == 0
        assert (episode.verdict is None) == is_broken == (episode.error == "the judge is out")
        assert episode.reward == (0.0 if is_broken else registry.replay(episode.row, episode.actions).reward)
        assert episode.actions[-1] == ("break" if is_broken else "on")


def test_members_of_a_group_share_their_row_and_prompt_but_not_their_noise(problems: list[Problem]) -> None:
    requests = [next(game) for game in plays(problems[:6], group_size=8)]
    for start in range(0, 48, 8):
        group = requests[start : start + 8]
        assert len({request.session.problem.row for request in group}) == 1
        assert len({request.messages for request in group}) == 1
        assert len({request.noise_key for request in group}) == 8


def test_nothing_to_play_is_no_work() -> None:
    assert rollout(Erratic(on), []) == []


def test_no_room_at_all_is_refused() -> None:
    with pytest.raises(UsageError, match="max_live must be at least 1, got 0"):
        rollout(Erratic(on), [], max_live=0)


def test_an_answer_nobody_waits_for_is_an_error(problems: list[Problem]) -> None:
    class Confused(Erratic):
        def poll(self) -> list[tuple[int, Completion]]:
            return [(999, Completion("on", "stop"))]

    with pytest.raises(PolicyError, match="request 999, which nobody waits for"):
        rollout(Confused(on), plays(problems))


def test_a_rollout_that_fails_leaves_nothing_behind_in_the_policy(problems: list[Problem]) -> None:
    def interrupted(request: Request) -> str:
        if request.session.num_turns == 1:
            raise KeyboardInterrupt
        return "on"

    policy = Erratic(interrupted)
    with pytest.raises(KeyboardInterrupt):
        rollout(policy, plays(problems))
    assert policy.waiting == []
    policy.reply = on
    assert all(episode.actions for episode in rollout(policy, plays(problems)))


def test_a_request_asked_for_twice_is_refused(problems: list[Problem]) -> None:
    requests = [next(game) for game in plays(problems[:1])]
    with pytest.raises(UsageError, match="ids of their own"):
        generate(ScriptedPolicy(on), requests)
    own = [replace(request, id=place) for place, request in enumerate(requests)]
    assert [one.text for one in generate(ScriptedPolicy(on), own)] == ["on"] * 3


def test_a_models_episodes_are_the_same_whatever_else_is_in_play(problems: list[Problem]) -> None:
    loaded = small("llama")
    setting = Setting(
        Sampling(max_tokens=6), Template(), Renderer(loaded.tokenizer, Template()), loaded.context_length
    )
    alone = [rollout(TorchPolicy(loaded), [game])[0] for game in plays(problems[:5], setting)]
    for max_rows, max_live in ((1, 1), (3, 9), (64, 64)):
        policy = TorchPolicy(loaded, max_rows=max_rows)
        together = rollout(policy, plays(problems[:5], setting), max_live=max_live)
        for one, other in zip(alone, together, strict=True):
            assert one.messages == other.messages
            assert [c.token_ids for c in one.completions] == [c.token_ids for c in other.completions]
            assert [len(c.prompt_ids) + len(c.token_ids) <= CONTEXT for c in other.completions]


def test_a_model_can_be_used_again_after_an_interrupted_rollout(problems: list[Problem]) -> None:
    loaded = small("llama")
    setting = Setting(Sampling(max_tokens=6), Template(), Renderer(loaded.tokenizer, Template()), CONTEXT)
    expected = rollout(TorchPolicy(loaded), plays(problems[:4], setting))
    policy = TorchPolicy(loaded)

    def interrupt(_: Episode) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rollout(policy, plays(problems[4:8], setting), on_episode=interrupt)
    again = rollout(policy, plays(problems[:4], setting))
    assert [e.messages for e in again] == [e.messages for e in expected]
