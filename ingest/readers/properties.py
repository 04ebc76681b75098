"""Properties at the top of a page of notes, as Notion exports them: `Created: …`, `Tags: …` under the title."""

import re

from ingest.readers.roles import role_of_label
from repository.domain.transcript import Role

#: What Notion calls an exported page: its title and 32 digits.
_NOTION = re.compile(r"(?:.*[ /\\])?[0-9a-f]{32}\.(?:md|markdown)", re.I | re.S)
_TOP = re.compile(r"\s{0,20}#[ \t]+[^\n]{1,500}\n(?:[ \t]*\n){0,5}")
_PROPERTY = re.compile(r"([^\W\d_][^:*_#<>|`\n]{0,59}):(?:[ \t]+([^\n]{1,5000}))?")
_KEYS = re.compile(
    r"(?:date|day|created|updated|last edited|modified|datum|erstellt|geändert|fecha|creado|data|criado|créé|modifié|creato|time|"
    r"tags?|status|type|typ|tipo|category|kategorie|priority|people|person|participants?|attendees?|interviewees?|interviewers?|"
    r"moderators?|researchers?|respondents?|facilitators?|teilnehmer(?:innen)?|owner|author|assignee|company|team|project|study|"
    r"round|segment|role|location|duration|recording|link|url|source|topic|method|language|e-?mail|phone|age|country|product)"
    r"(?: (?:time|by|date|at|on|id|name|names|status))?|.{1,40} (?:date|status|type|tags?|url|link)",
    re.I,
)
_LINK = re.compile(
    r"\[([^\]\n]{1,300})\]\([^)\n]{1,2000}\)|[ \t]\((?:https?://|[^()\s]{0,300}%20|[^()\s]{1,300}\.md)[^()\n]{0,2000}\)"
)
#: What sentences end with, and properties hardly ever.
_SAID = (".", "?", "!", "…")
#: Properties at most; without Notion's name at least.
_MOST, _FEWEST = 60, 2


def properties_of(text: str, name: str) -> tuple[dict[str, str], str]:
    """Give the properties under the title, and the text with blank lines in their place.

    The beginning of a talk (`Ana: Hello.`) looks much the same: nobody says a property twice, none ends as a sentence
    does, and one at least has a name that properties have. Without Notion's file name nothing else may stand by them.
    """
    top = _TOP.match(text)
    if top is None:
        return {}, text
    rest = text[top.end() :]
    block: list[str] = []
    for line in rest[:100_000].split("\n"):
        if not line.strip():
            break
        block.append(line)
    notion = _NOTION.fullmatch(name) is not None
    found: dict[str, str] = {}
    taken = 0
    for line in block[:_MOST]:
        match = _PROPERTY.fullmatch(line.strip())
        if match is None or match[1].strip() in found:
            break
        found[match[1].strip()] = _LINK.sub(lambda link: link[1] or "", match[2] or "").strip()
        taken += 1
    below = "\n".join(rest.split("\n")[taken:])
    if not _are_properties(found, below) or not (notion or (taken == len(block) >= _FEWEST)):
        return {}, text
    return found, text[: top.end()] + "\n" * taken + below


def _are_properties(found: dict[str, str], below: str) -> bool:
    if not any(map(_KEYS.fullmatch, found)):
        return False
    if any(re.search(rf"^[>\-* ]{{0,5}}[*_]{{0,3}}{re.escape(key)}[*_]{{0,3}}:", below, re.M) for key in found):
        return False  # somebody who speaks further down
    said = sum(value.endswith(_SAID) for value in found.values())
    people = sum(role_of_label(key) is not Role.UNKNOWN and value.endswith(_SAID) for key, value in found.items())
    return not people and said <= 0.34 * len(found)
