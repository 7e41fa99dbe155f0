r"""What the words around a declaration say of it: one of several, another's, or corrected at once.

`retractions` knows what takes an answer back by itself; here another answer is named beside it.
"""

import re
from functools import lru_cache

from reasongym.answers.patterns import compiled

MAX_LEAD = 100
MAX_AFTER = 240
_MARKS = re.compile(r"(?:[\s$*•+-]|\\[\[\]()]|\(?(?:[0-9]{1,2}|[a-hA-H])[.):])*")
_MAX_MARKS = 40
_OPENING = r"[\s:,*_]{0,5}(?:\$\$?|\\\[|\\\(|`)?\s{0,3}$"
_IS = r"(?: here)?(?: is| was| are| would be)?"
_BLAMED = (
    r"(?i)(?:\b(?:wrong|incorrect|invalid|mistaken|erroneous|tempting) (?:final )?"
    r"(?:answer|result|value|solution|guess)s?" + _IS + r"|\b(?:incorrect|wrong)\s?:|\banything but"
    r"|\bdoubt(?: that| whether)? (?:it|this|the (?:final |correct )?answer)(?: is|['’]s| equals)?"
    r"|\b(?:common|typical|frequent|usual) (?:mistake|error|trap)"
    + _IS
    + r"(?: to (?:answer|say|write|get))?"
    r"|\bunder no circumstances (?:is|can|could|should) (?:it|this|the answer)(?: be)?"
    r"|\b(?:some|many|others|people|students)(?: people| students)?(?: may| might| would| could)?"
    r" (?:say|claim|think|argue|answer)(?: that)?(?: it is)?"
    r"|\\neq?|≠|!=|\\neg|\\lnot|\S [<>]|\bnot equal to|\bdiffer(?:s|ent) from|\bother than|\bexceeds"
    r"|\bbetween \S{1,20} and"
    r"|\brejected:|\bdiscard(?:ed|ing)?|\bexclud(?:e|es|ed|ing)|\brul(?:e|es|ed|ing) out"
    r"|\b(?:don['’]t|do not|never|nobody should|should not|mistake to|wrong to)"
    r" (?:answer|say|write|choose|put)|\b(?:if|suppos(?:e|ing)|assum(?:e|ing))(?: that)?"
    r" (?:it|the (?:final |correct )?answer) (?:is|was|were)"
    r"|(?:\b(?:is|are|was|were|equals)|=) (?:at (?:least|most)|up to|no (?:more|less|fewer) than)"
    r"|\bformat(?: is|:)|\be\.g\.|\b(?:answer|box|something)(?: looks)? like)" + _OPENING
)
_BLAMING = (
    *("at least", "at most", "up to", "no more than", "no less than", "no fewer than"),
    *(
        "wrong",
        "incorrect",
        "invalid",
        "mistake",
        "erroneous",
        "tempting",
        "anything",
        "doubt",
        "error",
        "trap",
    ),
    *(
        "circumstances",
        "some",
        "many",
        "others",
        "people",
        "students",
        "\\n",
        "≠",
        "!=",
        "\\lnot",
        " <",
        " >",
    ),
    *(
        "equal to",
        "differ",
        "other than",
        "exceeds",
        "between",
        "rejected",
        "discard",
        "exclud",
        "rul",
        "don",
    ),
    *("do not", "never", "nobody", "should", "if", "suppos", "assum", "format", "e.g", "like"),
)
"""One of these is in all that `_BLAMED` finds, and is looked for much more quickly."""
_OR_IN_BRACKETS = (
    r"(?i)[\s$]{0,4}(?:\\[)\]])?\s{0,2}\(\s?or\b"
    r"(?: equivalently| simply| as a decimal)?,?\s?([^()\n]{1,60})\)"
)
_VALUE = (
    r"[\s:,]{0,3}(?:(?:it|this|that|the answer)(?:'s| (?:is|could be|might be|should (?:be|read))) )?"
    r"(?:\\[(\[] ?)?([-−+]?[0-9\\][^\s,;)!?]{0,60})"
)
_MAY = r"(?:could|might|may)(?: also| well| equally| instead)? be"
_NAMED = (
    r"(?:[(,] ?(?:not sure,? ?)?" + _MAY + r"|\banother(?: possible| valid)? answer(?: is|:)"
    r"|\bif (?:not|(?:that|this|it)(?: is|'s) (?:wrong|incorrect|not (?:right|correct|it))),?(?: then)?"
    r"|(?:^|[.!?…\n—]\s{0,3})(?:actually|edit|update|rather|wait|no(?=[,.:])|hmm, no(?=[,.:]))\b[,:.]{0,2}"
    r"(?: (?:the answer|that) (?:is|should read))?|\b(?:it|this|that|the (?:final |correct )?answer) "
    + _MAY
    + r"|\b(?:perhaps|maybe|possibly|alternatively)|\bcorrection:?|\bi meant(?: to (?:say|write))?"
    r"|\b(?:wait|no|sorry|oops|actually|wrong|mistake)\b[^\n]{0,60}?\bshould (?:be|have been|read))" + _VALUE
)
_TOO = (
    r"(?:^|[\s$(])(?:\\\( ?)?([-−+]?[0-9\\][^\s,;)!?]{0,60})(?: ?\\\))? "
    r"(?:(?:is|would be|might be|may be) (?:also|equally|just as)"
    r" (?:possible|valid|correct|right|acceptable|fine"
    r"|an? (?:valid |possible |correct )?(?:answer|solution))|(?:also works|works (?:too|as well|equally)))"
)
_LETTER_TOO = (
    r"\b(?:but|and|though|although|however,?) \(?([a-j])\)? "
    r"(?:also works|works (?:too|as well)|(?:is|could be|may be|might be) (?:also |equally )?"
    r"(?:correct|right|valid|possible|fine))"
)
_BESIDE = (
    r"[\s)\]\\]{0,4}(?:and/or|vs\.?|versus|otherwise|→|\\to|[—-] ?or(?: is it)?"
    r"|[,/;|](?=[^,;\n]{1,30}\.?\s*(?:\n|$)))" + _VALUE
)
_CROSSED = (
    r"[\s)\]\\.,]{0,6}(?:\(?(?:wrong|incorrect|false)\b|[✗✘❌]|(?:isn['’]t|is not) (?:right|correct)\b)"
)
_NAMING = (
    *(
        "could",
        "might",
        "may",
        "another",
        "if ",
        "actually",
        "edit",
        "update",
        "rather",
        "wait",
        "no",
        "perhaps",
    ),
    *("possibly", "alternatively", "correction", "meant", "sorry", "oops", "wrong", "mistake"),
)
_ADDING = (" is ", " be ", "works")
_CLOSING = " \t\r\n.)]}\\"
_SUPPOSED = r"[\s)\]\\]{0,4}(?:would|could|might) (?:be|have been)\b[^.\n]{0,80}\b(?:if|were|had|unless)\b"
_CONDITION = r"(?i)[\s\W]{0,6}(if|when|assuming|suppose|case (?=[0-9ivab]))"
_DECIDES = r"(?i)\b(?:so|thus|hence|therefore|total|final(?:ly)?|answer|altogether)\b"
_STOP = re.compile(r"[.!?]\s|\n")
_QUIET = str.maketrans(dict.fromkeys("*_`$"))


