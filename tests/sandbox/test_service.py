"""The sandbox over real HTTP: what it answers, what it refuses, and what comes of killing the server."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest

from reasongym.cli.serve import serve
from reasongym.errors import UsageError
from reasongym.sandbox import wire
from reasongym.sandbox.assertions import CodeTest, read_assertions
from reasongym.sandbox.comparison import Comparison
from reasongym.sandbox.grading import CallTest, StdinTest, Test, Verdict
from reasongym.sandbox.jails import JailLost
from reasongym.sandbox.jobs import Limits, Status, calls, command
from reasongym.sandbox.languages import Language
from reasongym.sandbox.remote import RemoteSandbox
from reasongym.sandbox.sandboxes import Submission
from tests.sandbox.battery.distant_kills import batch_amid_dead_servers
from tests.sandbox.servers import TOKEN, Server

DOUBLE = "def double(x):\n    return x + x\n"
WRONG = "def double(x):\n    return x * x\n"
TESTS = [CallTest("double", [number], 2 * number) for number in range(5)]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    started = Server("--workers", "2", "--sessions", "3")
    started.start()
    yield started
    started.stop()


@pytest.fixture
def sandbox(server: Server) -> Iterator[RemoteSandbox]:
    with server.sandbox() as made:
        yield made


# -- running and judging --------------------------------------------------------------------------------


def test_a_program_runs_as_it_does_here(sandbox: RemoteSandbox) -> None:
    outcome = sandbox.run("import sys; print(int(input()) * 2); sys.stderr.write('told'); sys.exit(3)", "21")
    assert (outcome.stdout, outcome.stderr, outcome.exit_code) == (b"42\n", b"told", 3)
    assert outcome.status is Status.ERROR
    assert outcome.usage.cpu_s > 0


def test_bytes_come_back_as_they_are(sandbox: RemoteSandbox) -> None:
    outcome = sandbox.run(
        "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])", b"\x00\xff\xfe"
    )
    assert outcome.stdout == b"\xfe\xff\x00"


def test_any_kind_of_job_runs(sandbox: RemoteSandbox) -> None:
    assert sandbox.run_job(command(["/bin/echo", "one"])).stdout == b"one\n"
    (frame,) = sandbox.run_job(calls(DOUBLE, "double", [[2**90]])).frames
    assert frame == {"value": 2**91}


def test_limits_travel(sandbox: RemoteSandbox) -> None:
    assert sandbox.run("while True: pass", limits=Limits(cpu_s=0.2)).status is Status.TIME
    assert sandbox.run("print('x' * 9999)", limits=Limits(output_bytes=100)).stdout_truncated


@pytest.mark.parametrize(
    ("code", "tests", "verdict"),
    [
        (DOUBLE, TESTS, Verdict.AC),
        (WRONG, TESTS, Verdict.WA),
        ("print(int(input()) + 1)", [StdinTest("1", "2"), StdinTest("5", "6")], Verdict.AC),
        ("def f(x): return (x, {1, 2}, b'q')", [CallTest("f", [(1,)], ((1,), {1, 2}, b"q"))], Verdict.AC),
        ("def f(x): return [x]", [CallTest("f", [1], (1,))], Verdict.WA),
        ("def f(x): return x ** 50", [CallTest("f", [99], 99**50)], Verdict.AC),
        ("def f(x): return float('nan')", [CallTest("f", [0], float("nan"))], Verdict.AC),
        ("def f(x): return x / 3", read_assertions("assert abs(f(1) - 0.33333) < 1e-4"), Verdict.AC),
        ("def f(x): return x", read_assertions("assert f(1) != 1"), Verdict.WA),
        ("def f(x): return [2, 1]", read_assertions("assert sorted(f(1)) == [1, 2]"), Verdict.AC),
        (DOUBLE, [CodeTest("for n in range(4):\n    assert double(n) == n + n")], Verdict.AC),
        (WRONG, [CodeTest("for n in range(4):\n    assert double(n) == n + n")], Verdict.WA),
        ("print('\\ud800', file=open('/dev/null', 'w'))", [StdinTest("", "")], Verdict.RE),
        ("x ==", TESTS, Verdict.CE),
    ],
)
def test_a_solution_is_judged_as_it_is_here(
    sandbox: RemoteSandbox, code: str, tests: list[Test], verdict: Verdict
) -> None:
    assert sandbox.grade(code, tests).verdict is verdict


def test_a_language_travels(sandbox: RemoteSandbox) -> None:
    shell = Language("solution.sh", ("sh", "solution.sh"))
    tests = [StdinTest("3 4", "7")]
    assert sandbox.grade("read a b; echo $((a + b))", tests, language=shell).is_accepted


def test_the_way_of_comparing_travels(sandbox: RemoteSandbox) -> None:
    tests = [StdinTest("", "1.0  2.0")]
    assert sandbox.grade("print('1.0 2.0')", tests).verdict is Verdict.WA
    assert sandbox.grade("print('1.0 2.0')", tests, comparison=Comparison("tokens")).verdict is Verdict.AC


def test_all_tests_are_judged_where_that_is_asked(sandbox: RemoteSandbox) -> None:
    assert len(sandbox.grade(WRONG, TESTS).tests) < len(TESTS)
    assert len(sandbox.grade(WRONG, TESTS, all_tests=True).tests) == len(TESTS)


def test_a_checker_runs_at_the_client(sandbox: RemoteSandbox) -> None:
    seen: list[tuple[str, str]] = []

    def checker(stdin: str, stdout: str) -> bool:
        seen.append((stdin, stdout))
        return int(stdout) > int(stdin)

    assert sandbox.grade("print(int(input()) + 5)", [StdinTest("1", checker=checker)]).is_accepted
    assert seen == [("1", "6\n")]


def test_a_batch_is_judged_in_order(sandbox: RemoteSandbox) -> None:
    submissions = [Submission(WRONG if at % 3 == 0 else DOUBLE, TESTS) for at in range(40)]
    found = [judgement.is_accepted for judgement in sandbox.grade_many(iter(submissions))]
    assert found == [at % 3 != 0 for at in range(40)]


def test_many_clients_share_a_pool(server: Server) -> None:
    def judge(number: int) -> bool:
        with server.sandbox() as made:
            return made.run(f"print({number})").text == f"{number}\n"

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(judge, range(24)))


def test_a_client_may_be_forked(server: Server) -> None:
    with server.sandbox() as made:
        assert made.run("print(1)").text == "1\n"
        child = os.fork()
        if child == 0:
            os._exit(0 if made.run("print(2)").text == "2\n" else 1)
        assert made.run("print(3)").text == "3\n"
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_plain_json_is_enough_for_other_languages(server: Server) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    ran = httpx.post(f"{server.url}/run", json={"code": "print(input())", "stdin": "é"}, headers=headers)
    assert ran.json()["stdout"] == "é\n"
    case = {"kind": "call", "function": "double", "arguments": [4], "expected": 8}
    judged = httpx.post(f"{server.url}/grade", json={"code": DOUBLE, "tests": [case]}, headers=headers)
    assert [one["verdict"] for one in judged.json()["tests"]] == ["AC"]


def test_what_the_server_has_is_told(sandbox: RemoteSandbox) -> None:
    assert sandbox.health().workers == 2
    found = sandbox.capabilities()
    assert found.layer
    assert "no network" in found.guarantees


# -- sessions -------------------------------------------------------------------------------------------


def test_a_session_is_kept_and_branches(sandbox: RemoteSandbox) -> None:
    with sandbox.session() as session:
        assert session.run("x = 41").status is Status.OK
        if sandbox.capabilities().layer != "landlock":
            with session.fork() as branch:
                assert branch.run("x += 1; x").text == "42\n"
        assert session.run("x").text == "41\n"
    with pytest.raises(UsageError, match="over"):
        session.run("x")


def test_a_session_that_died_is_over(sandbox: RemoteSandbox) -> None:
    with sandbox.session() as session:
        session.run("import os; os._exit(3)")
        assert not session.is_alive


def test_a_turn_that_is_asked_for_twice_runs_once(sandbox: RemoteSandbox) -> None:
    with sandbox.session() as session:
        path = session._path  # pyright: ignore[reportPrivateUsage]
        asked = wire.TurnRequest("x = globals().get('x', 0) + 1; print(x)", 1)
        for _ in range(2):
            answer = sandbox.ask("POST", f"{path}/turns", asked, wire.TurnAnswer)
            assert answer.turn.stdout == b"1\n"
        with pytest.raises(UsageError, match="the next turn is number 2"):
            sandbox.ask("POST", f"{path}/turns", wire.TurnRequest("x", 4), wire.TurnAnswer)


def test_there_are_only_so_many_sessions(server: Server) -> None:
    with server.sandbox(patience_s=0.0) as made:
        held = [made.session() for _ in range(3)]
        with pytest.raises(JailLost, match="busy"):
            made.session()
        for session in held:
            session.close()
        with made.session() as session:
            assert session.run("1").text == "1\n"


def test_an_idle_session_is_ended() -> None:
    server = Server("--workers", "1", "--session-idle-s", "0.5")
    server.start()
    with server.sandbox() as made:
        session = made.session()
        session.run("x = 1")
        _await(lambda: made.health().sessions == 0, 10)
        with pytest.raises(JailLost, match="the session is gone"):
            session.run("x")
    server.stop()


# -- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
def test_nobody_runs_anything_without_the_token(server: Server, headers: dict[str, str]) -> None:
    for path in ("/run", "/jobs", "/grade", "/sessions", "/sessions/x/turns", "/sessions/x/fork"):
        assert httpx.post(f"{server.url}{path}", json={"code": "1"}, headers=headers).status_code == 401
    assert httpx.delete(f"{server.url}/sessions/x", headers=headers).status_code == 401
    assert httpx.get(f"{server.url}/capabilities", headers=headers).status_code == 401
    assert httpx.get(f"{server.url}/health", headers=headers).status_code == 200


def test_a_wrong_token_is_told_at_once(server: Server) -> None:
    with RemoteSandbox(server.url, token="wrong") as made, pytest.raises(UsageError, match="token"):
        made.run("pass")


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        ("/run", b"{", "the JSON is no RunRequest"),
        ("/run", b"[" * 100_000, "the JSON is no RunRequest"),
        ("/run", b'{"code": 1}', "Expected `str`"),
        ("/run", b'{"code": "1", "limits": {"cpu_s": -1}}', "cpu_s must be above 0"),
        ("/run", b'{"code": "1", "limits": {"cpu_s": 1e9}}', "a job may have 60 s"),
        ("/run", b'{"code": "1", "limits": {"wall_s": Infinity}}', "ten times as much of wall time"),
        ("/run", b'{"code": "1", "limits": {"memory_bytes": 1099511627776}}', "memory"),
        ("/run", b'{"code": "1", "limits": {"output_bytes": 1099511627776}}', "a job may write"),
        ("/grade", b'{"code": "1", "tests": [{"kind": "other"}]}', "other"),
        (
            "/grade",
            b'{"code": "1", "tests": [{"kind": "call", "function": "f", "arguments": [], '
            b'"expected": {"!set": [[]]}}]}',
            "a test holds a value that is none",
        ),
        ("/jobs", b'{"payload": "?", "stdin": "", "limits": {}}', "base64"),
        ("/jobs", b'{"payload": "", "stdin": "", "limits": {}, "is_session": true}', "/sessions"),
    ],
)
def test_what_is_no_request_is_refused_with_the_reason(
    server: Server, path: str, content: bytes, told: str
) -> None:
    answer = httpx.post(f"{server.url}{path}", content=content, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 400
    assert told in answer.json()["error"]


def test_a_body_that_is_too_large_is_refused(server: Server) -> None:
    with server.sandbox() as made, pytest.raises(UsageError, match="bytes"):
        made.run("pass", b"x" * (26 << 20))


def test_a_busy_server_turns_requests_away_and_clients_come_back() -> None:
    server = Server("--workers", "1", "--waiting", "1")
    server.start()
    asked = {"code": "import time; time.sleep(0.4)"}
    headers = {"Authorization": f"Bearer {TOKEN}"}

    def ask(_: int) -> httpx.Response:
        return httpx.post(f"{server.url}/run", json=asked, headers=headers, timeout=60)

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(ask, range(6)))
    turned_away = [answer for answer in answers if answer.status_code == 429]
    assert 0 < len(turned_away) < 6
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in turned_away)
    with server.sandbox() as made, ThreadPoolExecutor(6) as threads:
        waits = [f"import time; time.sleep(0.2); print({at})" for at in range(6)]
        outcomes = list(threads.map(made.run, waits))
    assert [outcome.text for outcome in outcomes] == [f"{at}\n" for at in range(6)]
    server.stop()


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--host", "0.0.0.0"], "--token-env"),
        (["--layer", "none"], "without isolation"),
        (["--layer", "other"], "no layer is named"),
        (["--token-env", "UNSET_TOKEN"], "UNSET_TOKEN holds no token"),
        (["--port", "99999"], "between 0 and 65535"),
        (["--waiting", "-1"], "num_waiting must be 0 or more"),
    ],
)
def test_a_server_that_should_not_be_started_is_not(flags: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        serve(["sandbox", *flags])


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port}"):
            serve(["sandbox", "--port", str(port)])


# -- the server goes away -------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_batch_survives_servers_that_are_killed() -> None:
    batch = batch_amid_dead_servers(96)
    assert batch.num_kills >= 2
    assert (batch.num_lost, batch.num_wrong) == (0, 0)


def test_a_server_that_stays_away_is_no_verdict() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with RemoteSandbox(f"http://127.0.0.1:{port}", patience_s=0.5) as made:
        judgement = made.grade(DOUBLE, TESTS)
        assert judgement.verdict is Verdict.SANDBOX_ERROR
        assert f":{port} cannot be had" in judgement.tests[0].detail
        with pytest.raises(JailLost, match="cannot be had"):
            made.run("pass")


def test_a_session_of_a_server_before_is_gone() -> None:
    server = Server("--workers", "1")
    server.start()
    with server.sandbox() as made:
        session = made.session()
        session.run("x = 1")
        server.stop(signal.SIGKILL)
        server.start()
        with pytest.raises(JailLost, match="the session is gone"):
            session.run("x")
    server.stop()


def test_what_is_under_way_is_finished_when_the_server_is_asked_to_stop() -> None:
    server = Server("--workers", "1")
    server.start()
    with server.sandbox(patience_s=0.0) as made, ThreadPoolExecutor(1) as threads:
        under_way = threads.submit(made.run, "import time; time.sleep(1); print('done')")
        _await(lambda: made.health().running == 1, 10)
        assert server.stop() == 0
        assert under_way.result().text == "done\n"


def test_something_else_at_the_url_is_told_of() -> None:
    with pytest.raises(UsageError, match="has a URL"):
        RemoteSandbox("judge:8400")


def _await(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        with suppress(OSError):
            time.sleep(0.02)
