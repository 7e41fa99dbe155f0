"""What a script may name that is to be run again in its process: nothing by which it changes what it finds.

An object is inert where no attribute of it can be set and using it changes nothing that a run does not find
anew. What is written in Python is not, for anybody may set attributes of its classes and functions: such a
name may be called, and never be passed on, and some of it only with arguments that it shows nothing to.
"""

import array
import builtins
import collections
import functools
import importlib
import io
import random
import re
import sys
import types
from enum import Enum
from typing import Any

_HEAP_TYPE, _IMMUTABLE_TYPE = 1 << 9, 1 << 8
"""Py_TPFLAGS_HEAPTYPE and Py_TPFLAGS_IMMUTABLETYPE, cpython Include/object.h."""


class Kind(Enum):
    """How a name may be used."""

    MODULE = "before a dot"
    INERT = "anywhere"
    CALLED = "to be called"
    TYPE = "in annotations"
    BARRED = "nowhere"


_MODULES = {
    "__future__": "annotations",
    "array": "array",
    "bisect": "bisect bisect_left bisect_right insort insort_left insort_right",
    "collections": "Counter OrderedDict defaultdict deque namedtuple",
    "copy": "copy deepcopy",
    "dataclasses": "dataclass",
    "functools": "cache cmp_to_key lru_cache partial reduce total_ordering",
    "heapq": "heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest",
    "itertools": "accumulate chain combinations combinations_with_replacement compress count cycle dropwhile"
    " filterfalse groupby islice pairwise permutations product repeat starmap takewhile tee zip_longest",
    "math": "acos acosh asin asinh atan atan2 atanh ceil comb copysign cos cosh degrees dist e erf erfc exp"
    " expm1 fabs factorial floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm"
    " ldexp lgamma log log10 log1p log2 modf nan perm pi pow prod radians remainder sin sinh sqrt tan tanh"
    " tau trunc ulp",
    "operator": "add and_ concat contains countOf delitem eq floordiv ge getitem gt iadd index indexOf inv"
    " invert is_ is_not isub itemgetter le lshift lt mod mul ne neg not_ or_ pos pow rshift setitem sub"
    " truediv truth xor",
    "random": "Random betavariate choice choices expovariate gauss getrandbits normalvariate randint random"
    " randrange sample seed shuffle triangular uniform",
    "re": "compile escape findall finditer fullmatch match search split sub subn",
    "string": "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits octdigits printable punctuation"
    " whitespace",
    "sys": "exit getrecursionlimit maxsize set_int_max_str_digits setrecursionlimit stderr stdin stdout",
    "time": "monotonic perf_counter time",
    "typing": "Any Callable Deque DefaultDict Dict FrozenSet Generator Iterable Iterator List Optional"
    " Sequence Set Tuple Union",
}
_NAMES = {module: frozenset(names.split()) for module, names in _MODULES.items()}

_SAFE_BUILTINS = """
Ellipsis NotImplemented abs all any ascii bin bool bytearray bytes callable chr classmethod complex dict
divmod enumerate filter float format frozenset hasattr hash hex id input int isinstance issubclass iter len
list map max min next object oct ord pow print property range repr reversed round set slice sorted
staticmethod str sum super tuple zip
"""
_BUILTINS = frozenset(_SAFE_BUILTINS.split())
_ENDINGS = frozenset(("exit", "quit"))
"""They are of classes written in Python."""

_SAFE_METHODS = """
abs add and bool call contains delitem divmod eq float floordiv ge getitem gt hash iadd iand ifloordiv imod
imul index init int invert ior isub iter itruediv ixor le len lshift lt missing mod mul ne neg next or pos
post_init pow radd rand repr reversed rfloordiv rmod rmul ror round rpow rshift rsub rtruediv rxor setitem
str sub truediv xor
"""
METHODS = frozenset(f"__{name}__" for name in _SAFE_METHODS.split())
"""Special methods that a class may define: whoever calls them hands nothing over that others have, too."""

