"""Scripts that read stdin and write stdout, with every way to end: judged alike however they are run."""

REPEATED = {
    "sum": "n = int(input())\nprint(sum(map(int, input().split())))",
    "readline": "import sys\ninput = sys.stdin.readline\nn = int(input())\n"
    "print(sum(map(int, input().split())))",
    "read": "import sys\nn, *data = map(int, sys.stdin.read().split())\nprint(sum(data[:n]))",
    "bytes": "import sys\nn, *data = sys.stdin.buffer.read().split()\nprint(sum(map(int, data)))",
    "bytes-out": "import sys\nsys.stdout.buffer.write(b'\\xff' + sys.stdin.buffer.readline())",
    "lines": "import sys\nfor line in sys.stdin:\n    print(line.strip()[::-1])",
    "first-line-only": "import sys\nfor line in sys.stdin:\n    print(line)\n    break",
    "half-a-line": "import sys\nprint(sys.stdin.read(1), sys.stdin.buffer.read(1))",
    "buffer-then-text": "import sys\nprint(sys.stdin.buffer.readline(), sys.stdin.readline())",
    "main": "def main():\n    n = int(input())\n    print(n * 2)\nif __name__ == '__main__':\n    main()",
    "nothing": "pass",
    "no-newline": "print(input(), end='')",
    "writes": "import sys\nsys.stdout.write(input() + ' ')\nsys.stdout.write('x')",
    "unicode": "print('é€\\U0001f600', input())",
    "lone-surrogate": "print('\\udc80' + input())",
    "other-surrogate": "print('\\ud800' + input())",
    "echo": "import sys\nprint(sys.stdin.read(), end='')",
    "too-much": "while True:\n    print(input())",
    "to-the-end": "try:\n    while True:\n        print(input())\nexcept EOFError:\n    print('end')",
    "long-for-some": "print('x' * (200_000 if '7' in input() else 3))",
    "errors-long-for-some": "import sys\nprint('x' * (200_000 if input() == '7' else 3), file=sys.stderr)",
    "raises-for-some": "n = int(input())\nif n == 7:\n    raise ValueError(n)\nprint(n)",
    "divides": "print(10 // (int(input()) - 3))",
    "asserts": "n = int(input())\nassert n != 3, n\nprint(n)",
    "exit": "import sys\nprint(input())\nsys.exit(0)",
    "exit-none": "import sys\nprint(input())\nsys.exit()",
    "exit-by-number": "import sys\nprint(5)\nsys.exit(int(input()) % 5)",
    "exit-by-256": "import sys\nprint(5)\nsys.exit(256)",
    "exit-by-text": "import sys\nprint(5)\nsys.exit('no')",
    "exit-by-truth": "import sys\nprint(5)\nsys.exit(False)",
    "quits": "print(input())\nquit()",
    "raises-exit": "print(input())\nraise SystemExit",
    "interrupts": "print(5)\nraise KeyboardInterrupt",
    "closes-stdout": "import sys\nprint(5)\nsys.stdout.close()",
    "closes-stdin": "import sys\nprint(input())\nsys.stdin.close()",
    "closes-stderr": "import sys\nprint(input())\nsys.stderr.close()",
    "closes-buffers": "import sys\nprint(input(), flush=True)\nsys.stdin.buffer.raw.close()",
    "detaches": "import sys\nprint(5)\nsys.stdout.detach().write(b'6')",
    "detaches-stdin": "import sys\nprint(input())\nprint(sys.stdin.detach().read())",
    "reconfigures": "import sys\n"
    "sys.stdout.reconfigure(encoding='latin-1', newline='\\r\\n')\nprint('é', input())",
    "truncates": "import sys\nprint(sys.stdout.seekable(), sys.stdin.seekable(), sys.stdout.isatty())",
    "streams": "import sys\nprint([(s.encoding, s.errors, s.line_buffering, s.write_through, "
    "s.newlines, s.name, s.fileno(), s.readable(), s.writable()) for s in (sys.stdin, sys.stdout, "
    "sys.stderr)])",
    "tells": "import sys\n"
    "print(sys.stdin.tell(), sys.stdin.readline(), sys.stdin.tell(), sys.stdin.seek(0))\n"
    "print(sys.stdin.read())",
    "recursion": "import sys\nsys.setrecursionlimit(10**6)\ndef f(n):\n    return n and 1 + f(n - 1)\n"
    "print(f(20_000), input())",
    "limit-of-recursion": "import sys\nprint(sys.getrecursionlimit())\nsys.setrecursionlimit(5_000)",
    "low-limit": "import sys\nprint(input())\nsys.setrecursionlimit(100)",
    "too-deep": "def f(n):\n    return f(n + 1)\nf(0)",
    "deep-for-some": "def f(n):\n    return n and 1 + f(n - 1)\nprint(f(int(input()) * 200))",
    "caught-depth": "def f():\n    f()\ntry:\n    f()\nexcept RecursionError:\n    print('deep', input())",
    "digits": "import sys\nsys.set_int_max_str_digits(0)\nprint(len(str(10 ** 5_000)), input())",
    "digits-for-some": "import sys\nif input() == '3':\n    sys.set_int_max_str_digits(0)\n"
    "print(len(str(10 ** 5_000)))",
    "random": "import random\nprint(random.random(), random.randint(0, 9), random.choice('abc'))",
    "random-state": "import random\nif input() == '3':\n    random.seed(9)\n"
    "print(random.random(), random.gauss(0, 1))",
    "memory": "from functools import lru_cache\n"
    "@lru_cache(maxsize=None)\ndef f(n):\n    print(n)\n    return n\n"
    "f(1), f(1)",
    "heap": "from heapq import *\nh = []\nfor n in input():\n    heappush(h, n)\nprint(h, nlargest(1, h))",
    "collections": "from collections import Counter, deque, defaultdict\nd = defaultdict(list)\nfor i, c in "
    "enumerate(input()):\n    d[c].append(i)\nprint(dict(d), Counter(d), deque(d, maxlen=1))",
    "default": "def f(n, found=[]):\n    found.append(n)\n    return found\nprint(f(1), f(input()))",
    "class-attribute": "class A:\n    made = 0\n"
    "    def __init__(self):\n        A.made += 1\nA(), A()\nprint(A.made)",
    "global": "count = 0\ndef f():\n    global count\n    count += 1\nf()\nprint(count)",
    "shadowed": "if 'print' in input():\n    pass\nlen = lambda x: 5\nprint(len(''))",
    "shadowed-later": "print(len('abc'))\nlen = lambda x: 5\nprint = sum",
    "deleted": "x = 5\ndel x\nprint(input())",
    "sets": "print({'b', 'a', 'c'} | set(input()), hash('abc'))",
    "generator": "def g():\n    while True:\n        yield 1\nx = g()\nprint(next(x), input())",
    "cycle": "class A:\n    pass\na = A()\na.a = a\nprint(input())\na = None",
    "prints-errors": "import sys\nprint('x', file=sys.stderr)\nprint(input())",
    "dataclass": "from dataclasses import dataclass\n"
    "@dataclass\nclass P:\n    x: int\nprint(P(int(input())))",
    "regular": "import re\nprint(re.sub('[0-9]', lambda m: m[0] * 2, input()), re.findall('a|b', 'cab'))",
    "memory-error": "print(5)\nx = bytearray(10 ** 11)",
    "memory-for-some": "n = int(input())\nx = bytearray(10 ** 11 if n == 3 else 5)\nprint(n)",
    "spins-for-some": "n = int(input())\nwhile n == 3:\n    pass\nprint(n)",
    "spins-at-the-end": "n = int(input())\nprint(n, flush=True)\nwhile n == 3:\n    pass",
}
"""These leave nothing in their process."""

