"""Functions and methods as LeetCode asks for them: their names, and what is imported before them."""

import re

IMPORTS = """import bisect, collections, functools, heapq, itertools, math, operator, random, re, string, sys
from bisect import bisect_left, bisect_right, insort
from collections import Counter, OrderedDict, defaultdict, deque
from functools import cache, cmp_to_key, lru_cache, reduce
from heapq import heapify, heappop, heappush, heappushpop, heapreplace, nlargest, nsmallest
from itertools import accumulate, chain, combinations, groupby, pairwise, permutations, product
from math import ceil, comb, factorial, floor, gcd, inf, isqrt, lcm, log2, perm, sqrt
from typing import Any, Dict, List, Optional, Set, Tuple, Union
sys.setrecursionlimit(50_000)
"""
_CLASS = re.compile(r"^\s*class\s+Solution\b", re.MULTILINE)


def defined(function: str, head: str) -> str:
    """Name what a program must define: the function, or the class that it is a method of."""
    return "Solution" if function and _CLASS.search(head) else function


def called(function: str, head: str) -> str:
    """Name what is called."""
    return f"Solution.{function}" if function and _CLASS.search(head) else function