BASES = frozenset(
    (
        *("object", "list", "dict", "set", "tuple", "collections.deque", "collections.defaultdict"),
        "collections.OrderedDict",
    )
)
"""Besides exceptions; not text or numbers, whose methods the library calls amid what it shares."""
FIELDS = "collections.namedtuple"
DECORATORS = frozenset(
    ("dataclasses.dataclass", "functools.cache", "functools.lru_cache", "functools.total_ordering")
)
MOST_ARGUMENTS = {
    **{"copy.copy": 1, "copy.deepcopy": 1, "re.compile": 1, "re.escape": 1, "re.split": 3, "re.sub": 4},
    **{"re.findall": 2, "re.finditer": 2, "re.fullmatch": 2, "re.match": 2, "re.search": 2, "re.subn": 4},
}
"""Of what shows objects of its own to further arguments: a memo is asked for a default, flags for `&`."""
IN_THE_WAY = frozenset(("close", "closed", "flush", "read", "readinto", "readline", "write"))
"""Of streams: what their ends, and those of generators, call."""


def _public(*kinds: type) -> frozenset[str]:
    return frozenset(name for kind in kinds for name in dir(kind) if not name.startswith("_"))


def _all(*kinds: type) -> frozenset[str]:
    return frozenset(name for kind in kinds for name in dir(kind))


def _generator() -> Any:
    yield


_ERRORS = [one for one in vars(builtins).values() if isinstance(one, type) and issubclass(one, BaseException)]
_PLAIN = (
    *(str, bytes, bytearray, list, dict, set, frozenset, tuple, int, float, complex, range, slice),
    *(array.array, collections.deque, collections.defaultdict, collections.OrderedDict, collections.Counter),
    *(re.Pattern, re.Match, random.Random),
    *(io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.FileIO),
)
_STRANGE: tuple[type, ...] = (
    *(types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType, types.FrameType),
    *(types.TracebackType, types.CodeType, types.FunctionType, types.MethodType, types.ModuleType),
    *(types.BuiltinFunctionType, types.CellType, types.MappingProxyType, types.GenericAlias),
    *(types.WrapperDescriptorType, types.MethodDescriptorType, types.GetSetDescriptorType),
    *(type, super, object, property, staticmethod, classmethod, memoryview),
    *(functools.partial, type(functools.cache(_generator))),
)
_HARMLESS = (_public(*_PLAIN, *_ERRORS) - {"obj"}) | frozenset(
    ("send", "throw", "close", "setter", "getter", "deleter", "from_iterable", "cache_clear", "func")
)
_UNSAFE = _all(*_PLAIN, *_ERRORS, *_STRANGE) - _HARMLESS


def may_be_attribute(name: str) -> bool:
    """Whether an attribute of this name leads to nothing that is shared, whatever object it is of.

    Either nothing that a script can come by has it but what is of its own classes, or it has been looked at.
    """
    return not name.startswith("__") and name not in _UNSAFE


def kind_of_builtin(name: str) -> Kind:
    """Tell how a name may be used that is not imported."""
    if name in _ENDINGS:
        return Kind.CALLED
    is_known = name not in vars(builtins) or name in _BUILTINS or is_error(name)
    return Kind.INERT if is_known else Kind.BARRED


def is_error(name: str) -> bool:
    """Whether this is the name of an exception of the language."""
    found = vars(builtins).get(name)
    return isinstance(found, type) and issubclass(found, BaseException)


def is_module(name: str) -> bool:
    """Whether a module may be imported."""
    return name in _NAMES


def kind_of(module: str, name: str) -> Kind:
    """Tell how a name of a module that may be imported may be used."""
    if name not in _NAMES[module]:
        return Kind.BARRED
    if module == "typing":
        return Kind.TYPE
    if module == "sys":  # its streams are of the run, and its limits are set again
        return Kind.INERT
    found = vars(importlib.import_module(module)).get(name)
    return Kind.BARRED if found is None else Kind.INERT if _is_inert(found) else Kind.CALLED


def names_by_star(module: str) -> list[str]:
    """List what `from module import *` binds."""
    found = vars(importlib.import_module(module))
    return list(found.get("__all__", [name for name in found if not name.startswith("_")]))


def _is_inert(found: object) -> bool:
    if isinstance(found, type):
        return not found.__flags__ & _HEAP_TYPE or bool(found.__flags__ & _IMMUTABLE_TYPE)
    return type(found) in (int, float, str, types.BuiltinFunctionType, types.MethodType)


def restore() -> None:
    """Empty the caches of the modules above, which keep what a script hands to them; set the limits again."""
    re.purge()
    for clear in _CLEAR_TYPES:
        clear()
    sys.setrecursionlimit(_RECURSION)
    sys.set_int_max_str_digits(_DIGITS)


_CLEAR_TYPES: list[Any] = vars(importlib.import_module("typing"))["_cleanups"]
_RECURSION, _DIGITS = sys.getrecursionlimit(), sys.get_int_max_str_digits()