FORKED = {
    "reads-itself": "print(len(open('solution.py').read()), input())",
    "writes-a-file": "open('left', 'a').write('x')\nprint(open('left').read(), input())",
    "opens-stdin": "print(open(0).read())",
    "by-descriptors": "import os\nos.write(1, os.read(0, 100))",
    "at-exit": "import atexit\natexit.register(print, 'end')\nprint(input())",
    "thread": "import threading\nthreading.Thread(target=print, args=(5,)).start()\nprint(input())",
    "finalizer": "class A:\n    def __del__(self):\n        print('gone')\na = A()\nprint(input())",
    "suspended": "def g():\n    try:\n        yield 1\n"
    "    finally:\n        print('end')\nx = g()\nnext(x)\nprint(2)",
    "stdout-to-text": "import io, sys\nsys.stdout = io.StringIO()\nprint(5)",
    "counter": "from collections import Counter\nC = Counter\nC.n = vars(C).get('n', 0) + 1\nprint(C.n)",
    "module": "import math\nmath.n = vars(math).get('n', 0) + 1\nprint(math.n)",
    "builtins": "import builtins\nbuiltins.n = vars(builtins).get('n', 0) + 1\nprint(n)",
    "kills-itself": "import os\nif input() == '3':\n    os.kill(os.getpid(), 9)\nprint(5)",
    "leaves-at-once": "import os\nprint(input())\nos._exit(0)",
    "decimal": "import decimal\nprint(decimal.getcontext().prec)\ndecimal.getcontext().prec = 5",
}
