"""Budget forcing against a second, naive implementation: budgets, waits, ids and masks, to the token."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasongym import registry
from reasongym.agents.policies.scripted import ScriptedPolicy
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.core import Data, Env, Json, Turn, Verdict
from reasongym.episodes import Completion, Episode, Request, Sampling, flatten
from reasongym.errors import PolicyError, UsageError
from reasongym.rollouts import Seat, play, rollout
from reasongym.seeding import Stream, digest64
from reasongym.templates import Renderer, Template
from reasongym.thinking import Budget, stages
from reasongym.turns import ANSWER_ROOM, Setting
from tests.agents.small_models import CONTEXT, plain_logits, small
from tests.chats import bpe_tokenizer, tokenizer_of
from tests.policies import Speaker

NAME = "tests/Talk-v0"


class Talk(Env):
    """Say anything, three times."""

    family = "talk"
    levels = ("once", "thrice")

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return {"left": 1 if level == 0 else 3, "id": rng.below(10**9)}

    def prompt(self, data: Data, style: str) -> str:
        return f"say {data['id']}"

    def start(self, data: Data) -> Json:
        return data["left"]

    def act(self, state: Json, text: str, rng: Stream) -> Turn:
        done = state == 1
        return Turn(state - 1, "and?", float(done), Verdict(1.0, True, "ok", answer=text) if done else None)

    def max_turns(self, level: int) -> int:
        return 3

    def oracle(self, data: Data) -> list[str]:
        return ["hm"] * data["left"]

    def canonical(self, data: Data) -> str:
        return str(data["id"])

    def space(self, level: int) -> int:
        return 10**9

    def chance(self, level: int) -> float:
        return 1.0

    def random_action(self, state: Json, rng: Stream) -> str:
        return "hm"


@pytest.fixture(autouse=True, scope="module")
def env() -> Iterator[Env]:
    registry.register(NAME)(Talk)
    yield registry.get(NAME)
    registry.unregister(NAME)


PIECES = (
    "the",
    " answer",
    " is",
    "\n",
    "<",
    "/",
    "</th",
    ">",
    "</think>",
    ".</think>\n\n",
    "漢",
    "é",
    "</answer>",
)
"""Words and the marker, whole and in parts; some of its tokens are shared with what stands beside it."""


def tape(key: int, tokenizer: Any) -> Iterator[int]:
    """Draw what a model says, token by token: words, markers, any ids at all, and sometimes its end."""
    noise = random.Random(key)
    while True:
        kind = noise.random()
        if kind < 0.08:
            yield tokenizer.eos_token_id
        elif kind < 0.2:
            yield noise.randrange(len(tokenizer))
        else:
            yield from tokenizer.encode(noise.choice(PIECES), add_special_tokens=False)


def speaker(tokenizer: Any) -> Speaker:
    def say(request: Request) -> list[int]:
        return list(islice(tape(request.noise_key, tokenizer), request.sampling.max_tokens))

    return Speaker(tokenizer, say)


@dataclass
class Naive:
    """Budget forcing told again: one list of ids, one of who wrote each, grown a token at a time."""

    tokenizer: Any
    budget: Budget
    sampling: Sampling
    context: int | None

    def turn(self, prompt: list[int], tapes: Iterator[Iterator[int]]) -> tuple[list[int], list[bool], str]:
        """Return the ids behind the prompt, which of them were sampled, and the text."""
        self.ids, self.mask, self.text = list(prompt), [False] * len(prompt), ""
        spent = waits = 0
        while True:
            segment, ended = self._sample(next(tapes), spent)
            shown = self._show(segment)
            if not ended:
                self._write(segment, shown)
                if self.budget.end not in shown:
                    self._put("" if self.text.endswith("\n") else "\n", self.budget.end, self.budget.cue)
                spent += len(segment)
                break
            kept = self._before_the_end(segment)
            if waits < self.budget.waits and self.fits(
                spent + len(kept), len(kept) + self._size(self.budget.wait)
            ):
                waits, spent = waits + 1, spent + len(kept)
                self._write(kept, self._show(kept))
                self._put(self.budget.wait)
                continue
            kept = segment if self.budget.end in shown else kept
            spent += len(kept)
            self._write(kept, self._show(kept))
            if self.budget.end not in shown:
                is_cut = waits < self.budget.waits
                newline = "" if not is_cut or self.text.endswith("\n") else "\n"
                self._put(newline, self.budget.end, self.budget.cue if is_cut else "")
            break
        answer: list[int] = []
        for token in next(tapes):
            if spent + len(answer) == self.sampling.max_tokens or len(self.ids) + len(answer) == self.context:
                break
            answer.append(token)
            if self._is_end(answer, self.sampling.stop):
                break
        self._write(answer, self._show(answer))
        return self.ids[len(prompt) :], self.mask[len(prompt) :], self.text

    def _sample(self, drawn: Iterator[int], spent: int) -> tuple[list[int], bool]:
        segment: list[int] = []
        while self.fits(spent + len(segment), len(segment)):
            segment.append(next(drawn))
            if self._is_end(segment, (*self.sampling.stop, self.budget.end)):
                return segment, True
        return segment, False

    def fits(self, spent: int, more: int) -> bool:
        """Say whether another token of thinking leaves room for the end, the cue and an answer."""
        if self.context is None:
            return spent < self.budget.tokens
        closing = max(self._size(f"{line}{self.budget.end}{self.budget.cue}") for line in ("", "\n"))
        answer = min(ANSWER_ROOM, self.sampling.max_tokens - self.budget.tokens)
        return spent < self.budget.tokens and len(self.ids) + more + 1 + closing + answer <= self.context

    def _is_end(self, ids: list[int], stops: tuple[str, ...]) -> bool:
        return ids[-1] == self.tokenizer.eos_token_id or any(stop in self._show(ids) for stop in stops)

    def _before_the_end(self, segment: list[int]) -> list[int]:
        shown = self._show(segment)
        places = [shown.find(stop) for stop in (*self.sampling.stop, self.budget.end) if stop in shown]
        if not places:
            return segment[:-1]
        prefixes = [segment[:size] for size in range(len(segment))]
        clean = [one for one in prefixes if shown[: min(places)].startswith(self._show(one))]
        return clean[-1]

    def _show(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)

    def _write(self, ids: list[int], shown: str) -> None:
        self.ids, self.mask, self.text = self.ids + ids, self.mask + [True] * len(ids), self.text + shown

    def _put(self, *texts: str) -> None:
        ids = self.tokenizer.encode("".join(texts), add_special_tokens=False)
        self.ids, self.mask = self.ids + ids, self.mask + [False] * len(ids)
        self.text += "".join(texts)

    def _size(self, text: str) -> int:
        return len(self.tokenizer.encode(text, add_special_tokens=False))


BUDGETS = st.builds(
    Budget,
    st.integers(1, 40),
    st.integers(0, 5),
    st.sampled_from(["Wait", "Wait,", "\nHmm"]),
    st.sampled_from(["</think>", " answer"]),
    st.sampled_from(["", "\nFinal Answer:"]),
)
TEMPLATES = st.sampled_from([Template(), Template(prefill="<think>\n"), Template(stop=("</answer>",))])


def talk(setting: Setting, seed: int, level: int = 0) -> tuple[Episode, list[Request]]:
    problem = registry.get(NAME).problem(registry.get(NAME).row(seed, level=level))
    policy = speaker(tokenizer_of("plain"))
    (episode,) = rollout(policy, [play(problem, setting, Seat(0, seed))])
    return episode, policy.requests


@settings(max_examples=150, deadline=None)
@given(BUDGETS, TEMPLATES, st.integers(1, 30), st.none() | st.integers(0, 90), st.integers(0, 10**6))
def test_a_turn_is_what_the_naive_implementation_makes_of_the_same_samples(
    budget: Budget, template: Template, for_answer: int, room: int | None, seed: int
) -> None:
    renderer = Renderer(tokenizer_of("plain"), template)
    sampling = Sampling(max_tokens=budget.tokens + for_answer, stop=template.stop)
    problem = registry.get(NAME).problem(registry.get(NAME).row(seed))
    prompt = renderer.first_prompt(template.open(problem.prompt))
    context = None if room is None else len(prompt) + room
    episode, requests = talk(Setting(sampling, template, renderer, context, budget), seed)
    naive = Naive(renderer.tokenizer, budget, sampling, context)
    if context is not None and not naive_has_room(naive, prompt):
        assert episode.verdict is not None
        assert (episode.verdict.reason, episode.completions, requests) == ("context_full", [], [])
        return
    tapes = (tape(request.noise_key, renderer.tokenizer) for request in requests)
    ids, mask, text = naive.turn(prompt, tapes)
    (row,) = flatten(episode)
    assert row.ids == prompt + ids
    assert row.mask == [False] * len(prompt) + mask
    assert episode.actions == [template.prefill + text]
    assert next(tapes, None) is None
    thinking = sum(
        len(one.token_ids) for one, before in stages(budget, episode.completions) if not before.is_over
    )
    assert thinking <= budget.tokens
    assert sum(mask) <= sampling.max_tokens
    assert context is None or len(row.ids) <= context


def naive_has_room(naive: Naive, prompt: list[int]) -> bool:
    naive.ids = prompt
    return naive.fits(0, 0)


@settings(max_examples=60, deadline=None)
@given(BUDGETS, TEMPLATES, st.integers(0, 10**6), st.sampled_from(["plain", "chatml", "llama 3"]))
def test_every_turn_of_an_episode_has_a_budget_of_its_own_and_one_row_holds_all(
    budget: Budget, template: Template, seed: int, chat: str
) -> None:
    renderer = Renderer(tokenizer_of(chat), template)
    sampling = Sampling(max_tokens=budget.tokens + 5, stop=template.stop)
    problem = registry.get(NAME).problem(registry.get(NAME).row(seed, level=1))
    policy = speaker(renderer.tokenizer)
    (episode,) = rollout(
        policy, [play(problem, Setting(sampling, template, renderer, thinking=budget), Seat())]
    )
    placed = list(stages(budget, episode.completions))
    assert sum(before.is_over for _, before in placed) == len(episode.actions) == 3
    for completion, before in placed:
        assert before.spent + len(completion.token_ids) <= (
            sampling.max_tokens if before.is_over else budget.tokens
        )
        assert before.waits <= budget.waits
    rows = flatten(episode)
    assert sum(sum(row.mask) for row in rows) == sum(len(one.token_ids) for one in episode.completions)
    answers = [at for at, (_, before) in enumerate(placed) if before.is_over]
    for first, last in zip([0, *(at + 1 for at in answers)], answers, strict=False):
        within = {number for number, row in enumerate(rows) for turn in row.turns if first <= turn <= last}
        assert len(within) <= 1, "a turn is in one row, whatever its template makes of history"
    assert len({request.noise_key for request in policy.requests}) == len(policy.requests)


def test_the_budget_is_met_to_the_token_by_a_model_that_never_ends_its_thinking() -> None:
    tokenizer = tokenizer_of("plain")
    say = Speaker(tokenizer, lambda request: tokenizer.encode("the" * 99, add_special_tokens=False))
    renderer = Renderer(tokenizer, Template())
    setting = Setting(Sampling(max_tokens=30), Template(), renderer, None, Budget(17, waits=3))
    problem = registry.get(NAME).problem(registry.get(NAME).row(0))
    (episode,) = rollout(say, [play(problem, setting, Seat())])
    assert [len(one.token_ids) for one in episode.completions] == [17, 13]
    assert episode.actions[0].count("Wait") == 0
    assert "\n</think>\nFinal Answer:" in episode.actions[0]
    assert episode.is_truncated


def scripted(
    texts: list[str], budget: Budget, template: Template | None = None
) -> tuple[Episode, list[Request]]:
    requests: list[Request] = []

    def reply(request: Request) -> str:
        requests.append(request)
        return texts[len(requests) - 1]

    problem = registry.get(NAME).problem(registry.get(NAME).row(0))
    setting = Setting(Sampling(), template or Template(), thinking=budget)
    (episode,) = rollout(ScriptedPolicy(reply), [play(problem, setting, Seat())])
    return episode, requests


def test_a_policy_that_reads_messages_goes_on_with_its_own_half_of_a_turn() -> None:
    texts = ["so 4</think>", " no, 5</think> 5", " yes</think>", " 5"]
    episode, requests = scripted(texts, Budget(100, waits=2), Template(prefill="<think>"))
    assert episode.actions == ["<think>so 4Wait no, 5Wait yes</think> 5"]
    assert [one.text for one in episode.completions] == ["so 4", " no, 5", " yes</think>", " 5"]
    halves = [request.messages[1:] for request in requests]
    assert halves[0] == ()
    assert [half[0].content for half in halves[1:]] == [
        "<think>so 4Wait",
        "<think>so 4Wait no, 5Wait",
        "<think>so 4Wait no, 5Wait yes</think>",
    ]
    assert {half[0].role for half in halves[1:]} == {"assistant"}


def test_a_policy_that_tells_no_ids_cannot_go_on_from_them() -> None:
    renderer = Renderer(tokenizer_of("plain"), Template())
    setting = Setting(Sampling(), Template(), renderer, thinking=Budget(9))
    problem = registry.get(NAME).problem(registry.get(NAME).row(0))
    with pytest.raises(
        PolicyError, match="goes on from the ids that were sampled, and the policy tells none"
    ):
        rollout(ScriptedPolicy(lambda _: "hm"), [play(problem, setting, Seat())])


def test_a_model_that_never_thinks_is_made_to_answer_behind_the_end_of_thinking() -> None:
    episode, _ = scripted(["\\boxed{4}", "\\boxed{5}"], Budget(100))
    assert episode.actions == ["\\boxed{4}</think>\\boxed{5}"]


def test_a_marker_of_a_special_token_ends_thinking_though_the_text_does_not_show_it() -> None:
    """As s1's models do: thinking ends at `<|im_start|>`, behind which they write `answer`."""
    tokenizer: Any = bpe_tokenizer("<|endoftext|>", "<|im_start|>", "<|im_end|>", eos="<|im_end|>")
    texts = iter(["so four<|im_start|>answer\n4<|im_end|>", " is it?<|im_start|>", "\n4<|im_end|>"])
    say = Speaker(tokenizer, lambda _: tokenizer.encode(next(texts), add_special_tokens=False))
    renderer = Renderer(tokenizer, Template(prefill="<|im_start|>think"))
    budget = Budget(50, waits=1, end="<|im_start|>answer")
    setting = Setting(Sampling(max_tokens=99), renderer.template, renderer, thinking=budget)
    problem = registry.get(NAME).problem(registry.get(NAME).row(0))
    (episode,) = rollout(say, [play(problem, setting, Seat())])
    assert episode.actions == ["<|im_start|>thinkso fourWait is it?<|im_start|>answer\n4"]
    (row,) = flatten(episode)
    shown: str = tokenizer.decode(row.ids, skip_special_tokens=False)
    assert shown.endswith("<|im_start|>thinkso fourWait is it?<|im_start|>answer\n4<|im_end|>")


