r"""Write an answer in one spelling: Unicode as LaTeX, one name per command, without what only sets in type.

What is left tells mathematics from words: words stand in `\text{...}`, whatever command held them, and what
`\mathrm`, `\mathbf` or `\text` hold that is no word (`\text{4321}_5`, `\mathrm{\frac37}`) stands by itself.
Nothing is read here, so what is no answer is none afterwards either.
"""

import re
import unicodedata
from fractions import Fraction

from reasongym.answers.arithmetic import unwrapped

DOLLAR = "\x02"
"""A dollar sign that is money; all others set mathematics apart."""
NEW_ROW = "\x01"
"""`\\\\`, which ends the row of a matrix."""
MAX_TEXTS = 64


def listed(words: str) -> list[str]:
    """Split what is written as one text to be read as one."""
    return words.split()


_INVISIBLE = re.compile(
    r"\\(?:left|right) ?\.(?![0-9])"
    r"|\\(?:left|right|middle|[bB]igg?[lrm]?|displaystyle|textstyle|scriptstyle|limits|boldsymbol|bf|rm"
    r"|it|sf|tiny|small|large|Large|LARGE|huge|Huge|normalsize|centering|hfill|allowbreak|nonumber|notag)(?![A-Za-z])|\\!"
)
_DRESS = re.compile(
    r"\\[hv]?phantom ?(?:\{[^{}]*\}|[^{])|\\(?:text)?color ?(?:\[[A-Za-z]+\])? ?\{[^{}]*\}"
    r"|\\(?:underline|colorbox|mathstrut|ensuremath|mbox(?= ?\{ ?\$))(?![A-Za-z])"
    r"|\\(?:checkmark|qed|blacksquare|Box(?= ?$))(?![A-Za-z])"
)
_SPACE = re.compile(r"(?:\\[,;:> ]|\\q?quad(?![A-Za-z])|\\(?:h|thin)space(?:\{[^{}]*\})?|~|\s)+")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_BIG = re.compile(r"\\big(cup|cap)(?![a-z]| ?_)")
_SAME = {
    **dict.fromkeys(("\\dfrac", "\\tfrac", "\\cfrac", "\\nicefrac", "\\sfrac"), "\\frac"),
    **dict.fromkeys(("\\dbinom", "\\tbinom"), "\\binom"),
    **dict.fromkeys(("\\leq", "\\leqslant", "\\leqq"), "\\le "),
    **dict.fromkeys(("\\geq", "\\geqslant", "\\geqq"), "\\ge "),
    **{"\\lt": "<", "\\gt": ">", "\\colon": ":", "\\lbrace": "\\{", "\\rbrace": "\\}", "\\ne": "\\neq"},
    **dict.fromkeys(("\\varnothing", "\\O"), "\\emptyset"),
    **dict.fromkeys(("\\mid", "\\lvert", "\\rvert", "\\vert"), "|"),
    **{"\\lbrack": "[", "\\rbrack": "]", "\\land": " and ", "\\wedge": " and ", "\\lor": " or "},
    **{"\\vee": " or ", "\\degree": "°", "\\textdegree": "°", "\\colonequals": "=", "\\coloneqq": "="},
    **{"\\dotsc": "\\ldots", "\\dots": "\\ldots", "\\cdots": "\\ldots", "\\dotsb": "\\ldots"},
    **{"\\euro": "€", "\\pounds": "£", "\\yen": "¥", "\\permil": "‰", "\\textperthousand": "‰"},
    **{"\\times": "*", "\\cdot": "*", "\\ast": "*", "\\div": "/", "\\backslash": "\\setminus"},
    **{
        "\\prime": "'",
        "\\log": "\\log",
        "\\tg": "\\tan",
        "\\bmod": "\\bmod",
        "\\lparen": "(",
        "\\rparen": ")",
    },
    **{"\\langle": "(", "\\rangle": ")", "\\to": "\\to", "\\imath": "i", "\\reals": "\\mathbb{R}"},
    **{"\\R": "\\mathbb{R}", "\\displaylimits": "", "\\textdollar": DOLLAR, "\\infin": "\\infty"},
}
_SIGNS = {
    **dict.fromkeys("−–‒﹣‐‑", "-"),
    **dict.fromkeys("×✕⨯⋅·∙•∗⁢", "*"),
    **dict.fromkeys("÷∕", "/"),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u2061\u2063\u2064\u00ad\u200e\u200f", ""),
    **{"∞": "\\infty ", "∪": "\\cup ", "∩": "\\cap ", "≤": "\\le ", "≥": "\\ge ", "⩽": "\\le ", "⩾": "\\ge "},
    **{
        "∈": "\\in ",
        "°": "°",
        "º": "°",
        "˚": "°",
        "≠": "\\neq ",
        "±": "\\pm ",
        "∓": "\\mp ",
        "∅": "\\emptyset ",
    },
    **{
        "ø": "\\emptyset ",
        "Ø": "\\emptyset ",
        "π": "\\pi ",
        "ℝ": "\\mathbb{R}",
        "∖": "\\setminus ",
        "‰": "‰",
    },
    **{"⌊": "\\lfloor ", "⌋": "\\rfloor ", "⌈": "\\lceil ", "⌉": "\\rceil ", "∣": "|", "′": "'", "’": "'"},
    **{"″": "''", "≈": "\\approx ", "∧": " and ", "∨": " or ", "⟨": "(", "⟩": ")", "〈": "(", "〉": ")"},
    **{
        "…": "\\ldots ",
        "→": "\\to ",
        "⇒": "\\Rightarrow ",
        "、": ",",
        "。": ".",
        "∠": "\\angle ",
        "△": "\\triangle ",
    },
    **{
        "✓": "",
        "✔": "",
        "✅": "",
        "\ufe0f": "",
        "“": "",
        "”": "",
        "ℯ": "e",
        "ⅈ": "i",
        "∛": "\\sqrt[3]",
        "∜": "\\sqrt[4]",
    },
}
_THOUSANDS = re.compile(r"(?<=[0-9])(?:\{,\}|\\,)(?=[0-9]{3}(?![0-9]))")
r"""What groups the digits of `1{,}234` and `1\,234` and separates nothing."""
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξρστυφχψωΓΔΘΛΞΠΣΦΨΩϵϕ",
        listed(
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau "
            "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega epsilon phi"
        ),
        strict=True,
    )
)
_UNICODE = str.maketrans(_SIGNS | {sign: f"\\{name} " for sign, name in _GREEK.items()})
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˣⁱ", "0123456789+-()nxi")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋ₙₓᵢ", "0123456789+-nxi")
_FRACTION_SLASH = re.compile("([⁰¹²³⁴⁵⁶⁷⁸⁹0-9]+)[⁄](?:([₀₁₂₃₄₅₆₇₈₉]+)|([0-9]+))")
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˣⁱ]+")
_LOWERED = re.compile("[₀₁₂₃₄₅₆₇₈₉₊₋ₙₓᵢ]+")
_VULGAR = re.compile("[¼½¾⅐-⅞]")
_ROOT_SIGN = re.compile(r"√ ?([0-9]+(?:\.[0-9]+)?|[A-Za-z])")
_WORDS = re.compile(
    r"\\(?:text|mbox|hbox|textbf|textit|textrm|textsf|texttt|textnormal|emph|mathrm|mathbf|mathit|mathsf|mathtt"
    r"|mathnormal|operatorname\*?|boldsymbol|bm|rm|bold)\s?\{"
)
_FUNCTION = re.compile(r"\s*(?:(?:arc|a)?(?:sin|cos|tan|cot|csc)h?|arcsec|sech|ln|log|exp|lg|arg|gcd|lcm)\s*")
_WORDLIKE = re.compile(r"[^\\0-9{}^_=<>+*/]*[A-Za-z][^\\{}^_=<>+*]*|[%‰°€£¥¢]")
_ALL_DIGITS = re.compile(r"[0-9.,\s]*[0-9][0-9.,\s]*")
_GROUPED = re.compile(r",(?:\\! ?)+(?=[0-9]{3})")
_RAISED_OVER = re.compile(r"(?<![\w})])\^ ?\{?([0-9]{1,4})\}? ?/ ?_ ?\{?([0-9]{1,4})\}?")
_DEGREE = re.compile(r"(?:\{\})? ?\^ ?(?:\{ ?\\circ ?\}|\\circ(?![a-z]))")
_MONEY = re.compile(r"\$(?=-?[0-9.])")
_OVER = re.compile(r"([^{}]*)\\(over|choose)(?![a-z])([^{}]*)")
_OVER_IN_BRACES = re.compile(r"\{([^{}]*)\\(over|choose)(?![a-z])([^{}]*)\}")
_BUILT = {"over": "\\frac", "choose": "\\binom"}
_BARE_POINT = re.compile(r"([0-9])\.(?=/)")
_TIMES_TEN = re.compile(r"(?<=[0-9]) ?[xX] ?(?=10 ?\^)")
_MODULES = re.compile(r"\b(?:np|numpy|math|sympy|sp)\.(?=[a-z])")
_BRACED_SIGN = re.compile(r"(?<![\^_}a-zA-Z])\{ ?([-+.:/]) ?\}")
"""`{-}41` and `0{.}5`: TeX sets a sign in braces to space it otherwise."""
_ENDED = re.compile(
    r"(\\(?!(?:[a-z]?frac|sqrt|[dt]?binom|text|math|over|under|wide|hat|bar|vec|box|operator|begin|end)[a-zA-Z]*)"
    r"[a-zA-Z]+) ?\{ ?\}"
)
"""`\\infty{}`: an empty group ends the name of a command that takes nothing."""
_SET_ROWS = re.compile(r"\\(?:begin|end)\{(?:aligned|align|gathered|split|equation|gather)\*?\}")


