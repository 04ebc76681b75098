"""Codes to choose from while coding: found by part of a name, and made on the spot where there is none."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from repository.codebook import Codebook
from repository.domain.access import Viewer
from repository.domain.coding import Code, CodeFacts, CodeMode
from repository.errors import Forbidden, Rejected
from repository.workspace import Workspace

#: Codes offered for what somebody types, and how many ranks they have.
OFFERED, RANKS = 8, 4


@dataclass(frozen=True, slots=True)
class Match:
    """A code that was found by part of its name or its theme's; a theme has no `theme_name`."""

    slug: str
    name: str
    theme_name: str


def matches(workspace: Workspace, viewer: Viewer, typed: str, limit: int = OFFERED) -> tuple[Match, ...]:
    """Find codes by the beginnings of words in their names or their theme's; for nothing, those the viewer used last."""
    with workspace.read() as unit:
        codebook = Codebook(unit.codes.all())
        used = unit.codings.used_by(viewer.person, limit)
    words = _folded(typed).split()
    if words:
        ranks = [(_rank(words, code, codebook.theme_of(code)), code) for code in codebook.codes]
        found = [code for best in range(RANKS) for rank, code in ranks if rank == best]
    else:
        recent = [codebook.by_id[code_id] for code_id in used]
        found = [*recent, *(code for code in codebook.codes if not code.is_theme and code not in recent)]
    return tuple(_match(codebook, code) for code in found[:limit])


def themes(workspace: Workspace, viewer: Viewer) -> tuple[Match, ...]:
    """List the themes a new code can stand under."""
    with workspace.read() as unit:
        codebook = Codebook(unit.codes.all())
    return tuple(_match(codebook, theme) for theme in codebook.themes)


def new_code(workspace: Workspace, viewer: Viewer, name: str, under: str = "") -> str:
    """Make a code without a definition, under a theme or as one; give its slug, or that of the one there is."""
    if not viewer.may_write:
        raise Forbidden("Readers cannot make codes.")
    name = " ".join(name.split())
    if not name:
        raise Rejected("A code needs a name.")
    with workspace.write() as unit:
        codebook = Codebook(unit.codes.all())
        theme = codebook.named(under) if under else None
        if theme and not theme.is_theme:
            raise Rejected("Codes stand under themes only.")
        siblings = codebook.under(theme) if theme else codebook.themes
        for sibling in siblings:
            if _folded(sibling.facts.name) == _folded(name):
                return sibling.facts.slug
        slug = _slug(name, {code.facts.slug for code in codebook.codes})
        unit.codes.add_missing([CodeFacts(slug, name, "", mode=CodeMode.MANUAL, parent=under)])
        return slug


def _rank(words: Sequence[str], code: Code, theme: Code) -> int | None:
    """Say how well a code matches, 0 best; codes come before their theme."""
    own, above = _folded(code.facts.name), _folded(theme.facts.name)
    if code.is_theme:
        return 3 if all(_begins(word, own) for word in words) else None
    if all(_begins(word, own) for word in words):
        return 0
    if all(_begins(word, f"{above} {own}") for word in words):
        return 1
    return 2 if all(word in f"{above} {own}" for word in words) else None


def _begins(word: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}", name) is not None


def _folded(words: str) -> str:
    plain = unicodedata.normalize("NFKD", words.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character)).strip()


def _match(codebook: Codebook, code: Code) -> Match:
    return Match(code.facts.slug, code.facts.name, "" if code.is_theme else codebook.theme_of(code).facts.name)


def _slug(name: str, taken: Collection[str]) -> str:
    plain = re.sub(r"[\W_]+", "-", _folded(name)).strip("-") or "code"
    return next(slug for slug in (plain, *(f"{plain}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)
