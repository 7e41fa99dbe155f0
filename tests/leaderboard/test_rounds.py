"""A live round played through: what is honest counts, and each way to know or choose more is refused."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reasongym.agents.policies.scripted import ScriptedPolicy
from reasongym.errors import DataError, UsageError
from reasongym.evaluation import Player, Protocol, Suite, env_suite, evaluate, planned
from reasongym.leaderboard import collect, verify
from reasongym.leaderboard.history import git_history
from reasongym.leaderboard.round_records import (
    Reveal,
    Round,
    Terms,
    read_commitment,
    read_reveal,
    read_round,
    read_submission,
    run_folder,
)
from reasongym.leaderboard.rounds import commit, open_round, reveal, seal
from reasongym.leaderboard.standings import submit_to_round, verify_round
from tests.leaderboard.runs import change_episodes, reseal, think

SECRET = "0123456789abcdef" * 4
NUM = 12
OPENS = datetime(2027, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = Terms("january", "reasongym/Countdown-v0", 1, NUM, {}, OPENS, OPENS + 7 * DAY, OPENS + 9 * DAY)
DURING, AFTER, IN_TIME = OPENS + DAY, TERMS.closes + timedelta(hours=1), TERMS.closes + DAY
PROTOCOL = Protocol(samples=2, max_tokens=200)
WHO = ("honest", "other")


def play(
    folder: Path,
    suite: Suite,
    who: str,
    *,
    protocol: Protocol = PROTOCOL,
    seed: int | None = None,
    **player: Any,
) -> Path:
    mine = replace(Player("torch", f"org/{who}", f"digest of {who}", {"device": "cpu"}), **player)
    run = planned(suite, protocol, mine, seed=len(who) if seed is None else seed)
    evaluate(ScriptedPolicy(think), run, folder)
    return folder


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Play a round through by two who are honest; a third commits and is never heard of again."""
    place = tmp_path_factory.mktemp("rounds")
    folder = open_round(place / "rounds", TERMS, SECRET)
    for who in (*WHO, "silent"):
        rehearsal = play(place / f"rehearsal-{who}", env_suite("Countdown-v0", level=0, num_problems=2), who)
        commit(folder, rehearsal, who, DURING)
    reveal(folder, SECRET, AFTER)
    for who in WHO:
        run = play(place / f"run-{who}", live_suite(folder), who)
        assert submit_to_round(folder, run, who, IN_TIME) == []
    return folder


@pytest.fixture
def folder(played: Path, tmp_path: Path) -> Path:
    return shutil.copytree(played, tmp_path / "rounds" / "january")


@pytest.fixture
def revealed(folder: Path) -> Path:
    """The round before `other` has handed anything in."""
    shutil.rmtree(run_folder(folder, "other"))
    (folder / "submissions" / "other.json").unlink()
    return folder


def live_suite(folder: Path) -> Suite:
    return read_round(folder).suite(read_reveal(folder).first_seed)


def kinds(folder: Path, who: str = "other") -> list[str]:
    """Return what speaks against a participant, each kind once; against the honest one nothing ever does."""
    standings = {one.who: one for one in verify_round(folder)}
    assert standings["honest"].findings == []
    return sorted({one.kind for one in standings[who].findings})


def change(path: Path, **values: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_bytes()) | values))


def test_a_round_that_is_played_through_gives_live_rows(played: Path) -> None:
    standings = {one.who: one.findings for one in verify_round(played)}
    assert [standings[who] for who in WHO] == [[], []]
    assert [str(one) for one in standings["silent"]] == ["missing: committed, and handed nothing in"]
    rows = collect([played])
    assert [(row.tier, row.run.player.name) for row in rows] == [
        ("live", "org/honest"),
        ("live", "org/other"),
    ]
    assert all(row.result.scores.num_problems == NUM for row in rows)


