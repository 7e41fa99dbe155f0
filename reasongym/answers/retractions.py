"""What is said after an answer: what takes it back or denies it, and remarks that do neither.

A denial counts only as a plain statement of its own ("There is no solution."): one that goes on to say what
there is no solution *besides*, or what would follow if something else held, denies another answer, not this.
"""

import re

from reasongym.answers.arithmetic import parse
from reasongym.answers.patterns import TICKS, compiled

MAX_CHARS = 16_384

_WRONG = r"(?:false|wrong|incorrect|untrue|reversed|an?\slie|lies|not\s(?:true|right|correct|so|the\s))"
_RETRACTION = (
    r"(?i)\b(?:all|none|each|everything|every\sword)\s(?:of\s)?(?:this|that|these|those|it|above|the\sabove|"
    r"(?:that\s)?I\s(?:just\s)?(?:said|wrote))\s(?:is|are|was|were)\s(?:\w{1,12}\s)?" + _WRONG + r"|"
    r"\beverything\s(?:is|was)\s(?:\w{1,12}\s)?" + _WRONG + r"|"
    r"\b(?:the|my)\s(?:(?:above|previous|last|final)\s)?(?:above|answer|solution)\s(?:above\s)?(?:is|was)\s"
    r"(?:\w{1,12}\s)?" + _WRONG + r"|"
    r"\bno[,.!]?\s{1,3}wait\b|\bwait[,.!]?\s{1,3}no\b|\b(?:just|only)\s(?:kidding|joking)\b|\bscratch\sthat\b|"
    r"\b(?:ignore|disregard|forget)\s(?:all\s)?(?:of\s)?(?:that|this|it|the\sabove|my)\b|"
    r"\bI\swas\s(?:wrong|lying)\b|\btake\s(?:it|that|this)\sback\b|\bon\ssecond\sthought"
)
_SWIFT_RETRACTION = (
    r"(?i)[\s.,;:!?*`$})\]\"”]{0,12}(?:<[^>]{1,12}>[\s.]{0,6})?(?:but\s|and\s|however,?\s)?(?:"
    r"(?:(?:this|that|it|which|these|those|they)\s)?(?:is|are|was|were)\s(?:\w{1,12}\s)?" + _WRONG + r"|"
    r"or\b(?!,?\s(?:equivalently|simply|in\s(?:other\s)?words|(?:as|in)\s(?:an?\s)?(?:decimal|fraction)))|nope\b"
    r"|(?:not|no|wrong|false)\s{0,2}(?:[.,!;:]|$))"
)
"""The same right behind an answer, where fewer words are enough."""

