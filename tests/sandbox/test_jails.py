"""Jobs in a jail of every layer: what they see, how they end, and that nothing of them is left."""

import os
import signal
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest

from reasongym.errors import UsageError
from reasongym.sandbox.jails import Jail, JailSpec
from reasongym.sandbox.jobs import Limits, Status, calls, command
from reasongym.sandbox.sandboxes import Sandbox

QUICK = Limits(cpu_s=0.3, wall_s=3.0)


def test_a_program_reads_stdin_and_writes_both_streams(sandbox: Sandbox) -> None:
    code = "import sys\nprint(input().upper())\nprint(len(sys.stdin.read()), file=sys.stderr)"
    outcome = sandbox.run(code, "ünï\nrest\n")
    assert (outcome.status, outcome.exit_code) == (Status.OK, 0)
    assert outcome.text == "ÜNÏ\n"
    assert outcome.stderr == b"5\n"


@pytest.mark.parametrize(
    ("code", "status", "exit_code"),
    [
        ("1 / 0", Status.ERROR, 1),
        ("exit()", Status.OK, 0),
        ("import sys; sys.exit('why')", Status.ERROR, 1),
        ("import sys; sys.exit(7)", Status.ERROR, 7),
        ("import os; os._exit(0)", Status.OK, 0),
        ("def f(:", Status.SYNTAX, 97),
        ("x = '\\0'; eval(x)", Status.ERROR, 1),
        ("\0", Status.SYNTAX, 97),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Status.ERROR, -signal.SIGSEGV),
        ("while True: pass", Status.TIME, -signal.SIGKILL),
        ("import time; time.sleep(60)", Status.TIME, -signal.SIGKILL),
        ("x = []\nwhile True: x.append(bytearray(1 << 20))", Status.MEMORY, -signal.SIGKILL),
        ("x = bytearray(1 << 40)", Status.MEMORY, 1),
        ("while True: print('x' * 10_000)", Status.OUTPUT, -signal.SIGKILL),
        ("import atexit; atexit.register(print, 'late')", Status.OK, 0),
        ("import threading; threading.Thread(target=print).start()", Status.OK, 0),
        ("import sys; sys.stdout.close()", Status.ERROR, 1),
    ],
)
def test_a_program_ends_as_it_should(sandbox: Sandbox, code: str, status: Status, exit_code: int) -> None:
    limits = Limits(cpu_s=5.0) if status is Status.MEMORY else QUICK
    outcome = sandbox.run(code, limits=limits)
    assert (outcome.status, outcome.exit_code) == (status, exit_code), outcome


def test_a_traceback_shows_the_program_and_nothing_else(sandbox: Sandbox) -> None:
    told = sandbox.run("def f():\n    return {}['key']\nf()").stderr.decode()
    assert 'File "solution.py", line 2, in f' in told
    assert "return {}['key']" in told
    assert "inside" not in told


def test_output_over_the_limit_is_cut_and_said_so(sandbox: Sandbox) -> None:
    outcome = sandbox.run("print('x' * 100)", limits=Limits(output_bytes=10))
    assert (outcome.stdout, outcome.stdout_truncated) == (b"x" * 10, True)
    assert outcome.status is Status.OUTPUT
    assert not sandbox.run("print('x' * 9)", limits=Limits(output_bytes=10)).stdout_truncated


def test_a_job_finds_nothing_of_the_one_before(sandbox: Sandbox) -> None:
    leave = """
import builtins, os, sys, json
builtins.secret = sys.secret = json.secret = 'left'
open('left', 'w').write('left')
os.environ['LEFT'] = 'left'
"""
    look = """
import builtins, os, sys, json
print([hasattr(module, 'secret') for module in (builtins, sys, json)])
print('left' in os.listdir('.'), 'LEFT' in os.environ)
"""
    assert sandbox.run(leave).status is Status.OK
    assert sandbox.run(look).text == "[False, False, False]\nFalse False\n"


def test_a_job_sees_neither_the_callers_files_nor_its_environment(
    sandbox: Sandbox, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "planted")
    path = f"{tmp_path}/secret"
    with open(path, "w") as file:
        file.write("planted")
    code = f"""
import os
print(sorted(os.environ))
for path in ({path!r}, '/etc/shadow', '/proc/1/environ', {os.path.dirname(__file__)!r}, '/root/.ssh'):
    try:
        print(open(path).read() if not os.path.isdir(path) else os.listdir(path))
    except OSError as error:
        print(type(error).__name__)
"""
    told = sandbox.run(code).text
    assert told.splitlines()[0] == "['HOME', 'LANG', 'PATH', 'TMPDIR']"
    assert set(told.splitlines()[1:]) <= {"FileNotFoundError", "PermissionError"}


def test_draws_repeat(sandbox: Sandbox) -> None:
    code = "import random; print(random.random(), list({'a', 'b', 'c', 'd'}), hash('a'))"
    assert sandbox.run(code).stdout == sandbox.run(code).stdout
    with Sandbox(sandbox.layer, workers=1) as other:
        assert other.run(code).stdout == sandbox.run(code).stdout