def test_nobody_knows_the_rows_before_the_reveal(played: Path) -> None:
    """The published terms and seal do not tell them, nor does the secret without the commitments."""
    told = (played / "round.json").read_text()
    first = read_reveal(played).first_seed
    assert SECRET not in told
    assert str(first) not in told
    other = replace(read_reveal(played), commitments={})
    assert other.first_seed != first
    assert replace(read_reveal(played), secret="f" * 64).first_seed != first
    assert 0 <= first < 2**48


def test_the_rows_are_those_of_the_eval_split_from_the_seed_on(played: Path) -> None:
    first = read_reveal(played).first_seed
    rows = [one.row for one in live_suite(played).problems]
    assert [row.seed for row in rows] == list(range(first, first + NUM))
    assert {(row.env_id, row.level, row.split) for row in rows} == {("reasongym/Countdown-v0", 1, "eval")}


# -- one forgery each -------------------------------------------------------------------------------------


def hand_in(folder: Path, tmp_path: Path, *, time: datetime = IN_TIME, **played_by: Any) -> list[str]:
    run = play(tmp_path / "run", live_suite(folder), "other", **played_by)
    findings = submit_to_round(folder, run, "other", time)
    assert run_folder(folder, "other").exists() == (not findings)
    return sorted({one.kind for one in findings})


def test_an_honest_run_is_taken(revealed: Path, tmp_path: Path) -> None:
    assert hand_in(revealed, tmp_path) == []
    assert kinds(revealed) == []


@pytest.mark.parametrize(
    ("forged", "kind"),
    [
        ({"time": TERMS.due + timedelta(seconds=1)}, "late_run"),
        ({"time": TERMS.closes - DAY}, "early_run"),
        ({"digest": "digest of a better model"}, "other_model"),
        ({"model": "org/renamed"}, "other_model"),
        ({"protocol": replace(PROTOCOL, max_tokens=300)}, "other_protocol"),
        ({"protocol": replace(PROTOCOL, samples=1)}, "other_protocol"),
        ({"seed": 99}, "other_seed"),
    ],
)
def test_what_was_not_committed_to_is_refused(
    revealed: Path, tmp_path: Path, forged: dict[str, Any], kind: str
) -> None:
    assert hand_in(revealed, tmp_path, **forged) == [kind]


def test_somebody_without_a_commitment_is_refused(revealed: Path, tmp_path: Path) -> None:
    run = play(tmp_path / "run", live_suite(revealed), "nobody")
    assert [one.kind for one in submit_to_round(revealed, run, "nobody", IN_TIME)] == ["uncommitted"]


def test_other_problems_are_refused(revealed: Path, tmp_path: Path) -> None:
    suite = read_round(revealed).suite(read_reveal(revealed).first_seed + 1)
    run = play(tmp_path / "run", suite, "other")
    assert {one.kind for one in submit_to_round(revealed, run, "other", IN_TIME)} == {"other_problems"}


def test_missing_episodes_are_refused(revealed: Path, tmp_path: Path) -> None:
    run = play(tmp_path / "run", live_suite(revealed), "other")
    change_episodes(run, lambda lines: lines.pop())
    findings = submit_to_round(revealed, run, "other", IN_TIME)
    assert "problem 11, sample 1 is not there" in [one.detail for one in findings]


def test_a_copy_of_another_run_is_refused(revealed: Path, tmp_path: Path) -> None:
    run = shutil.copytree(run_folder(revealed, "honest"), tmp_path / "run")
    change(
        run / "run.json", player=msgspec.to_builtins(Player("torch", "org/other", "digest of other")), seed=5
    )
    change(run / "scores.json")
    reseal(run)
    assert submit_to_round(revealed, run, "other", IN_TIME) == []
    assert kinds(revealed) == ["copied_run"]


def recommit(folder: Path, **values: Any) -> None:
    change(folder / "commitments" / "other.json", **values)


