"""Names that stand before an answer: "the area is", `x =`, `f(x) =`, `P(X = 1) =`, the A of `A(1, 2)`."""

import re

from reasongym.answers.listings import is_one_group

_WORD_LABEL = re.compile(
    r"(?i)(?:so |thus |hence |therefore |then )?,? ?(?:the |my )?(?:final |correct |exact |required )?"
    r"(?:answer|result|solution|value|total|sum|area|perimeter|volume|length|distance|probability|cost|time|speed|gcd|lcm"
    r"|maximum|minimum|average|mean|median|remainder|product|difference)(?: set)? ?(?:is|="
    r"|:)[: ]+(?:(?:exactly|simply|just|thus|therefore"
    r"|hence|indeed|clearly|precisely|equal to|given by) )?"
)
_CORRECTED = re.compile(r"^not \S{1,20},? but (?:rather )?", re.IGNORECASE)
_TEXT_LABEL = re.compile(
    r"(?i)\\text\{ ?(?:so |thus )?,? ?(?:the )?(?:final |correct )?(?:answer|result|solution|value"
    r"|total)(?: is)? ?:? ?\}"
    r" ?(?:=|:)? ?"
)
_SHORT_NAME = r"(?:[A-Za-z]|\\[A-Za-z]+ ?)(?:_(?:\w|\{[^{}]{1,12}\}))?'{0,3}(?:\^(?:\*|\{\*\}|\{-1\}))?"
_APPLIED_NAME = (
    r"[A-Za-z](?:_(?:\w|\{[^{}]{1,6}\}))?(?:'{1,3}|\^\{? ?-1 ?\}?)? ?\( ?[A-Za-z](?: ?, ?[A-Za-z])*(?: ?["
    r"|] ?[A-Za-z])? ?\)"
)
_QUOTIENT_NAME = (
    r"\\frac ?\{ ?d(?:\^\{?[2-9]\}?)? ?(?:[A-Za-z](?:_\w)?(?: ?\([a-z]\))?)? ?\}"
    r" ?\{ ?d ?[a-z](?:\^\{?[2-9]\}?)? ?\}"
    r"(?: ?[A-Za-z] ?\([a-z]\)| ?\[ ?[A-Za-z] ?\([a-z]\) ?\])?"
)
LABEL = re.compile(
    rf"(?:{_SHORT_NAME}|{_APPLIED_NAME}|{_QUOTIENT_NAME}|\|?(?:\\overline ?\{{)? ?[A-Z]{{2,4}} ?\}}?\|?"
    r"|m? ?\\(?:angle|triangle|measuredangle) ?\{?[A-Za-z]?(?: ?[A-Z](?:_\{?[0-9]\}?)?){0,3} ?\}?"
    r"|\[[A-Z]{3,6}\]|[A-Z](?:_\{[A-Z]{1,4}\}|_[A-Z])|P ?\([^()=]{1,20}\)|\|[A-Z]\||#[A-Z]|n ?\([A-Z]\)"
    r"|[A-Za-z](?:_\{?\w{1,3}\}?)? ?\( ?-?[0-9]{1,6}(?: ?, ?-?[0-9]{1,6})* ?\)|\\(?:sum|prod|int)[^=]{0,60}"
    r"|\\l(?:floor|ceil) ?[0-9]* ?[A-Za-z] ?\\r(?:floor|ceil)"
    r"|(?i:(?:\\text\{ ?)?(?:the )?(?:area|perimeter|volume|length|distance|probability|sum|total|answer"
    r"|number|cost|time|speed"
    r"|value|maximum|minimum|max|min|average|mean|median|radius|height|width|slope|price|profit|age|rate|angle|ratio"
    r"|remainder|product|difference|result|solution|x|y)(?: ?\})?)"
    r"|\((?:[a-zA-Z]|\\[a-z]{2,7} ?)(?:_\{?\w\}?)?(?:, ?(?:[a-zA-Z]|\\[a-z]{2,7} ?)(?:_\{?\w\}?)?)+\)"
    r"|(?:[Pn] ?\(|\|) ?[A-Z](?:'|\^c)?(?: ?\\(?:cup|cap) ?[A-Z](?:'|\^c)?){1,3} ?[)|]"
    r"|\\(?:max|min|det|gcd|deg) ?[A-Za-z]?(?: ?\([a-zA-Z]\))?)",
)
_PROBABILITY = re.compile(
    r"(?:(?:\\Pr|\\mathbb ?\{? ?[PE] ?\}?|\\text ?\{ ?(?:P|E|Pr|Var) ?\})"
    r" ?(?:\([^()]{1,60}\)|\[[^\[\]]{1,60}\])?"
    r"|[PE] ?\((?=[^()]{0,60}(?:[=<>|]|\\[lg]e|\\c[au]p))[^()]{1,60}\)|[PE] ?\[[^\[\]]{1,60}\]) ?= ?"
)
"""`P(X = 1) = `: what a probability or mean is of is no side of an equation."""
_POINT = re.compile(r"[A-Z]'? ?(\((?=(?:\\[a-z]+|[^a-zA-Z\\])+\)$)[^=]{1,80},[^=]{1,80}\))")
_ORDER = re.compile(r"\\frac ?\{ ?d(?:\^\{?([2-9])\}?)?(?![a-z]{2})")
_CONSTANT = r"[A-Z](?:_\{?[0-9]\}?)?"
_CONSTANTS = re.compile(
    rf", ?(?:\\text ?\{{ ?(?:where|with|for) ?\}} ?)?({_CONSTANT}(?: ?, ?{_CONSTANT}){{0,3}}) ?"
    r"(?:\\in ?\\mathbb ?\{? ?[RC] ?\}?|\\text ?\{ ?(?:is|are|being) ?(?:an?|any)? ?(?:arbitrary )?(?:real )?"
    r"constants? ?\})"
)
"""What says only that the constants of a general solution are constants."""
TOTAL = re.compile(r"[0-9]{0,4} ?[kmnpqr](?: ?[+*] ?[0-9]{0,4} ?[kmnpqr]| ?[kmnpqr])+")
"""Left sides that combine the parts of an answer as AIME names them: `m + n = 73`, but not `x + y = 3`."""


def order_of(label: str) -> int:
    r"""Return how often the name on a left side is differentiated: 2 for `y''` and `\frac{d^2y}{dx^2}`."""
    quotient = _ORDER.match(label)
    return int(quotient[1] or 1) if quotient else label.count("'")


def without_label(text: str) -> str:
    """Take off the words that introduce an answer: "the area is", "not 3 but rather"."""
    text = _CORRECTED.sub("", text)
    label = _WORD_LABEL.match(text) or _TEXT_LABEL.match(text)
    return text[label.end() :] if label else text


def without_names(text: str) -> str:
    """Take off what names a point or a probability, and what says that constants are constants."""
    if "=" in text:
        probability = _PROBABILITY.match(text)
        text = text[probability.end() :] if probability else text
        said = _CONSTANTS.search(text) if "," in text else None
        is_remark = said is not None and said.end() == len(text) and said[1][0] in text[: said.start()]
        return text[: said.start()] if said and is_remark else text
    point = _POINT.fullmatch(text) if text[:1].isupper() and "," in text else None
    return point[1] if point and is_one_group(point[1]) else text