def plain(text: str) -> str:
    """Take away what only sets mathematics in type, and write alike what has several spellings."""
    if not text.isascii():
        text = _ascii(text)
    if "{" in text:
        text = _ENDED.sub(r"\1 ", _BRACED_SIGN.sub(r"\1", text))
    text = unwrapped(text.strip()) if text[:1] in " $\\*`\n\t" or text[-1:] in " .\n\t" else text
    if "\\" in text or "$" in text or "~" in text:
        text = _one_latex(text)
    if "/" in text and "^" in text:
        text = _RAISED_OVER.sub(r"\\frac{\1}{\2}", text)
    if "10" in text:
        text = _TIMES_TEN.sub("*", text)
    if "." in text:
        text = _MODULES.sub("", _BARE_POINT.sub(r"\1", text))
    text = _SPACE.sub(" ", text).strip()
    return text if text.endswith("..") else text.rstrip(".,; ").strip()


def _one_latex(text: str) -> str:
    text = text.replace("\\$", DOLLAR).replace("\\%", "%").replace("\\\\", NEW_ROW).replace("\\&", " and ")
    text = _THOUSANDS.sub("", text).replace("\\_", "_").replace("\\#", "#").replace("{,}", ",")
    if text.count("$") == 1:
        text = _MONEY.sub(DOLLAR, text)
    text = text.replace("$", "")
    text = _INVISIBLE.sub("", _GROUPED.sub(",", text))
    if "\\" in text:
        text = _DRESS.sub("", text)
    if "\\begin" in text:
        text = _SET_ROWS.sub("", text)
    text = _BIG.sub(r"\\\1", text) if "\\big" in text else text
    text = _COMMAND.sub(lambda command: _SAME.get(command[0], command[0]), text)
    text = _DEGREE.sub("°", _with_words_apart(text))
    return _without_over(text) if "\\over" in text or "\\choose" in text else text


