"""Scripts that are run again in one process: the usual ones are, and none that could leave something."""

import pytest

from reasongym.sandbox.inside.repeatable import is_repeatable

USUAL = {
    "input": "n = int(input())\nprint(sum(map(int, input().split())))",
    "readline": "import sys\ninput = sys.stdin.readline\nprint(input().strip())",
    "readline-by-name": "from sys import stdin, stdout\nfor line in stdin:\n    stdout.write(line)",
    "read": "import sys\ndata = sys.stdin.read().split()\nprint(len(data))",
    "bytes": "import sys\ndata = sys.stdin.buffer.read().split()\nsys.stdout.buffer.write(data[0])",
    "main": "def main():\n    print(input())\n\nif __name__ == '__main__':\n    main()",
    "recursion": "import sys\nsys.setrecursionlimit(10**6)\n"
    "def f(n):\n    return n and 1 + f(n - 1)\nprint(f(9))",
    "collections": "from collections import deque, Counter, defaultdict, OrderedDict, namedtuple\n"
    "P = namedtuple('P', 'x y')\nd = defaultdict(list)\nd[1].append(P(1, 2).x)\nq = deque([1])\nq.popleft()\n"
    "print(Counter('abc').most_common(1), isinstance(q, deque))",
    "stars": "from math import *\n"
    "from heapq import *\nfrom itertools import *\nfrom bisect import *\n"
    "from functools import *\nfrom collections import *\nh = []\nheappush(h, pi)\n"
    "print(nlargest(1, h), gcd(4, 6))",
    "heap": "import heapq as hq\nh = []\nhq.heappush(h, (1, 'a'))\nprint(hq.heappop(h), hq.nsmallest(1, h))",
    "memory": "from functools import lru_cache, cache, reduce\n@lru_cache(maxsize=None)\ndef f(n):\n"
    "    return n if n < 2 else f(n - 1) + f(n - 2)\n@cache\ndef g(n):\n    return n\nprint(f(9), g(1))\n"
    "f.cache_clear()",
    "slots": "class Node:\n    __slots__ = ('left', 'right')\n"
    "    def __init__(self):\n        self.left = None\n"
    "    def __lt__(self, other):\n        return True\nprint(Node().left)",
    "inheritance": "class A:\n    def __init__(self, n):\n        self._n = n\nclass B(A):\n"
    "    def __init__(self):\n        super().__init__(5)\n    @property\n    def n(self):\n"
    "        return self._n\n    @staticmethod\n    def make():\n        return B()\nprint(B.make().n)",
    "typing": "from typing import List, Optional\nimport typing\nclass Node:\n    pass\nclass Solution:\n"
    "    def f(self, n: List[List[int]], m: 'Node', o: Optional[Node] = None) -> typing.Dict[str, int]:\n"
    "        x: Optional[int] = None\n        return {}\nprint(Solution().f([], None))",
    "dataclass": "from dataclasses import dataclass\n"
    "@dataclass(order=True)\nclass P:\n    x: int\n    y: int = 0\n"
    "print(P(1) < P(2))",
    "bases": "import collections\nfrom collections import deque\nclass A(dict):\n    pass\n"
    "class B(A, object):\n    pass\nclass C(collections.deque):\n    pass\n"
    "class D(collections.namedtuple('P', 'x y')):\n    pass\n"
    "class E(deque):\n    pass",
    "exit": "from sys import exit\nexit()",
    "generator": "def f(n):\n    if n:\n        yield n\n        yield from f(n - 1)\nprint(*f(3))",
    "errors": "class Bad(Exception):\n    pass\ntry:\n    int(input())\nexcept (ValueError, EOFError) as e:\n"
    "    print(e.args)\nexcept Exception:\n    raise Bad('x')\nfinally:\n    print(1)",
    "random": "import random\nrandom.seed(5)\nx = [1, 2, 3]\nrandom.shuffle(x)\nprint(random.randint(1, 2), "
    "random.Random(3).random())",
    "regular": "import re\np = re.compile('a+')\nprint(p.sub('b', input()), re.findall('[0-9]', 'a1'))",
    "string": "import string, operator, copy, time\n"
    "print(string.ascii_lowercase.index('b'), "
    "sorted([(2, 1)], key=operator.itemgetter(1)), copy.deepcopy([1]), time.time() > 0)",
    "while-true": "import sys\nwhile True:\n"
    "    line = sys.stdin.readline()\n    if not line:\n        break\n"
    "    print(line, end='', file=sys.stdout)\nsys.exit(0)",
    "match": "match input().split():\n    case ['add', n]:\n        print(n)\n    case _:\n        exit()",
    "global": "count = 0\ndef f():\n    global count\n    count += 1\nf()\nprint(count, f'{count:03d}')",
    "array": "from array import array\na = array('i', [1])\na.append(2)\nprint(sum(a), a.tolist())",
}
SHARED = {
    "class": "from collections import Counter\nCounter.x = 1",
    "class-of-a-module": "import collections\ncollections.Counter.x = 1",
    "module": "import math\nmath.x = 1",
    "module-by-loop": "import math\nfor math.pi in [3]:\n    pass",
    "module-by-addition": "import math\nmath.pi += 1",
    "deletion": "import math\ndel math.pi",
    "stream": "import sys\nsys.stdout = None",
    "method-of-a-stream": "import sys\nsys.stdout.write = print",
    "flush-of-a-stream": "import sys\nout = sys.stdout\nout.flush = print",
    "alias": "from collections import Counter as C\nD = C\nD.x = 1",
    "alias-of-a-module": "import sys as s\nt = s\nt.x = 1",
    "default-factory": "from collections import Counter, defaultdict\n"
    "defaultdict(Counter).default_factory.x = 1",
    "walrus": "from collections import Counter\n(C := Counter)().x = 1",
    "called-choice": "from collections import Counter\n(Counter if 1 else dict)()",
    "default": "from collections import Counter\ndef f(C=Counter):\n    C.x = 1\nf()",
    "loop": "from collections import Counter\nfor C in [Counter]:\n    C.x = 1",
    "match-class": "from collections import Counter\nmatch {}:\n    case Counter():\n        pass",
    "match-attribute": "match 1:\n    case object(__class__=c):\n        pass",
    "subclass": "from collections import Counter\nclass A(Counter):\n    pass\nA.most_common.x = 1",
    "import-in-a-class": "class A:\n    from collections import Counter\nA.Counter.x = 1",
    "import-in-an-if-in-a-class": "class A:\n    if 1:\n        import sys\nA.sys.x = 1",
    "mangled": "class A:\n    def f(self):\n"
    "        global __s\n        import sys as __s\nA().f()\n_A__s.x = 1",
    "mangled-name": "class A:\n    def f(self):\n        global __x\n        __x = 1",
    "two-meanings": "import math as m\nimport random as m\nm.x = 1",
    "rebound": "from collections import Counter\nCounter = dict\nprint(Counter)",
    "super": "def super():\n    return x\nsuper().__init__('f', 'w')",
    "init": "import sys\nsys.stdout.buffer.raw.__init__('/tmp/f', 'w')",
    "init-of-a-class": "class A:\n    pass\nA = 5\nA.__init__(5)",
    "class-of": "x.__class__.y = 1",
    "type": "type(input).x = 1",
    "dictionary": "f = lambda: 0\nf.__globals__['__builtins__']",
    "builtins": "__builtins__.x = 1",
    "builtins-by-def": "def __builtins__():\n    pass",
    "builtins-by-argument": "f = lambda __builtins__: 0",
    "builtins-by-import": "import builtins\nbuiltins.print = None",
    "setattr": "setattr(print, 'x', 1)",
    "getattr": "getattr(print, '__self__')",
    "vars": "vars()['x'] = 1",
    "exec": "exec('1')",
    "import-function": "__import__('os')",
    "compatibility-forms": "ｅｘｅｃ('1')",
    "open": "open(0)",
    "breakpoint": "breakpoint()",
    "attrgetter": "import operator\noperator.attrgetter('__class__')(1)",
    "methodcaller": "from operator import *\nmethodcaller('__init__')(1)",
    "path": "import sys\nsys.path.append('.')",
    "modules": "from sys import modules\nmodules['math'] = 1",
    "argv": "import sys\nsys.argv.append(1)",
    "hooks": "import sys\nsys.excepthook = print",
    "trace": "import sys\nsys.settrace(print)",
    "dispatch": "import copy\ncopy.dispatch_table[int] = 1",
    "module-in-a-module": "import random\nrandom._os.environ['A'] = '1'",
    "memo": "import copy\nclass M:\n    def get(self, k, d):\n        d.append(1)\ncopy.deepcopy(1, M())",
    "memo-by-star": "import copy\ncopy.deepcopy(*[1, M()])",
    "flags": "import re\nclass F:\n    def __and__(self, other):\n        other.x = 1\nre.compile('a', F())",
    "flags-by-name": "import re\nre.search('a', 'a', flags=F())",
    "flag": "import re\nre.I.x = 1",
    "text-of-its-own": "import re\nclass S(str):\n    pass\nre.compile(S('a'))",
    "caches": "from functools import lru_cache\n"
    "@lru_cache\ndef f():\n    pass\nf.cache_info()._field_defaults[1] = 1",
    "wraps": "from functools import wraps\nwraps(print).func.x = 1",
    "update-wrapper": "import functools\nfunctools.update_wrapper(print, input)",
    "decorated": "from collections import Counter\n@Counter\ndef f():\n    pass",
    "code-in-fields": "from collections import namedtuple\nnamedtuple('A', x)",
    "renamed-fields": "from collections import namedtuple as n\nn('A', 'x', module=x)",
    "end-by-fields": "from collections import namedtuple\nP = namedtuple('P', 'close')",
    "dataclass-field": "from dataclasses import field\nfield().default.x = 1",
    "typing-alias": "from typing import List\nL = List\nL._nparams = 5",
    "typing-in-a-lambda": "from typing import List\nx: (lambda: List)() = 1",
    "typing-to-an-object": "from typing import List\n"
    "class E:\n    def __getitem__(self, k):\n        k._nparams = 1\n"
    "e = E()\ndef f(x: e[List]):\n    pass",
    "typing-to-an-operator": "from typing import List\ndef f(x: List | e):\n    pass",
    "typing-base": "from typing import *\nclass A(Generic):\n    pass",
    "quitter": "exit.x = 1",
    "finalizer": "class A:\n    def __del__(self):\n        print(1)\na = A()",
    "finalizer-by-name": "class A:\n    __del__ = print",
    "finalizer-by-slot": "class A:\n    __slots__ = ('__del__',)",
    "finalizer-by-attribute": "class A:\n    pass\nA.__del__ = print",
    "suspended": "def g():\n    try:\n        yield\n    finally:\n        print(1)\nx = g()\nnext(x)",
    "suspended-by-except": "def g():\n    try:\n        yield\n    except:\n        print(1)",
    "delegated": "class I:\n    def __iter__(self):\n        return self\n"
    "    def __next__(self):\n        return 1\n"
    "    def close(self):\n        print(1)\ndef g():\n    yield from I()\nx = g()\nnext(x)",
    "delegated-by-attribute": "class I:\n    pass\ni = I()\ni.close = print",
    "frame": "def g():\n    yield g.gi_frame.f_back",
    "traceback": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    e.__traceback__.tb_frame",
    "code": "f = lambda: 0\nf.__code__.co_consts",
    "kept-error": "try:\n    [0] * 10**15\nexcept MemoryError as e:\n    e.x = 1",
    "kept-error-by-base": "try:\n    pass\nexcept Exception as e:\n    e.x = 1",
    "kept-error-by-name": "ValueError = MemoryError\ntry:\n    pass\nexcept ValueError as e:\n    e.x = 1",
    "object-of-an-error": "try:\n    pass\nexcept AttributeError as e:\n    e.obj.x = 1",
    "order": "class A:\n    x = 1\nA.mro().x = 1",
    "metaclass": "class A(metaclass=M):\n    pass",
    "subclass-hook": "class A:\n    def __init_subclass__(cls):\n        pass",
    "import-not-run": "if 0:\n    from math import e as exec\nexec('1')",
    "module-not-imported": "if 0:\n    import math as type\ntype.pi",
    "base-by-decorator": "def f(c):\n    return str\n@f\nclass A:\n    pass\nclass B(A):\n    pass",
    "base-by-name": "list = str\nclass A(list):\n    pass",
    "base-not-imported": "if 0:\n    from collections import deque as str\nclass A(str):\n    pass",
    "number-of-its-own": "class A(int):\n    pass",
    "getattribute": "class A:\n    def __getattr__(self, name):\n        pass",
    "exit-of-a-context": "class A:\n    def __exit__(self, kind, error, trace):\n        kind.x = 1",
    "with": "with x:\n    pass",
    "async": "async def f():\n    pass",
    "async-comprehension": "def f():\n    return (x async for x in y)",
    **{name: f"import {name}" for name in ("os", "io", "gc", "atexit", "threading", "signal", "warnings")},
    **{name: f"import {name}" for name in ("decimal", "fractions", "inspect", "weakref", "ctypes", "numpy")},
    "part-of-a-package": "import collections.abc",
    "relative": "from . import x",
    "unknown-name": "from collections import UserDict\nUserDict.x = 1",
    "not-code": "def",
    "deep": "x = " + "(" * 500 + ")" * 500,
}


@pytest.mark.parametrize("name", USUAL)
def test_usual_scripts_are_known_to_leave_nothing(name: str) -> None:
    assert is_repeatable(USUAL[name])


@pytest.mark.parametrize("name", SHARED)
def test_whatever_might_leave_something_is_refused(name: str) -> None:
    assert not is_repeatable(SHARED[name])