@pytest.mark.parametrize("kind", ["llama", "gpt2, absolute positions", "mistral, windows"])
def test_every_sampled_id_of_a_model_is_its_choice_behind_all_that_stands_before(kind: str) -> None:
    """Greedily, with the plain forward over the whole row as the judge: what was put in was read in place."""
    loaded = small(kind)
    renderer = Renderer(loaded.tokenizer, Template())
    setting = Setting(Sampling(0.0, max_tokens=20), Template(), renderer, CONTEXT)
    problems = [registry.get(NAME).problem(registry.get(NAME).row(seed)) for seed in range(12)]
    free = rollout(TorchPolicy(loaded), [play(one, setting, Seat()) for one in problems])
    ((said, _),) = Counter("".join(one.actions[0][4:12] for one in free)).most_common(1)
    setting = replace(setting, thinking=Budget(14, waits=2, wait="wait", end=said, cue=" so "))
    episodes = rollout(TorchPolicy(loaded), [play(one, setting, Seat()) for one in problems])
    assert max(len(one.completions) for one in episodes) > 2, "no end was refused"
    for episode in episodes:
        (row,) = flatten(episode)
        choices = cast(list[int], plain_logits(loaded, row.ids).argmax(-1).tolist())
        sampled = [at for at, is_sampled in enumerate(row.mask) if is_sampled]
        assert [row.ids[at] for at in sampled] == [choices[at - 1] for at in sampled]


