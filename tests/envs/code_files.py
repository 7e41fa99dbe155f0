"""Rows as the public data sets of programming have them, written by hand: one or two of each format."""
# ruff: noqa: E501  (rows are easier to compare with published ones where their lines are whole)

import json
import pickle
import zlib
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]

MBPP: list[Row] = [
    {
        "text": "Write a function to add up the squares of a list.",
        "code": "def square(x):\r\n    return x * x\r\ndef squares(xs):\r\n    return sum(map(square, xs))",
        "task_id": 1,
        "test_setup_code": "",
        "test_list": ["assert squares([1, 2]) == 5", "assert squares([]) == 0", "assert squares([3]) == 9"],
        "challenge_test_list": ["assert squares([-4, 10]) == 116"],
    },
    {
        "text": "Write a function to find the height of a tree.",
        "code": "class Node:\r\n    def __init__(self, left=None, right=None):\r\n        self.left, self.right = left, right"
        "\r\ndef height(node):\r\n    return 0 if node is None else 1 + max(height(node.left), height(node.right))",
        "task_id": 2,
        "test_setup_code": "tree = Node(Node(None, Node()))",
        "test_list": ["assert (height(tree)) == 3", "assert height(None) == 0", "assert height(Node()) == 1"],
        "challenge_test_list": [],
    },
]
SANITIZED: list[Row] = [
    {
        "source_file": "Benchmark",
        "task_id": 3,
        "prompt": "Write a function to find the area of a circle.",
        "code": "import math\ndef area(r):\n    return math.pi * r * r",
        "test_imports": ["import math"],
        "test_list": [
            "assert math.isclose(area(1), 3.14159265, rel_tol=1e-6)",
            "assert set([round(area(0)), round(area(2))]) == set([0, 13])",
        ],
    }
]
_ASSERTION = """import numpy as np

def is_floats(x) -> bool:
    return isinstance(x, float)

def assertion(out, exp, atol):
    if atol == 0 and is_floats(exp):
        atol = 1e-6
    if out != exp and atol != 0:
        np.testing.assert_allclose(out, exp, rtol=1e-07, atol=atol)
    else:
        assert out == exp, f"out: {out}, exp: {exp}"

"""
MBPP_PLUS: list[Row] = [
    {
        "task_id": 4,
        "prompt": "Write a function to halve the numbers of a list.",
        "source_file": "Benchmark",
        "code": "def halves(xs):\n    return [x / 2 for x in xs]",
        "test_imports": [],
        "test_list": ["assert halves([2]) == [1.0]"],
        "test": f"{_ASSERTION}\ninputs = [[[2]], [[1, -3]], [[float('1e300')]]]\nresults = [[1.0], [0.5, -1.5], [5e299]]\n"
        "for i, (inp, exp) in enumerate(zip(inputs, results)):\n    assertion(halves(*inp), exp, 0)\n",
    }
]
_HEAD = '''from typing import List


def shifted(text: str) -> str:
    return "".join(chr((ord(one) - 92) % 26 + 97) for one in text)


def shifted_back(text: str) -> str:
    """Undo what `shifted` does to small letters."""
'''
HUMANEVAL: list[Row] = [
    {
        "task_id": "HumanEval/0",
        "prompt": 'from typing import List\n\n\ndef doubled(numbers: List[int]) -> List[int]:\n    """ Double each.\n    """\n',
        "canonical_solution": "    return [2 * n for n in numbers]\n",
        "test": "\n\nMETADATA = {'author': 'us'}\n\n\ndef check(candidate):\n    assert candidate([1, 2]) == [2, 4]\n"
        "    assert candidate([]) == [], 'empty'\n    assert True, 'this is no test'\n",
        "entry_point": "doubled",
    },
    {
        "task_id": "HumanEval/1",
        "prompt": _HEAD,
        "canonical_solution": "    return ''.join(chr((ord(one) - 102) % 26 + 97) for one in text)\n",
        "test": "\n\nMETADATA = {}\n\n\ndef check(candidate):\n    from random import choice\n    import string\n\n"
        "    for length in range(30):\n        text = ''.join(choice(string.ascii_lowercase) for _ in range(length))\n"
        "        assert candidate(shifted(text)) == text\n",
        "entry_point": "shifted_back",
    },
]
HUMANEVAL_PLUS: list[Row] = [
    {
        "task_id": "HumanEval/2",
        "prompt": 'def share(a: float, b: float) -> float:\n    """ Divide a by b; infinity where b is 0.\n    """\n',
        "canonical_solution": "    return a / b if b else float('inf')\n",
        "test": f"{_ASSERTION}\nfrom math import inf\n\ndef check(candidate):\n    inputs = [[1.0, 3.0], [2, 0], [1e9, 7]]\n"
        "    results = [0.3333333, inf, 142857142.857143]\n    for i, (inp, exp) in enumerate(zip(inputs, results)):\n"
        "        assertion(candidate(*inp), exp, 1e-06)\n",
        "entry_point": "share",
    },
    {
        "task_id": "HumanEval/3",
        "prompt": 'def tripled(n: int) -> int:\n    """ Three times n.\n    """\n',
        "canonical_solution": "    return 3 * n\n",
        "test": f"{_ASSERTION}\ndef ref_func(n):\n    return n + n + n\n\ndef check(candidate):\n    inputs = [[1], [0], [-5]]\n"
        "    for i, inp in enumerate(inputs):\n        assertion(candidate(*inp), ref_func(*inp), 0)\n",
        "entry_point": "tripled",
    },
]
_SUM = "a, b = map(float, input().split())\nprint(a + b)\n"
APPS: list[Row] = [
    {
        "problem_id": 0,
        "question": "Read two numbers and print their sum.\n\n-----Input-----\n\nOne line.",
        "solutions": json.dumps([_SUM, "print(sum(map(float, input().split())))"]),
        "input_output": json.dumps({"inputs": ["1 2\n", "0.1 0.2\n"], "outputs": ["3\n", "0.3\n"]}),
        "difficulty": "introductory",
        "url": "https://example.com",
        "starter_code": "",
    },
    {
        "problem_id": 1,
        "question": "Count the letters of a word.",
        "solutions": json.dumps(["def counts(word):\n    return {one: word.count(one) for one in word}"]),
        "input_output": json.dumps(
            {"fn_name": "counts", "inputs": [["aab"], ["c"]], "outputs": [[{"a": 2, "b": 1}], [{"c": 1}]]}
        ),
        "difficulty": "interview",
        "url": "",
        "starter_code": "\ndef counts(word):\n\t",
    },
    {
        "problem_id": 2,
        "question": "Return the members of a list that are greater than a limit.",
        "solutions": json.dumps(
            [
                "class Solution:\n    def above(self, nums: List[int], k: int) -> List[int]:\n        return [n for n in nums if n > k]"
            ]
        ),
        "input_output": json.dumps(
            {"fn_name": "above", "inputs": [[[1, 5], 2], [[9, 1, 9], 8]], "outputs": [[5], [9, 9]]}
        ),
        "difficulty": "competition",
        "url": "",
        "starter_code": "class Solution:\n    def above(self, nums: List[int], k: int) -> List[int]:\n        ",
    },
    {
        "problem_id": 3,
        "question": "It has no tests.",
        "solutions": "",
        "input_output": "",
        "difficulty": "interview",
        "url": "",
        "starter_code": "",
    },
]
TACO: list[Row] = [
    {
        "question": "Print the lines of the input in the opposite order.",
        "solutions": json.dumps(
            ["import sys\nprint('\\n'.join(sys.stdin.read().split('\\n')[::-1]).strip())"]
        ),
        "starter_code": "",
        "input_output": json.dumps({"inputs": [["a", "b"], "c\nd\n"], "outputs": [["b", "a"], "d\nc"]}),
        "difficulty": "VERY_HARD",
        "raw_tags": "[]",
        "name": None,
        "source": "codechef",
        "tags": "[]",
        "skill_types": "[]",
        "url": "",
        "Expected Auxiliary Space": None,
        "time_limit": "7.5 seconds",
        "date": "2020-01-01",
        "picture_num": None,
        "memory_limit": "256.0 megabytes",
        "Expected Time Complexity": None,
    }
]


