"""The kinds of programs: a Python script, alone or for a series of inputs, calls of a Python function, a
program and its tests in two jails, a session of turns, any command.

The payload is JSON: `kind` and what that kind needs. What comes back besides stdout and stderr are frames on
the results descriptor: four bytes of length, then JSON. Whoever reads them knows that a program can write
frames, too: they hold values to be compared outside, and no verdicts.
"""

import atexit
import base64
import json
import linecache
import os
import random
import struct
import sys
import threading
import traceback
import types
from collections.abc import Callable
from typing import Any, NoReturn

from . import dialogues, series, sessions
from .repeatable import is_repeatable
from .values import NotPlain, decode, encode

NAME = "solution.py"
_HERE = os.path.dirname(__file__)
_SHOWN_FRAMES = 20
_LENGTH = struct.Struct(">I")
_SEED = 0
"""Of whatever a program draws, so that it does so alike every time; in a fork the library takes another."""
_NO_SYNTAX = 97
"""Exit status of a script that does not compile; the frame beside it says so, too."""


def run(payload: int, results: int) -> NoReturn:
    """Read the payload and run it; does not return."""
    with os.fdopen(payload, "rb") as file:
        told = json.loads(file.read())
    tell = _teller(results)
    _KINDS[told["kind"]](told, tell)
    os._exit(0)


def _teller(results: int) -> Callable[[Any], None]:
    def tell(frame: Any) -> None:
        content = json.dumps(frame, separators=(",", ":")).encode()
        left = memoryview(_LENGTH.pack(len(content)) + content)
        while left:
            left = left[os.write(results, left) :]

    return tell


def _script(told: dict[str, Any], tell: Callable[[Any], None]) -> NoReturn:
    main = _main_module()
    _execute(_compiled(told["code"], tell), main)


def _series(told: dict[str, Any], tell: Callable[[Any], None]) -> None:
    """Run a script once for every input."""
    main = _main_module()
    code = _compiled(told["code"], tell)

    def start() -> NoReturn:
        random.seed(_SEED)
        _execute(code, main)

    def run() -> bool:
        return _is_well(code)

    script = series.Script(start, run if is_repeatable(told["code"]) else None)
    files = {NAME: _encoded(told["code"])}
    series.perform(told["sizes"], told["output_bytes"], script, files, tell)


def _is_well(code: types.CodeType) -> bool:
    """Run a script that leaves nothing behind in this process, and say whether it ended as it should."""
    main = _main_module()
    most = sys.getrecursionlimit()
    try:
        exec(code, main.__dict__)
    except SystemExit as leaving:
        if leaving.code is not None and (type(leaving.code) is not int or leaving.code & 0xFF):
            return False
    except BaseException:
        return False
    return sys.getrecursionlimit() >= most and _is_flushed()


def _is_flushed() -> bool:
    try:
        sys.stdout.flush()
    except (OSError, ValueError):  # full, or closed
        return False
    return True


def _execute(code: types.CodeType, main: types.ModuleType) -> NoReturn:
    """Run a script to its end, as an interpreter does."""
    status = 0
    try:
        exec(code, main.__dict__)
    except SystemExit as leaving:
        status = _status_of(leaving)
    except BaseException as error:
        status = 1
        show(error)
    os._exit(_closed() or status)


def _closed() -> int:
    """End as an interpreter does: wait for threads, run what was asked for at exit, write what is left."""
    try:
        threading._shutdown()  # pyright: ignore
        atexit._run_exitfuncs()  # pyright: ignore
        sys.stdout.flush()
    except BaseException as error:
        show(error)
        return 1
    return 0


def _status_of(leaving: SystemExit) -> int:
    if leaving.code is None or isinstance(leaving.code, int):
        return (leaving.code or 0) & 0xFF
    print(leaving.code, file=sys.stderr)
    return 1


