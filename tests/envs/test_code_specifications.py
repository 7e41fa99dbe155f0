"""What programs are asked for: every sentence means one thing, and every step counts."""

import json
from copy import deepcopy
from typing import cast

import pytest

import reasongym
from reasongym.core import Data, Json
from reasongym.envs.code import interpreter, kinds, specifications
from reasongym.envs.code.operations.defining import OPERATIONS, Ruled
from reasongym.envs.code.operations.rules import NUMBER_CHANGES, NUMBER_TESTS, WORD_CHANGES, WORD_TESTS
from reasongym.envs.code.pipelines import SECOND, program, result_kind, run, run_again, sentence
from reasongym.envs.code.second import rules as second_rules
from reasongym.sandbox.syntax import parsed
from reasongym.seeding import Stream, stream

ENV = reasongym.get("ProgramSynthesis-v0")
NUM_INPUTS = 100
RULES = NUMBER_TESTS | NUMBER_CHANGES | WORD_TESTS | WORD_CHANGES


def step(name: str, rng: Stream) -> Json:
    return [name, {key: one.draw(rng) for key, one in OPERATIONS[name].parameters.items()}]


def problems(num: int, level: int) -> list[Data]:
    return [ENV.problem(ENV.row(seed, level=level)).data for seed in range(num)]


def has_kind(value: Json, kind: str) -> bool:
    if kind == "number":
        return type(value) is int
    if kind in ("text", "moves"):
        return isinstance(value, str) and (kind == "text" or set(value) <= set("UDLR"))
    if kind == "table":
        return isinstance(value, dict) and has_kind(list(cast("Data", value).values()), "numbers")
    if kind == "grid":
        return bool(value) and bool(value[0]) and len({len(row) for row in value}) == 1
    if kind == "intervals":
        return all(len(one) == 2 and one[0] < one[1] for one in value)
    if kind == "edges":
        pairs = [frozenset(one[:2]) for one in value]
        return len(set(pairs)) == len(pairs) and all(len(pair) == 2 for pair in pairs)
    if kind == "words":
        return all(isinstance(one, str) for one in value)
    return all(type(one) is int for one in value) if kind == "numbers" else isinstance(value, list)


@pytest.mark.parametrize("name", OPERATIONS)
def test_both_implementations_agree_and_keep_to_their_kinds(name: str) -> None:
    rng = stream(f"agree {name}".encode())
    one = OPERATIONS[name]
    for at in range(NUM_INPUTS):
        steps = [step(name, rng)]
        value = kinds.draw(one.takes, rng, at % kinds.NUM_SIZES)
        kept = deepcopy(value)
        found = run(steps, value, {})
        assert value == kept, "the input is changed"
        assert found == run_again(steps, kept, {}), (steps, value)
        assert has_kind(found, one.gives), (steps, value, found)
        assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("name", RULES)
def test_both_implementations_of_a_rule_agree(name: str) -> None:
    rule, second = RULES[name], getattr(second_rules, name)
    rng = stream(f"rule {name}".encode())
    is_of_words = name in WORD_TESTS | WORD_CHANGES
    for _ in range(NUM_INPUTS * 5):
        value = kinds.draw("text", rng, 1).replace(" ", "") if is_of_words else rng.between(-200, 2_000)
        named = {"k": rng.between(rule.low, rule.high)} if rule.has_number else {}
        found = rule.function(value, **named)
        assert found == second(value, **named), (value, named)
        assert type(found) is type(second(value, **named))


def test_there_are_enough_operations_of_every_sort() -> None:
    assert len(OPERATIONS) > 100
    assert SECOND.keys() == OPERATIONS.keys()
    hard = {one.takes for one in OPERATIONS.values() if one.is_hard}
    assert {"numbers", "text", "grid", "edges", "moves", "events", "intervals", "number", "words"} <= hard


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_sentence_names_every_parameter(name: str) -> None:
    rng = stream(b"sentences")
    for _ in range(20):
        chosen = step(name, rng)
        told = sentence(chosen)
        assert "{" not in told
        for key, value in chosen[1].items():
            if not isinstance(OPERATIONS[name].parameters[key], Ruled):
                assert str(value) in told or repr(value) in told


@pytest.mark.parametrize("level", range(6))
def test_the_program_we_write_is_the_reference(level: int) -> None:
    """By an interpreter of our own, which executes nothing; the sandbox shows it again for every oracle."""
    for data in problems(8, level):
        tree = parsed(program(data["steps"], data["function"], data["names"]))
        for given, expected in data["tests"][:12]:
            assert interpreter.call(tree, data["function"], deepcopy(given))[0] == expected


@pytest.mark.parametrize("level", range(6))
def test_results_vary_and_examples_are_no_tests(level: int) -> None:
    for data in problems(20, level):
        results = [json.dumps(expected) for _, expected in data["tests"]]
        assert max(map(results.count, results)) <= len(results) / 2
        assert not any(one in data["tests"] for one in data["examples"])
        assert has_kind(data["tests"][0][1], result_kind(data["steps"]))


def test_a_step_that_could_be_left_out_is_never_asked_for() -> None:
    for data in problems(40, 2):
        if len(data["names"]) > 1:
            continue
        for at, (name, _) in enumerate(data["steps"]):
            if OPERATIONS[name].takes == OPERATIONS[name].gives:
                others = data["steps"][:at] + data["steps"][at + 1 :]
                assert any(run(others, given[0], {}) != expected for given, expected in data["tests"])


def test_programs_that_do_the_same_are_one_problem() -> None:
    """Whatever their steps: to sort and to turn round is to sort the other way."""
    data = problems(1, 1)[0] | {"names": ["numbers"]}
    keys = {"key": ["times", 2]}
    first: Data = data | {"steps": [["sorted_by", keys | {"order": "ascending"}], ["turned_round", {}]]}
    second: Data = data | {"steps": [["sorted_by", {"key": ["times", 3], "order": "descending"}]]}
    other = data | {"steps": [["sorted_by", keys | {"order": "ascending"}]]}
    assert specifications.behaviour(first) == specifications.behaviour(second)
    assert specifications.behaviour(first) != specifications.behaviour(other)
