"""The jails of a sandbox, with every outcome kept."""

from dataclasses import dataclass, field, replace

from reasongym.sandbox.assertions import CodeTest
from reasongym.sandbox.dialogues import Held
from reasongym.sandbox.jobs import Job, Limits, Outcome
from reasongym.sandbox.sandboxes import Sandbox


@dataclass
class Witness:
    """What programs are judged in by tests that look at the jobs, too."""

    sandbox: Sandbox
    may_fork: bool = False
    """Whether inputs of a program may share a job."""
    needs_fork: bool = False
    """Whether programs are refused where they could not fork."""
    outcomes: list[Outcome] = field(default_factory=list[Outcome])

    def run_job(self, job: Job) -> Outcome:
        """Run a job to its end."""
        self.outcomes.append(self.sandbox.run_job(replace(job, needs_fork=job.needs_fork or self.needs_fork)))
        return self.outcomes[-1]

    def hold_dialogue(self, code: str, tests: CodeTest, limits: Limits) -> Held:
        """Let tests in one jail ask a program in another."""
        held = self.sandbox.hold_dialogue(code, tests, limits)
        self.outcomes.extend(held)
        return held
