"""The card of an exported folder: what it holds and how anybody recomputes it, as the Hub reads it."""

import json
import shlex
from typing import Any

from reasongym.core import Env

_CARD = """---
pretty_name: {name} level {level} ({split})
tags: [reasongym, reasoning]
configs:
- config_name: default
  data_files:
  - split: {split}
    path: "{stem}-*{suffix}"
---

# {env_id}, level {level}, split {split}

{about}

Level {level}: {level_about}.

{num:,} problems with the seeds from {first_seed}{options}. A problem is a pure function of its row, so these
files can be made again, and any answer can be judged, with the Python package `reasongym`:

```python
import json
import reasongym

row = reasongym.Row.from_dict(json.loads(example["row"]))
verdict = reasongym.replay(row, [answer])
```

| Column | What it is |
| --- | --- |
| `row` | what the problem is: id, level, split, seed, options (JSON) |
| `prompt` | the problem in words |
| `messages` | the prompt as a chat, in the template `{template}` |
| `data` | the problem without its words (JSON); its shape is the family's |

Digest of rows, data and prompts: `{digest}`. Written by reasongym {version}:

```console
$ {command}
```
"""


def card(env: Env, manifest: dict[str, Any]) -> str:
    """Write the card of an export from its manifest."""
    request = manifest["request"]
    stem, _, rest = manifest["files"][0].partition("-")
    options = request["options"]
    return _CARD.format(
        name=env.env_id.partition("/")[2],
        env_id=env.env_id,
        level=request["level"],
        split=request["split"],
        stem=stem,
        suffix="." + rest.rpartition(".")[2],
        about=(type(env).__doc__ or "").strip().partition("\n")[0],
        level_about=env.levels[request["level"]],
        num=request["num_problems"],
        first_seed=request["first_seed"],
        options=f" and the options {json.dumps(options)}" if options else "",
        template=request["template"],
        digest=manifest["digest"],
        version=request["reasongym"],
        command=_command(request),
    )


def _command(request: dict[str, Any]) -> str:
    flags = {
        "level": request["level"],
        "split": request["split"],
        "seed-start": request["first_seed"],
        "n": request["num_problems"],
        "format": request["form"],
        "template": request["template"],
        "shards": request["num_files"],
    }
    if request["rows"] != "consecutive":
        del flags["seed-start"], flags["split"]
        flags["eval-set"] = ""
    options = [f"{name}={value}" for name, value in request["options"].items()]
    words = [f"--{name} {value}".strip() for name, value in flags.items()]
    if options:
        words.append(f"--options {shlex.join(options)}")
    return " ".join(["reasongym generate", request["env_id"], *words])
