"""Programs as lists of operations: composed by their kinds, run, told in words, and written as Python.

A step is `[name, {parameter: value}]`. The value of a parameter that the program takes as an argument of its
own is `"@"` and the argument's name.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from reasongym.core import Json
from reasongym.envs.code.operations import graphs, grids, lists, numbers, sequences, simulations, texts, words
from reasongym.envs.code.operations.defining import (
    OPERATIONS,
    Chosen,
    Function,
    Kind,
    Operation,
    Parameter,
    Ruled,
    Whole,
    source_of,
)
from reasongym.envs.code.second import graphs as second_graphs
from reasongym.envs.code.second import grids as second_grids
from reasongym.envs.code.second import lists as second_lists
from reasongym.envs.code.second import numbers as second_numbers
from reasongym.envs.code.second import rules as second_rules
from reasongym.envs.code.second import sequences as second_sequences
from reasongym.envs.code.second import simulations as second_simulations
from reasongym.envs.code.second import texts as second_texts
from reasongym.envs.code.second import words as second_words
from reasongym.seeding import Stream

Step: TypeAlias = list[Json]
Arguments: TypeAlias = Mapping[str, Json]
"""Values of the arguments of a program by name."""

_SECOND = {
    lists: second_lists,
    sequences: second_sequences,
    texts: second_texts,
    words: second_words,
    grids: second_grids,
    graphs: second_graphs,
    simulations: second_simulations,
    numbers: second_numbers,
}
SECOND: dict[str, Function] = {
    name: getattr(second, name)
    for module, second in _SECOND.items()
    for name, one in OPERATIONS.items()
    if one.function.__module__ == module.__name__
}
"""The second implementations, by name."""
_BY_KIND: dict[tuple[Kind, bool], list[Operation]] = {}
for _one in OPERATIONS.values():
    _BY_KIND.setdefault((_one.takes, _one.is_hard), []).append(_one)
_IMPORTS = {
    "Any": "from typing import Any",
    "Callable": "from collections.abc import Callable",
    "deque": "from collections import deque",
    "heapq": "import heapq",
}


# -- composing ------------------------------------------------------------------------------------------


def composed(rng: Stream, kind: Kind, shape: str) -> list[Step] | None:
    """Compose steps that begin with a kind: one for each letter, `e`asy or `h`ard; None where none fits."""
    steps: list[Step] = []
    for letter in shape:
        fitting = _BY_KIND.get((kind, letter == "h"), [])
        fitting = [one for one in fitting if not steps or one.name != steps[-1][0]]
        if not fitting:
            return None
        chosen = rng.pick(fitting)
        steps.append([chosen.name, {name: one.draw(rng) for name, one in chosen.parameters.items()}])
        kind = chosen.gives
    return steps


def with_argument(rng: Stream, steps: Sequence[Step]) -> tuple[list[Step], str, Whole] | None:
    """Make one whole-number parameter an argument of the program; None where there is none."""
    whole = [(at, name, one) for at, name, one in _parameters(steps) if isinstance(one, Whole)]
    if not whole:
        return None
    at, name, parameter = rng.pick(whole)
    changed = [[step[0], dict(step[1])] for step in steps]
    changed[at][1][name] = f"@{name}"
    return changed, name, parameter


def _parameters(steps: Sequence[Step]) -> Iterator[tuple[int, str, Parameter]]:
    for at, step in enumerate(steps):
        yield from ((at, name, one) for name, one in OPERATIONS[step[0]].parameters.items())


def parameter_of(steps: Sequence[Step], name: str) -> Whole:
    """Return the parameter that a program takes as its argument of that name."""
    for at, own, one in _parameters(steps):
        if own == name and steps[at][1][own] == f"@{name}" and isinstance(one, Whole):
            return one
    raise KeyError(name)


def source_kind(steps: Sequence[Step]) -> Kind:
    """Return what a program takes."""
    return OPERATIONS[steps[0][0]].takes


def result_kind(steps: Sequence[Step]) -> Kind:
    """Return what a program gives."""
    return OPERATIONS[steps[-1][0]].gives


# -- running --------------------------------------------------------------------------------------------


def trace(steps: Sequence[Step], value: Json, arguments: Arguments) -> list[Json]:
    """Return the values after each step, by the reference."""
    values: list[Json] = []
    for name, parameters in steps:
        one = OPERATIONS[name]
        value = one.function(value, **_given(one, parameters, arguments, is_second=False))
        values.append(value)
    return values


def run(steps: Sequence[Step], value: Json, arguments: Arguments) -> Json:
    """Return what the program gives, by the reference."""
    for name, parameters in steps:
        one = OPERATIONS[name]
        value = one.function(value, **_given(one, parameters, arguments, is_second=False))
    return value


def run_again(steps: Sequence[Step], value: Json, arguments: Arguments) -> Json:
    """Return what the program gives, by the second implementations."""
    for name, parameters in steps:
        value = SECOND[name](value, **_given(OPERATIONS[name], parameters, arguments, is_second=True))
    return value


def _given(
    one: Operation, values: Mapping[str, Json], arguments: Arguments, *, is_second: bool
) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in values.items():
        parameter = one.parameters[name]
        if isinstance(parameter, Ruled):
            rule, k = value
            function = getattr(second_rules, rule) if is_second else parameter.rules[rule].function
            given[name] = partial(function, k=k) if parameter.rules[rule].has_number else function
        else:
            given[name] = arguments[value[1:]] if _is_argument(value) else value
    return given


def _is_argument(value: Json) -> bool:
    return isinstance(value, str) and value.startswith("@")


# -- words and Python -----------------------------------------------------------------------------------


def sentence(step: Step) -> str:
    """Tell a step in words."""
    one = OPERATIONS[step[0]]
    return one.words.format(**{name: _told(one.parameters[name], value) for name, value in step[1].items()})


def _told(parameter: Parameter, value: Json) -> str:
    if isinstance(parameter, Ruled):
        rule, k = value
        return parameter.rules[rule].words.format(k=k)
    if _is_argument(value):
        return f"`{value[1:]}`"
    return repr(value) if isinstance(parameter, Chosen) and parameter.is_quoted else str(value)


def program(steps: Sequence[Step], function: str, names: Sequence[str]) -> str:
    """Write the program in Python: the functions of its operations, and one that calls them in order."""
    sources: dict[str, str] = {}
    lines: list[str] = []
    value = names[0]
    for at, (name, values) in enumerate(steps):
        one = OPERATIONS[name]
        passed = [f"{own}={_written(one.parameters[own], given, sources)}" for own, given in values.items()]
        sources[name] = source_of(one.function)
        lines.append(f"    step_{at + 1} = {name}({', '.join([value, *passed])})")
        value = f"step_{at + 1}"
    head = f"def {function}({', '.join(names)}):"
    body = "\n\n\n".join([*sources.values(), "\n".join([head, *lines, f"    return {value}"])])
    imports = [line for word, line in _IMPORTS.items() if word in body]
    return "\n".join(imports) + "\n\n\n" * bool(imports) + body


def _written(parameter: Parameter, value: Json, sources: dict[str, str]) -> str:
    if not isinstance(parameter, Ruled):
        return value[1:] if _is_argument(value) else repr(value)
    rule, k = value
    sources[rule] = source_of(parameter.rules[rule].function)
    if not parameter.rules[rule].has_number:
        return rule
    variable = "word" if "word" in sources[rule].partition("\n")[0] else "n"
    return f"lambda {variable}: {rule}({variable}, {k})"
