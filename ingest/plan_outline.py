"""The lines of a plan as people write them: headings, list items, cells of tables, running text, and the section of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

#: Lines of a plan that are looked at, characters of a line, and cells of a row.
MOST_LINES, MOST_LINE, MOST_CELLS = 5_000, 5_000, 50


class Part(StrEnum):
    """What a section of a plan is about."""

    QUESTIONS = "questions"
    GUIDE = "guide"
    GOAL = "goal"
    COHORT = "cohort"
    AREA = "area"
    METHOD = "method"
    ACCOUNTS = "accounts"
    OWNER = "owner"
    TITLE = "title"
    ASIDE = "aside"
    OTHER = "other"


class Form(StrEnum):
    """How a line stands in its section."""

    HEADING = "heading"
    ITEM = "item"
    CELL = "cell"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a plan without its marks. `label`: what stood before its colon, or heads its column or row."""

    text: str
    form: Form
    part: Part
    label: str = ""
    level: int = 0


#: What a section is about, by the words of its heading; the first that fits.
_PARTS = (
    (
        Part.GUIDE,
        r"guide|script|protocol|interview questions|discussion|topic list|topics to cover|warm.?up|screener|tasks?\b|scenario"
        r"|questions (?:for|to|we will ask) (?:the )?(?:participants?|interviewees?|users?|customers?|people)|survey (?:items|questions)|ice.?breaker"
        r"|questionnaire|what we(?: wi|')ll ask",
    ),
    (
        Part.QUESTIONS,
        r"research questions?|key questions?|(?:main|core|central|learning|study|sub|guiding) questions?|rqs?\b|learning (?:goals?|objectives?)"
        r"|research (?:objectives?|goals?)|what (?:do )?(?:we|i) (?:want|need|hope|would like|have) to (?:learn|know|find|understand)|what we(?: a|')re trying to learn"
        r"|questions (?:we|to|that)\b.{0,30}|unknowns|what we do ?n.t know|^(?:our |the )?questions?$|^objectives$",
    ),
    (
        Part.ASIDE,
        r"time(?:line|table)|schedule|budget|logistic|next steps?|risks?\b|appendix|consent|references?|links?|stakeholders?|deliverable|output|"
        r"open (?:points|issues|questions)|notes?$|to.?dos?|faq|checklist|about us|incentive|recording|ethics|hypothes|assumption|success|related work|what we (?:already )?know",
    ),
    (Part.ACCOUNTS, r"accounts?|customers? (?:to|we)|companies|organi[sz]ations?|sites?|clients?"),
    (
        Part.COHORT,
        r"cohorts?|participants?|who\b|whom|audience|segments?|target (?:group|users?|audience)|sample|recruit|interviewees?|population|users?$|people$|personas?",
    ),
    (Part.AREA, r"product areas?|areas?$|features?$|products?$|domain|squad|^scope$"),
    (
        Part.METHOD,
        r"methods?|methodology|approach|how$|format|technique|research (?:type|design)|study (?:type|design)|design$",
    ),
    (Part.OWNER, r"owner|author|researcher|lead$|prepared by|contact$|by$|dri$"),
    (Part.GOAL, r"goals?|objectives?|purpose|aims?|why$|motivation|problem(?: statement)?|summary|intent"),
    (Part.TITLE, r"title|name$|project$|study$|topic$"),
    (Part.ASIDE, r"background|context"),
)
_COMPILED = tuple(
    (part, re.compile(rf"\b(?:{words})" if not words.startswith("^") else words, re.I)) for part, words in _PARTS
)
_ITEM = re.compile(r"\s*(?:[-*+•◦▪–—]|\(?\d{1,3}(?:\.\d{1,3})*[.)]|\(?[a-h][.)]|\[[ xX]?\])\s+(?=\S)")
_NUMBERED = re.compile(r"\s*(?:(?:k|r)?q|question|rq)\s?\d{1,3}\s?[:.)–-]", re.I)
_STYLE = re.compile(r"(\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`)")
_LABELLED = re.compile(r"(?P<label>[^\W\d_][\w /&()'’-]{0,40}?)\s*[:–—]\s+(?P<value>\S.*)", re.S)


