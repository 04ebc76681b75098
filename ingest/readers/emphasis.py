"""Who speaks, told by print alone: a label in bold without a colon, questions in bold or italics above plain answers."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.readers.assembling import Piece
from ingest.readers.grammars import Line, is_boilerplate
from ingest.readers.labels import is_known, is_name_like
from ingest.readers.roles import role_of_label
from repository.domain.transcript import ReadingWarning, Role, TurnKind

#: Who people told by print alone are called.
ASKS, ANSWERS = "Interviewer", "Participant"
#: Different labels at most, and characters of one.
_MOST_LABELS, _LONGEST = 12, 60
#: The share of turns that begin a sentence (an emphasised word goes on in it); of turns that hand over to somebody else.
_BEGINS, _CHANGES = 0.8, 0.3
#: Questions at least, and the shares of them that ask, that are answered, that speak to somebody; of answers by an "I".
_FEWEST, _ASKING, _ANSWERED, _SPOKEN = 3, 0.75, 0.9, 0.4
#: The share of answers that may ask, and of those that may be items of a list.
_ASKING_BACK, _LISTED = 0.34, 0.25
_QUESTION = re.compile(r"[?？؟]")
_ITEM = re.compile(r"\s*(?:[-*•–·▪◦]|\d{1,3}[.)])\s")
_TO_SOMEBODY = re.compile(
    r"\b(?:you|your|yours|yourself|sie|ihr|ihre[mnrs]?|ihnen|du|dein\w*|dir|dich|euch|vous|votre|vos|tu|te|toi|ton|ta|tes|"
    r"usted|ustedes|su|sus|ti|tus|te|le|les|você|vocês|seu|sua|teu|lei|suo|sua|suoi|tuo|tua|voi|vostro|u|uw|je|jij|jouw)\b",
    re.I,
)
_OF_ONESELF = re.compile(
    r"\b(?:i|i['’]\w{1,2}|me|my|mine|myself|we|we['’]\w{1,2}|us|our|ours|ich|mich|mir|mein\w*|wir|uns|unser\w*|man|je|j['’]\w+|"
    r"moi|mon|ma|mes|nous|notre|nos|on|yo|mi|mis|me|nosotros|nuestr\w+|eu|meu|minha|meus|minhas|nós|nosso|io|mio|mia|miei|noi|"
    r"nostr\w+|ik|mij|mijn|wij|we|ons|onze)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions and answers told apart by print, and the share of paragraphs that are either."""

    pieces: tuple[Piece, ...]
    share: float
    warnings: tuple[ReadingWarning, ...]


def bold_beginning(line: Line) -> str:
    """Give what a line has in bold in front of other words; "" if nothing or everything is bold."""
    begin = line.text[: line.lead].strip()
    return begin if begin and len(begin) <= _LONGEST and line.text[line.lead :].strip() else ""


def is_told_by_bold(lines: Sequence[Line], headers: Mapping[int, tuple[str, int]]) -> bool:
    """Say whether bold beginnings, (label, where the words begin) by line, are speakers and not emphasis or topics.

    A speaker's words begin a sentence, speakers take turns, and they do so more than once under one heading. Labels
    that are nobody's by themselves must look like names, and somebody must ask something.
    """
    order = sorted(headers)
    labels = [headers[index][0] for index in order]
    said = [lines[index].text[headers[index][1] :].strip() for index in order]
    counts = Counter(labels)
    changes = sum(a != b for a, b in pairwise(labels))
    begins = sum(not words[:1].islower() for words in said)
    if len(counts) > _MOST_LABELS or begins < _BEGINS * len(said) or changes < _CHANGES * (len(labels) - 1):
        return False
    if _are_topics(lines, headers):
        return False
    if all(map(is_known, counts)):
        return True
    asks = any(map(_QUESTION.search, said)) or any(role_of_label(label) is Role.INTERVIEWER for label in counts)
    return asks and all(is_known(label) or is_name_like(label) for label in counts) and _are_sentences(said)


