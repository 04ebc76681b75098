"""The codebook as a tree, and the starter codebook a new repository begins with."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from repository.domain.coding import Code, CodeFacts
from repository.errors import NotFound
from repository.workspace import Workspace

STARTER = Path(__file__).parent / "starter.toml"


class Codebook:
    """Themes and their codes, looked up by number and by slug."""

    def __init__(self, codes: Sequence[Code]) -> None:
        """Take the codes in codebook order."""
        self.codes = tuple(codes)
        self.by_id = {code.id: code for code in codes}
        self._by_slug = {code.facts.slug: code for code in codes}

    @property
    def themes(self) -> tuple[Code, ...]:
        """Give the top of the tree."""
        return tuple(code for code in self.codes if code.is_theme)

    def named(self, slug: str) -> Code:
        """Give a code by slug. Raises NotFound."""
        if slug not in self._by_slug:
            raise NotFound("There is no such theme.")
        return self._by_slug[slug]

    def under(self, code: Code) -> tuple[Code, ...]:
        """Give a theme's codes, in order."""
        return tuple(child for child in self.codes if child.parent_id == code.id)

    def theme_of(self, code: Code) -> Code:
        """Give the theme a code belongs to: itself, if it is one."""
        return code if code.parent_id is None else self.by_id[code.parent_id]

    def ids_under(self, slugs: Sequence[str]) -> tuple[int, ...]:
        """Give the numbers of these codes and of the codes under them; unknown slugs are an error."""
        chosen = [self.named(slug) for slug in slugs]
        return tuple(dict.fromkeys(c.id for code in chosen for c in (code, *self.under(code))))

    def colour(self, code: Code) -> str:
        """Give a code's colour: its theme's, unless it has its own."""
        return code.facts.colour or self.theme_of(code).facts.colour


def starter() -> list[CodeFacts]:
    """Read the starter codebook for product research, themes before their codes."""
    table = tomllib.loads(STARTER.read_text(encoding="utf-8"))
    facts = []
    for theme in table["theme"]:
        codes = theme.pop("code")
        facts.append(CodeFacts(**theme))
        facts += [
            CodeFacts(
                **{**code, "examples": tuple(code["examples"]), "cues": tuple(code["cues"])}, parent=theme["slug"]
            )
            for code in codes
        ]
    return facts


def names(workspace: Workspace) -> dict[str, str]:
    """Give the name of each theme and code by its slug."""
    with workspace.read() as unit:
        return {code.facts.slug: code.facts.name for code in unit.codes.all()}


def ensure_codebook(workspace: Workspace) -> None:
    """Give a new repository the starter codebook; one that has codes is left alone."""
    with workspace.read() as unit:
        if unit.codes.all():
            return
    with workspace.write() as unit:
        if not unit.codes.all():
            unit.codes.add_missing(starter())
