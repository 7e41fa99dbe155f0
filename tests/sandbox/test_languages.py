"""Programs in other languages: built in the jail, judged as those in Python are."""

import os
import shutil

import pytest

from reasongym.errors import UsageError
from reasongym.sandbox.grading import CallTest, StdinTest
from reasongym.sandbox.jobs import Limits
from reasongym.sandbox.languages import CPP, C, Language
from reasongym.sandbox.sandboxes import Sandbox

SUMS = [StdinTest(f"{a} {a * a}", str(a + a * a)) for a in range(4)]
ADD = "#include <iostream>\nint main() { long a, b; std::cin >> a >> b; %s std::cout << a + b << std::endl; }"
LIMITS = Limits(cpu_s=0.5)


@pytest.fixture(scope="session")
def compiling(sandbox: Sandbox) -> Sandbox:
    if shutil.which("g++") is None and not os.environ.get("CI"):
        pytest.skip("there is no g++ here")
    if not sandbox.may_fork:
        pytest.skip(f"compilers fork, and jobs of the layer {sandbox.layer} cannot")
    return sandbox


@pytest.mark.parametrize(
    ("statement", "verdicts"),
    [
        ("", ["AC", "AC", "AC", "AC"]),
        ("if (a == 2) b = 0;", ["AC", "AC", "WA", "AC"]),
        ("if (a == 1) throw 1;", ["AC", "RE", "AC", "AC"]),
        ("while (a == 1) b = b ^ 1;", ["AC", "TLE", "AC", "AC"]),
        ("if (a == 3) { *(volatile int*)0 = 1; }", ["AC", "AC", "AC", "RE"]),
        ("if (a == 1) while (true) std::cout << a;", ["AC", "OLE", "AC", "AC"]),
        ("int;;;) ", ["CE"]),
    ],
)
def test_cpp_is_judged(compiling: Sandbox, statement: str, verdicts: list[str]) -> None:
    judgement = compiling.grade(ADD % statement, SUMS, LIMITS, all_tests=True, language=CPP)
    assert [one.verdict.value for one in judgement.tests] == verdicts


def test_what_does_not_compile_is_told(compiling: Sandbox) -> None:
    judgement = compiling.grade("int main() { return x; }", SUMS, LIMITS, language=C)
    assert judgement.verdict == "CE"
    assert "x" in judgement.tests[0].detail


def test_a_compiler_finds_no_file_of_ours(compiling: Sandbox, tmp_path: object) -> None:
    with open(f"{tmp_path}/secret", "w") as file:
        file.write("int secret;")
    judgement = compiling.grade(f'#include "{tmp_path}/secret"\n' + ADD % "", SUMS, LIMITS, language=CPP)
    assert judgement.verdict == "CE"


def test_any_interpreter_that_the_jail_has_will_do(sandbox: Sandbox) -> None:
    language = Language("solution.sh", ("sh", "solution.sh"))
    assert sandbox.grade("read a b; echo $((a + b))", SUMS, LIMITS, language=language).is_accepted


def test_what_cannot_be_judged_so_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(UsageError, match="stdin"):
        sandbox.grade("", [CallTest("f", [], 1)], language=CPP)
    if sandbox.may_fork:
        with pytest.raises(UsageError, match="no-such"):
            sandbox.grade("", SUMS, language=Language("a", ("./program",), ("no-such-compiler",)))
