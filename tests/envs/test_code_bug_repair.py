"""Faults in programs: really there, and repaired by whatever passes."""

import ast

import pytest

import reasongym
from reasongym.envs.code import specifications
from reasongym.envs.code.bug_repair import LEVELS
from reasongym.envs.code.mutations import mutated
from reasongym.envs.code.pipelines import program
from reasongym.seeding import stream
from tests.envs.judging import reason

ENV = reasongym.get("BugRepair-v0")
SYNTHESIS = reasongym.get("ProgramSynthesis-v0")


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_the_faulty_program_fails_and_ours_passes_in_the_sandbox(level: int) -> None:
    for seed in range(3):
        problem = ENV.problem(ENV.row(seed, level=level))
        faulty = problem.prompt.split("```")[1]
        assert reason(ENV, problem.data, f"```{faulty}```") != "ok"
        assert ENV.prove(problem.data)


def test_a_program_that_differs_from_ours_is_right_if_it_passes() -> None:
    data = ENV.problem(ENV.row(0)).data
    right = program(data["steps"], data["function"], data["names"])
    renamed = right.replace("step_1", "first").replace("step_2", "second")
    assert reason(ENV, data, f"```python\nUNUSED = 1\n{renamed}\n```") == "ok"


def test_the_prompt_shows_right_results() -> None:
    problem = ENV.problem(ENV.row(1, level=3))
    for call, result in specifications.examples(problem.data):
        assert f"{call} == {result}" in problem.prompt


def test_no_fix_is_told_by_a_problem_of_the_other_split() -> None:
    """What is held out of repairing is held out of writing, too."""
    data = ENV.problem(ENV.row(2)).data
    assert ENV.family == SYNTHESIS.family
    assert ENV.canonical(data) == SYNTHESIS.canonical(data)


def test_a_change_is_one_and_leaves_the_original() -> None:
    source = "def f(x):\n    t = 0\n    for n in x:\n        if n > 2:\n            t += n\n    return t"
    tree = ast.parse(source)
    before = ast.dump(tree)
    changed = {ast.unparse(mutated(tree, stream(b"%d" % at))) for at in range(200)}
    assert ast.dump(tree) == before
    assert {
        source.replace("> 2", ">= 2"),
        source.replace("t += n", "t -= n"),
        source.replace("2", "3"),
    } <= changed
    assert all(ast.parse(one) for one in changed)
    assert len(changed - {source}) >= 8
