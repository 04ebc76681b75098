"""Questions in sentences: which sentence asks something that research can answer, and what is left of it without its frame."""

import re

from nlp.language import sentence_spans
from nlp.words import content_words

#: Characters of a line in which questions are looked for.
LONGEST = 5_000
#: What comes after 100 characters without a blank: no word, and a tokenizer takes long over it, mark by mark.
_NO_WORD = re.compile(r"(?<=\S{100})\S(?=\S)")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+", re.I)
_LEARN = (
    r"(?:learn|understand|find out|find|know|explore|see|identify|determine|investigate|figure out|discover|establish|"
    r"clarify|assess|examine|test|check|hear|uncover|map out|map|describe|get (?:a (?:better )?)?(?:sense|picture|idea) of)"
)
_ASKING = r"(?:whether|if|why|how|what|which|who|whom|whose|when|where|to what extent|in what way)"
#: "We want to learn …", "Our goal is to find out …", "To understand …", "Understand …": the frame round a question.
#: Possessive (`*+`): "also also also …" could be told apart in more ways than there is time for.
_FRAME = re.compile(
    r"^(?:(?:and|also|then|so|first(?:ly)?|second(?:ly)?|finally|in addition|ultimately|more (?:specifically|precisely)|"
    r"specifically|we ?(?:a|')re (?:also )?(?:curious|wondering|interested(?: in)?|asking)|i(?: a|')m (?:curious|wondering)|"
    r"(?:we|i|the team|our team|this (?:study|research|project|round)|the (?:study|research|project|aim|goal|objective|"
    r"purpose|question|idea) (?:is|was|here is)|(?:our|my) (?:aim|goal|objective|purpose|question|hope|main question) is|"
    r"the (?:big |key |main |open |real )?question is|it is (?:open|unclear|not known)|what (?:we|i) "
    r"(?:want|need|would like|hope)(?: to know)? is)"
    r"\b(?: (?:also|really|mainly|mostly|still|further|would|will|should|must|can|aims?|wants?|needs?|hopes?|seeks?|plans?|"
    r"intends?|tries|like|love|have|has|is|are|do not|don't|know(?! (?:out|more|about|on|into)\b))\b)*+)\b[,:]? *)*+"
    rf"(?:to )?(?:(?:better |fully |really |also )?{_LEARN}(?: out)?(?: (?:more )?(?:about|on|into))?[,:]? +)?"
    rf"(?=(?:{_ASKING})\b)",
    re.I,
)
_FRAMED = re.compile(
    rf"^(?:.{{0,160}}?\b)?(?:to )?(?:better |fully |really |also )?{_LEARN}(?: out)?(?: (?:more )?(?:about|on))?,? +{_ASKING}\b",
    re.I,
)
_WONDERING = re.compile(
    rf"\b(?:wonder(?:ing)?|curious|unclear|unknown|not known|open|don't know|do not know)(?: is)?,? +{_ASKING}\b", re.I
)
_IMPERATIVE = re.compile(rf"^(?:to )?(?:better |fully )?{_LEARN}\b(?! by\b)", re.I)
_LABEL = (
    r"(?:(?:k|r|s|sub-?|research |key |main )?(?:rq|kq|q|question)[ -]?(?:no\. ?|#)?\d{1,3}(?:[.\d]{0,4}[a-z]?)?|rq)"
    r"\s*[:.)–—-]+\s*"
)
_MARK = r"(?:[-*+•◦▪–—]|\(?\d{1,3}(?:\.\d{1,3})*[.)]|\(?[a-z][.)]|\[[ x]?\])\s+"
_MARKS = re.compile(rf"(?:{_MARK})*+", re.I)
_MARKS_AND_LABELS = re.compile(rf"(?:{_MARK}|{_LABEL})*+", re.I)
#: What colleagues ask each other in a text about research.
_CHAT = re.compile(
    r"^(?:so,? |and |but |hi\b[^?]{0,30} )?(?:(?:can|could|would|will|may|shall|should) (?:you|someone|somebody|anyone|anybody|we|i)\b"
    r"[^?]{0,20}\b(?:review|look|comment|check|send|share|meet|talk|help|add|approve|let me|give|book|join|start|move)\b"
    r"|(?:any|what) (?:thoughts|feedback|comments|objections|questions)\b|what do you (?:think|say)\b|does (?:this|that) (?:work|make sense|sound)"
    r"|is (?:this|that|it) (?:ok|okay|fine|all right|alright|clear)\b|sounds? good\b|makes? sense\b|right\?|ok\?|see\?)",
    re.I,
)