FORGERIES: list[tuple[Callable[[Path], object], list[str]]] = [
    (lambda f: recommit(f, seed=99), ["changed_commitment", "other_seed"]),
    (lambda f: recommit(f, player_digest="better"), ["changed_commitment", "other_model"]),
    (lambda f: recommit(f, round="february-0000000000000000"), ["changed_commitment"]),
    (lambda f: recommit(f, time="2027-01-09T00:00:00Z"), ["changed_commitment", "late_commitment"]),
    (lambda f: recommit(f, more=1), ["unreadable"]),
    (lambda f: (f / "commitments" / "other.json").unlink(), ["uncommitted"]),
    (lambda f: change(f / "submissions" / "other.json", run="0" * 32), ["other_run"]),
    (lambda f: change(f / "submissions" / "other.json", commitment="0" * 16), ["other_run"]),
    (lambda f: change(f / "submissions" / "other.json", time="2027-02-01T00:00:00Z"), ["late_run"]),
    (lambda f: (f / "submissions" / "other.json").unlink(), ["unreadable"]),
    (lambda f: change(run_folder(f, "other") / "scores.json", key="0" * 12), ["typed_score"]),
    (lambda f: shutil.rmtree(run_folder(f, "other")), ["missing"]),
]


@pytest.mark.parametrize(("forge", "expected"), FORGERIES)
def test_records_that_were_changed_are_found(
    folder: Path, forge: Callable[[Path], object], expected: list[str]
) -> None:
    forge(folder)
    assert kinds(folder) == expected
    if expected != ["missing"]:
        with pytest.raises(DataError, match="is refused"):
            collect([run_folder(folder, "other")])


def test_a_commitment_after_the_reveal_is_not_among_those_that_were_there(
    folder: Path, tmp_path: Path
) -> None:
    """The date in it is forged; the reveal froze who was there, and a new reveal makes other rows."""
    rehearsal = play(tmp_path / "r", env_suite("Countdown-v0", level=0, num_problems=2), "late")
    with pytest.raises(UsageError, match="takes commitments from 2027-01-01 00:00 UTC to 2027-01-08"):
        commit(folder, rehearsal, "late", AFTER)
    commit(folder, rehearsal, "late", DURING)
    run = play(tmp_path / "run", live_suite(folder), "late")
    assert [one.kind for one in submit_to_round(folder, run, "late", IN_TIME)] == ["uncommitted"]
    commitments = read_reveal(folder).commitments | {"late": read_commitment(folder, "late").digest}
    change(folder / "reveal.json", commitments=commitments)
    assert {"other_problems"} <= {one.kind for one in verify_round(folder)[0].findings}


# -- what breaks a whole round ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values", "told"),
    [
        ("reveal.json", {"secret": "f" * 64}, "the secret is not the one that it was sealed with"),
        ("reveal.json", {"time": "2027-01-07T00:00:00Z"}, "revealed at 2027-01-07 00:00, before it closed"),
        ("round.json", {"seal": seal("f" * 64, "x")}, "the secret is not the one"),
        ("reveal.json", {"round": "february-0"}, "is of round 'february-0'"),
    ],
)
def test_a_round_whose_secret_does_not_fit_counts_for_nobody(
    folder: Path, name: str, values: dict[str, Any], told: str
) -> None:
    change(folder / name, **values)
    with pytest.raises(DataError, match=f"counts for nobody: .*{told}"):
        verify_round(folder)


