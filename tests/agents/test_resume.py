"""A killed training run ends with the bytes of an undisturbed one (see `benchmarks/prove_resume.py`)."""

from benchmarks.prove_resume import few_kills


def test_kill_9_amid_updates_a_stage_a_checkpoint_and_the_export_changes_no_byte() -> None:
    missed = [bar for bar in few_kills().bars if not bar.is_met]
    assert missed == []
