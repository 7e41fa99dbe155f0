"""Answers that are written to make a grader compute for ever, and the golds they are judged by."""

from collections.abc import Iterator

NINES = ("9", "99", "10", "2", "123456789", "1.5", "e", "\\pi", "x", "\\frac{9}{8}")


def attacks() -> Iterator[tuple[str, str]]:
    """Yield 200 pairs of a gold and an answer that is not it."""
    golds = ("42", "x^2+1", "\\frac{1}{2}", "(1, 2)", "\\sqrt{2}")
    for at, answer in enumerate(_answers()):
        yield golds[at % len(golds)], answer


def _answers() -> Iterator[str]:
    yield from _towers()
    yield from _factorials()
    yield from _polynomials()
    yield from _nested()
    yield from _long()


def _towers() -> Iterator[str]:
    for base in NINES:
        yield f"{base}^{{{base}^{{{base}^{{{base}}}}}}}"
        yield f"{base}^{{" * 20 + base + "}" * 20
        yield f"({base}^{{10^{{10}}}})^{{10^{{10}}}}"
        yield f"\\frac{{{base}^{{{base}^{{99999}}}} - {base}}}{{16}}"
        yield f"\\cos({base}^{{{base}^{{{base}}}}})"
        yield f"{base}^{{-10^{{10}}}} + {base}^{{10^{{9}}}}"


def _factorials() -> Iterator[str]:
    for size in ("10^{10}", "1000000000", "99999", "10^{100}", "(10^{6})!"):
        yield f"({size})!"
        yield f"\\binom{{{size}}}{{5\\cdot 10^8}}"
        yield f"\\binom{{{size}}}{{2}}"
        yield f"\\frac{{({size})!}}{{({size} - 1)!}}"
        yield f"\\lfloor \\sqrt{{({size})!}} \\rfloor"
        yield f"\\log_2 (({size})!)"
    yield from ("3" + "!" * 40, "(((9!)!)!)!", "99999999!!", "2100! \\cdot 2100! \\cdot 2100! \\cdot 2100!")
    yield from (
        " \\cdot ".join(["2000!"] * 50),
        " + ".join([f"\\frac{{1}}{{{n}!}}" for n in range(1900, 1960)]),
    )


def _polynomials() -> Iterator[str]:
    for power in (99, 1_000, 3_000, 10_000, 10**9):
        yield f"(x+y+z)^{{{power}}}"
        yield f"(x+1)^{{{power}}} (x-1)^{{{power}}}"
        yield f"(1+(1+(1+x)^{{{power}}})^{{{power}}})^{{{power}}}"
        yield f"\\sqrt{{(x+1)^{{{power}}}+1}}"
        yield f"x^{{{power}}} - {power}"
    yield " + ".join(f"x^{{{n}}}" for n in range(600))
    yield "*".join("(x+y+z+w+1)" for _ in range(180))
    yield " + ".join(f"\\sqrt{{{n}}}" for n in range(2, 90))
    yield "".join(f"\\sin({n}x)" for n in range(2, 60))
    yield "".join(f"(x-{n}.{n})" for n in range(10, 120))
    yield " + ".join(f"\\arctan(\\sin(\\ln({n}.{n})))" for n in range(1001, 1009))
    yield " + ".join(f"\\cosh({n})^{{1/{n}}}" for n in range(2, 26))
    yield "e^{\\sin(e^{\\cos(e^{\\sin(e^{" + "2" + "})})})}"
    yield "\\sqrt{x+" * 20 + "1" + "}" * 20


def _nested() -> Iterator[str]:
    pairs = (
        ("(", ")"),
        ("{", "}"),
        ("\\sqrt{", "}"),
        ("\\frac{1}{1+", "}"),
        ("\\left(", "\\right)"),
        ("|", "|"),
    )
    pairs += (("\\{", "\\}"), ("[", "]"), ("\\sin(", ")"), ("\\text{", "}"), ("\\boxed{", "}"), ("-(", ")"))
    for opening, closing in pairs:
        for depth in (60, 3_000):
            yield opening * depth + "1" + closing * depth
        yield opening * 500
        yield closing * 500


def _long() -> Iterator[str]:
    units = (
        "9",
        "1+",
        "x*",
        "(",
        "1,",
        "\\frac",
        "$",
        "\\pm 1",
        "a or ",
        "{}",
        "!",
        " ",
        "\\cup (1,2)",
        "x<",
        "½",
        "^2",
    )
    for unit in units:
        yield unit * (1_000_000 // len(unit))
    yield from ("0." + "123456789" * 100, "0.\\overline{" + "12345" * 60 + "}", "1e999999999", "1e-999999999")
    yield from ("1" * 499, "1/" + "7" * 450, "\\sqrt{" + "7" * 300 + "}", "\\sqrt[" + "9" * 20 + "]{2}")
