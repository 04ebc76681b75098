"""What needs somebody's hands in a repository, kind by kind, counted within what the viewer may see.

A kind is one function; one more kind (consent that expires) is one more line in FINDERS. Some needs may be right as they
are: somebody looks, sets them aside, and they can be put back.
"""

import json
from collections.abc import Callable
from dataclasses import replace

from repository import needs_of_insights, needs_of_material, needs_of_work
from repository.domain.access import Viewer
from repository.domain.stewardship import Heap, Need, NeedKind
from repository.errors import Conflict, Forbidden, NotFound, Rejected, Unavailable
from repository.workspace import Workspace

#: The fact that keeps what was set aside, and the one that lets two who do so at once wait for each other.
ASIDE, TURNS = "stewardship.aside", "stewardship.turns"
#: Characters of a consent.
CONSENT = 500

Finder = Callable[[Workspace, Viewer], list[Need]]
FINDERS: dict[NeedKind, Finder] = {
    NeedKind.EVIDENCE_MISSING: needs_of_insights.evidence_missing,
    NeedKind.REVIEW: needs_of_insights.review,
    NeedKind.PROPOSED: needs_of_insights.proposed,
    NeedKind.SOURCES: needs_of_material.sources,
    NeedKind.NO_QUOTING: needs_of_material.no_quoting,
    NeedKind.NO_CONSENT: needs_of_material.no_consent,
    NeedKind.DUPLICATES: needs_of_material.duplicates,
    NeedKind.UNLINKED: needs_of_material.unlinked,
    NeedKind.SUGGESTIONS: needs_of_work.suggestions,
    NeedKind.PLANS: needs_of_work.plans,
    NeedKind.BLIND: needs_of_work.blind,
    NeedKind.DRIFT: needs_of_work.drift,
    NeedKind.GAPS: needs_of_work.gaps,
}


def heaps(workspace: Workspace, viewer: Viewer) -> list[Heap]:
    """Give everything that needs hands, the most urgent kind first; kinds with nothing are among them, and empty."""
    return [heap(workspace, viewer, kind) for kind in NeedKind]


def heap(workspace: Workspace, viewer: Viewer, kind: NeedKind) -> Heap:
    """Give what needs hands of one kind; what cannot be told just now, as without a model, is said and not hidden."""
    try:
        found = FINDERS[kind](workspace, viewer)
    except Unavailable as error:
        return Heap(kind, (), hindered=error.message)
    if not kind.may_be_right:
        return Heap(kind, tuple(found))
    with workspace.read() as unit:
        aside = json.loads(unit.facts.text(ASIDE) or "{}").get(kind.value, {})
    return Heap(
        kind,
        tuple(need for need in found if need.key not in aside),
        tuple(replace(need, set_aside_by=aside[need.key]) for need in found if need.key in aside),
    )


def pressing(workspace: Workspace, viewer: Viewer) -> int:
    """Count what cannot wait: insights to review or without evidence, and failed files. Cheap: every page asks."""
    with workspace.read() as unit:
        return unit.needs.pressing(viewer)


def set_aside(workspace: Workspace, viewer: Viewer, kind: NeedKind, key: str) -> Need:
    """Note that somebody looked and leaves it as it is. Raises Forbidden, NotFound, Rejected (kinds never right)."""
    return _moved(workspace, viewer, kind, key, aside=True)


def put_back(workspace: Workspace, viewer: Viewer, kind: NeedKind, key: str) -> Need:
    """Put what was set aside back. Raises Forbidden, NotFound."""
    return _moved(workspace, viewer, kind, key, aside=False)


def state_consent(
    workspace: Workspace, viewer: Viewer, session_id: int, consent: str, *, whole_study: bool = False
) -> int:
    """Write down what a participant agreed to, if asked for all of the study's sessions that state nothing; count them.

    Raises Forbidden, Rejected (nothing said), NotFound, Conflict (it states something by now).
    """
    consent = " ".join(consent.replace("\0", " ").split())[:CONSENT]
    if not viewer.may_write:
        raise Forbidden("Readers cannot state a consent.")
    if not consent:
        raise Rejected("Say what was agreed to.", hint="For example: research within the company.", slug="no-consent")
    with workspace.write() as unit:
        unit.facts.bump(TURNS)  # the row is locked from here on: of two who state it at once the second sees the first
        session = unit.sessions.get(viewer, session_id)
        if session is None:
            raise NotFound("There is no such transcript.")
        if session.consent.strip():
            raise Conflict("Somebody stated it meanwhile.", hint="What was stated stays as it is.")
        silent = [words for words in unit.needs.consents(viewer) if not words.strip()] if whole_study else []
        rows = unit.needs.under(viewer, silent) if silent else []
        chosen = {session_id, *(row.id for row in rows if row.study_id == session.study_id)}
        unit.needs.state_consent(chosen, consent)
    return len(chosen)


def _moved(workspace: Workspace, viewer: Viewer, kind: NeedKind, key: str, *, aside: bool) -> Need:
    if not viewer.may_write:
        raise Forbidden("Readers cannot set anything aside.")
    if not kind.may_be_right:
        raise Rejected("This has to be mended, not set aside.", slug="not-set-aside")
    found = heap(workspace, viewer, kind)
    need = next((one for one in (found.set_aside if not aside else found.needs) if one.key == key), None)
    if need is None:
        raise NotFound("There is no such thing on this list any more.")
    standing = {one.key for one in FINDERS[kind](workspace, replace(viewer, study_ids=None))}
    with workspace.write() as unit:
        unit.facts.bump(TURNS)  # the row is locked from here on, so that nobody's choice is written over
        kept = json.loads(unit.facts.text(ASIDE) or "{}")
        held = {
            one: who for one, who in kept.get(kind.value, {}).items() if one in standing
        }  # what is gone is forgotten
        held = {**held, key: viewer.person} if aside else {one: who for one, who in held.items() if one != key}
        unit.facts.set_text(ASIDE, json.dumps({**kept, kind.value: held}))
    return need
