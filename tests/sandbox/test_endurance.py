"""Many jobs, hostile and ordinary, amid load and kills: small counts of what the proofs run."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from reasongym.sandbox.capabilities import NoIsolation, best_layer
from reasongym.sandbox.jobs import Limits, Status
from reasongym.sandbox.sandboxes import Sandbox
from tests.sandbox.battery.endurance import endured, grown_by_floods
from tests.sandbox.battery.kills import batch_amid_kills, seconds_to_vanish
from tests.sandbox.battery.mixed import busy_machine, judged, submissions
from tests.sandbox.battery.world import jail_processes

MIB = 1 << 20


@pytest.fixture(scope="module")
def layer() -> str:
    try:
        return best_layer()
    except NoIsolation as error:
        pytest.skip(str(error))


def test_verdicts_are_those_that_are_known_though_the_machine_is_busy(layer: str) -> None:
    expected = [verdict for verdict, _ in submissions(16)]
    with Sandbox(layer, workers=2) as sandbox, busy_machine(2):
        assert [one.verdict for one in judged(sandbox, 16)] == expected


def test_kills_of_its_processes_cost_no_verdict(layer: str) -> None:
    batch = batch_amid_kills(layer, 32)
    assert batch.num_kills > 0
    assert (batch.num_lost, batch.num_wrong) == (0, 0)


def test_a_zygote_that_stands_still_costs_a_job_its_time_and_no_more(layer: str) -> None:
    with Sandbox(layer, workers=1) as sandbox, ThreadPoolExecutor(1) as threads:
        sandbox.run("print(1)")
        job = threads.submit(sandbox.run, "import time; time.sleep(60)", limits=Limits(wall_s=3.0))
        time.sleep(1.0)
        for pid in jail_processes(os.getpid()):
            os.kill(pid, signal.SIGSTOP)
        assert job.result().status is Status.TIME
        assert sandbox.run("print(6 * 7)").text == "42\n"


def test_a_killed_trainer_leaves_nothing_behind(layer: str) -> None:
    assert seconds_to_vanish(layer) < 60  # two seconds on a machine that is idle


@pytest.mark.slow
def test_hostile_jobs_leave_nothing_behind(layer: str) -> None:
    found = endured(layer, 400, allowance_s=20.0, workers=2)
    assert found.num_accepted == found.num_unjudged == found.num_late == 0
    assert found.left == {}
    assert found.is_working
    assert found.grown_bytes < 20 * MIB


@pytest.mark.slow
def test_floods_do_not_fill_the_memory_of_the_trainer(layer: str) -> None:
    grown = grown_by_floods(layer, 1 << 30, 100_000_000)
    assert grown["output"] < 32 * MIB
    assert grown["value"] < 32 * MIB