def questions_in(line: str) -> list[str]:
    """Give the sentences of a line that ask something, as they are written.

    >>> questions_in("No-shows rose. We want to learn whether reminders help. Who sends them?")
    ['We want to learn whether reminders help.', 'Who sends them?']
    >>> questions_in("Could you have a look? See https://example.org/?q=1")
    []
    """
    return [sentence for sentence in sentences_of(line) if asks(sentence)]


def sentences_of(line: str) -> list[str]:
    """Cut a line into its sentences."""
    line = line[:LONGEST]
    [spans] = sentence_spans([_NO_WORD.sub(" ", line)])
    return [line[start:end].strip() for start, end in spans]


def asks(sentence: str) -> bool:
    """Say whether a sentence asks something that research can answer.

    >>> asks("We need to understand why trial users give up."), asks("We interview eight people."), asks("What do you think?")
    (True, False, False)
    """
    plain = _ADDRESS.sub("", sentence).strip(" \"'“”‘’*_")
    if _CHAT.match(plain) or not content_words(plain):
        return False
    if plain.rstrip(")]\"'”’*_ ").endswith("?") or re.search(r"\?[\s)\]\"'”*_]*(?:\([^()]{0,80}\))?$", plain):
        return True
    return bool(_FRAMED.match(plain) or _WONDERING.search(plain))


def sets_out(sentence: str) -> bool:
    """Say whether a sentence names something to be learned, as items under "research questions" do.

    >>> sets_out("Understand the morning routine"), sets_out("Whether reminders help"), sets_out("Eight interviews")
    (True, True, False)
    """
    plain = unmarked(sentence)
    return asks(plain) or bool(
        _IMPERATIVE.match(plain) or re.match(rf"(?:{_ASKING}|do|does|is|are|can|could|would|should|did)\b", plain, re.I)
    )


def unmarked(line: str) -> str:
    """Give a line without its bullet, number or label.

    >>> unmarked("- RQ1: Why do they leave?"), unmarked("2) Who decides?"), unmarked("**Q3** – Who pays?")
    ('Why do they leave?', 'Who decides?', 'Who pays?')
    """
    line = re.sub(r"^([-*+•]\s+|\d{1,3}[.)]\s+)?(\*\*|__)(.{1,200}?)(\2)", r"\1\3", line.strip())
    return _without(_MARKS_AND_LABELS, line)


def labelled(line: str) -> bool:
    """Say whether a line is numbered as a research question: "RQ2: …".

    >>> labelled("- RQ2: price"), labelled("Q2: price"), labelled("2. price")
    (True, False, False)
    """
    plain = re.sub(r"[*_]{2}", "", _without(_MARKS, line.strip()))
    return bool(re.match(r"(?:rq|kq|(?:research|key|main) question) ?-?#?\d{0,3}[a-z]?\s*[:.)–—-]", plain, re.I))


def bare(question: str) -> str:
    """Give a question without its frame: what is searched for, and how it is repeated in a narrower form.

    >>> bare("We want to learn whether reminders help small practices.")
    'whether reminders help small practices?'
    >>> bare("Our goal is to find out what it costs"), bare("Understand the morning routine.")
    ('what it costs?', 'the morning routine?')
    >>> bare("Why do patients miss appointments?")
    'Why do patients miss appointments?'
    """
    plain = unmarked(" ".join(question.split()))
    found = re.search(rf"\b{_LEARN}(?: out)?(?: (?:more )?(?:about|on))?,? +(?={_ASKING}\b)", plain[:200], re.I)
    if not plain.rstrip().endswith("?") and found:
        plain = plain[found.end() :]
    elif framed := _FRAME.match(plain):
        plain = plain[framed.end() :]
    elif imperative := _IMPERATIVE.match(plain):
        plain = plain[imperative.end() :].strip()
    return plain.rstrip(" .;:,!") + ("" if plain.rstrip().endswith("?") else "?")


def narrowed(question: str, whom: str = "", about: str = "") -> str:
    """Repeat a question for those, and about that, which nothing is known of.

    >>> narrowed("Why do patients miss appointments?", "hospital", "text messages")
    'Why do patients miss appointments? – for hospital, and above all: text messages'
    """
    parts = [part for part in (f"for {whom}" if whom else "", f"above all: {about}" if about else "") if part]
    plain = bare(question)
    plain = plain[:1].upper() + plain[1:]
    return f"{plain} – {', and '.join(parts)}" if parts else plain


def _without(marks: re.Pattern[str], line: str) -> str:
    found = marks.match(line)
    return line[found.end() :].strip() if found else line
