"""Files of articles that a search looks through: JSON lines with `text` and perhaps `title`.

The `contents` of Search-R1's corpora (arXiv 2503.09516) are read too: a title in quotes on the first line.
"""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from reasongym.errors import DataError
from reasongym.tools.articles import Article, require_library

_DIGEST_BYTES = 16
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def digest(path: str) -> str:
    """Return the digest of a file that is to be searched; raises DataError where it cannot be read."""
    require_library()
    return blake2b(_content(path), digest_size=_DIGEST_BYTES).hexdigest()


@lru_cache(maxsize=4)
def read_corpus(path: str, expected: str) -> tuple[Article, ...]:
    """Read the articles of a file; raises DataError for another file, or a line that is no article."""
    content = _content(path)
    found = blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
    if found != expected:
        raise DataError(
            f"{path} has the digest {found}, the row was made from {expected}: it is another corpus"
        )
    lines = enumerate(content.split(b"\n"), 1)
    articles = tuple(_article(line, f"{path}:{number}") for number, line in lines if line.strip())
    if not articles:
        raise DataError(f"{path} holds no article; write one JSON object with `text` a line")
    return articles


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"cannot read the corpus {path}: {error.strerror}") from error


def _article(line: bytes, where: str) -> Article:
    try:
        row: Mapping[str, Any] = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{where} is no JSON object: {error}") from error
    title, text = row.get("title", ""), row.get("text")
    if text is None and type(row.get("contents")) is str:
        title, _, text = row["contents"].partition("\n")
        title = title.strip('"')
    if type(title) is not str or type(text) is not str:
        raise DataError(f"{where} must have a string `text` (and `title`), or `contents`; it has {list(row)}")
    return Article(title, text)
