"""Does a text without a declaration state a result at its end, and which?

"Hence the circumference equals 4 pi." does; a supposition, a question, a plan or a number that merely occurs
do not. Only the last sentence is read, and only if it says so in words that are listed here.
"""

import re
from typing import NamedTuple

from reasongym.answers.patterns import TICKS

_MAX_SENTENCE = 400
_STOP = re.compile(r"(?<=[.!?])\s+(?=\S)|\n+")
_ENDING = " \t\r\n*_`." + TICKS
_DOUBT = re.compile(
    r"(?i)\b(?:maybe|perhaps|possibly|probably|try|trying|guess|unsure|unable|unclear|could|might|may|would|should|can"
    r"|cannot|suppose|supposing|assume|assuming|if|unless|whether|let|consider|verdict|reason|match"
    r"|grader|mentions?|given|hint|for example|for instance|e\.g|such as|up to|at least|at most"
    r"|more than|less than"
    r"|fewer than|about|around|approximately|roughly|nearly|almost|not|never|no longer|don't|doesn't"
    r"|isn't|aren't|between"
    r"|either|or|wrong|incorrect|false|nobody|no one|first|next|then we|step|try|check|check(?:ing)?"
    r"|recall|case)\b|\?|n['’]t\b"
)
_GIVES_UP = re.compile(
    r"(?i)\b(?:refuse|cannot|can't|unable|don['’]t know|do not know|not sure|give up|no idea)\b"
)
_STATES = re.compile(
    r"(?i)\b(?:is|are|was|were|equals?|equal to|gets?|got|gives?|giving|gave|obtain(?:s|ed)?|has|have"
    r"|had|finds?|found"
    r"|yields?|makes?|made|total(?:s|ling|ing)?|becomes?|be|conclude|results?|leaves?|leaving|comes? to"
    r"|costs?|reach(?:es)?"
    r"|remains?|needs?|takes?|at|into|to|arrives?|earns?|pays?|spends?|sells?|sold|eats?|ate|reads?|uses?|exactly|of"
    r"|only|therefore|thus|hence|so|follows that|evaluates|simplifies|reduces|works out)\b|[=→⇒]|\\implies"
    r"|\\Rightarrow|:\s*$"
)
_NUMBER = r"-?[0-9][0-9,]*(?:\.[0-9]+)?(?:/[0-9]+)?"
_VALUE = re.compile(
    rf"\$[^$]{{1,200}}\$|\\\((?:[^\\]|\\[^)]){{1,200}}\\\)|\*\*[^*\n]{{1,80}}\*\*|\\?\$?{_NUMBER}(?![A-Za-z0-9])%?"
)
_CONCLUDES = re.compile(
    r"(?i)\W*(?:so|thus|hence|therefore|consequently|altogether|in total|overall|finally|we conclude)\b"
)
_CHOSEN = re.compile(
    r"(?i)^\W*(?:so |thus |therefore |hence )?,? ?(?:the )?(?:option |choice |answer "
    r"|statement )?\W*(?-i:([A-J]))\W* is "
    r"(?:the )?(?:correct|right|best|true)(?: (?:answer|option|choice|one))?\W*$"
)
_PICKED = re.compile(
    r"(?i)^\W*(?:I(?:['’]d| would| will)? (?:choose|pick|select|go with)|(?:my )?(?:choice|pick"
    r"|selection)\W*(?:is)?|#+)"
    r"\W*(?:option |choice )?\(?(?-i:([A-J]))\)?\W*$"
)
_EMPHASISED = re.compile(r"(?:\*\*|\$)([^*$\n]{1,80})(?:\*\*|\$)$")
_ALSO = re.compile(r"(?i)\W*(?:but|though|although|however|yet|while|unless|or|depending|if)\b.*")
_OTHER_CASE = re.compile(
    r"(?i)(?:however|but|alternatively|otherwise|on the other hand|if|or)\b.{0,120}\b(?:is|be|get|gives"
    r"|answer|becomes)\b[^.]{0,40}[0-9]"
)
_IS_ANSWER = re.compile(
    rf"({_VALUE.pattern})(?:\*\*)? is (?:the|my|our) (?:final |correct |required )?answer\W*$", re.IGNORECASE
)
_LISTS = re.compile(r"(?i)\b(?:are|is|be|get|have|obtain|so|thus|hence|therefore|either)\b[:,]?\s+|:\s+")
_UNSURE = re.compile(
    r"(?i)\b(?:maybe|perhaps|possibly|probably|try|guess|unsure|unable|could|might|may|would|not|never|if|suppose|assume"
    r"|cannot|wrong|incorrect|neither)\b|\?|n['’]t\b"
)
_LEADS = re.compile(
    r"(?i)\b(?:is|are|was|were|equals?|has|have|had|needs?|gives?|makes?|made|total of|totals?|exactly"
    r"|only|left with|left"
    r"|remains?|takes?|earns?|pays?|spends?|sells?|sold|ate|eats?|reads?|uses?|costs?|gets?|got|of)[\s:]*$"
)