def outline(text: str) -> list[Line]:
    """Give the lines of a plan in order. Quotations and code are left out: they are not the planner's words.

    >>> [(line.text, line.part.value) for line in outline("# Calendars\\n\\nGoal: why nobody links\\n\\n## Research questions\\n1. Who decides?")]
    [('Calendars', 'title'), ('why nobody links', 'goal'), ('Research questions', 'questions'), ('1. Who decides?', 'questions')]
    """
    found: list[Line] = []
    part, part_level = Part.OTHER, 0
    head: tuple[str, ...] = ()
    for raw, level in _lines(text):
        cells = _cells(raw)
        if cells is not None:
            if not raw.strip(" \t|:=-"):
                continue
            head, lines = _row(cells, head, part)
            found += lines
            continue
        head = ()
        if level:
            plain = _plain(raw)
            known = part_of(plain)
            if level == 1 and not found and not (known in (Part.QUESTIONS, Part.GUIDE) and _is_bare_name(plain)):
                known = Part.TITLE
            # A sub-heading that names nothing belongs to what it stands under.
            if known is not Part.OTHER or level <= part_level or part_level == 0:
                part, part_level = known, level
            found.append(Line(plain, Form.HEADING, part, level=level))
            if part is Part.TITLE:
                part = Part.OTHER
            continue
        found += _said(raw, part)
    return found


def part_of(heading: str) -> Part:
    """Say what a section is about by its heading.

    >>> [part_of(h).value for h in ("3. Research Questions", "Discussion guide", "Who we talk to", "Budget")]
    ['questions', 'guide', 'cohort', 'aside']
    """
    plain = re.sub(r"^[\d.)\s]+", "", heading).strip(" :*_?")
    if len(plain) > 80:
        return Part.OTHER
    return next((part for part, pattern in _COMPILED if pattern.search(plain)), Part.OTHER)


def _said(raw: str, part: Part) -> list[Line]:
    """Give a list item, a labelled line or running text."""
    item = bool(_ITEM.match(raw) or _NUMBERED.match(raw))
    plain = _plain(raw)
    body = _ITEM.sub("", plain, count=1) if item else plain
    if not body.strip():
        return []
    found = _LABELLED.fullmatch(body)
    if found and not _NUMBERED.match(body) and len(found["label"].split()) <= 6:
        of = part_of(found["label"])
        if of is not Part.OTHER and (part is not Part.GUIDE or of is not Part.QUESTIONS):
            return [Line(found["value"].strip(), Form.ITEM if item else Form.TEXT, of, found["label"].strip())]
    # The mark stays with an item: "RQ1:" says more than where it stands.
    return [Line(plain.strip() if item else body.strip(), Form.ITEM if item else Form.TEXT, part)]


def _row(cells: list[str], head: tuple[str, ...], part: Part) -> tuple[tuple[str, ...], list[Line]]:
    """Give a table's row: of two cells, the first may name the second; else the first row names the columns."""
    cells = [_plain(cell) for cell in cells]
    if len(cells) == 2 and cells[0] and len(cells[0].split()) <= 5 and not cells[0].endswith("?"):
        of = part_of(cells[0])
        if of is not Part.OTHER and cells[1] and part_of(cells[1]) is Part.OTHER:
            return head, [Line(cells[1], Form.CELL, of, cells[0])]
    if not head:
        names = tuple(cells)
        if all(len(cell.split()) <= 6 and not cell.endswith("?") for cell in cells):
            return names, []
        head = ("",) * len(cells)
    lines = []
    for number, cell in enumerate(cells):
        name = head[number] if number < len(head) else ""
        of = (
            Part.QUESTIONS
            if re.search(r"\bquestions?$", name, re.I) and part is not Part.GUIDE
            else part_of(name)
            if name
            else part
        )
        if cell:
            lines.append(Line(cell, Form.CELL, of if of is not Part.OTHER else part, name))
    return head, lines


def _cells(raw: str) -> list[str] | None:
    """Give the cells of a row of a table, None if it is none: "| a | b |" or cells apart by tabs."""
    line = raw.strip()
    if line.startswith("|") and line.count("|") >= 2:
        return [cell.strip() for cell in line.strip("|").split("|")[:MOST_CELLS]]
    if (
        "\t" in line
        and len(parts := [cell.strip() for cell in line.split("\t")[:MOST_CELLS]]) >= 2
        and not _ITEM.match(line)
    ):
        return parts
    return None


