"""The files of an image to run jobs in: this interpreter, its standard library, and the libraries these need.

They are collected from this machine and from nowhere else, and lie in the image where they lie here.
"""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import IO

from reasongym.errors import UsageError

PACKAGES_FOLDER = "/packages"
"""Where packages lie in the image; PYTHONPATH leads there."""
CODE_FOLDER = "/reasongym"
"""Where the jail's own code is mounted, or lies in images for engines that cannot mount it."""
_PROGRAMS = (
    *("basename", "bash", "cat", "chmod", "cp", "cut", "date", "dirname", "echo", "env", "expr", "false"),
    *("find", "grep", "head", "ln", "ls", "mkdir", "mktemp", "mv", "pwd", "rm", "rmdir", "sed", "seq", "sh"),
    *("sleep", "sort", "tail", "tee", "test", "touch", "tr", "true", "uniq", "wc", "xargs"),
)
"""What a program may expect to execute, as far as it is here."""
_LINKS = ("/bin", "/sbin", "/lib", "/lib64")
"""Into /usr on most systems, and then in the image, too."""
_LEFT_OUT = ("dist-packages", "ensurepip", "idlelib", "lib2to3", "site-packages", "test", "tests", "tkinter")
"""Of the standard library: what no program of a jail can use, or what is not the standard library's."""
_DATA = ("/etc/ld.so.cache", "/usr/lib/locale/C.utf8", "/usr/share/zoneinfo")
_ETC = {"/etc/passwd": "job:x:60000:60000::/tmp:/bin/false\n", "/etc/group": "job:x:60000:\n"}
_FOLDERS = ("/tmp", "/proc", "/sys", "/dev", "/ctl", CODE_FOLDER, PACKAGES_FOLDER)
_EPOCH = 315_532_800
"""1980, for files whose own time does not matter."""


@dataclass(frozen=True, slots=True)
class RootFiles:
    """The files of an image."""

    sources: dict[str, Path]
    """By their paths in the image, where each is found here."""
    links: dict[str, str]
    texts: dict[str, str]

    def digest(self) -> str:
        """Hash all paths and contents but those of bytecode, which is derived from the others."""
        total = hashlib.blake2b(digest_size=8)
        links = ((path, b"-> " + target.encode()) for path, target in self.links.items())
        for path, content in sorted([*self._contents(), *self._text_bytes(), *links]):
            total.update(f"{path}\0{len(content)}\0".encode() + content)
        return total.hexdigest()

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        for path, source in self.sources.items():
            if source.suffix != ".pyc":
                yield path, hashlib.blake2b(source.read_bytes()).digest()

    def _text_bytes(self) -> Iterator[tuple[str, bytes]]:
        yield from ((path, text.encode()) for path, text in self.texts.items())

    def write_tar(self, file: IO[bytes]) -> None:
        """Write them as an archive that any engine imports."""
        with tarfile.open(fileobj=file, mode="w") as archive:
            for folder in _folders([*self.sources, *self.texts, *self.links]):
                archive.addfile(_entry(folder, tarfile.DIRTYPE, 0o755))
            for path, target in self.links.items():
                link = _entry(path, tarfile.SYMTYPE, 0o777)
                link.linkname = target
                archive.addfile(link)
            for path, source in sorted(self.sources.items()):
                _add(archive, path, source)
            for path, content in self._text_bytes():
                entry = _entry(path, tarfile.REGTYPE, 0o644)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))


def python_path() -> str:
    """Return the path of this interpreter, on this machine and in the image."""
    return os.path.realpath(sys.executable)