class Stated(NamedTuple):
    """The value that a sentence states and where it stands in the text."""

    value: str
    start: int
    end: int


def states_result(before: str) -> bool:
    """Say whether the words of the last sentence before a value state it as a result."""
    lead = before[-_MAX_SENTENCE:].rstrip(" \t*$`\\[(")
    sentence = _STOP.split(lead.rstrip())[-1]
    if not lead or lead[-1] in "\n.!?":  # the value stands alone behind it
        return _GIVES_UP.search(sentence) is None
    return not sentence.strip(" \t*_`$>#-") or (
        _DOUBT.search(_last_clause(sentence)) is None and _STATES.search(sentence) is not None
    )


def _last_clause(sentence: str) -> str:
    """Return what follows the last comma but where it is a mere list."""
    clause = re.split(r"[,;:]\s|\b(?:but|so|thus|hence|therefore)\b", sentence)
    return clause[-1] if len(clause[-1].split()) > 1 else sentence


def stated_value(text: str) -> Stated | None:
    """Find the one value of a last sentence that concludes something: "Thus there are 36 ways."."""
    end = len(text.rstrip(_ENDING))
    tail = text[max(0, end - _MAX_SENTENCE) : end]
    stops = [stop.end() for stop in _STOP.finditer(tail)]
    start = end - len(tail) + (stops[-1] if stops else 0)
    sentence = text[start:end]
    named = _IS_ANSWER.search(sentence)
    if named and not _DOUBT.search(sentence) and len(list(_VALUE.finditer(sentence))) == 1:
        return Stated(named[1], start + named.start(1), start + named.end(1))
    if (
        text[end : end + 2].strip().startswith("?")
        or not _CONCLUDES.match(sentence)
        or _DOUBT.search(sentence)
    ):
        return None
    values = list(_VALUE.finditer(sentence))
    if len(values) != 1 or not _LEADS.search(sentence[: values[0].start()]):
        return None
    [value] = values
    return Stated(value[0], start + value.start(), start + value.end())


def stated_words(text: str) -> Stated | None:
    """Find the words set apart at the end of a text, or the option that it calls right."""
    end = len(text.rstrip(" \t\r\n.!" + TICKS))
    tail = text[max(0, end - _MAX_SENTENCE) : end]
    sentence = _STOP.split(tail)[-1]
    if _DOUBT.search(sentence):
        return None
    found = _CHOSEN.search(sentence) or _PICKED.search(sentence) or _EMPHASISED.search(sentence)
    if found is None:
        return None
    shift = end - len(sentence)
    return Stated(found[1], shift + found.start(1), shift + found.end(1))


def stated_list(text: str) -> Stated | None:
    """Find what a last sentence says several things are: "The solutions are $x = 1$ and $x = 2$."."""
    end = len(text.rstrip(" \t\r\n.*_" + TICKS))
    tail = text[max(0, end - _MAX_SENTENCE) : end]
    sentence = _STOP.split(tail)[-1]
    start = max((lead.end() for lead in _LISTS.finditer(sentence)), default=0)
    if _UNSURE.search(sentence) or not sentence[start:].strip():
        return None
    return Stated(sentence[start:], end - len(sentence) + start, end)


def hedges_after(text: str, end: int) -> bool:
    """Say whether the rest of the line behind a declared answer offers another one: "A, but B also works"."""
    line = text[end : end + _MAX_SENTENCE].partition("\n")[0]
    first, *more = _STOP.split(line)
    return _ALSO.match(first) is not None or any(_OTHER_CASE.match(sentence) for sentence in more[:1])
