"""Running the battery, and what is seen of each program.

    python -m tests.sandbox.battery.runs --layer landlock --kinds forgery files

A hostile program must be harmless and unpaid: not accepted, no secret printed, nothing changed or left, back
within its limit and half a second, and a known-good job succeeds after it. A control must be accepted.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

from reasongym.errors import UsageError
from reasongym.sandbox.grading import CallTest, StdinTest, Test, Verdict, grade
from reasongym.sandbox.jobs import Limits, Outcome
from reasongym.sandbox.sandboxes import Sandbox
from tests.sandbox.battery.items import Item, benign, hostile
from tests.sandbox.battery.world import World, different, token
from tests.sandbox.witness import Witness

HOSTILE_LIMITS = Limits(
    cpu_s=1.0, wall_s=2.0, memory_bytes=256 << 20, output_bytes=1 << 20, result_bytes=4 << 20
)
CONTROL_LIMITS = Limits(cpu_s=2.0)
ALLOWANCE_S = 0.5
_BREACH = re.compile(rb"^BREACH", re.MULTILINE)


@dataclass(slots=True)
class Seen:
    """What was seen of one program."""

    name: str
    kind: str
    verdict: str = ""
    wall_s: float = 0.0
    is_refused: bool = False
    """Beforehand, since the layer cannot contain it."""
    complaints: list[str] = field(default_factory=list[str])


class Battery:
    """Runs programs in one sandbox, and watches a world that they should not touch."""

    def __init__(self, sandbox: Sandbox, world: World, *, allowance_s: float = ALLOWANCE_S) -> None:
        self._sandbox = sandbox
        self._world = world
        self._allowance_s = allowance_s
        self._is_good()
        self._traces = world.traces()
        self._state = world.state()

    def see(self, item: Item) -> Seen:
        """Run one program and complain of all that is not as it must be."""
        seen = Seen(item.name, item.kind)
        outcomes: list[Outcome] = []
        if item.is_hostile:
            self._see_hostile(item, seen, outcomes)
        else:
            self._see_control(item, seen, outcomes)
        if not self._is_good():
            seen.complaints.append("a good job failed after it")
        if self._sandbox.layer == "docker" and (num := _num_strays()):
            seen.complaints.append(f"{num} processes are left in the container")
        seen.complaints += map(str, self._left().items())
        state = self._world.state()
        seen.complaints += map(str, different(self._state, state).items())
        self._state = state
        return seen

    def _see_hostile(self, item: Item, seen: Seen, outcomes: list[Outcome]) -> None:
        placed = item.placed(self._world.places())
        expected = token()
        test = CallTest("solve", [3], expected) if item.is_called else StdinTest("3\n", expected)
        self._judge(placed, [test], HOSTILE_LIMITS, seen, outcomes)
        if seen.verdict in (Verdict.AC, Verdict.SANDBOX_ERROR):
            seen.complaints.append(f"the verdict was {seen.verdict}")
        if seen.wall_s > HOSTILE_LIMITS.wall + self._allowance_s:
            seen.complaints.append(f"it came back after {seen.wall_s:.2f} s")
        if "then" in item.sections:
            outcomes.append(self._sandbox.run(item.sections["then"], limits=CONTROL_LIMITS))
            if outcomes[-1].exit_code != 0:
                seen.complaints.append(f"the next program ended with {outcomes[-1]}")
        for outcome in outcomes:
            seen.complaints += self._told(outcome, expected)

    def _told(self, outcome: Outcome, expected: str) -> Iterator[str]:
        written = outcome.stdout + outcome.stderr + repr(outcome.frames).encode()
        if _BREACH.search(outcome.stdout):
            yield f"it said {outcome.stdout[:200]!r}"
        for secret in (*self._world.secrets, expected):
            if secret.encode() in written:
                yield f"it printed the secret {secret}"

    def _see_control(self, item: Item, seen: Seen, outcomes: list[Outcome]) -> None:
        tests: list[Test] = [CallTest("solve", [given], expected) for given, expected in item.calls]
        tests = tests or [StdinTest(item.sections.get("stdin", ""), item.sections["stdout"])]
        self._judge(item, tests, CONTROL_LIMITS, seen, outcomes)
        if seen.verdict != Verdict.AC and not seen.is_refused:
            told = [(one.status.value, one.stdout[-300:], one.stderr[-300:]) for one in outcomes[-1:]]
            seen.complaints.append(f"the verdict was {seen.verdict}: {told}")

    def _judge(
        self, item: Item, tests: Sequence[Test], limits: Limits, seen: Seen, outcomes: list[Outcome]
    ) -> None:
        needs_fork = item.forks and not item.is_hostile
        witness = Witness(self._sandbox, needs_fork=needs_fork, outcomes=outcomes)
        started = time.monotonic()
        try:
            seen.verdict = grade(witness, item.code, tests, limits).verdict.value
        except UsageError:
            seen.is_refused = True
        seen.wall_s = time.monotonic() - started

    def _left(self) -> dict[str, str]:
        """Say what is left behind; a container that waits to replace another one is not."""
        left = self._world.left(self._traces)
        if left and self._sandbox.layer == "docker":
            self._is_good()  # goes over to it
            left = self._world.left(self._traces)
        return left

    def _is_good(self) -> bool:
        return self._sandbox.run("print(6 * 7)", limits=Limits(cpu_s=5.0)).stdout == b"42\n"


def _num_strays() -> int:
    from tests.sandbox.battery.contained import num_strays  # which needs what other layers do not

    return num_strays()


def run_all(items: Sequence[Item], layer: str, *, allowance_s: float = ALLOWANCE_S) -> Iterator[Seen]:
    """Run programs in a layer, those that need packages in a sandbox that has them."""
    for packages in dict.fromkeys(item.packages for item in items):
        with World() as world, Sandbox(layer, workers=1, packages=packages) as sandbox:
            battery = Battery(sandbox, world, allowance_s=allowance_s)
            for item in items:
                if item.packages == packages:
                    yield battery.see(item)


def chosen(flags: argparse.Namespace) -> list[Item]:
    """Return the programs that the command line asks for."""
    items = [*hostile(), *benign()]
    return [
        item
        for item in items
        if (not flags.kinds or item.kind in flags.kinds) and (not flags.names or item.name in flags.names)
    ]


def main() -> int:
    """Run the battery; returns 1 if there is anything to complain of."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--layer", default="auto")
    parser.add_argument("--kinds", nargs="+", help="of the files in hostile/ and benign/")
    parser.add_argument("--names", nargs="+")
    parser.add_argument("--allowance", type=float, default=ALLOWANCE_S, help="seconds over the limit")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each program")
    flags = parser.parse_args()
    num_bad = 0
    for seen in run_all(chosen(flags), flags.layer, allowance_s=flags.allowance):
        num_bad += bool(seen.complaints)
        if flags.json:
            print(json.dumps(asdict(seen)), flush=True)
        elif seen.complaints:
            print(f"{seen.kind}/{seen.name}: {'; '.join(seen.complaints)}", flush=True)
    return 1 if num_bad else 0


if __name__ == "__main__":
    sys.exit(main())
