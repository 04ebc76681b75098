"""The codebook as a tree, and the starter codebook a new repository begins with."""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import count
from pathlib import Path

from repository.domain.access import Viewer
from repository.domain.coding import Code, CodeFacts, CodeMode
from repository.errors import NotFound
from repository.store.unit import Unit
from repository.workspace import Workspace

STARTER = Path(__file__).parent / "starter.toml"


class Codebook:
    """Themes and their codes, looked up by number, by slug and by name. Retired ones are found, but not listed."""

    def __init__(self, codes: Sequence[Code]) -> None:
        """Take the codes, each before those under it."""
        self.everything = tuple(codes)
        self.codes = tuple(code for code in codes if code.retired_at is None)
        self.by_id = {code.id: code for code in codes}
        self._by_slug = {code.facts.slug: code for code in codes}
        self._children: dict[int | None, list[Code]] = {}
        for code in self.codes:
            self._children.setdefault(code.parent_id, []).append(code)

    @property
    def themes(self) -> tuple[Code, ...]:
        """Give the top of the tree."""
        return self.children(None)

    @cached_property
    def suggestible(self) -> tuple[Code, ...]:
        """Give the codes that a machine may put on words: no theme that has codes to say it more exactly."""
        fitting = (code for code in self.codes if not code.is_theme or not self.children(code))
        return tuple(code for code in fitting if code.facts.mode is not CodeMode.MANUAL)

    def named(self, slug: str) -> Code:
        """Give a code by slug; of one that was merged into another, that one. Raises NotFound."""
        if slug not in self._by_slug:
            raise NotFound("There is no such theme.")
        return self.current(self._by_slug[slug])

    def current(self, code: Code) -> Code:
        """Give the code that took a merged one's place, or the code itself."""
        passed: set[int] = set()
        while code.merged_into in self.by_id and code.id not in passed:
            passed.add(code.id)
            code = self.by_id[code.merged_into or 0]
        return code

    def called(self, name: str) -> tuple[Code, ...]:
        """List the codes of this name or alias, whatever its case and accents; those so named first."""
        asked = folded(name)
        own = [code for code in self.codes if folded(code.facts.name) == asked]
        return tuple(own + [c for c in self.codes if c not in own and asked in map(folded, c.facts.aliases)])

    def children(self, code: Code | None) -> tuple[Code, ...]:
        """Give what stands right under a code, or (None) the themes, in order."""
        return tuple(self._children.get(code.id if code else None, ()))

    def under(self, code: Code) -> tuple[Code, ...]:
        """Give everything below a code, each before those under it."""
        found: list[Code] = []
        waiting = [*self.children(code)[::-1]]
        while waiting:
            found.append(waiting.pop())
            waiting += self.children(found[-1])[::-1]
        return tuple(found)

    def path(self, code: Code) -> tuple[Code, ...]:
        """Give a code with what it stands under, the theme first."""
        path = [code]
        while path[0].parent_id in self.by_id:
            path.insert(0, self.by_id[path[0].parent_id or 0])
        return tuple(path)

    def theme_of(self, code: Code) -> Code:
        """Give the theme a code belongs to: itself, if it is one."""
        return self.path(code)[0]

    def ids_under(self, slugs: Sequence[str]) -> tuple[int, ...]:
        """Give the numbers of these codes and of the codes under them; unknown slugs are an error."""
        chosen = [self.named(slug) for slug in slugs]
        return tuple(dict.fromkeys(c.id for code in chosen for c in (code, *self.under(code))))

    def colour(self, code: Code) -> str:
        """Give a code's colour: its own, or that of the nearest code above it that has one."""
        return next((above.facts.colour for above in reversed(self.path(code)) if above.facts.colour), "")


def seen(unit: Unit, viewer: Viewer) -> Codebook:
    """Give the codebook as a viewer may see it: without the codes of studies that are not theirs."""
    codes = unit.codes.all()
    return Codebook([c for c in codes if c.facts.study_id is None or viewer.may_see(c.facts.study_id)])


def folded(name: str) -> str:
    """Give a name without case, accents and doubled blanks: two that look alike are alike."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def new_slug(name: str, taken: Collection[str]) -> str:
    """Make an address of a name that no code has yet."""
    plain = re.sub(r"[\W_]+", "-", folded(name)).strip("-")[:60] or "code"
    numbers = count(2)
    slug = plain
    while slug in taken:
        slug = f"{plain}-{next(numbers)}"
    return slug


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
