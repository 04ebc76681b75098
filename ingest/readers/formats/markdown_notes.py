"""Markdown: notes with front matter, and interviews with `**Name:** text` or Otter's headers."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from ingest.readers.assembling import assemble, clean_label
from ingest.readers.dating import day_in, day_of
from ingest.readers.headers import parse
from ingest.readers.properties import properties_of
from ingest.readers.received import Received
from ingest.readers.rendering import lines_of_markdown
from repository.domain.transcript import ReadingWarning, Role, RoleSource, Speaker, Transcript

NAME = "markdown"
TITLE = "Markdown"
VERSION = 3
NEEDS = ("frontmatter", "markdown", "nh3")
_FRONT = re.compile(r"---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_KEY = re.compile(r"^[A-Za-z][\w -]{0,60}:", re.M)
_MARKS = re.compile(r"^(?:#{1,6} \S|\*\*[^*\n]{1,80}\*\*|> \S)", re.M)
#: Where marks are looked for, and how many make Markdown of a file that is not called so.
_HEAD, _FEWEST = 20_000, 2
#: Participants taken from front matter at most.
PEOPLE = 50
_ASKING_WORDS = """
interviewer interviewers interviewerin moderator moderators moderatorin researcher researchers facilitator
"""
_ASKING = frozenset(_ASKING_WORDS.split())
_ASKED_WORDS = """
participant participants respondent respondents interviewee interviewees teilnehmer teilnehmerin teilnehmerinnen befragte
participante participantes entrevistado entrevistados partecipante partecipanti
"""
_ASKED = frozenset(_ASKED_WORDS.split())
#: What says when, the likelier first.
_DAY_NAMES = """
date|interview date|session date|date of interview|datum|fecha|data|recorded|recorded on
created|created time|date created|created at|created on|erstellt|erstellt am|creado|créé|criado
"""
_DAYS = tuple(re.split(r"[|\n]", _DAY_NAMES.strip()))


def recognise(received: Received) -> float:
    """Know front matter, or headings and bold names; the name alone is a weak sign."""
    if not received.text:
        return 0.0
    front = _FRONT.match(received.text)
    if front and (_KEY.search(front.group(1)) or received.extension in ("md", "markdown")):
        return 0.9
    named = received.extension in ("md", "markdown", "mdown", "mkd")
    marks = len(_MARKS.findall(received.text[:_HEAD]))
    return 0.8 if named and marks else 0.5 if marks >= _FEWEST else 0.4 if named else 0.0


def read(received: Received) -> Transcript:
    """Read notes or an interview; what front matter says goes to the facts, the title, the date and the roles."""
    front, body, first, warnings = _front_matter(received.text)
    properties, body = properties_of(body, received.name)
    front = {**properties, **front}
    lines = lines_of_markdown(body, first)
    parsed = parse(lines)
    transcript = assemble(
        parsed.pieces,
        precision=parsed.precision,
        roles=parsed.roles | _roles(front),
        recorder=parsed.recorder,
        warnings=[*warnings, *parsed.warnings],
    )
    stated = {str(key).casefold(): value for key, value in front.items()}
    heading = next((line.text for line in lines[:5] if line.note), "")
    speaks = bool(transcript.speakers)
    return replace(
        transcript,
        shape="Markdown with speakers" if speaks else "Markdown notes",
        confidence=0.9 if speaks else 0.8,
        speakers=transcript.speakers or _people(front),
        title=_written(stated.get("title") or heading)[:300],
        occurred_on=_day(stated) or day_in(heading),
        language=_language(stated.get("language") or stated.get("lang")),
        facts={str(key): _written(value) for key, value in front.items()},
    )


def _front_matter(text: str) -> tuple[dict[str, object], str, int, list[ReadingWarning]]:
    """Give (front matter, the rest, the line the rest begins on, warnings). What is no YAML stays in the text."""
    found = _FRONT.match(text)
    if found is None:
        return {}, text, 1, []
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    refused = [ReadingWarning("The front matter is not valid YAML; it is kept as text.", 1)]
    if re.search(r"(?:^|[\s\[,{:-])[*&]\w", found.group(1)):  # anchors and aliases: ten lines can expand to gigabytes
        return {}, text[3:], 1, refused
    try:
        front = YAMLHandler().load(found.group(1))
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError, OverflowError, KeyError):
        return {}, text[3:], 1, refused
    if not isinstance(front, dict):
        return {}, text[3:], 1, refused
    return front, text[found.end() :], text.count("\n", 0, found.end()) + 1, []


def _day(stated: Mapping[str, object]) -> date | None:
    """Give the day that facts state: that of the session before that on which the page was made."""
    days = (day_of(stated[key]) for key in _DAYS if key in stated)
    return next((day for day in days if day), None)


def _roles(front: Mapping[str, object]) -> dict[str, Role]:
    """Give the roles front matter states: `interviewer: Dana`, `participants: [P1, P2]`, `participant: {id: P1}`."""
    roles: dict[str, Role] = {}
    for key, value in front.items():
        folded = str(key).casefold()
        role = Role.INTERVIEWER if folded in _ASKING else Role.PARTICIPANT if folded in _ASKED else None
        if role:
            roles.update({clean_label(name): role for name in _names(value)})
    return roles


def _people(front: Mapping[str, object]) -> tuple[Speaker, ...]:
    """Give the participants whom notes are about: they speak no turn here, but they were asked."""
    asked = [label for label, role in _roles(front).items() if role is Role.PARTICIPANT]
    return tuple(Speaker(label, Role.PARTICIPANT, RoleSource.FILE, 1.0) for label in asked[:PEOPLE])


def _names(value: object) -> list[str]:
    if isinstance(value, list | tuple):
        return [name for each in value for name in _names(each)]
    if isinstance(value, dict):
        return [str(value[key]) for key in ("id", "name", "label") if value.get(key)]
    return [part.strip() for part in re.split("[,;]", str(value))] if value else []


def _language(value: object) -> str:
    code = str(value or "")[:2].lower()
    return code if code.isalpha() and code.isascii() else ""


def _written(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_written(each) for each in value)[:2000]
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_written(each)}" for key, each in value.items())[:2000]
    return str(value)[:2000]
