"""Values as JSON and back, by their types: what a column keeps of a dataclass, and the same dataclass again."""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

T = TypeVar("T")


def written(value: Any) -> dict[str, Any]:
    """Give a dataclass as JSON keeps it.

    >>> from repository.domain.report import Share
    >>> written(Share(1, 2, 0.1, 0.9))
    {'count': 1, 'of': 2, 'low': 0.1, 'high': 0.9}
    """
    kept: dict[str, Any] = _adapter(cast(Hashable, type(value))).dump_python(value, mode="json")
    return kept


def read(kind: type[T], kept: Any) -> T:
    """Give a dataclass again, of what was kept of it."""
    adapter = _adapter(cast(Hashable, kind))
    found: T = adapter.validate_json(kept) if isinstance(kept, str) else adapter.validate_python(kept)
    return found


@cache
def _adapter(kind: Hashable) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(cast(Any, kind))
