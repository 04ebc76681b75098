"""Saved searches: kept by name, opened again, followed, deleted and brought back; each is its owner's alone."""

from dataclasses import dataclass
from datetime import timedelta

from repository.domain.access import Viewer
from repository.domain.searching import SavedSearch
from repository.errors import Conflict, NotFound, Rejected
from repository.passages import Passage, passages_of
from repository.querying import Query, asked_of
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Characters of a name, and days for which what was deleted can be brought back.
NAME, KEPT = 80, timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Shown:
    """A saved search with its new quotes, those of the newest sessions first."""

    search: SavedSearch
    fresh: tuple[Passage, ...]


def saved(workspace: Workspace, viewer: Viewer) -> list[Shown]:
    """List the viewer's searches by name, with what is new of each."""
    with workspace.read() as unit:
        searches = unit.searches.of(viewer.person)
        seen = unit.segments.seen(viewer, {i for search in searches for i in search.fresh})
        passages = {one.id: one for one in passages_of(unit, viewer, sorted(seen))}
    return [
        Shown(search, tuple(sorted((passages[i] for i in search.fresh if i in passages), key=_newest)))
        for search in searches
    ]


def one(workspace: Workspace, viewer: Viewer, search_id: int) -> SavedSearch:
    """Give one of the viewer's searches. Raises NotFound."""
    with workspace.read() as unit:
        return _mine(unit, viewer, search_id)


def save(workspace: Workspace, viewer: Viewer, name: str, query: Query, *, followed: bool = False) -> SavedSearch:
    """Keep a search by name. Raises Rejected (no name, nothing asked), Conflict (the name is taken)."""
    name = _named(name)
    asked = tuple((key, value) for key, value in asked_of(query) if value.strip())
    if not asked:
        raise Rejected("There is no search to keep.", slug="nothing-asked")
    now = workspace.clock()
    with workspace.write() as unit:
        _free(unit, viewer, name)
        unit.searches.remove_deleted(now - KEPT)
        return unit.searches.add(viewer.person, name, asked, now, followed=followed)


def rename(workspace: Workspace, viewer: Viewer, search_id: int, name: str) -> SavedSearch:
    """Give a search another name. Raises NotFound, Rejected, Conflict."""
    name = _named(name)
    with workspace.write() as unit:
        search = _mine(unit, viewer, search_id)
        if name != search.name:
            _free(unit, viewer, name, but=search_id)
            unit.searches.change(search_id, name=name)
    return search


def follow(workspace: Workspace, viewer: Viewer, search_id: int, on: bool) -> SavedSearch:
    """Follow a search, or follow it no longer. Raises NotFound."""
    with workspace.write() as unit:
        search = _mine(unit, viewer, search_id)
        unit.searches.change(search_id, followed=on)
    return search


def looked(workspace: Workspace, viewer: Viewer, search_id: int) -> SavedSearch:
    """Note that the viewer has looked at what was new. Raises NotFound."""
    with workspace.write() as unit:
        search = _mine(unit, viewer, search_id)
        unit.searches.change(search_id, looked_at=workspace.clock(), fresh=[])
    return search


def delete(workspace: Workspace, viewer: Viewer, search_id: int) -> SavedSearch:
    """Delete a search. Raises NotFound."""
    with workspace.write() as unit:
        search = _mine(unit, viewer, search_id)
        unit.searches.change(search_id, deleted_at=workspace.clock())
    return search


def restore(workspace: Workspace, viewer: Viewer, search_id: int) -> SavedSearch:
    """Bring a deleted search back. Raises NotFound (another of its name was made meanwhile, or 30 days are over)."""
    with workspace.write() as unit:
        search = unit.searches.get(viewer.person, search_id)
        if search is None:
            raise NotFound("This search is gone.")
        unit.searches.change(search_id, deleted_at=None)
    return search


def _newest(passage: Passage) -> tuple[int, int]:
    return (-passage.occurred_on.toordinal() if passage.occurred_on else 0, passage.start)


def _named(name: str) -> str:
    name = " ".join(name.replace("\0", " ").split())[:NAME].strip()
    if not name:
        raise Rejected("A saved search needs a name.", slug="no-name")
    return name


def _mine(unit: Unit, viewer: Viewer, search_id: int) -> SavedSearch:
    search = unit.searches.get(viewer.person, search_id)
    if search is None or search.deleted_at is not None:
        raise NotFound("There is no such search.")
    return search


def _free(unit: Unit, viewer: Viewer, name: str, but: int = 0) -> None:
    taken = {one.name.casefold() for one in unit.searches.of(viewer.person) if one.id != but}
    if name.casefold() in taken:
        raise Conflict(f"There is a search called “{name}” already.", hint="Choose another name.", slug="name-taken")
    unit.searches.make_room(viewer.person, name)
