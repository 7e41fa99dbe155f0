"""Jobs in containers of a real engine: walls, residue, replacement, and what comes of killing parts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

import docker
import pytest

from reasongym.errors import UsageError
from reasongym.sandbox import containers, docker_jails
from reasongym.sandbox.assertions import CodeTest
from reasongym.sandbox.docker_jails import DockerJail
from reasongym.sandbox.engine import Engine
from reasongym.sandbox.grading import CallTest, StdinTest, Verdict
from reasongym.sandbox.jails import Jail, JailLost, JailSpec
from reasongym.sandbox.jobs import Limits, Status, script
from reasongym.sandbox.sandboxes import Sandbox
from tests.sandbox.battery.distant_kills import batch_amid_dead_containers, batch_amid_dead_engines
from tests.sandbox.battery.kills import Batch
from tests.sandbox.engines import OwnEngine, own_engine, require_dockerd, require_engine

DOUBLE = "def double(x):\n    return x + x\n"
WRONG = "def double(x):\n    return x * x\n"
EXECUTED = CodeTest("for number in range(5):\n    assert double(number) == 2 * number")
TESTS = [CallTest("double", [number], 2 * number) for number in range(5)]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    require_engine()
    with Sandbox("docker", workers=1) as made:
        yield made


@pytest.fixture(scope="module")
def killable() -> Iterator[OwnEngine]:
    require_dockerd()
    with own_engine() as started:
        yield started


@pytest.fixture
def engine(killable: OwnEngine, monkeypatch: pytest.MonkeyPatch) -> OwnEngine:
    """Name an engine that the test may kill, in which there are no containers yet."""
    monkeypatch.setenv("DOCKER_HOST", killable.host)
    killable.start()
    killable.remove_containers()
    return killable


def _await(condition: Callable[[], bool], seconds: float) -> float:
    """Wait until something holds; returns how long it took."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() < started + seconds
        time.sleep(0.02)
    return time.monotonic() - started


# -- walls ----------------------------------------------------------------------------------------------


def test_a_program_runs_and_is_judged(sandbox: Sandbox) -> None:
    assert sandbox.run("print(int(input()) * 2)", "21").text == "42\n"
    assert sandbox.grade(DOUBLE, TESTS).is_accepted
    assert sandbox.grade(WRONG, TESTS).verdict is Verdict.WA
    assert sandbox.grade(DOUBLE, [EXECUTED]).is_accepted


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("while True: pass", Status.TIME),
        ("import time; time.sleep(60)", Status.TIME),
        ("x = bytearray(450 << 20)\nfor at in range(0, len(x), 4096): x[at] = 1", Status.MEMORY),
        ("while True: print('x' * 1000)", Status.OUTPUT),
        ("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", Status.TIME),
        ("import os; os.kill(1, 9); os.kill(-1, 9)", Status.ERROR),
    ],
)
def test_what_a_program_overdoes_is_stopped_and_the_next_one_runs(
    sandbox: Sandbox, code: str, status: Status
) -> None:
    wall_s = 1.0 if "sleep" in code else 60.0  # what does not sleep ends by another limit, however slow it is
    limits = Limits(cpu_s=0.5, wall_s=wall_s, memory_bytes=300 << 20, processes=16)
    assert sandbox.run(code, limits=limits).status is status
    assert sandbox.run("print(1)").text == "1\n"


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/usr/planted', 'w')",
        "open('/planted', 'w')",
        "open('/reasongym/inside/job.py', 'a')",
        "open('/ctl/planted', 'w')",
        "open('/proc/1/mem', 'rb')",
        "open('/proc/1/environ').read()",
        "open('/proc/sys/kernel/hostname', 'w')",
        "os.setuid(0)",
        "os.chroot('/tmp')",
        "ctypes.CDLL(None, use_errno=True).mount(b'x', b'/tmp', b'tmpfs', 0, None) and 1 / 0",
        "socket.create_connection(('192.0.2.1', 80), 1)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    ],
)
def test_a_program_gets_nowhere(sandbox: Sandbox, attempt: str) -> None:
    outcome = sandbox.run(f"import ctypes, os, socket\n{attempt}")
    assert outcome.status is Status.ERROR, outcome