def _pairs(*pairs: tuple[str, str]) -> Row:
    return {"input": [given for given, _ in pairs], "output": [told for _, told in pairs]}


CONTESTS: list[Row] = [
    {
        "name": "1_A. Sum",
        "description": "Print the sum of two whole numbers.",
        "public_tests": _pairs(("1 2\n", "3\n")),
        "private_tests": _pairs(("1000000006 1\n", "1000000007\n")),
        "generated_tests": _pairs(("-5 5\n", "0\n"), ("7 7\n", "14\n")),
        "source": 2,
        "difficulty": 7,
        "solutions": {
            "language": [2, 1, 3],
            "solution": ["int main() {}", "print input()", "print(sum(map(int, input().split())))"],
        },
        "incorrect_solutions": {"language": [3], "solution": ["print(3)"]},
        "cf_contest_id": 1,
        "cf_index": "A",
        "cf_points": 0.0,
        "cf_rating": 800,
        "cf_tags": [""],
        "is_description_translated": False,
        "untranslated_description": "",
        "time_limit": {"seconds": 5, "nanos": 500_000_000},
        "memory_limit_bytes": 256_000_000,
        "input_file": "",
        "output_file": "",
    }
]


def packed(tests: Sequence[Row]) -> str:
    """Pack tests as LiveCodeBench does."""
    return b64encode(zlib.compress(pickle.dumps(json.dumps(tests)))).decode()