def test_there_is_no_network(sandbox: Sandbox) -> None:
    code = """
import socket
try:
    socket.create_connection(('127.0.0.1', 22), timeout=2)
    print('open')
except OSError as error:
    print('closed')
"""
    assert sandbox.run(code).text == "closed\n"


def test_only_the_standard_library_is_there(sandbox: Sandbox) -> None:
    code = """
for name in ('reasongym', 'numpy', 'inside', 'pytest'):
    try:
        __import__(name)
        print(name)
    except ImportError:
        pass
"""
    assert sandbox.run(code).text == ""


def test_packages_that_are_asked_for_are_there(sandbox: Sandbox) -> None:
    with Sandbox(sandbox.layer, workers=1, packages=("numpy",)) as other:
        assert other.run("import numpy; print(numpy.arange(3).sum())").text == "3\n"


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_packages_below_a_folder_of_the_jobs_own_are_refused(folder: str) -> None:
    python = f"{folder}/checkout/.venv/bin/python"
    for layer in ("root", "userns"):
        with pytest.raises(UsageError, match=f"jobs have a {folder} of their own: make the environment"):
            Sandbox(layer, packages=("numpy",), python=python)
        Sandbox(layer, python=python).close()
    Sandbox("landlock", packages=("numpy",), python=python).close()


def test_values_come_back_one_by_one(sandbox: Sandbox) -> None:
    code = "def f(x):\n    print('noise')\n    return {1: (x, None)} if x else 1 / 0"
    outcome = sandbox.run_job(calls(code, "f", [[1], [0], ["a"]]))
    assert outcome.frames == [
        {"value": {1: (1, None)}},
        {"raised": "ZeroDivisionError"},
        {"value": {1: ("a", None)}},
    ]
    assert outcome.stdout == b"noise\n" * 3


def test_each_call_has_time_of_its_own(sandbox: Sandbox) -> None:
    code = """
import time
def f(x):
    end = time.process_time() + 0.2
    while time.process_time() < end: pass
    return x
"""
    outcome = sandbox.run_job(calls(code, "f", [[number] for number in range(5)], Limits(cpu_s=0.8)))
    assert outcome.status is Status.OK
    assert len(outcome.frames) == 5


def test_forged_frames_buy_no_time(sandbox: Sandbox) -> None:
    code = """
import os
def f():
    while True: os.write(4, b'\\0\\0\\0\\2{}')
"""
    outcome = sandbox.run_job(calls(code, "f", [[]], Limits(cpu_s=0.3, result_bytes=1 << 16)))
    assert outcome.status in (Status.OUTPUT, Status.TIME)


def test_a_job_whose_jail_is_killed_is_run_again(sandbox: Sandbox) -> None:
    before = children_of(os.getpid(), "inside.zygote")
    jail = Jail(JailSpec(sandbox.layer))
    jail.run(calls("def f(): pass", "f", [[]]))
    (zygote,) = children_of(os.getpid(), "inside.zygote") - before
    threading.Timer(0.3, os.kill, (zygote, signal.SIGKILL)).start()
    code = "import time\ndef f():\n    time.sleep(0.6)\n    return 42"
    assert jail.run(calls(code, "f", [[]])).frames == [{"value": 42}]
    assert jail.num_starts == 2
    jail.close()


def children_of(parent: int, command_part: str) -> set[int]:
    """Find the processes whose parent and command line these are."""
    found: set[int] = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            status = Path("/proc", name, "status").read_text()
            line = Path("/proc", name, "cmdline").read_text()
        except OSError:  # gone meanwhile
            continue
        if f"PPid:\t{parent}\n" in status and command_part in line:
            found.add(int(name))
    return found


def test_closing_leaves_neither_processes_nor_descriptors_nor_folders(sandbox: Sandbox) -> None:
    def seen() -> tuple[set[int], int, set[str]]:
        folders = {name for name in os.listdir(tempfile.gettempdir()) if name.startswith("reasongym-job-")}
        return children_of(os.getpid(), "inside.zygote"), len(os.listdir("/proc/self/fd")), folders

    before = seen()
    with Sandbox(sandbox.layer, workers=2) as other:
        assert other.run("print(1)").text == "1\n"
        assert seen()[0] > before[0]
    assert seen() == before


def test_a_command_runs_where_it_can_be_contained(sandbox: Sandbox) -> None:
    outcome = sandbox.run_job(command(["sh", "run.sh"], {"run.sh": b"read x; echo got $x"}, b"it\n"))
    assert outcome.text == "got it\n"


def test_what_must_fork_is_refused_where_nothing_may(sandbox: Sandbox) -> None:
    job = command(["sh", "-c", "true; true"], needs_fork=True)
    if sandbox.layer == "landlock":
        with pytest.raises(UsageError, match="cannot contain"):
            sandbox.run_job(job)
    else:
        assert sandbox.run_job(job).status is Status.OK


@pytest.mark.parametrize(
    "wrong", [{"cpu_s": 0}, {"memory_bytes": -1}, {"wall_s": 0}, {"cpu_s": float("nan")}]
)
def test_wrong_limits_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="must be above 0"):
        Limits(**wrong)