def _plain(raw: str) -> str:
    """Take the marks of Markdown and HTML out of a line."""
    raw = re.sub(r"<(?:br|/?(?:p|b|i|u|strong|em|span|div)\b)[^<>]{0,80}>", " ", raw, flags=re.I)
    raw = re.sub(r"!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,500}\)", r"\1", raw)
    item = _ITEM.match(raw)
    mark, rest = (item.group().strip() + " ", raw[item.end() :]) if item else ("", raw)
    return mark + " ".join(_STYLE.sub("", rest.lstrip("#").strip().rstrip("#")).split())


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Give (line, level): 0 is no heading. Lines that an editor wrapped are put together again."""
    waiting = ""
    fenced = False
    rows = [row[:MOST_LINE] for row in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:MOST_LINES]]
    for number, row in enumerate(rows):
        stripped = row.strip()
        if re.match(r"(```|~~~)", stripped):
            fenced = not fenced
            continue
        if fenced or stripped.startswith(">"):
            continue
        after = rows[number + 1].strip() if number + 1 < len(rows) else ""
        level = _level(row, after, rows[number - 1].strip() if number else "")
        if re.fullmatch(r"=+|-{2,}|\*{3,}|_{3,}", stripped):
            level, stripped = 0, ""
        if waiting and (not stripped or level or not _goes_on(waiting, row)):
            yield waiting, 0
            waiting = ""
        if not stripped:
            continue
        if level or _cells(row) is not None:
            yield row, level
        else:
            waiting = f"{waiting} {stripped}" if waiting else row
    if waiting:
        yield waiting, 0


def _goes_on(before: str, row: str) -> bool:
    """Say whether a row carries on the line before, which an editor wrapped."""
    if len(before) > MOST_LINE or _ITEM.match(row) or _NUMBERED.match(row) or _cells(row) is not None:
        return False
    last = before.rstrip()[-1:]
    found = _LABELLED.fullmatch(_plain(row))
    if found and part_of(found["label"]) is not Part.OTHER and len(found["label"].split()) <= 6:
        return False
    if row[:2].isspace() and _ITEM.match(before):
        return True
    return last not in ".?!:;" and (len(before.rsplit("\n", 1)[-1]) > 45 or row.lstrip()[:1].islower())


def _level(row: str, after: str, before: str) -> int:
    """Give the level of a heading, 0 for what is none."""
    line = row.strip()
    if marks := re.match(r"(#{1,6})\s+\S", line):
        return len(marks.group(1))
    if line and re.fullmatch(r"={3,}", after):
        return 1
    if line and re.fullmatch(r"-{3,}", after) and len(line) <= 80 and not _ITEM.match(row) and "|" not in line:
        return 2
    if not line or len(line) > 80 or _cells(row) is not None or row[:1].isspace():
        return 0
    if re.fullmatch(r"(\*\*|__)[^*_]{2,78}\1:?|(\*\*|__)[^*_]{2,78}:\2", line):
        return 3
    bare = re.sub(r"^\d{1,2}(?:\.\d{1,2})*[.)]?\s+", "", line)
    if line.endswith(":") and len(bare.split()) <= 10 and not re.match(r"[-*+•]\s", line):
        return 3 if part_of(line) is not Part.OTHER else 0
    # A short line alone that is the name of a section, or in capitals.
    # "1. Who decides" is an item; "1. Who we talk to" may be a heading, if a paragraph or list of its own follows.
    if after[:1].islower() or (
        _ITEM.match(row)
        and (_ITEM.match(after) or re.match(r"(?:who|what|why|how|when|where)\b(?! (?:we|to)\b)", bare, re.I))
    ):
        return 0
    alone = not before or bool(re.fullmatch(r"[=\-*_]{3,}", before))
    if alone and not line.endswith((".", "?", "!", ",", ";")) and len(bare.split()) <= 7:
        if bare.isupper() and len(bare) > 3:
            return 3
        if part_of(bare) is not Part.OTHER and _is_bare_name(bare):
            return 3
    return 0


def _is_bare_name(line: str) -> bool:
    """Say whether a line is a section's name and nothing more: its words are few and no sentence."""
    return len(line.split()) <= 5 and not _LABELLED.fullmatch(line)
