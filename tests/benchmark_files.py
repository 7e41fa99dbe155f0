"""Where tests find the files of public benchmarks, which are not ours to ship; they skip without them."""

import os
from pathlib import Path

import pytest

from reasongym.envs.math_problems.benchmarks import FOLDER_VARIABLE

FOLDER = Path(os.environ.get(FOLDER_VARIABLE) or Path(__file__).parents[1].parent / "shared" / "benchmarks")

needs_files = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason=f"the benchmarks' files are not in {FOLDER}; {FOLDER_VARIABLE} names their folder",
)
