"""Codes to choose from while coding: found by part of a name, and made on the spot where there is none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from repository.codebook import Codebook, folded, seen
from repository.domain.access import Viewer
from repository.domain.coding import Code
from repository.errors import Rejected
from repository.workspace import Workspace

#: Codes offered for what somebody types, and how many ranks they have.
OFFERED, RANKS = 8, 4
#: Codes in a list to choose from, and stands between a theme and its code there.
LISTED, BELOW = 1_000, "›"


@dataclass(frozen=True, slots=True)
class Match:
    """A code that was found by part of its name or its theme's; a theme has no `theme_name`."""

    slug: str
    name: str
    theme_name: str


def matches(workspace: Workspace, viewer: Viewer, typed: str, limit: int = OFFERED) -> tuple[Match, ...]:
    """Find codes by the beginnings of words in their names or their theme's; for nothing, those the viewer used last."""
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
        used = unit.codings.used_by(viewer.person, limit)
    words = folded(typed).split()
    if words:
        ranks = [(_rank(words, code, codebook.theme_of(code)), code) for code in codebook.codes]
        found = [code for best in range(RANKS) for rank, code in ranks if rank == best]
    else:
        recent = [codebook.by_id[code_id] for code_id in used if codebook.by_id[code_id] in codebook.codes]
        found = [*recent, *(code for code in codebook.codes if not code.is_theme and code not in recent)]
    return tuple(_match(codebook, code) for code in found[:limit])


def called(workspace: Workspace, viewer: Viewer, typed: str) -> str:
    """Give the slug of the one code that is called so, with its theme before it or without. Raises Rejected."""
    found = matches(workspace, viewer, typed.rpartition(BELOW)[2], limit=LISTED)
    exact = [m for m in found if folded(typed) in (folded(m.name), folded(f"{m.theme_name} {BELOW} {m.name}"))]
    if not exact:
        raise Rejected(f"No code is called “{typed}”.", hint="Choose one from the list.")
    if len(exact) > 1:
        raise Rejected(f"Several codes are called “{typed}”.", hint="Choose the one that is meant, with its theme.")
    return exact[0].slug


def themes(workspace: Workspace, viewer: Viewer) -> tuple[Match, ...]:
    """List the themes a new code can stand under."""
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
    return tuple(_match(codebook, theme) for theme in codebook.themes)


def _rank(words: Sequence[str], code: Code, theme: Code) -> int | None:
    """Say how well a code matches by its names, 0 best; codes come before their theme."""
    own, above = folded(" / ".join((code.facts.name, *code.facts.aliases))), folded(theme.facts.name)
    if code.is_theme:
        return 3 if all(_begins(word, own) for word in words) else None
    if all(_begins(word, own) for word in words):
        return 0
    if all(_begins(word, f"{above} {own}") for word in words):
        return 1
    return 2 if all(word in f"{above} {own}" for word in words) else None


def _begins(word: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}", name) is not None


def _match(codebook: Codebook, code: Code) -> Match:
    return Match(code.facts.slug, code.facts.name, "" if code.is_theme else codebook.theme_of(code).facts.name)