_SENTENCE_END = r"[.!?;]+(?=[\s*\"')\]}]|$)|\n"
_QUIET = str.maketrans({"’": "'", **dict.fromkeys('*_`"“”$~', "")})
_SHORT = (
    ("can't", "can not"),
    ("cannot", "can not"),
    ("won't", "will not"),
    ("n't", " not"),
    ("'s ", " is "),
)
_LEADS = (("i'm ", "i am "), ("i've ", "i have "), ("we're ", "we are "), ("we've ", "we have "))
_SURELY = (
    r"(?:(?:clearly|simply|really|actually|therefore|thus|also|just|in fact|still|probably|just|indeed) )?"
)
_KIND = r"(?:(?:valid|possible|such|exact|legal|consistent|correct|known|proper|single|suitable) ){0,2}"
_THING = (
    r"(?:solutions?|answers?|ways?|arrangements?|assignments?|plans?|expressions?|placements?|paths?|routes?"
    r"|combinations?|colou?rings?)"
)
_NOUN = (
    r"(?:puzzle|problem|equation|system|inequality|sudoku|board|grid|task|game|position|question|instance"
    r"|one|exercise)"
)
_WHOLE = rf"(?:it|this|that|(?:this|that|the(?: given| above| whole)?|your|our) {_NOUN})"
_MINE = (
    r"(?:it|this|that|(?:this|that|the|my)(?: final| last| above| given| proposed)?"
    r" (?:answer|solution|result|board|grid|plan|expression|placement|assignment|path|list|value|number)"
    r"(?: above| here| i gave)?)"
)
_TAIL = (
    rf"(?: (?:at all|here|exists?|possible|whatsoever|(?:to|for|of|in) (?:it|{_WHOLE})|(?:that|which) works?"
    r"|as (?:stated|given|posed))){0,3}"
)
_END = (
    r"(?=[\s')\]]*(?:$|[,:(–—-](?!\s?(?:other|except|besides|but (?:this|the|it)|apart|only|unless|if))"
    r"|\s(?:because|since|so|given|unfortunately|sorry|i am afraid)\b))"
)
_SOLUTION = rf"{_KIND}{_THING}{_TAIL}{_END}"
_NONE = r"(?:no|zero|not an?|not any|never an?)"
_DENIED = "|".join(
    (
        r"\bthere (?:is|are|was|were|exists?|seems? to be|appears? to be|can be) "
        rf"{_SURELY}{_NONE} {_SOLUTION}",
        rf"\bthere does not exist an?y? {_SOLUTION}",
        rf"\b{_WHOLE} {_SURELY}(?:has|have|had|admits?|allows?) {_SURELY}{_NONE} {_SOLUTION}",
        rf"\b{_WHOLE} does not {_SURELY}(?:have|admit|allow) an?y? {_SOLUTION}",
        rf"(?:^|[:,] |\b(?:so|but|and|hence|thus|therefore|that|conclusion) )no {_KIND}{_THING}"
        r"(?: (?:is|are|was|were|can be|could be) (?:possible|found|valid|correct)| found| works?)?"
        rf"{_TAIL}{_END}",
        r"\b(?:i|we|one) (?:(?:could|can|did|do|was|were|am|are|have|had) (?:not|unable to|never)"
        r"(?: been able to| able to)?|failed to) "
        rf"{_SURELY}(?:find|found|get|solve|solved|determine|figure out|see|know|have|reach)"
        rf" (?:it|this|that|(?:an?|any|the|this) {_KIND}(?:{_THING}|{_NOUN})){_TAIL}{_END}",
        rf"\bi (?:do not know|give up|gave up|have failed|failed){_END}",
        rf"\b{_WHOLE} (?:can not|could not|can never) be (?:solved|done|satisfied|reached){_END}",
    )
)
_IMPOSSIBLE = (
    rf"\b(?:which|{_WHOLE}) (?:is|was|seems|appears|turns out)(?: to be)? {_SURELY}"
    r"(?:impossible|unsolvable|insoluble|infeasible|not (?:possible|solvable|feasible))"
    rf"(?: to (?:solve|do|reach|complete|satisfy)(?: {_WHOLE})?)?{_END}"
)
_DISOWNED = (
    rf"\b{_MINE} (?:is|was) {_SURELY}(?:wrong|incorrect|invalid|mistaken|a mistake|an error"
    rf"|not (?:right|correct|valid|it|possible|(?:the|an?)(?: valid| right| correct| real)? {_THING})){_END}"
    rf"|\b{_MINE} (?:violates|breaks) |\bi (?:have )?made an? (?:mistake|error){_END}"
    r"|\bactually,? (?:no\b|not\b|the (?:final |right |correct )?(?:answer|solution) (?:is|was) )"
    r"|\bthe opposite (?:is|holds)"
)
_FALSE = rf"\b{_MINE} (?:is|was) {_SURELY}(?:false|untrue|not true|a lie){_END}"
_OF_ANOTHER = (
    r"\b(?:if|unless|otherwise|were|would|suppose|supposing|assume|assuming|without|else|other than)\b"
)
_REPORTS = r"\b(?:say|says|said|claims?|claimed|statements?|tells?|told|states?)\b"
_SAYS_NONE = (
    r"(?i)\bno (?:real |valid )?(?:solution|answer)|emptyset|varnothing|∅|does not exist|\bDNE\b|impossible"
    r"|^\W*(?:0|zero|none|nothing|no|false|\\\{\s*\\\}|\{\s*\})\W*$"
)