def test_no_variable_of_the_supervisor_reaches_a_program(sandbox: Sandbox) -> None:
    seen = set(sandbox.run("import os; print(*os.environ)").text.split())
    assert seen == {"HOME", "LANG", "PATH", "TMPDIR"}


PLANT = """
import os, socket, subprocess
for folder in ("/tmp", "/dev/shm"):
    deep = folder
    for at in range(200):
        deep += "/d"
        os.mkdir(deep)
    open(folder + "/secret", "w").write("planted")
    os.chmod(folder + "/d", 0)
    os.setxattr(folder, "user.secret", b"planted")
    os.utime(folder, (1, 1))
    os.chmod(folder, 0)
subprocess.Popen(["sleep", "60"], start_new_session=True)
"""
SEEK = """
import os
for folder in ("/tmp", "/dev/shm", "/dev/mqueue"):
    left = set(os.listdir(folder)) - {"solution.py"}  # which is this program
    print(len(left), os.listxattr(folder), os.stat(folder).st_mtime > 2)
print(sorted(int(name) for name in os.listdir("/proc") if name.isdigit()) == [1, os.getpid()])
"""


def test_nothing_of_a_job_is_left_to_the_next(sandbox: Sandbox) -> None:
    starts = _starts(sandbox)
    assert sandbox.run(PLANT).status is Status.OK
    assert sandbox.run(SEEK).text == "0 [] True\n0 [] True\n0 [] True\nTrue\n"
    assert _starts(sandbox) == starts


def _starts(sandbox: Sandbox) -> int:
    return sum(jail.num_starts for jail in sandbox._jails)  # pyright: ignore[reportPrivateUsage]


def test_queues_of_the_kernel_are_refused(sandbox: Sandbox) -> None:
    refused = sandbox.run("import ctypes; print(ctypes.CDLL(None).shmget(1234, 4096, 0o1666))")
    assert refused.text == "-1\n"


def test_a_session_is_kept_and_branches(sandbox: Sandbox) -> None:
    with sandbox.session() as session:
        assert session.run("x = 41").status is Status.OK
        with session.fork() as branch:
            assert branch.run("x += 1; x").text == "42\n"
        assert session.run("x").text == "41\n"


def test_a_package_is_importable_where_it_is_asked_for() -> None:
    require_engine()
    with Sandbox("docker", workers=1, packages=["numpy"]) as made:
        assert made.run("import numpy; print(numpy.arange(4).sum())").text == "6\n"


def test_jobs_that_a_container_has_no_room_for_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(UsageError, match="files of"):
        sandbox.run("pass", limits=Limits(file_bytes=1 << 30))


def test_an_image_that_the_engine_lacks_is_named_and_not_fetched() -> None:
    require_engine()
    with Sandbox("docker", image="absent:1") as made, pytest.raises(UsageError, match="no image 'absent:1'"):
        made.run("pass")


def test_an_image_belongs_to_containers_only() -> None:
    with pytest.raises(UsageError, match="an image is of the layer 'docker'"):
        Sandbox("userns", image="some:1")


def test_an_image_without_python_is_told_of() -> None:
    require_engine()
    with closing(docker.from_env()) as client:
        client.api.import_image_from_data(_EMPTY_TAR, repository="reasongym-test", tag="empty")
        jail = DockerJail(JailSpec("docker"), Engine("reasongym-test:empty"))
        with pytest.raises(JailLost, match="python3"):
            jail.run(script("pass"))
        client.api.remove_image("reasongym-test:empty")


_EMPTY_TAR = bytes(10240)


def test_a_zygote_of_containers_starts_nowhere_else() -> None:
    jail = Jail(JailSpec("docker"))
    with pytest.raises(JailLost, match="not the first process of a container"):
        jail.run(script("pass"))
    jail.close()


