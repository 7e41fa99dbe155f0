"""The cards of exported folders: what they hold and how anybody recomputes it, as the Hub reads them."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

from reasongym.core import Env

_CARD = """---
pretty_name: {name} level {level} ({split})
tags: [reasongym, reasoning]
configs:
- config_name: default
  data_files:
  - split: {split_name}
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

_HUB_CARD = """---
pretty_name: {name}
tags: [reasongym, reasoning]
configs:
{configs}
---

# {env_id}

{about}

Problems whose answers are checked by a program. A problem is a pure function of its row, so these files can
be made again, and any answer can be judged, with the Python package `reasongym`:

```python
import json

import datasets
import reasongym

problems = datasets.load_dataset("{folder}", "{config}", split="{split}")


def reward(row: str, completion: str) -> float:
    return reasongym.replay(reasongym.Row.from_dict(json.loads(row)), [completion]).reward


print(problems[0]["prompt"], reward(problems[0]["row"], "I do not know."))
```

An episode of several turns is the list of its actions in place of `[completion]`. No answers are here.

| Column | What it is |
| --- | --- |
| `row` | what the problem is: id, level, split, seed, options (JSON) |
| `prompt` | the problem in words |
| `messages` | the prompt as a chat, in the template `{template}` |

| Configuration | Split | Problems | What the level means | Digest |
| --- | --- | --- | --- | --- |
{parts}

`train` and `eval` share no problem at any seed. A level with too few problems to hold some out has them all
in `train`. The digests name rows, data and prompts in their order. Written by reasongym {version}.
"""


def hub_split(split: str) -> str:
    """Return the name of a split on the Hub, where `all` means the union of all."""
    return "train" if split == "all" else split


def hub_card(env: Env, folder: str, parts: list[dict[str, Any]]) -> str:
    """Write the card of a folder of several levels and splits from its manifest's parts."""
    first = next((one for one in parts if one["config"] == f"level-{env.default_level}"), parts[0])
    return _HUB_CARD.format(
        name=env.env_id.partition("/")[2],
        env_id=env.env_id,
        about=(type(env).__doc__ or "").strip().partition("\n")[0],
        configs="\n".join(_configs(parts, first["config"])),
        folder=folder,
        config=first["config"],
        split=hub_split(first["split"]),
        template=first["manifest"]["request"]["template"],
        parts="\n".join(_line(env, one) for one in parts),
        version=first["manifest"]["request"]["reasongym"],
    )


def _configs(parts: list[dict[str, Any]], default: str) -> Iterator[str]:
    for config in dict.fromkeys(one["config"] for one in parts):
        yield f"- config_name: {config}"
        if config == default:
            yield "  default: true"
        yield "  data_files:"
        for one in parts:
            if one["config"] == config:
                yield f"  - split: {hub_split(one['split'])}"
                yield f'    path: "{one["folder"]}/*.parquet"'


def _line(env: Env, part: dict[str, Any]) -> str:
    request = part["manifest"]["request"]
    about = env.levels[int(request["level"])].replace("|", "\\|")
    digest, num = part["manifest"]["digest"], request["num_problems"]
    return f"| `{part['config']}` | {part['split']} | {num:,} | {about} | `{digest}` |"


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
        split_name=hub_split(request["split"]),
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