def root_files(packages: Sequence[str] = (), add: Sequence[str] = ()) -> RootFiles:
    """Collect the files of an image.

    Args:
        packages: modules to be importable beside the standard library, with what they require
        add: more programs, by name or path, or whole folders
    """
    programs = [python_path(), *filter(None, map(shutil.which, _PROGRAMS))]
    sources = dict[str, Path]()
    for path in sorted({sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib", vars=_base())}):
        sources |= _tree(Path(path), path, _LEFT_OUT)
    for path in _DATA:
        sources |= _tree(Path(path), path, ()) if os.path.exists(path) else {}
    for name in add:
        found = shutil.which(name) or os.path.abspath(name)
        if not os.path.exists(found):
            raise UsageError(f"nothing is named {name!r} here, so the image cannot have it")
        sources |= _tree(Path(found), found, ())
    sources |= _package_files(packages)
    sources |= {program: Path(program) for program in programs}
    sources |= {path: Path(path) for path in _libraries(sources.values())}
    links = {path: os.readlink(path) for path in _LINKS if os.path.islink(path)}
    placed = {_placed(path, links): source for path, source in sources.items()}
    return RootFiles(placed, links | {"/usr/local/bin/python3": python_path()}, _ETC)


def _placed(path: str, links: dict[str, str]) -> str:
    """Follow the links at the top, so that nothing has to lie below one."""
    top = f"/{path.split('/', 2)[1]}"
    return f"/{links[top].lstrip('/')}{path[len(top) :]}" if top in links else path


def _base() -> dict[str, str]:
    """Let paths be those of the interpreter itself and not of a virtual environment."""
    return {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}


def _tree(source: Path, path: str, left_out: Sequence[str]) -> dict[str, Path]:
    """List a file, or the files below a folder, with this interpreter's bytecode beside them."""
    if not source.is_dir():
        return {path: source}
    found: dict[str, Path] = {}
    for child in source.iterdir():
        if child.name == "__pycache__":
            compiled = child.glob(f"*.{sys.implementation.cache_tag}.pyc")
            found |= {f"{path}/__pycache__/{one.name}": one for one in compiled}
        elif child.name not in left_out and not child.name.startswith(("config-", "_tkinter")):
            found |= _tree(child, f"{path}/{child.name}", left_out) if child.exists() else {}
    return found


# -- packages -------------------------------------------------------------------------------------------


def _package_files(modules: Sequence[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for distribution in _required(modules):
        for file in distribution.files or ():
            source = Path(str(distribution.locate_file(file)))
            if ".." not in file.parts and source.is_file():
                found[f"{PACKAGES_FOLDER}/{file.as_posix()}"] = source
    return found


def _required(modules: Sequence[str]) -> list[metadata.Distribution]:
    """List the distributions that modules are of, and all that these require and that is installed."""
    owners = metadata.packages_distributions()
    names: list[str] = []
    for module in modules:
        first = module.partition(".")[0]
        if first in sys.stdlib_module_names:
            continue
        if first not in owners:
            raise UsageError(f"no package with the module {first!r} is installed here; install it first")
        names.append(owners[first][0])
    found: dict[str, metadata.Distribution] = {}
    while names:
        name = _normal(names.pop())
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # required on other machines only
            continue
        names += [one for one in found[name].requires or () if "extra ==" not in one]
    return list(found.values())


def _normal(requirement: str) -> str:
    """Return the name that a requirement begins with."""
    end = next((at for at, char in enumerate(requirement) if not (char.isalnum() or char in "-_.")), None)
    return requirement[:end].lower().replace("_", "-")


# -- libraries ------------------------------------------------------------------------------------------


def _libraries(sources: Iterable[Path]) -> list[str]:
    """List the shared libraries that programs and extension modules need beside themselves."""
    linked = {str(source) for source in sources if _is_linked(source)}
    told = subprocess.run(["ldd", *sorted(linked)], capture_output=True, text=True, check=False).stdout
    words = [word for line in told.splitlines() for word in line.split() if word.startswith("/")]
    paths = {os.path.normpath(word) for word in words if not word.endswith(":")}
    return sorted(path for path in paths - linked if os.path.isfile(path))


def _is_linked(source: Path) -> bool:
    if not (".so" in source.suffixes or os.access(source, os.X_OK)):
        return False
    with source.open("rb") as file:
        return file.read(4) == b"\x7fELF"


# -- the archive ----------------------------------------------------------------------------------------


def _folders(paths: Iterable[str]) -> list[str]:
    found = set[str](_FOLDERS)
    for path in [*paths, *_FOLDERS]:
        found.update(str(parent) for parent in Path(path).parents)
    return sorted(found - {"/"})


def _entry(path: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path.lstrip("/"))
    entry.type, entry.mode, entry.mtime = kind, mode, _EPOCH
    return entry


def _add(archive: tarfile.TarFile, path: str, source: Path) -> None:
    with source.open("rb") as file:
        known = os.fstat(file.fileno())
        entry = _entry(path, tarfile.REGTYPE, 0o755 if known.st_mode & 0o111 else 0o644)
        entry.size = known.st_size
        entry.mtime = int(known.st_mtime)  # by which bytecode is known to be of its source
        archive.addfile(entry, file)