LIVECODEBENCH: list[Row] = [
    {
        "question_title": "Largest",
        "question_content": "Print the largest of n numbers.\n\nSample Input 1\n\n2\n1 5",
        "platform": "atcoder",
        "question_id": "abc001_a",
        "contest_id": "abc001",
        "contest_date": "2023-08-01T00:00:00",
        "starter_code": "",
        "difficulty": "easy",
        "public_test_cases": json.dumps([{"input": "2\n1 5\n", "output": "5\n", "testtype": "stdin"}]),
        "private_test_cases": packed(
            [
                {"input": f"{n}\n{' '.join(map(str, range(n)))}\n", "output": f"{n - 1}", "testtype": "stdin"}
                for n in (1, 3, 9)
            ]
        ),
        "metadata": "{}",
    },
    {
        "question_title": "Join",
        "question_content": "Join words and a number.",
        "platform": "leetcode",
        "question_id": "2000",
        "contest_id": "weekly",
        "contest_date": "2023-08-01T00:00:00",
        "starter_code": "class Solution:\n    def join(self, words: List[str], k: int) -> str:\n        ",
        "difficulty": "hard",
        "public_test_cases": json.dumps(
            [{"input": '["a", "b"]\n3', "output": '"ab3"', "testtype": "functional"}]
        ),
        "private_test_cases": json.dumps([{"input": "[]\n-1", "output": '"-1"', "testtype": "functional"}]),
        "metadata": json.dumps({"func_name": "join"}),
    },
]
LIVE_PROGRAMS = (
    "input()\nprint(max(map(int, input().split())))",
    "class Solution:\n    def join(self, words: List[str], k: int) -> str:\n        return ''.join(words) + str(k)",
)
FORMATS = {
    "MBPP": MBPP,
    "MBPP-sanitized": SANITIZED,
    "MBPP+": MBPP_PLUS,
    "HumanEval": HUMANEVAL,
    "HumanEval+": HUMANEVAL_PLUS,
    "APPS": APPS,
    "TACO": TACO,
    "CodeContests": CONTESTS,
    "LiveCodeBench": LIVECODEBENCH,
}


def written(path: Path, rows: Sequence[Row]) -> str:
    """Write rows as JSON lines and return where."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)