@pytest.mark.parametrize("changed", [{"num_problems": 2}, {"level": 0}, {"due": "2027-03-01T00:00:00Z"}])
def test_terms_that_were_changed_after_the_seal_count_for_nobody(
    folder: Path, changed: dict[str, Any]
) -> None:
    terms = json.loads((folder / "round.json").read_bytes())["terms"] | changed
    change(folder / "round.json", terms=terms)
    with pytest.raises(DataError, match=r"counts for nobody: reveal\.json is of round"):
        verify_round(folder)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"closes": OPENS}, "a round opens, closes, and then its completions are due"),
        ({"due": OPENS + DAY}, "a round opens, closes, and then its completions are due"),
        ({"name": "../january"}, "a round's name has lower-case letters"),
        ({"num_problems": 0}, "has 1 to 20,000 problems, got 0"),
        ({"env_id": "reasongym/Nothing-v0"}, "Nothing"),
        ({"level": 99}, "has levels 0 to"),
        ({"env_id": "reasongym/TowerOfHanoi-v0", "level": 0}, "has no eval split: its problems are few"),
        ({"options": {"style": "plain"}}, "written in full and without defaults they are {}"),
        ({"options": {"colour": 1}}, "colour"),
    ],
)
def test_terms_that_no_round_may_have_are_refused(tmp_path: Path, changed: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        open_round(tmp_path, replace(TERMS, **changed), SECRET)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_revealed_early_or_by_another_secret(tmp_path: Path) -> None:
    folder = open_round(tmp_path, TERMS, SECRET)
    with pytest.raises(UsageError, match="takes commitments until 2027-01-08 00:00 UTC"):
        reveal(folder, SECRET, TERMS.closes)
    with pytest.raises(UsageError, match="this is not the secret that round january-"):
        reveal(folder, "f" * 64, AFTER)
    assert not (folder / "reveal.json").exists()
    with pytest.raises(DataError, match="is there already, and a round's records are never changed"):
        open_round(tmp_path, TERMS, SECRET)


def test_a_broken_commitment_keeps_nobody_from_the_round(tmp_path: Path) -> None:
    folder = open_round(tmp_path / "rounds", TERMS, SECRET)
    suite = env_suite("Countdown-v0", level=0, num_problems=2)
    commit(folder, play(tmp_path / "r", suite, "honest"), "honest", DURING)
    whole = (folder / "commitments" / "honest.json").read_text()
    for name, content in (
        ("cut", whole[:50]),
        ("copied", whole),
        ("Loud", whole),
        ("large", " " * (2 << 20)),
    ):
        (folder / "commitments" / f"{name}.json").write_text(content)
    reveal(folder, SECRET, AFTER)
    assert list(read_reveal(folder).commitments) == ["honest"]
    found = {one.who: [f.kind for f in one.findings] for one in verify_round(folder)}
    assert found["Loud"] == ["unsafe_name"]
    assert found["cut"] == found["copied"] == found["honest"] == ["missing"]


def test_an_interrupted_submission_is_made_whole(revealed: Path, tmp_path: Path) -> None:
    run = play(tmp_path / "run", live_suite(revealed), "other")
    shutil.copytree(run, run_folder(revealed, "other"))
    assert submit_to_round(revealed, run, "other", IN_TIME) == []
    assert kinds(revealed) == []
    with pytest.raises(DataError, match=r"other\.json is there already, and what a round holds is never"):
        submit_to_round(revealed, run, "other", IN_TIME)


def test_a_baseline_commits_to_nothing(tmp_path: Path) -> None:
    folder = open_round(tmp_path, TERMS, SECRET)
    suite = env_suite("Countdown-v0", level=0, num_problems=2)
    rehearsal = play(tmp_path / "r", suite, "x", policy="oracle", model="", digest="", engine={})
    with pytest.raises(UsageError, match="names no digest of a model"):
        commit(folder, rehearsal, "x", DURING)


def test_a_live_run_is_no_run_of_the_usual_suite(played: Path) -> None:
    (checked,) = verify([run_folder(played, "honest")])
    assert {one.kind for one in checked.findings} == {"own_suite"}


# -- the history of the board's repository ----------------------------------------------------------------


class Repository:
    """A repository that takes files in at times of a test's choice."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str, at: datetime = OPENS) -> None:
        who = {"GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": "x@x", "GIT_COMMITTER_NAME": "x"}
        dates = {"GIT_AUTHOR_DATE": at.isoformat(), "GIT_COMMITTER_DATE": at.isoformat()}
        env = os.environ | who | {"GIT_COMMITTER_EMAIL": "x@x", "GIT_CONFIG_GLOBAL": os.devnull} | dates
        subprocess.run(["git", "-C", str(self.root), *words], check=True, env=env, capture_output=True)

    def take(self, at: datetime, *names: str) -> None:
        self.git("add", *names, at=at)
        self.git("commit", "-q", "-m", "x", at=at)


@pytest.fixture
def repository(folder: Path) -> Repository:
    """The round as an honest board took it in."""
    whole = Repository(folder)
    whole.take(OPENS, "round.json")
    whole.take(DURING, "commitments")
    whole.take(AFTER, "reveal.json")
    whole.take(IN_TIME, "runs", "submissions")
    return whole


def by_history(folder: Path) -> dict[str, list[str]]:
    return {one.who: sorted({f.kind for f in one.findings}) for one in verify_round(folder, git_history)}


def test_an_honest_history_confirms_the_round(repository: Repository) -> None:
    assert by_history(repository.root) == {"honest": [], "other": [], "silent": ["missing"]}


@pytest.mark.parametrize(
    ("path", "at", "kind"),
    [
        ("commitments/other.json", AFTER, "late_commitment"),
        ("submissions/other.json", TERMS.due + DAY, "late_run"),
    ],
)
def test_what_was_taken_in_late_is_late_whatever_it_says(
    folder: Path, path: str, at: datetime, kind: str
) -> None:
    whole = Repository(folder)
    whole.take(OPENS, "round.json")
    whole.take(
        DURING, *(f"commitments/{who}.json" for who in (*WHO, "silent") if path != f"commitments/{who}.json")
    )
    whole.take(AFTER, "reveal.json")
    whole.take(IN_TIME, "runs", "submissions/honest.json")
    whole.take(at, ".")
    assert by_history(folder)["other"] == [kind]
    assert by_history(folder)["honest"] == []


def test_a_branch_is_dated_by_its_merge(folder: Path) -> None:
    """A commit on a branch bears any date that its author likes."""
    whole = Repository(folder)
    whole.take(OPENS, "round.json")
    whole.git("checkout", "-q", "-b", "theirs")
    whole.take(DURING, "commitments")
    whole.git("checkout", "-q", "main")
    whole.git("merge", "-q", "--no-ff", "-m", "x", "theirs", at=AFTER)
    whole.take(AFTER, "reveal.json")
    whole.take(IN_TIME, ".")
    assert by_history(folder)["other"] == ["late_commitment"]


def test_what_was_changed_later_or_never_taken_in_is_refused(repository: Repository) -> None:
    folder = repository.root
    submission = folder / "submissions" / "other.json"
    submission.write_bytes(submission.read_bytes() + b" ")
    assert by_history(folder)["other"] == ["changed_record"]
    repository.take(IN_TIME + timedelta(hours=1), ".")
    assert by_history(folder)["other"] == ["changed_record"]
    repository.git("rm", "-q", "--cached", "submissions/honest.json")
    assert by_history(folder)["honest"] == ["changed_record"]


def test_a_round_that_is_in_no_history_counts_for_nobody(folder: Path) -> None:
    with pytest.raises(DataError, match="cannot read the history of"):
        verify_round(folder, git_history)
    Repository(folder)
    (folder / "x").write_text("")
    Repository(folder).take(OPENS, "x")
    with pytest.raises(DataError, match=r"round\.json is not in the history"):
        verify_round(folder, git_history)


def test_records_say_what_they_are(played: Path) -> None:
    assert isinstance(read_round(played), Round)
    assert isinstance(read_reveal(played), Reveal)
    assert read_submission(played, "other").commitment == read_commitment(played, "other").digest
    for name in ("round.json", "reveal.json"):
        with pytest.raises(DataError, match="cannot read"):
            read_round(played / name)
