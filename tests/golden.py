"""Golden hashes of the first problems of every id, level and split.

`python -m tests.golden` adds the ids that have none. It never changes a hash: problems that change need a
new version of their id, and a hash that was wrong from the start is deleted by hand from golden.json.
"""

import json
from hashlib import blake2b
from pathlib import Path

import reasongym
from reasongym.checks.result import draw

GOLDEN = Path(__file__).parent / "golden.json"
NUM_PROBLEMS = 10


def digests(env_id: str) -> dict[str, str]:
    """Hash the data and the default prompt of the first problems, by level and split."""
    env = reasongym.get(env_id)
    found: dict[str, str] = {}
    for level in range(len(env.levels)):
        for split in env.splits(level):
            hashed = blake2b(digest_size=8)
            for problem in draw(env, level, NUM_PROBLEMS, split):
                line = [problem.row.as_dict(), problem.data, problem.prompt]
                hashed.update(json.dumps(line, sort_keys=True).encode())
            found[f"level {level} {split}"] = hashed.hexdigest()
    return found


def main() -> None:
    golden: dict[str, dict[str, str]] = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    for env_id in reasongym.specs():
        if env_id not in golden:
            golden[env_id] = digests(env_id)
            print(f"added {env_id}")
    GOLDEN.write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
