"""A plan as people write it, turned into its facts: title, goal, questions, cohort, product area, method, accounts."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.plan_outline import Form, Line, Part, outline
from nlp.language import detect_language
from nlp.questions import asks, bare, labelled, questions_in, sentences_of, sets_out, unmarked
from nlp.words import content_words
from repository.domain.plan import PlanFacts

#: Questions and accounts a plan holds, and characters of its text and of a question.
MOST_QUESTIONS, MOST_ACCOUNTS, MOST_TEXT, MOST_QUESTION = 300, 50, 200_000, 500
#: How likely a language has to be before it is named.
SURE = 0.9
LANGUAGES = {
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "nl": "Dutch",
    "pt": "Portuguese",
    "pl": "Polish",
    "sv": "Swedish",
    "da": "Danish",
    "no": "Norwegian",
    "fi": "Finnish",
    "ja": "Japanese",
    "zh": "Chinese",
    "ko": "Korean",
    "ru": "Russian",
    "tr": "Turkish",
    "cs": "Czech",
    "uk": "Ukrainian",
}
METHODS = (
    "usability test",
    "focus group",
    "contextual inquiry",
    "diary study",
    "card sort",
    "tree test",
    "survey",
    "field visit",
    "concept test",
    "interview",
)


@dataclass(frozen=True, slots=True)
class Known:
    """The names this repository knows: cohorts, product areas, methods, accounts."""

    cohorts: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    methods: tuple[str, ...] = METHODS
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """What was recognised. `guessed`: the facts that were taken from running text, so worth a look; `notes`: what to know.

    `is_transcript`: the text looks like somebody speaking, not like a plan; `language` is a name, "" for English.
    """

    facts: PlanFacts
    notes: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()
    proposals: tuple[str, ...] = ()
    is_transcript: bool = False
    language: str = ""


def read_plan(text: str, known: Known = Known()) -> ReadPlan:
    """Recognise what a plan says.

    >>> read_plan("# Diaries\\n\\nCohort: small practices\\n\\n## Research questions\\n1. Who decides?\\n2. What it costs").facts.questions
    ('Who decides?', 'What it costs')
    """
    notes = []
    if len(text) > MOST_TEXT:
        notes.append(f"The text is long: its first {MOST_TEXT:,} characters were read.")
    text = _without_front_matter(text.replace("\0", " ")[:MOST_TEXT])
    lines = outline(text)
    questions, told = _questions(lines)
    notes += told
    if len(questions) > MOST_QUESTIONS:
        notes.append(f"A plan holds {MOST_QUESTIONS} questions; {len(questions) - MOST_QUESTIONS} more were left out.")
    language = _language(text)
    if language:
        notes.append(
            f"The plan seems to be in {language}. Questions are found by their question marks, and names of cohorts and "
            "accounts are recognised; the model that comes with Cairn compares meaning in English only, so a verdict "
            "of “not studied” means little here. Put the questions in English, or use a multilingual model."
        )
    is_transcript = looks_spoken(text)
    facts, guessed = _facts(lines, tuple(questions[:MOST_QUESTIONS]), known)
    proposals = () if questions else _proposals(facts.goal or facts.title)
    return ReadPlan(facts, tuple(notes), guessed, proposals, is_transcript, language)


def looks_spoken(text: str) -> bool:
    """Say whether a text is a transcript: captions, or a few people whose lines take turns.

    >>> looks_spoken("Dana: Why?\\nP01: Because.\\nDana: And then?\\nP01: I left.\\nDana: When?\\nP01: In May.\\nDana: Why?\\nP01: Price.")
    True
    >>> looks_spoken("Goal: less no-shows\\nCohort: small practices\\nMethod: interviews")
    False
    """
    if text.lstrip("\ufeff \n").startswith("WEBVTT") or len(re.findall(r"\d\d:\d\d[.,]\d{3} --> ", text[:20_000])) > 2:
        return True
    lines = [line.strip() for line in text[:100_000].splitlines() if line.strip()]
    spoken = [
        found[1]
        for line in lines
        if (
            found := re.match(
                r"(?:[\[(]?\d{1,2}:\d\d(?::\d\d)?[\])]?\s+)?\**([^\W\d_][\w .'’-]{0,30}?)\**(?:\s+[\[(]?\d{1,2}:\d\d(?::\d\d)?[\])]?)?\s*:",
                line,
            )
        )
    ]
    often = {
        label
        for label, times in Counter(spoken).items()
        if times >= 3 and not re.fullmatch(r"(?:k|r)?q\d*|note|question", label, re.I)
    }
    turns = sum(label in often for label in spoken)
    return 1 < len(often) <= 12 and turns >= 8 and turns > 0.4 * len(lines)


def _questions(lines: Sequence[Line]) -> tuple[list[str], list[str]]:
    """Give the research questions, once each, and what has to be said about them."""
    own = [line for line in lines if line.part is Part.QUESTIONS and line.form is not Form.HEADING]
    named = [
        q for line in lines if line.part is not Part.QUESTIONS and labelled(line.text) for q in [unmarked(line.text)]
    ]
    found = _of_section(own) + named
    guide = [q for line in lines if line.part is Part.GUIDE for q in questions_in(unmarked(line.text))]
    if found:
        left = len(guide)
        return _once(found), [_left_out(left)] if left else []
    elsewhere = [line for line in lines if line.part not in (Part.GUIDE, Part.ASIDE)]
    found = [q for line in elsewhere for q in _of_line(line)]
    if found:
        return _once(found), [_left_out(len(guide))] if guide else []
    aside = [q for line in lines if line.part is Part.ASIDE for q in questions_in(unmarked(line.text))]
    if guide or aside:
        told = (
            "These are taken from an interview guide: what you ask people is not always what you want to know."
            if guide
            else ""
        )
        return _once(guide or aside), [told] if told else []
    return [], []


def _of_section(lines: Sequence[Line]) -> list[str]:
    """Give what stands under "research questions": items as they are, of running text the sentences that ask."""
    marked = any("?" in line.text for line in lines)
    found = []
    for line in lines:
        text = unmarked(line.text)
        sentences = [s for s in sentences_of(text) if asks(s)]
        if sentences:
            found += sentences
        elif line.form is Form.TEXT and (text.endswith(":") or marked):
            continue
        elif (
            sets_out(text)
            or (not marked and len(text.split()) >= 3 and line.form is not Form.CELL)
            or (line.form is Form.ITEM and labelled(line.text))
        ):
            found.append(text)
    return found


def _of_line(line: Line) -> list[str]:
    text = unmarked(line.text)
    found = questions_in(text)
    if not found and line.form is Form.ITEM and line.part in (Part.GOAL, Part.OTHER) and sets_out(text):
        found = [text]
    return found


def _once(questions: Sequence[str]) -> list[str]:
    kept: dict[str, str] = {}
    for question in questions:
        plain = " ".join(question.split()).lstrip("\"“'*_ ").rstrip("\"”'*_ ")[:MOST_QUESTION]
        if content_words(plain):
            kept.setdefault(re.sub(r"\W+", " ", bare(plain).casefold()).strip(), plain)
    return list(kept.values())


def _left_out(number: int) -> str:
    what = "1 question of the interview guide was" if number == 1 else f"{number} questions of the interview guide were"
    return f"{what} left out: a check is about what you want to know."


def _proposals(goal: str) -> tuple[str, ...]:
    """Turn a goal into a question somebody may take."""
    if not content_words(goal):
        return ()
    plain = bare(goal)
    if not sets_out(goal):
        plain = plain.rstrip("?")
        plain = f"What is known about {plain[:1].lower() + plain[1:] if not plain[:2].isupper() else plain}?"
    return (plain[:1].upper() + plain[1:],)


def _facts(lines: Sequence[Line], questions: tuple[str, ...], known: Known) -> tuple[PlanFacts, tuple[str, ...]]:
    said = {part: [line for line in lines if line.part is part and line.form is not Form.HEADING] for part in Part}
    asked = set(questions)
    goal = " ".join(unmarked(line.text) for line in said[Part.GOAL] if line.text not in asked)[:1000]
    title = _title(lines, said, goal, questions)
    # Names are looked for where a plan says whom and what it is about, not where it tells of others.
    told = " \n".join(
        [
            "" if title in asked else title,
            goal,
            *(line.text for line in lines if line.part is Part.OTHER and not asked & set(_of_line(line))),
        ]
    )
    guessed = []
    values: dict[str, str] = {}
    for name, part, names in (
        ("cohort", Part.COHORT, known.cohorts),
        ("product_area", Part.AREA, known.areas),
        ("method", Part.METHOD, known.methods),
    ):
        value = _stated(said[part], names, short=name != "cohort")
        if not value and (
            value := _named(told if name != "method" else " \n".join(line.text for line in lines), names)
        ):
            guessed.append(name)
        values[name] = value[:200]
    stated = ", ".join(line.text for line in said[Part.ACCOUNTS])
    accounts = _names_in(" \n".join(line.text for line in lines), known.accounts)
    for one in re.split(r"[,;]| and ", stated):
        one = unmarked(one).strip(" .")
        if (
            one
            and len(one.split()) <= 6
            and not any(one.casefold() in a.casefold() or a.casefold() in one.casefold() for a in accounts)
        ):
            accounts.append(one[:200])
    if accounts and not stated:
        guessed.append("accounts")
    owner = next((line.text for line in said[Part.OWNER]), "")[:200]
    return PlanFacts(
        title[:200],
        goal,
        questions,
        values["cohort"],
        values["product_area"],
        values["method"],
        tuple(accounts[:MOST_ACCOUNTS]),
        owner,
    ), tuple(guessed)


def _title(lines: Sequence[Line], said: dict[Part, list[Line]], goal: str, questions: Sequence[str]) -> str:
    if said[Part.TITLE]:
        return unmarked(said[Part.TITLE][0].text)
    first = lines[0] if lines else None
    if first and first.form is Form.HEADING and first.part in (Part.TITLE, Part.OTHER):
        return first.text
    if (
        first
        and first.form is Form.TEXT
        and first.part is Part.OTHER
        and len(first.text.split()) <= 12
        and not questions_in(first.text)
    ):
        return first.text
    if heading := next((line.text for line in lines if line.form is Form.HEADING and line.level == 1), ""):
        return heading
    return " ".join((goal or (questions[0] if questions else "")).split()[:14])


def _stated(lines: Sequence[Line], names: Sequence[str], *, short: bool) -> str:
    """Give what a plan says under a name: the names that are known, else its words."""
    if not lines:
        return ""
    first = unmarked(lines[0].text).strip(" .")
    found = _names_in(" \n".join(line.text for line in lines), names)
    if found and (len(first.split()) > 6 or short):
        return ", ".join(found)
    return (
        ", ".join(unmarked(line.text).strip(" .") for line in lines[:4])
        if all(len(line.text.split()) <= 8 for line in lines[:4])
        else first
    )


def _named(text: str, names: Sequence[str]) -> str:
    found = _names_in(text, names)
    return ", ".join(found) if len(found) <= 2 else ""


def _names_in(text: str, names: Sequence[str]) -> list[str]:
    """Give the known names that a text holds, in one or in many, longest first; none within another."""
    found: list[str] = []
    for name in sorted(set(names), key=lambda name: (-len(name), name)):
        words = [re.escape(word) for word in name.split()]
        if len(name) < 3 or not words:
            continue
        # Two bars of which a practice may be one or many: "practice", "practices".
        pattern = r"\b" + r"[\s-]+".join(words)
        last = re.escape(name.split()[-1])
        if name.endswith("y"):
            pattern = pattern[: -len(last)] + last[:-1] + "(?:y|ies)"
        if re.search(pattern + r"(?:s|es|ed|ing)?\b", text, re.I) and not any(
            name.casefold() in one.casefold() for one in found
        ):
            found.append(name)
    return sorted(found, key=lambda name: text.casefold().find(name.casefold()))


def _language(text: str) -> str:
    language, likely = detect_language(text[:4_000])
    return LANGUAGES.get(language, language.upper()) if language not in ("", "en") and likely >= SURE else ""


def _without_front_matter(text: str) -> str:
    """Give front matter as the labelled lines it is."""
    found = re.match(r"\ufeff?\s*---[ \t]*\n(.{0,5000}?)\n---[ \t]*\n", text, re.S)
    return text if found is None else re.sub(r"[\[\]\"']", "", found[1]) + "\n\n" + text[found.end() :]
