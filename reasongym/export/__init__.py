"""Problems as data: JSON lines, parquet or a Hugging Face data set, and fixed sets to evaluate on."""

from reasongym.export.eval_sets import EvalSet, eval_set, recorded, verify
from reasongym.export.hub import write_hub
from reasongym.export.records import digest, records, rows
from reasongym.export.shards import FORMS, Manifest, Request, write

__all__ = [
    "FORMS",
    "EvalSet",
    "Manifest",
    "Request",
    "digest",
    "eval_set",
    "recorded",
    "records",
    "rows",
    "verify",
    "write",
    "write_hub",
]
