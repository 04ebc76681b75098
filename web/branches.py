"""The codebook's tree as pages draw it: whole if it is small, else the upper part, with the way to the rest."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from repository.codebook import Codebook
from repository.codebook_tree import STEP, CodeCounts, unready
from repository.domain.coding import Code
from web.inputs import PAGE

#: Codes drawn at once, and levels: more is opened by whoever wants it.
MOST, DEEPEST = 300, 8


@dataclass(frozen=True, slots=True)
class Branch:
    """A code as a row of the tree; `more` counts the codes right under it that are not drawn, `above` is the way to it."""

    code: Code
    counts: CodeCounts | None
    unready: bool
    above: str
    under: tuple["Branch", ...] = ()
    more: int = 0


def branches(
    codebook: Codebook, roots: Sequence[Code], counts: dict[int, CodeCounts], *, flat: bool = False
) -> tuple[Branch, ...]:
    """Draw codes with what stands under them, level by level as far as it fits; `flat`: each alone, with the way to it."""
    drawn: dict[int, tuple[Code, ...]] = {}
    left = MOST - len(roots)
    waiting = deque((code, 1) for code in ([] if flat else roots))
    while waiting:
        code, depth = waiting.popleft()
        under = codebook.children(code)
        if under and depth < DEEPEST and len(under) <= min(left, PAGE):
            drawn[code.id] = under
            left -= len(under)
            waiting.extend((child, depth + 1) for child in under)

    def branch(code: Code) -> Branch:
        under = drawn.get(code.id, ())
        return Branch(
            code,
            counts.get(code.id),
            unready(codebook, code),
            STEP.join(above.facts.name for above in codebook.path(code)[:-1]) if flat else "",
            tuple(branch(child) for child in under),
            0 if under or flat else len(codebook.children(code)),
        )

    return tuple(branch(code) for code in roots)