_MORE = (
    r"(?:you|have|need|want|would|like|wish|any|anything|more|further|other|some|questions?|help|else|with|"
    r"clarifications?|details?|explanations?|assistance|me|to|explain|about|this|it|a|an|the|step|steps|by|in|"
    r"for|another|problem|problems|puzzle|puzzles|of|and|or|if|is|there|ask|reach|out|free|feel|d)"
)
_RULES = (
    r"(?:rules?|constraints?|conditions?|clues?|statements?|rows?|columns?|boxes|equations?|requirements?|"
    r"diagonals?|regions?|colou?rs|numbers|digits|original)"
)
_REMARK = "|".join(
    (
        rf"(?:please )?(?:let me know|feel free|do not hesitate)(?:,? {_MORE}){{0,20}}",
        r"(?:i )?hope (?:this|that|it) (?:helps|helped|is clear|was helpful|makes sense|is helpful)"
        r"(?: you)?(?: out)?",
        r"(?:done|qed|∎|that is (?:it|all)|thanks?(?: you)?|good luck|cheers|enjoy"
        r"|have a (?:nice|great|good) day)",
        rf"(?:all|every|both|each)(?: of)?(?: the)?(?: {_RULES},?(?: and)?){{1,4}}"
        r" (?:is|are|hold|holds|check out)(?: now| all)?"
        r"(?: satisfied| met| valid| correct| fulfilled| true| kept)?",
        rf"there (?:is|are) no (?:other|second|further|shorter|better) {_KIND}{_THING}{_TAIL}",
        rf"no (?:other|further) {_KIND}{_THING} exists?|no contradictions? remains?",
        rf"(?:so )?this is the only {_KIND}{_THING}{_TAIL}",
        r"(?:this|it|that|the (?:answer|solution|result)|everything) "
        r"(?:checks out|works|is (?:correct|verified|consistent|right|valid|unique)"
        r"|(?:satisfies|meets|fits)(?: the| all| both| every| given| of){0,3}"
        rf"(?: {_RULES},?(?: and)?){{1,3}})",
    )
)
"""Lines that neither state nor deny anything that an answer could be; every word of them is listed."""
_CHECK = (
    r"(?i)(?:(?:this|it|that) (?:checks out|works)|check|checking|verification|verify|to check|to verify)"
    r" ?[:,] ?"
)
_WORDS = re.compile(r"[A-Za-z]{2,}")
_ADORNMENT = " \t\r*_`>🙂😊👍🎉\u200b" + TICKS
_MAX_REMARKS = 4
_MAX_REMARK = 200


def is_retracted(after: str, answer: str = "") -> bool:
    """Say whether the words that follow an answer take it back or deny that there is one.

    Where the answer itself says that there is no solution, words that say so too do not take it back.
    """
    after = after[-MAX_CHARS:]
    return (
        compiled(_SWIFT_RETRACTION).match(after) is not None
        or takes_back(after)
        or _is_denied(after, says_none=compiled(_SAYS_NONE).search(answer) is not None)
    )


def takes_back(text: str) -> bool:
    """Say whether a text takes back what was said before it, whatever that was."""
    return compiled(_RETRACTION).search(text) is not None


def _is_denied(after: str, *, says_none: bool) -> bool:
    before = ""
    for sentence in compiled(_SENTENCE_END).split(_quiet(after)):
        if sentence.strip() and _denies(sentence.strip(), before, says_none=says_none):
            return True
        before = sentence if sentence.strip() else before
    return False


def _denies(sentence: str, before: str, *, says_none: bool) -> bool:
    is_of_another = compiled(_OF_ANOTHER).search
    if is_of_another(sentence):
        return False
    reports = compiled(_REPORTS).search
    if compiled(_DISOWNED).search(sentence) and not reports(sentence):
        return True
    if compiled(_FALSE).search(sentence) and not reports(before + " " + sentence):
        return True
    if says_none:
        return False
    if compiled(_DENIED).search(sentence):
        return True
    return compiled(_IMPOSSIBLE).search(sentence) is not None and not is_of_another(before)


def _quiet(text: str) -> str:
    """Write a text in lower case, without emphasis and with its contractions spelt out."""
    text = compiled(r"[ \t\r\u00a0]+").sub(" ", text.translate(_QUIET).lower())
    for short, long in (*_SHORT, *_LEADS):
        text = text.replace(short, long)
    return text


def without_remarks(text: str) -> str:
    """Take away the lines at the end that only see off ("I hope this helps!") or check what stands above.

    A check with numbers goes only where it is true and the line above it is a formula without words, so that
    what is left ends with the answer it checks.
    """
    for _ in range(_MAX_REMARKS):
        kept, _, line = text.rstrip().rpartition("\n")
        if not kept.strip() or len(line) > _MAX_REMARK or not _is_remark(line, kept):
            break
        text = kept
    return text


def _is_remark(line: str, above: str) -> bool:
    line = line.strip(_ADORNMENT)
    said = [part.strip(_ADORNMENT) for part in compiled(r"[.!]").split(_quiet(line))]
    if any(said) and all(compiled(_REMARK).fullmatch(part) for part in said if part):
        return True
    check = compiled(_CHECK).match(line)
    last = above.rstrip().rpartition("\n")[2]
    return (
        check is not None
        and not _WORDS.search(last)
        and _is_true(line[check.end() :].strip("." + _ADORNMENT))
    )


def _is_true(equation: str) -> bool:
    sides = [parse(side.strip()) for side in equation.split("=")]
    values = {None if isinstance(side, str) else (side.numerator, side.denominator) for side in sides}
    return len(sides) > 1 and len(values) == 1 and None not in values
