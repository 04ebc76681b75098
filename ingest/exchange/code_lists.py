"""A list of codes as another tool or a table gives it, and as JSON for the way out of the limited child process."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from repository.codebook_rules import LONGEST_NAME
from repository.domain.coding import CodeFacts, CodeMode

_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_MANY = ("examples", "counter_examples", "cues", "aliases")


@dataclass(frozen=True, slots=True)
class CodeList:
    """Codes, parents before children, and what had to be decided or left out.

    A code's `slug` only tells it from the others of the list; `parent` is the `slug` of the one it stands under.
    """

    codes: tuple[CodeFacts, ...]
    remarks: tuple[str, ...] = ()


def colour_of(text: str) -> str | None:
    """Give a colour as #rrggbb, "" for none, None if it is none: it comes to stand in a style sheet.

    >>> colour_of("#0f0"), colour_of("red;}")
    ('#00ff00', None)
    """
    text = text.strip()
    if text and not _COLOUR.fullmatch(text):
        return None
    return "#" + "".join(2 * digit for digit in text[1:]) if len(text) == 4 else text


def name_of(text: str) -> tuple[str, str]:
    """Give a name as it can be kept, and what is to be said about it."""
    name = " ".join(text.split())
    if not name:
        return "Unnamed code", "has no name"
    if len(name) > LONGEST_NAME:
        return name[: LONGEST_NAME - 1] + "…", f"has a name of {len(name)} characters, which was cut"
    return name, ""


def to_values(found: CodeList) -> dict[str, Any]:
    """Give a list as JSON has it."""
    return {"codes": [asdict(code) for code in found.codes], "remarks": found.remarks}


def from_values(values: Mapping[str, Any]) -> CodeList:
    """Read a list that `to_values` wrote. Raises KeyError, TypeError, ValueError."""
    return CodeList(tuple(map(code_of, values["codes"])), tuple(values["remarks"]))


def code_of(values: Mapping[str, Any]) -> CodeFacts:
    """Read a code's facts that `asdict` made."""
    many = {name: tuple(values[name]) for name in _MANY}
    return CodeFacts(**{**values, **many, "mode": CodeMode(values["mode"])})
