"""Tests and changes of single numbers and words, which operations take as parameters."""

from reasongym.envs.code.operations.defining import Rule, rule

NUMBER_TESTS: dict[str, Rule] = {}
"""Their words follow "the numbers that"."""
NUMBER_CHANGES: dict[str, Rule] = {}
"""Their words follow "replace each number n by"."""
WORD_TESTS: dict[str, Rule] = {}
WORD_CHANGES: dict[str, Rule] = {}
"""Their words follow "replace each word by"."""


@rule(NUMBER_TESTS, "are even")
def is_even(n: int) -> bool:
    return n % 2 == 0


@rule(NUMBER_TESTS, "are odd")
def is_odd(n: int) -> bool:
    return n % 2 == 1


@rule(NUMBER_TESTS, "are divisible by {k} (0 is)", 3, 7)
def is_multiple(n: int, k: int) -> bool:
    return n % k == 0


@rule(NUMBER_TESTS, "are greater than {k}", -10, 30)
def is_above(n: int, k: int) -> bool:
    return n > k


@rule(NUMBER_TESTS, "are less than {k}", -10, 30)
def is_below(n: int, k: int) -> bool:
    return n < k


@rule(NUMBER_TESTS, "have an odd digit sum (the sign is ignored)")
def has_odd_digit_sum(n: int) -> bool:
    return sum(int(digit) for digit in str(abs(n))) % 2 == 1


@rule(NUMBER_TESTS, "have {k} among their decimal digits", 0, 9)
def has_digit(n: int, k: int) -> bool:
    return str(k) in str(abs(n))


@rule(NUMBER_TESTS, "are prime (numbers below 2 are not)")
def is_prime(n: int) -> bool:
    if n < 2:
        return False
    divisor = 2
    while divisor * divisor <= n:
        if n % divisor == 0:
            return False
        divisor += 1
    return True


@rule(NUMBER_TESTS, "leave the remainder 1 or 2 when divided by {k} (remainders are 0 to {k} - 1)", 4, 9)
def has_small_remainder(n: int, k: int) -> bool:
    return n % k in (1, 2)


@rule(NUMBER_CHANGES, "n + ({k})", -9, 20)
def plus(n: int, k: int) -> int:
    return n + k


@rule(NUMBER_CHANGES, "{k} * n", 2, 5)
def times(n: int, k: int) -> int:
    return n * k


@rule(NUMBER_CHANGES, "{k} - n", -5, 20)
def taken_from(n: int, k: int) -> int:
    return k - n


@rule(NUMBER_CHANGES, "the square of n")
def squared(n: int) -> int:
    return n * n


@rule(NUMBER_CHANGES, "the absolute value of n - ({k})", -10, 20)
def distance(n: int, k: int) -> int:
    return abs(n - k)


@rule(NUMBER_CHANGES, "the remainder of n divided by {k} (from 0 to {k} - 1, for negative n too)", 3, 16)
def remainder(n: int, k: int) -> int:
    return n % k


@rule(NUMBER_CHANGES, "n divided by {k}, rounded down to a whole number (-1 / {k} gives -1)", 2, 5)
def divided(n: int, k: int) -> int:
    return n // k


@rule(NUMBER_CHANGES, "the sum of the decimal digits of n (the sign is ignored)")
def digit_sum(n: int) -> int:
    return sum(int(digit) for digit in str(abs(n)))


@rule(NUMBER_CHANGES, "n with its decimal digits in reverse order and its sign kept (120 gives 21)")
def turned(n: int) -> int:
    back = int(str(abs(n))[::-1])
    return -back if n < 0 else back


@rule(NUMBER_CHANGES, "the number of ones among the binary digits of the absolute value of n")
def num_ones(n: int) -> int:
    return bin(n).count("1")


@rule(NUMBER_CHANGES, "n / 2 where n is even, and 3 * n + 1 where it is odd")
def collatz_next(n: int) -> int:
    return n // 2 if n % 2 == 0 else 3 * n + 1


@rule(NUMBER_CHANGES, "n, but at least -{k} and at most {k}", 4, 30)
def clamped(n: int, k: int) -> int:
    return max(-k, min(k, n))


@rule(WORD_TESTS, "have more than {k} characters", 2, 5)
def is_long(word: str, k: int) -> bool:
    return len(word) > k


@rule(WORD_TESTS, "have an even number of characters")
def has_even_length(word: str) -> bool:
    return len(word) % 2 == 0


@rule(WORD_TESTS, "begin with one of the letters a, e, i, o, u")
def begins_with_vowel(word: str) -> bool:
    return word[:1] in tuple("aeiou")


@rule(WORD_TESTS, "contain the letter number {k} of the alphabet (a is number 1)", 1, 12)
def contains_letter(word: str, k: int) -> bool:
    return chr(96 + k) in word


@rule(WORD_TESTS, "contain some character more than once")
def has_repeat(word: str) -> bool:
    return len(set(word)) < len(word)


@rule(WORD_TESTS, "end with a character that does not come before their first character in the alphabet")
def rises(word: str) -> bool:
    return word[:1] <= word[-1:]


@rule(WORD_CHANGES, "the word read backwards")
def backwards(word: str) -> str:
    return word[::-1]


@rule(WORD_CHANGES, "the word without its letters a, e, i, o, u")
def without_vowels(word: str) -> str:
    return "".join(letter for letter in word if letter not in "aeiou")


@rule(WORD_CHANGES, "the first {k} characters of the word (all of it where it is shorter)", 1, 4)
def beginning(word: str, k: int) -> str:
    return word[:k]


@rule(WORD_CHANGES, "the word with its characters in ascending order")
def in_order(word: str) -> str:
    return "".join(sorted(word))


@rule(WORD_CHANGES, "the word with its first {k} characters moved behind its other characters", 1, 3)
def with_start_moved(word: str, k: int) -> str:
    return word[k:] + word[:k]


@rule(WORD_CHANGES, "the word followed by the number of its characters in decimal digits")
def with_length(word: str) -> str:
    return word + str(len(word))


@rule(WORD_CHANGES, "the word followed by the word read backwards")
def mirrored(word: str) -> str:
    return word + word[::-1]