def _are_topics(lines: Sequence[Line], headers: Mapping[int, tuple[str, int]]) -> bool:
    """Say whether each label comes but once under each of several headings: what was noted about each."""
    sections: list[Counter[str]] = [Counter()]
    for index in range(min(headers), len(lines)):
        if index in headers:
            sections[-1][headers[index][0]] += 1
        elif (lines[index].note or lines[index].form) and sections[-1]:
            sections.append(Counter())
    return len(sections) > 1 and all(max(section.values(), default=0) < 2 for section in sections)


def _are_sentences(said: Sequence[str]) -> bool:
    whole = sum(words.endswith((".", "?", "!", "…", "。", "？", "！")) for words in said)
    return whole >= 0.3 * len(said) or sum(len(words.split()) for words in said) >= 6 * len(said)


def answered(lines: Sequence[Line]) -> Asked | None:
    """Tell questions from answers by their print, where paragraphs in one ask and those in the other answer; else None.

    Notes under questions that a researcher put to themselves look much the same: so most questions must speak to
    somebody, and most answers be somebody's who says "I".
    """
    paragraphs = _paragraphs(lines)
    if not any(paragraph[0].form for paragraph in paragraphs):
        return None
    for form in ("bold", "italic"):
        printed = [not paragraph[0].note and paragraph[0].form == form for paragraph in paragraphs]
        for asks in (True, False):
            if found := _told(paragraphs, [is_so == asks for is_so in printed], form, asks=asks):
                return found
    return None


def _paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    """Give paragraphs, cut where the print changes: people put a question and its answer into one."""
    out: list[list[Line]] = []
    for line in lines:
        if line.gap or not out or line.form != out[-1][-1].form:
            out.append([])
        out[-1].append(line)
    return out


def _told(paragraphs: Sequence[list[Line]], asking: Sequence[bool], form: str, *, asks: bool) -> Asked | None:
    words = ["\n".join(line.text.strip() for line in paragraph) for paragraph in paragraphs]
    asked = [_QUESTION.search(each) is not None for each in words]
    first = next((i for i, q in enumerate(asked) if q and asking[i] and not paragraphs[i][0].note), None)
    if first is None:
        return None
    rest = [i for i in range(first, len(words)) if not paragraphs[i][0].note and not is_boilerplate(words[i])]
    questions = [i for i in rest if asking[i]]
    answers = [i for i in rest if not asking[i]]
    if len(questions) < _FEWEST or len(answers) < _FEWEST:
        return None
    replied = sum(not asking[b] for a, b in pairwise(rest) if asking[a])
    tests = (
        sum(asked[i] for i in questions) >= _ASKING * len(questions),
        replied >= _ANSWERED * (len(questions) - 1),
        sum(asked[i] for i in answers) <= _ASKING_BACK * len(answers),
        sum(_ITEM.match(words[i]) is not None for i in answers) <= _LISTED * len(answers),
        sum(_TO_SOMEBODY.search(words[i]) is not None for i in questions) >= _SPOKEN * len(questions),
        sum(_OF_ONESELF.search(words[i]) is not None for i in answers) >= _SPOKEN * len(answers),
    )
    if not all(tests):
        return None
    pieces = []
    for index, paragraph in enumerate(paragraphs):
        spoken = index >= first and not paragraph[0].note and not is_boilerplate(words[index])
        who = (ASKS if asking[index] else ANSWERS) if spoken else None
        kind = TurnKind.SPEECH if spoken else TurnKind.NOTE
        pieces.append(Piece(words[index], who, kind, breaks=True, line=paragraph[0].number))
    how = (
        ("in bold" if form == "bold" else "in italics") if asks else f"not {'bold' if form == 'bold' else 'in italics'}"
    )
    told = (
        f"Nobody is named: what is {how} was taken for the interviewer's questions, the rest for the answers. Check it."
    )
    return Asked(tuple(pieces), len(rest) / len(words), (ReadingWarning(told, paragraphs[first][0].number),))
