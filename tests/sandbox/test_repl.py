"""Sessions keep their state between turns, their turns have limits, and branches part ways."""

import pytest

from reasongym.errors import UsageError
from reasongym.sandbox.jails import Jail, JailSpec
from reasongym.sandbox.jobs import Limits, Status
from reasongym.sandbox.repl import Session
from reasongym.sandbox.sandboxes import Sandbox

QUICK = Limits(cpu_s=0.4, wall_s=2.0)


def test_turns_share_a_namespace_and_show_what_an_interpreter_shows(sandbox: Sandbox) -> None:
    with sandbox.session() as session:
        assert session.run("x = 20\nprint('set')").text == "set\n"
        assert session.run("x + 1").text == "21\n"
        assert session.run("x = None; x").text == ""
        failed = session.run("y = 1\nprint(y)\ny.z")
        assert (failed.status, failed.raised) == (Status.ERROR, "AttributeError")
        assert failed.stdout == b"1\n"
        assert b"turn 4" in failed.stderr
        assert b"y.z" in failed.stderr
        assert session.run("y").text == "1\n"
        assert session.run("def (").raised == "SyntaxError"
        assert session.run("exit()").raised == "SystemExit"
        assert session.run("x = 3; x").text == "3\n"


@pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(60)"])
def test_a_turn_that_runs_out_of_time_leaves_the_session_alive(sandbox: Sandbox, code: str) -> None:
    with sandbox.session(QUICK) as session:
        session.run("kept = 1")
        turn = session.run(code)
        assert (turn.status, turn.raised) == (Status.TIME, "KeyboardInterrupt")
        assert session.run("kept").text == "1\n"


def test_a_turn_that_goes_on_ends_the_session(sandbox: Sandbox) -> None:
    with sandbox.session(QUICK) as session:
        code = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
        assert session.run(code).status is Status.TIME
        assert not session.is_alive
        with pytest.raises(UsageError, match="over"):
            session.run("1")
    assert sandbox.run("print(1)").text == "1\n"


def test_each_turn_has_time_of_its_own(sandbox: Sandbox) -> None:
    burn = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass"
    with sandbox.session(Limits(cpu_s=0.4, wall_s=60.0)) as session:
        assert [session.run(burn).status for _ in range(5)] == [Status.OK] * 5


def test_memory_output_and_exits_end_a_session(sandbox: Sandbox) -> None:
    cases = [
        ("x = []\nwhile True: x.append(bytearray(1 << 20))", Status.MEMORY),
        ("while True: print('x' * 10_000)", Status.OUTPUT),
        ("import os; os._exit(0)", Status.ERROR),
    ]
    for code, status in cases:
        with sandbox.session(Limits(cpu_s=5.0)) as session:
            assert session.run(code).status is status, code
            assert not session.is_alive


def test_sessions_find_nothing_of_one_another(sandbox: Sandbox) -> None:
    for _ in range(2):
        with sandbox.session() as session:
            assert session.run("import os; print('x' in globals(), os.listdir('.'))").text == "False []\n"
            session.run("x = 1; open('left', 'w').close()")


def test_branches_part_ways(sandbox: Sandbox) -> None:
    with sandbox.session() as session:
        session.run("x = [1]\nopen('f', 'w').write('old')")
        if sandbox.layer == "landlock":
            with pytest.raises(UsageError, match="fork"):
                session.fork()
            return
        with session.fork() as branch:
            branch.run("x.append(2)\nopen('f', 'w').write('new')")
            session.run("x.append(3)")
            assert branch.run("x, open('f').read()").text == "([1, 2], 'new')\n"
            assert session.run("x, open('f').read()").text == "([1, 3], 'old')\n"
            with branch.fork() as twig:
                assert twig.run("x").text == "[1, 2]\n"
        assert session.run("x").text == "[1, 3]\n"


def test_a_branch_outlives_the_session_it_came_from(sandbox: Sandbox) -> None:
    if sandbox.layer == "landlock":
        pytest.skip("nothing forks there")
    session = sandbox.session()
    session.run("x = 5")
    branch = session.fork()
    session.close()
    assert branch.run("x").text == "5\n"
    branch.close()


def test_a_session_whose_jail_is_lost_ends_and_makes_no_other(sandbox: Sandbox) -> None:
    jail = Jail(JailSpec(sandbox.layer))
    given_back: list[Jail] = []
    session = Session.start(jail, QUICK, given_back.append)
    assert session.run("x = 5; x").text == "5\n"
    jail.close()
    assert session.run("x").status is Status.ERROR
    assert not session.is_alive
    assert (given_back, jail.num_starts) == ([jail], 1)