def test_a_models_segments_do_not_depend_on_what_else_is_in_play() -> None:
    loaded = small("llama")
    renderer = Renderer(loaded.tokenizer, Template())
    budget = Budget(9, waits=3, wait="wait", end="e", cue=" so ")
    setting = Setting(Sampling(max_tokens=14), Template(), renderer, CONTEXT, budget)
    problems = [registry.get(NAME).problem(registry.get(NAME).row(seed)) for seed in range(6)]
    together = rollout(
        TorchPolicy(loaded), [play(one, setting, Seat(0, m)) for one in problems for m in (0, 1)]
    )
    alone = [
        rollout(TorchPolicy(loaded), [play(one, setting, Seat(0, m))])[0] for one in problems for m in (0, 1)
    ]
    for one, other in zip(together, alone, strict=True):
        assert one.messages == other.messages
        assert [c.token_ids for c in one.completions] == [c.token_ids for c in other.completions]


def test_without_a_budget_requests_are_what_they_were() -> None:
    """The noise of runs on record must not move: the first segment has the key of a turn."""
    problem = registry.get(NAME).problem(registry.get(NAME).row(0))
    plain = next(play(problem, Setting(Sampling(), Template()), Seat()))
    forced = next(play(problem, Setting(Sampling(), Template(), thinking=Budget(9)), Seat()))
    assert plain.noise_key == forced.noise_key == digest64(b"%s  0 0" % problem.row.key)
    assert replace(forced, sampling=plain.sampling) == plain


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"tokens": 0}, "at least 1 token, got 0"),
        ({"tokens": 9, "waits": -1}, "waits must be 0 to 100, got -1"),
        ({"tokens": 9, "waits": 101}, "waits must be 0 to 100, got 101"),
        ({"tokens": 9, "end": ""}, "`end` of a thinking budget must not be empty"),
        ({"tokens": 9, "wait": ""}, "`wait` of a thinking budget must not be empty"),
    ],
)
def test_budgets_that_cannot_be_are_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Budget(**values)


def test_stages_of_a_play_that_was_kept_are_those_it_was_played_in() -> None:
    completions = [Completion("a", "stop"), Completion("b</think>", "stop"), Completion("c", "stop")]
    placed = list(stages(Budget(9, waits=1), completions * 2))
    assert [before.is_over for _, before in placed] == [False, False, True] * 2
    assert placed[2].before.text == "aWaitb</think>"