def _calls(told: dict[str, Any], tell: Callable[[Any], None]) -> None:
    """Call a function once for every list of arguments; a frame each, in order."""
    main = _main_module()
    try:
        exec(_compiled(told["code"], tell), main.__dict__)
        function = _named(main, told["function"])
    except BaseException as error:
        show(error)
        tell({"broken": type(error).__name__})
        return
    for call in told["calls"]:
        tell(_called(function, decode(call)))
    sys.stdout.flush()


def _named(main: types.ModuleType, name: str) -> Callable[..., Any]:
    """Find `function`, or `Class.method` of a new object, as competition sites ask for."""
    first, _, rest = name.partition(".")
    found = main.__dict__[first]
    return getattr(found(), rest) if rest else found


def _called(function: Callable[..., Any], arguments: list[Any]) -> dict[str, Any]:
    try:
        return {"value": encode(function(*arguments))}
    except NotPlain as error:
        return {"strange": str(error)}
    except BaseException as error:
        show(error)
        return {"raised": type(error).__name__}


def _answers(told: dict[str, Any], tell: Callable[[Any], None]) -> None:
    """Call functions of a program as the tests in another jail ask for it."""
    main = _main_module()
    try:
        exec(_compiled(told["code"], tell), main.__dict__)
    except BaseException as error:
        show(error)
        tell({"broken": type(error).__name__})
        return
    tell({"ready": True})
    dialogues.answer(lambda name, arguments: _asked(main, name, arguments), tell)
    sys.stdout.flush()


def _asked(main: types.ModuleType, name: str, arguments: list[Any]) -> dict[str, Any]:
    try:
        function = _named(main, name)
    except BaseException as error:
        show(error)
        return {"raised": "NameError"}
    return _called(function, arguments)


def _asks(told: dict[str, Any], tell: Callable[[Any], None]) -> None:
    """Run tests whose program is in another jail."""
    main = _main_module()
    code = _compiled(told["code"], tell)
    dialogues.ask(lambda names: exec(code, main.__dict__ | names), told["names"], tell)


def _session(told: dict[str, Any], tell: Callable[[Any], None]) -> None:
    del tell  # a session answers on its own socket
    sessions.serve(_main_module(), show)


def _command(told: dict[str, Any], tell: Callable[[Any], None]) -> NoReturn:
    """Write the files that are given and become another program."""
    del tell
    for name, content in told["files"].items():
        with open(name, "wb") as file:
            file.write(base64.b64decode(content))
        os.chmod(name, 0o700)
    os.closerange(3, 16)
    os.execvp(told["argv"][0], told["argv"])


_KINDS: dict[str, Callable[[dict[str, Any], Callable[[Any], None]], None]] = {
    "script": _script,
    "series": _series,
    "calls": _calls,
    "answers": _answers,
    "asks": _asks,
    "session": _session,
    "command": _command,
}


def _main_module() -> types.ModuleType:
    """Make the module that the program is."""
    main = types.ModuleType("__main__")
    main.__dict__["__file__"] = NAME
    sys.modules["__main__"] = main
    sys.argv[:] = [NAME]
    random.seed(_SEED)
    return main


def _encoded(code: str) -> bytes:
    return code.encode(errors="surrogatepass")


def _compiled(code: str, tell: Callable[[Any], None]) -> types.CodeType:
    with open(NAME, "wb") as file:
        file.write(_encoded(code))  # programs read themselves, and processes that they spawn begin with it
    lines = code.splitlines(keepends=True)
    linecache.cache[NAME] = (len(code), None, lines, NAME)  # so that a traceback shows its lines
    try:
        return compile(code, NAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        show(error)
        tell({"syntax": f"{type(error).__name__}: {error}"})
        os._exit(_NO_SYNTAX)


def show(error: BaseException) -> None:
    """Print a traceback of the program alone, without what called it or what interrupted it."""
    try:
        told = traceback.TracebackException.from_exception(error)
        told.stack = traceback.StackSummary.from_list(
            [frame for frame in told.stack if not frame.filename.startswith(_HERE)][-_SHOWN_FRAMES:]
        )
        print("".join(told.format()), end="", file=sys.stderr)
    except BaseException:  # an exception may raise when it is printed
        os.write(2, f"{type(error).__name__}\n".encode())