# -- an engine that shares no files ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def distant(killable: OwnEngine) -> Iterator[Sandbox]:
    """Make a sandbox whose engine is reached over TCP, as on another machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", killable.tcp_host)
        killable.start()
        with Sandbox("docker", workers=1) as made:
            yield made


def test_a_distant_engine_runs_and_judges(distant: Sandbox) -> None:
    assert distant.run("print(int(input()) * 2)", "21").text == "42\n"
    assert distant.grade(DOUBLE, TESTS).is_accepted
    assert distant.grade(WRONG, TESTS).verdict is Verdict.WA
    assert distant.grade(DOUBLE, [EXECUTED]).verdict is Verdict.SANDBOX_ERROR  # and says why
    assert distant.run("import sys; sys.stderr.write('told'); sys.exit(3)").stderr == b"told"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("while True: pass", Status.TIME),
        ("import time; time.sleep(60)", Status.TIME),
        ("while True: print('x' * 1000)", Status.OUTPUT),
        ("import os; os.kill(1, 9); os.close(1); os.close(2); os.kill(-1, 9)", Status.ERROR),
    ],
)
def test_what_a_program_overdoes_is_stopped_at_a_distance(
    distant: Sandbox, code: str, status: Status
) -> None:
    limits = Limits(cpu_s=0.5, wall_s=1.0 if "sleep" in code else 60.0)
    assert distant.run(code, limits=limits).status is status
    assert distant.run("print(1)").text == "1\n"


def test_megabytes_pass_a_distance_whole(distant: Sandbox) -> None:
    echoed = distant.run("import sys; print(sys.stdin.read()[::-1], end='')", "ab" * (1 << 20))
    assert echoed.stdout == b"ba" * (1 << 20)
    values = [[number] * 3 for number in range(100_000)]
    code = f"def f(x): return [[number] * 3 for number in range({len(values)})]"
    assert distant.grade(code, [CallTest("f", [1], values)]).is_accepted


def test_a_session_is_kept_and_branches_at_a_distance(distant: Sandbox) -> None:
    with distant.session() as session:
        session.run("import os, threading, time\nx = 41")
        # Writes between turns, when nobody reads; past the stream's lock, which a branch would find taken.
        session.run("threading.Thread(target=lambda: [os.write(1, b'n' * 999) for _ in range(999)]).start()")
        with session.fork() as branch:
            assert branch.run("x += 1; print(x)").stdout.endswith(b"42\n")
        assert session.run("time.sleep(0.3); print(x)").status is Status.OK


def test_nothing_of_a_job_is_in_the_memory_of_the_next_at_a_distance(distant: Sandbox) -> None:
    planted = "p1" + "anted" * 4
    assert distant.run(f"print({planted!r}, input())", planted).text.startswith(planted)
    assert distant.run(SEARCH, limits=Limits(cpu_s=10.0)).text == "0\n"
    assert distant.run(f"x = {planted!r}\n{SEARCH}", limits=Limits(cpu_s=10.0)).text != "0\n"


SEARCH = r"""
import re
found = 0
for line in open("/proc/self/maps"):
    low, high = (int(part, 16) for part in line.split()[0].split("-"))
    if "r" in line.split()[1] and "[v" not in line:
        memory = open("/proc/self/mem", "rb", 0)
        memory.seek(low)
        found += re.search(rb"p1(?:anted){4}", memory.read(high - low)) is not None
print(found)
"""


# -- containers come and go -----------------------------------------------------------------------------


def test_a_container_is_replaced_without_a_wait_or_a_loss(
    engine: OwnEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker_jails, "_MAX_JOBS", 20)
    monkeypatch.setattr(docker_jails, "_AHEAD", 10)
    jail = DockerJail(JailSpec("docker"), Engine())
    first = jail.run(script("import socket; print(open('/proc/self/cgroup').read())")).stdout
    slowest = 0.0
    for number in range(400):
        before = time.monotonic()
        assert jail.run(script(f"print({number})")).text == f"{number}\n"
        slowest = max(slowest, time.monotonic() - before)
        if jail.num_starts >= 3:
            break
        time.sleep(0.02)
    assert jail.num_starts >= 3
    assert jail.run(script("print(open('/proc/self/cgroup').read())")).stdout != first
    jail.close()
    _await(lambda: not engine.containers(), 20)


def test_a_program_that_dies_by_sigkill_has_its_container_replaced(
    engine: OwnEngine,
) -> None:
    jail = DockerJail(JailSpec("docker"), Engine())
    assert jail.run(script("import os; os.kill(os.getpid(), 9)")).exit_code == -signal.SIGKILL
    _await(lambda: jail.run(script("print(1)")).text == "1\n" and jail.num_starts == 2, 30)
    jail.close()
    _await(lambda: not engine.containers(), 20)


SUPERVISOR = """
import os, sys, time
from reasongym.sandbox.sandboxes import Sandbox
sandbox = Sandbox("docker", workers=1)
print(sandbox.run("print(6 * 7)").text, flush=True)
if os.fork() == 0:
    time.sleep(60)
