"""The digest: what needs hands, in numbers, to those whom the settings name; silent while nothing has changed.

What each way (mail, web address) was told is kept as a fact of hashes, so that the next one can say what is new and gone.
A way that failed was told nothing: it is tried again, and the other is not told twice.
"""

import hashlib
import json
import logging
from datetime import datetime, timedelta
from typing import Any

from repository.domain.access import LOCAL_ADMIN
from repository.domain.stewardship import Digest, Heap, Told
from repository.errors import CairnError
from repository.posting import by_hook, by_mail
from repository.stewarding import heaps
from repository.workspace import Workspace

log = logging.getLogger(__name__)

#: The ways a digest goes, and the facts that keep what each was told, and when it was last tried.
MAIL, HOOK = "mail", "hook"
TOLD, TRIED, TURNS = "digest.told.{}", "digest.tried.{}", "digest.turns"
#: After a failure it is tried again so much later; two workers do not both send within that time.
AGAIN = timedelta(minutes=50)

Keys = dict[str, dict[str, int]]


def ways(workspace: Workspace) -> list[str]:
    """Give the ways that the settings name; none: the digest is off."""
    settings = workspace.settings.digest
    return [way for way, named in ((MAIL, settings.to), (HOOK, settings.webhook_url)) if named.strip()]


def digest(workspace: Workspace, way: str = "", found: list[Heap] | None = None) -> Digest:
    """Compose the digest, by what a way was told last; for whoever keeps this repository: it counts every study."""
    held = found if found is not None else heaps(workspace, LOCAL_ADMIN)
    since, before = _last(workspace, way or next(iter(ways(workspace)), MAIL))
    told = []
    for heap in held:
        now, then = _keys(heap), before.get(heap.kind.value, {})
        new = sum(max(0, number - then.get(key, 0)) for key, number in now.items())
        gone = sum(max(0, number - now.get(key, 0)) for key, number in then.items()) if not heap.hindered else 0
        told.append(Told(heap.kind, heap.number, new, gone, heap.oldest))
    return Digest(workspace.clock(), since, tuple(told))


def send_due(workspace: Workspace) -> None:
    """Send what is due, if anything changed; log a failure without its content. Called by the worker now and then."""
    days = timedelta(days=workspace.settings.digest.every_days)
    due = []
    for way in ways(workspace):
        since, _ = _last(workspace, way)
        if (since is None or workspace.clock() - since >= days) and _mine(workspace, way):
            due.append(way)
    for way in due:
        try:
            _send(workspace, way, heaps(workspace, LOCAL_ADMIN), even_unchanged=False)
        except CairnError as error:
            log.warning("the digest was not sent by %s: %s", way, error.message)


def send(workspace: Workspace, *, even_unchanged: bool = False) -> list[str]:
    """Send now by every way that the settings name; give those by which it went: none where nothing changed.

    Raises NotSent, SettingsError; a way that comes after one that failed is tried all the same.
    """
    found, sent = heaps(workspace, LOCAL_ADMIN), []
    failed: CairnError | None = None
    for way in ways(workspace):
        try:
            if _send(workspace, way, found, even_unchanged=even_unchanged):
                sent.append(way)
        except CairnError as error:
            failed = error
    if failed:
        raise failed
    return sent


def as_text(made: Digest) -> str:
    """Say a digest in lines."""
    lines = [_line(one, made.at) for one in made.told if one.number or one.gone]
    since = f" (since {made.since.day} {made.since:%B %Y})" if made.since else ""
    if not lines:
        return f"Everything is in order{since}."
    return f"What needs hands{since}:\n\n" + "\n".join(lines)


def as_json(made: Digest, page: str) -> dict[str, Any]:
    """Give a digest for programs; `text` is what chat tools show, `page` the address where it is mended."""
    return {
        "text": f"{as_text(made)}\n\n{page}",
        "at": made.at.isoformat(),
        "since": made.since.isoformat() if made.since else None,
        "changed": made.changed,
        "page": page,
        "needs": [
            {
                "kind": one.kind.value,
                "title": one.kind.called,
                "number": one.number,
                "new": one.new,
                "gone": one.gone,
                "oldest": one.oldest.isoformat() if one.oldest else None,
                "page": f"{page}?kind={one.kind.value}",
            }
            for one in made.told
        ],
    }


def page_of(workspace: Workspace) -> str:
    """Give the address of the page where all of this is mended."""
    server = workspace.settings.server
    return f"http://{server.host}:{server.port}/stewardship/"


def _send(workspace: Workspace, way: str, found: list[Heap], *, even_unchanged: bool) -> bool:
    made, page = digest(workspace, way, found), page_of(workspace)
    if not (made.changed or even_unchanged):
        return False
    if way == MAIL:
        number = sum(one.number for one in made.told)
        by_mail(workspace.settings.digest, f"Cairn: {number:,} need hands", f"{as_text(made)}\n\n{page}\n")
    else:
        by_hook(workspace.settings.digest, as_json(made, page))
    _, before = _last(workspace, way)
    keys = {heap.kind.value: before.get(heap.kind.value, {}) if heap.hindered else _keys(heap) for heap in found}
    with workspace.write() as unit:
        unit.facts.set_text(TOLD.format(way), json.dumps({"at": made.at.isoformat(), "keys": keys}))
    return True


def _mine(workspace: Workspace, way: str) -> bool:
    """Take the turn to send, unless somebody took it a moment ago."""
    now = workspace.clock()
    with workspace.write() as unit:
        unit.facts.bump(TURNS)  # the row is locked from here on: of two workers one has the turn
        tried = unit.facts.text(TRIED.format(way))
        if tried and now - datetime.fromisoformat(tried) < AGAIN:
            return False
        unit.facts.set_text(TRIED.format(way), now.isoformat())
    return True


def _last(workspace: Workspace, way: str) -> tuple[datetime | None, Keys]:
    with workspace.read() as unit:
        kept = json.loads(unit.facts.text(TOLD.format(way)) or "{}")
    return (datetime.fromisoformat(kept["at"]), kept["keys"]) if kept else (None, {})


def _keys(heap: Heap) -> dict[str, int]:
    """Give a number for each need under a hash: what is kept says nothing by itself."""
    return {
        hashlib.sha256(need.key.encode("utf-8", "surrogatepass")).hexdigest()[:12]: need.number for need in heap.needs
    }


def _line(one: Told, now: datetime) -> str:
    days = (now - one.oldest).days if one.oldest and one.number else 0
    parts = [f"{one.new:,} new"] if one.new else []
    parts += [f"{one.gone:,} settled"] if one.gone else []
    parts += [f"the oldest for {days:,} days"] if days > 1 else []
    return f"- {one.kind.called}: {one.number:,}" + (f" ({', '.join(parts)})" if parts else "")