@lru_cache(1024)  # where an answer is written again and again, so are the words before it
def is_blamed(lead: str) -> bool:
    """Say whether the words right before an answer call it wrong or somebody else's."""
    lead = lead[-MAX_LEAD:].lower()
    return any(word in lead for word in _BLAMING) and compiled(_BLAMED).search(lead) is not None


def are_listed(between: str) -> bool:
    """Say whether nothing but marks of a list or of mathematics stands between two answers."""
    return len(between) <= _MAX_MARKS and _MARKS.fullmatch(between) is not None


def other_in_brackets(after: str) -> str | None:
    """Return the other answer that brackets right behind one offer: `(or 0.5)`."""
    found = compiled(_OR_IN_BRACKETS).match(after[:MAX_AFTER])
    return found[1] if found else None


def names_another(after: str, answer: str) -> bool:
    """Say whether the words behind an answer name another: "It could also be 43.", "Correction: 43."."""
    said = after[:MAX_AFTER].translate(_QUIET).lower()
    if not said.strip(_CLOSING):
        return False
    mine = answer.strip().lower().translate(_QUIET)
    named = list[str]()
    for words, pattern in ((_NAMING, _NAMED), (_ADDING, _TOO)):
        if any(word in said for word in words):
            named += compiled(pattern).findall(said)
    if len(mine) == 1 and mine.isalpha():
        named += compiled(_LETTER_TOO).findall(said)
    beside = compiled(_BESIDE).match(said)
    if beside:
        named.append(beside[1])
    if any(not _repeats(other.rstrip("."), mine) for other in named):
        return True
    return any(compiled(one).match(said) for one in (_SUPPOSED, _CROSSED))


def _repeats(other: str, mine: str) -> bool:
    following = other[len(mine) : len(mine) + 1]
    return other.startswith(mine) and not (following.isalnum() or following == ".")


def are_cases(lead: str, last_lead: str) -> bool:
    """Say whether two answers are what two conditions lead to: "If n is even: 1. If n is odd: 2."."""
    first, last = (compiled(_CONDITION).match(_sentence(one)) for one in (lead, last_lead))
    return (
        first is not None
        and last is not None
        and first[1].lower() == last[1].lower()
        and compiled(_DECIDES).search(_sentence(last_lead)) is None
    )


def _sentence(lead: str) -> str:
    return _STOP.split(lead[-MAX_LEAD:])[-1]
