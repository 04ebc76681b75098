"""What a code means as one readable text, as other tools keep it, and taken apart again."""

import re
from collections.abc import Sequence
from dataclasses import replace

from repository.domain.coding import CodeFacts, CodeMode

_TEXTS = {"Use when": "use_when", "Not when": "not_when"}
_LISTS = {"Examples": "examples", "Counter-examples": "counter_examples", "Cues": "cues", "Also called": "aliases"}
_WORDS = {"Mode": "mode", "Owner": "owner"}
_HEADINGS = {**_TEXTS, **_LISTS, **_WORDS}
_HEADING = re.compile(rf"({'|'.join(_HEADINGS)}):[ \t]*(.*)")
#: A line of somebody's words that would be taken for a heading, or for one so marked.
_LIKE_ONE = re.compile(rf"\\*(?:{'|'.join(_HEADINGS)}):")


def written(facts: CodeFacts) -> str:
    r"""Write definition, use, examples and the rest under headings; what is empty, or as always, is left out.

    >>> print(written(CodeFacts("", "Price", "About money.", not_when="About time.", examples=("Too dear.",))))
    About money.
    <BLANKLINE>
    Not when:
    About time.
    <BLANKLINE>
    Examples:
    - Too dear.
    """
    parts = [_kept(facts.definition)]
    parts += [f"{title}:\n{_kept(getattr(facts, name))}" for title, name in _TEXTS.items() if getattr(facts, name)]
    parts += [_listed(title, getattr(facts, name)) for title, name in _LISTS.items() if getattr(facts, name)]
    if facts.mode is not CodeMode.SUGGEST:
        parts.append(f"Mode: {facts.mode.value}")
    if facts.owner:
        parts.append(f"Owner: {facts.owner}")
    return "\n\n".join(part for part in parts if part)


def understood(facts: CodeFacts, text: str) -> CodeFacts:
    """Give a code's facts with what a description says; one that has no such headings is the definition."""
    found: dict[str, list[str]] = {"definition": []}
    current = found["definition"]
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        heading = _HEADING.fullmatch(line)
        if heading:
            current = found.setdefault(_HEADINGS[heading[1]], [])
            line = heading[2]
        elif _LIKE_ONE.match(line):
            line = line.removeprefix("\\")
        current.append(line)
    texts = {name: "\n".join(lines).strip() for name, lines in found.items()}
    mode = texts.pop("mode", "").lower()
    lists = {name: _items(texts.pop(name)) for name in _LISTS.values() if name in texts}
    known = CodeMode(mode) if mode in list(CodeMode) else facts.mode
    return replace(facts, mode=known, **texts, **lists)  # type: ignore[arg-type]


def _kept(text: str) -> str:
    lines = text.strip().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("\\" + line if _LIKE_ONE.match(line) else line for line in lines)


def _listed(title: str, items: Sequence[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {item}" for item in items)])


def _items(text: str) -> tuple[str, ...]:
    return tuple(line.removeprefix("- ").strip() for line in text.split("\n") if line.strip(" -"))