def _ascii(text: str) -> str:
    """Write Unicode's signs as ASCII or LaTeX; letters of other alphabets stay as they are."""
    text = _FRACTION_SLASH.sub(_slashed, text)
    text = _LOWERED.sub(lambda run: f"_{{{run[0].translate(_SUBSCRIPTS)}}}", text)
    text = _RAISED.sub(lambda run: f"^{{{run[0].translate(_SUPERSCRIPTS)}}}", text)
    text = _VULGAR.sub(_vulgar, text).translate(_UNICODE)
    text = _ROOT_SIGN.sub(r"\\sqrt{\1}", text).replace("√", "\\sqrt ")
    if text.isascii():
        return text
    return "".join(one if one.isascii() or one in "°€£¥‰¢" else _compatible(one) for one in text)


def _compatible(sign: str) -> str:
    digit = unicodedata.decimal(sign, None)
    return unicodedata.normalize("NFKC", sign) if digit is None else str(digit)


def _slashed(found: re.Match[str]) -> str:
    top, bottom = found[1].translate(_SUPERSCRIPTS), (found[2] or found[3]).translate(_SUBSCRIPTS)
    return f"\\frac{{{top}}}{{{bottom}}}"


def _vulgar(found: re.Match[str]) -> str:
    value = Fraction(unicodedata.numeric(found[0])).limit_denominator(10)
    return f"\\frac{{{value.numerator}}}{{{value.denominator}}}"


def _with_words_apart(text: str) -> str:
    r"""Write `\text{...}` around words alone, and whatever else such commands hold by itself."""
    for _ in range(MAX_TEXTS):
        found = _WORDS.search(text)
        if found is None:
            break
        end = closing_brace(text, found.end() - 1)
        if end is None:
            break
        held = text[found.end() : end]
        text = text[: found.start()] + _held(held) + text[end + 1 :]
    return text.replace("\x03", "\\text{")


def _held(held: str) -> str:
    if _FUNCTION.fullmatch(held):
        return f"\\{held.strip()} "
    if held.strip() in ("e", "i", "") or _ALL_DIGITS.fullmatch(held):
        return held if held.strip() else " "
    if _WORDLIKE.fullmatch(held):
        return f"\x03{_SPACE.sub(' ', held)}}}"
    return f" {held} "


def closing_brace(text: str, opening: int) -> int | None:
    r"""Return where the brace closes that opens at a place; TeX's `\{` and `\}` are no braces."""
    nested = 0
    for at in range(opening, len(text)):
        sign = text[at]
        if sign in "{}" and text[at - 1 : at] != "\\":
            nested += 1 if sign == "{" else -1
            if nested == 0:
                return at
    return None


def _without_over(text: str) -> str:
    text = _OVER_IN_BRACES.sub(_built, text)
    whole = _OVER.fullmatch(text)
    return _built(whole) if whole else text


def _built(found: re.Match[str]) -> str:
    return f"{_BUILT[found[2]]}{{{found[1]}}}{{{found[3]}}}"