sandbox.run("while True: pass", limits=None) if sys.argv[1] == "busy" else time.sleep(60)
"""


@pytest.mark.parametrize("is_distant", [False, True])
@pytest.mark.parametrize("state", ["idle", "busy"])
def test_all_is_gone_soon_after_its_supervisor_was_killed(
    engine: OwnEngine, state: str, is_distant: bool
) -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, state],
        stdout=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "DOCKER_HOST": engine.tcp_host if is_distant else engine.host},
    )
    with supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == b"42\n"
        (zygote,) = engine.zygotes()
        time.sleep(0.3)
        supervisor.kill()
        assert _await(lambda: not os.path.exists(f"/proc/{zygote}"), 10) < 2
        _await(lambda: not engine.containers(), 20)
        os.killpg(supervisor.pid, signal.SIGKILL)  # the child that it forked


# -- the engine and its containers are killed -----------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("is_distant", [False, True])
@pytest.mark.parametrize("batch_amid", [batch_amid_dead_containers, batch_amid_dead_engines])
def test_a_batch_survives(
    engine: OwnEngine,
    batch_amid: Callable[[OwnEngine, int], Batch],
    is_distant: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if is_distant:
        monkeypatch.setenv("DOCKER_HOST", engine.tcp_host)
    batch = batch_amid(engine, 96)
    assert batch.num_kills >= 2
    assert (batch.num_lost, batch.num_wrong) == (0, 0)


@pytest.mark.slow
def test_an_engine_that_stays_away_is_told_of_and_waited_for_once(engine: OwnEngine) -> None:
    jail = DockerJail(JailSpec("docker"), Engine(patience_s=1.0))
    assert jail.run(script("print(1)")).text == "1\n"
    (zygote,) = engine.zygotes()
    engine.kill()
    assert jail.run(script("print(2)")).text == "2\n"  # jobs do not need it
    os.kill(zygote, signal.SIGKILL)
    with pytest.raises(JailLost, match=r"the Docker engine at .* start it"):
        jail.run(script("print(3)"))
    before = time.monotonic()
    with pytest.raises(JailLost):
        jail.run(script("print(3)"))
    assert time.monotonic() - before < 1.0
    engine.start()
    assert jail.run(script("print(4)")).text == "4\n"
    jail.close()


def test_a_failing_engine_makes_no_verdict(engine: OwnEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.kill()
    monkeypatch.setattr("reasongym.sandbox.engine.Engine", partial(Engine, patience_s=0.5))
    with Sandbox("docker", workers=1) as made:
        judgement = made.grade("print(1)", [StdinTest("", "1")])
    assert judgement.verdict is Verdict.SANDBOX_ERROR
    assert not judgement.is_judged


def test_what_a_killed_supervisor_and_a_dead_engine_left_is_removed_at_the_next_start(
    engine: OwnEngine,
) -> None:
    image, _ = Engine().image_for(JailSpec("docker"))
    here, pid, started = containers.supervisor().rsplit(" ", 2)
    with closing(engine.client()) as client:
        labels = (f"{here} {pid} 1", f"{here} {pid} {started}", f"elsewhere {pid} 1")
        made: list[dict[str, str]] = [
            client.create_container(image, ["python3"], labels={containers.LABEL: label}) for label in labels
        ]
    stale, mine, others = (one["Id"] for one in made)
    jail = DockerJail(JailSpec("docker"), Engine())
    jail.run(script("pass"))
    left = engine.containers()
    assert stale not in left
    assert {mine, others} < set(left)
    jail.close()
