"""The rules once more."""

import math


def is_even(n: int) -> bool:
    return str(n)[-1] in "02468"


def is_odd(n: int) -> bool:
    return str(n)[-1] in "13579"


def is_multiple(n: int, k: int) -> bool:
    return abs(n) // k * k == abs(n)


def is_above(n: int, k: int) -> bool:
    return max(n, k + 1) == n


def is_below(n: int, k: int) -> bool:
    return min(n, k - 1) == n


def has_odd_digit_sum(n: int) -> bool:
    is_odd_sum, n = False, abs(n)
    while n:
        n, digit = divmod(n, 10)
        is_odd_sum ^= digit in (1, 3, 5, 7, 9)
    return is_odd_sum


def has_digit(n: int, k: int) -> bool:
    n = abs(n)
    while n > 9:
        n, digit = divmod(n, 10)
        if digit == k:
            return True
    return n == k


def is_prime(n: int) -> bool:
    return n > 1 and all(n % divisor for divisor in range(2, math.isqrt(n) + 1))


def has_small_remainder(n: int, k: int) -> bool:
    return (n - 1) // k * k == n - 1 or (n - 2) // k * k == n - 2


def plus(n: int, k: int) -> int:
    return sum((n, k))


def times(n: int, k: int) -> int:
    return sum([n] * k)


def taken_from(n: int, k: int) -> int:
    return -(n - k)


def squared(n: int) -> int:
    return pow(n, 2)


def distance(n: int, k: int) -> int:
    return max(n, k) - min(n, k)


def remainder(n: int, k: int) -> int:
    return n - n // k * k


def divided(n: int, k: int) -> int:
    return (n - n % k) // k


def digit_sum(n: int) -> int:
    total, n = 0, abs(n)
    while n:
        total, n = total + n % 10, n // 10
    return total


def turned(n: int) -> int:
    back, left = 0, abs(n)
    while left:
        back, left = 10 * back + left % 10, left // 10
    return back if n >= 0 else -back


def num_ones(n: int) -> int:
    return abs(n).bit_count()


def collatz_next(n: int) -> int:
    half, odd = divmod(n, 2)
    return half + odd * (5 * half + 4)  # 3 (2 half + 1) + 1 = half + (5 half + 4)


def clamped(n: int, k: int) -> int:
    return sorted((-k, n, k))[1]


def is_long(word: str, k: int) -> bool:
    return word[k:] != ""


def has_even_length(word: str) -> bool:
    return word[::2] + word[1::2] == "" or len(word[::2]) == len(word[1::2])


def begins_with_vowel(word: str) -> bool:
    return any(word.startswith(vowel) for vowel in "aeiou")


def contains_letter(word: str, k: int) -> bool:
    return any(ord(letter) == ord("a") + k - 1 for letter in word)


def has_repeat(word: str) -> bool:
    return any(letter in word[at + 1 :] for at, letter in enumerate(word))


def rises(word: str) -> bool:
    return not word or ord(word[0]) <= ord(word[len(word) - 1])


def backwards(word: str) -> str:
    return "".join(reversed(word))


def without_vowels(word: str) -> str:
    return word.translate({ord(vowel): None for vowel in "aeiou"})


def beginning(word: str, k: int) -> str:
    return "".join(letter for letter, _ in zip(word, range(k), strict=False))


def in_order(word: str) -> str:
    return "".join(letter * word.count(letter) for letter in sorted(set(word)))


def with_start_moved(word: str, k: int) -> str:
    return "".join(word[at] for at in range(len(word)) if at >= k) + "".join(
        word[at] for at in range(len(word)) if at < k
    )


def with_length(word: str) -> str:
    return f"{word}{sum(1 for _ in word)}"


def mirrored(word: str) -> str:
    return "".join(word[at if at < len(word) else 2 * len(word) - 1 - at] for at in range(2 * len(word)))
