"""Coding a transcript by hand: highlight, code, comment, change, split, delete, decide about suggestions; undo each act.

Every act is one transaction and keeps the rows it changed as they were, so that undoing puts back the very same rows.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from repository.carrying_over import carry_over
from repository.codebook import seen
from repository.domain.access import PersonRole, Viewer
from repository.domain.coding import Code, Highlight, Suggestion, SuggestionState
from repository.domain.offsets import from_utf16, trimmed
from repository.domain.study import Session
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.evidence_keeping import settle
from repository.jobs import queue_learning
from repository.store.acts import Image
from repository.store.codings import Mark
from repository.store.unit import Unit
from repository.workspace import Workspace

#: What can be undone here.
KINDS = ("highlight", "code", "uncode", "comment", "move", "split", "delete", "accept", "reject")


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: `act` undoes it (None if nothing changed, or it was an undoing); `spans` are touched characters."""

    session_id: int
    told: str
    act: int | None
    highlight_id: int | None
    spans: tuple[tuple[int, int], ...]


# What a person does


def chosen(
    workspace: Workspace, viewer: Viewer, session_id: int, *, text_id: int, start: int, end: int
) -> tuple[int, int]:
    """Turn what was selected in a browser that shows `text_id` into offsets. Raises Conflict if the text has changed."""
    with workspace.read() as unit:
        session = _session(unit, viewer, session_id, text_id=text_id)
        return from_utf16(_body(unit, session), start, end)


def highlight(
    workspace: Workspace,
    viewer: Viewer,
    session_id: int,
    *,
    text_id: int,
    start: int,
    end: int,
    code_slugs: Sequence[str] = (),
    comment: str = "",
) -> Done:
    """Highlight characters [start, end), blanks at their edges left out, and put codes on them."""
    with workspace.write() as unit:
        session = _session(unit, viewer, session_id, text_id=text_id, to_write=True)
        codes = _codes(unit, viewer, code_slugs)
        start, end = trimmed(_body(unit, session), start, end)
        same = unit.codings.at(text_id=text_id, start=start, end=end, by=viewer.person)
        before = unit.acts.image([same.id] if same else [])
        mark = _highlight(unit, workspace, session, start, end, viewer.person)
        for code in codes:
            unit.codings.code(highlight_id=mark.id, code_id=code.id, coder=viewer.person, now=workspace.clock())
        if comment.strip():
            unit.codings.comment(mark.id, comment.strip())
        told = f"Coded with {_named(codes)}." if codes else "Highlighted."
        return _noted(unit, workspace, viewer, session, "highlight", told, before, [mark.id])


def code(workspace: Workspace, viewer: Viewer, session_id: int, highlight_id: int, code_slugs: Sequence[str]) -> Done:
    """Put codes on a highlight, whoever made it."""
    with workspace.write() as unit:
        session = _session(unit, viewer, session_id, to_write=True)
        mark, codes = _mark(unit, session, highlight_id), _codes(unit, viewer, code_slugs)
        before = unit.acts.image([mark.highlight.id])
        for chosen in codes:
            unit.codings.code(highlight_id=highlight_id, code_id=chosen.id, coder=viewer.person, now=workspace.clock())
        told = f"Coded with {_named(codes)}."
        return _noted(unit, workspace, viewer, session, "code", told, before, [highlight_id])


def uncode(workspace: Workspace, viewer: Viewer, session_id: int, highlight_id: int, coding_id: int) -> Done:
    """Take a code off a highlight."""
    with workspace.write() as unit:
        session = _session(unit, viewer, session_id, to_write=True)
        mark = _mark(unit, session, highlight_id)
        coding = next((coding for coding in mark.codings if coding.id == coding_id), None)
        if coding is None:
            raise NotFound("This code is not on the highlight any more.")
        _own(viewer, coding.coder)
        before = unit.acts.image([highlight_id])
        unit.codings.uncode(coding_id)
        told = f"Took “{seen(unit, viewer).by_id[coding.code_id].facts.name}” off."
        return _noted(unit, workspace, viewer, session, "uncode", told, before, [highlight_id])


def comment(workspace: Workspace, viewer: Viewer, session_id: int, highlight_id: int, words: str) -> Done:
    """Keep a comment on a highlight; nothing removes it."""
    with workspace.write() as unit:
        session = _session(unit, viewer, session_id, to_write=True)
        _own(viewer, _mark(unit, session, highlight_id).highlight.created_by)
        before = unit.acts.image([highlight_id])
        unit.codings.comment(highlight_id, words.strip())
        told = "Kept the comment." if words.strip() else "Removed the comment."
        return _noted(unit, workspace, viewer, session, "comment", told, before, [highlight_id])


def move(
    workspace: Workspace, viewer: Viewer, session_id: int, highlight_id: int, *, text_id: int, start: int, end: int
) -> Done:
    """Let a highlight stand at other words, with all its codes."""
    with workspace.write() as unit:
        session = _session(unit, viewer, session_id, text_id=text_id, to_write=True)
        mark = _standing(session, _mark(unit, session, highlight_id))
        _own(viewer, mark.created_by)
        start, end = trimmed(_body(unit, session), start, end)
        _free(unit, mark, start, end)
        before = unit.acts.image([highlight_id])
        unit.codings.move(mark, start, end)
        return _noted(unit, workspace, viewer, session, "move", "Changed the words.", before, [highlight_id])


def split(workspace: Workspace, viewer: Viewer, session_id: int, highlight_id: int, *, text_id: int, at: int) -> Done:
    """Make two highlights of one, the second beginning at `at`; both keep all codes, the first the comment."""
    with workspace.write() as unit:
        session = _session(unit, viewer, session_id, text_id=text_id, to_write=True)
        kept = _mark(unit, session, highlight_id)
        mark, body = _standing(session, kept), _body(unit, session)
        _own(viewer, mark.created_by)
        if not mark.start < at < mark.end:
            raise Rejected("A highlight is split inside its words.", hint="Choose the first word of the second part.")
        first, second = trimmed(body, mark.start, at), trimmed(body, at, mark.end)
        _free(unit, mark, *first)
        same = unit.codings.at(text_id=text_id, start=second[0], end=second[1], by=mark.created_by)
        before = unit.acts.image([highlight_id, *([same.id] if same else [])])
        unit.codings.move(mark, *first)
        rest = _highlight(unit, workspace, session, *second, mark.created_by)
        for coding in kept.codings:
            unit.codings.code(
                highlight_id=rest.id,
                code_id=coding.code_id,
                coder=coding.coder,
                now=coding.created_at,
                suggestion_id=coding.suggestion_id,
            )
        return _noted(unit, workspace, viewer, session, "split", "Split in two.", before, [highlight_id, rest.id])


def delete(workspace: Workspace, viewer: Viewer, session_id: int, highlight_id: int) -> Done:
    """Delete a highlight with its codes."""
    with workspace.write() as unit:
        session = _session(unit, viewer, session_id, to_write=True)
        mark = _mark(unit, session, highlight_id)
        _own(viewer, mark.highlight.created_by)
        for coding in mark.codings:
            _own(viewer, coding.coder)
        before = unit.acts.image([highlight_id])
        unit.codings.remove(highlight_id)
        count = len(mark.codings)
        told = f"Deleted the highlight with {count} {'code' if count == 1 else 'codes'}."
        return _noted(unit, workspace, viewer, session, "delete", told, before, [highlight_id])


def accept(workspace: Workspace, viewer: Viewer, session_id: int, suggestion_id: int, *, instead: str = "") -> Done:
    """Make a suggestion the viewer's own highlight and coding; the machine's score stays with the suggestion.

    `instead` is the slug of another code to put on the words: then the suggested one is turned down.
    """
    with workspace.write() as unit:
        session, codebook = _session(unit, viewer, session_id, to_write=True), seen(unit, viewer)
        open_one = _pending(unit, session, suggestion_id)
        suggested = codebook.by_id[open_one.code_id]
        if suggested.retired_at is not None:
            raise Conflict(f"{_named([suggested])} is retired.", hint="Bring it back first.")
        code = _codes(unit, viewer, [instead])[0] if instead else suggested
        other = code.id != suggested.id
        accepted = unit.codings.suggested_for(open_one, code.id) if other else [suggestion_id]
        decided = {suggestion_id, *accepted}
        start, end = trimmed(_body(unit, session), open_one.start, open_one.end)
        same = unit.codings.at(text_id=open_one.text_id, start=start, end=end, by=viewer.person)
        before, now = unit.acts.image([same.id] if same else [], decided), workspace.clock()
        mark, origin = _highlight(unit, workspace, session, start, end, viewer.person), next(iter(accepted), None)
        unit.codings.code(highlight_id=mark.id, code_id=code.id, coder=viewer.person, now=now, suggestion_id=origin)
        unit.codings.decide(accepted, SuggestionState.ACCEPTED, by=viewer.person, at=now)
        unit.codings.decide(decided - set(accepted), SuggestionState.REJECTED, by=viewer.person, at=now)
        told = f"Coded with {_named([code])}, not {_named([suggested])}." if other else f"Accepted {_named([code])}."
        return _noted(unit, workspace, viewer, session, "accept", told, before, [mark.id], decided)


def reject(workspace: Workspace, viewer: Viewer, session_id: int, suggestion_id: int) -> Done:
    """Turn a suggestion down; it does not return for the same words while the code means the same."""
    with workspace.write() as unit:
        session = _session(unit, viewer, session_id, to_write=True)
        open_one = _pending(unit, session, suggestion_id)
        before = unit.acts.image((), [suggestion_id])
        unit.codings.decide([suggestion_id], SuggestionState.REJECTED, by=viewer.person, at=workspace.clock())
        told = f"Rejected “{seen(unit, viewer).by_id[open_one.code_id].facts.name}”."
        return _noted(unit, workspace, viewer, session, "reject", told, before, (), [suggestion_id])


def undo(workspace: Workspace, viewer: Viewer, session_id: int, act_id: int | None = None) -> Done:
    """Undo an act, or the viewer's last one on this session; what has changed since is left alone (Conflict)."""
    with workspace.write() as unit:
        session = _session(unit, viewer, session_id, to_write=True)
        if act_id is None:
            act = unit.acts.last(session_id, viewer.person, KINDS)
        else:
            act = unit.acts.get(session_id, act_id)
        if act is None or act.kind not in KINDS:
            raise NotFound("There is nothing to undo here.")
        _own(viewer, act.by)
        if act.undone_at is not None:
            raise Conflict("This was undone already.")
        if not unit.acts.undo(act, workspace.clock()):
            raise Conflict("This has been changed since.", hint="Undo what was done after it first.")
        carry_over(unit, session.text_id or 0, workspace.clock())  # what came back may stand on an older text
        queue_learning(unit, workspace)
        marks = [row["id"] for row in act.before.get("highlight", ())]
        told = f"Undone: {act.told}"
        return Done(session_id, told, None, marks[0] if marks else None, _spans(session, act.before, act.after))


# What every act asks first, and notes last


def _may_write(viewer: Viewer) -> None:
    if not viewer.may_write:
        raise Forbidden("Readers cannot code.")


def _own(viewer: Viewer, whose: str) -> None:
    if whose != viewer.person and viewer.role not in (PersonRole.OPS, PersonRole.ADMIN):
        raise Forbidden(f"This is {whose}’s.", hint="Make a highlight of your own.")


def _session(
    unit: Unit, viewer: Viewer, session_id: int, *, text_id: int | None = None, to_write: bool = False
) -> Session:
    if to_write:
        _may_write(viewer)
    session = unit.sessions.get(viewer, session_id)
    if session is None or session.text_id is None:
        raise NotFound("There is no such transcript.")
    if text_id is not None and text_id != session.text_id:
        raise Conflict("The text was corrected meanwhile.", hint="Load the page again and repeat what you did.")
    return session


def _body(unit: Unit, session: Session) -> str:
    assert session.text_id is not None
    revision = unit.sessions.revision(session.text_id)
    assert revision is not None
    return revision.body


def _mark(unit: Unit, session: Session, highlight_id: int) -> Mark:
    mark = unit.codings.mark(session.id, highlight_id)
    if mark is None:
        raise NotFound("There is no such highlight any more.")
    return mark


def _standing(session: Session, mark: Mark) -> Highlight:
    if mark.lost_at is not None or mark.highlight.text_id != session.text_id:
        raise Conflict("The words of this highlight are not in the text any more.")
    return mark.highlight


def _pending(unit: Unit, session: Session, suggestion_id: int) -> Suggestion:
    found = unit.codings.suggestion(session.id, suggestion_id)
    if found is None:
        raise NotFound("There is no such suggestion any more.")
    if found.state not in (SuggestionState.PENDING, SuggestionState.APPLIED):
        raise Conflict("This suggestion was decided already.")
    if found.text_id != session.text_id:
        raise Conflict("The text was corrected meanwhile.", hint="Suggestions for the new one are on their way.")
    return found


def _codes(unit: Unit, viewer: Viewer, slugs: Sequence[str]) -> list[Code]:
    codebook = seen(unit, viewer)
    codes = [codebook.named(slug) for slug in dict.fromkeys(slugs)]
    for code in codes:
        if code.retired_at is not None:
            raise Rejected(f"“{code.facts.name}” is retired.", hint="Choose another code, or bring it back first.")
    return codes


def _named(codes: Sequence[Code]) -> str:
    return ", ".join(f"“{code.facts.name}”" for code in codes)


def _highlight(unit: Unit, workspace: Workspace, session: Session, start: int, end: int, by: str) -> Highlight:
    assert session.text_id is not None
    return unit.codings.highlight(
        session_id=session.id, text_id=session.text_id, start=start, end=end, by=by, now=workspace.clock()
    )


def _free(unit: Unit, mark: Highlight, start: int, end: int) -> None:
    other = unit.codings.at(text_id=mark.text_id, start=start, end=end, by=mark.created_by)
    if other and other.id != mark.id:
        raise Conflict("These very words are highlighted already.", hint="Put the codes on that highlight.")


def _noted(
    unit: Unit,
    workspace: Workspace,
    viewer: Viewer,
    session: Session,
    kind: str,
    told: str,
    before: Image,
    highlight_ids: Collection[int],
    suggestion_ids: Collection[int] = (),
) -> Done:
    after = unit.acts.image(highlight_ids, suggestion_ids)
    mark = next(iter(highlight_ids), None)
    spans = _spans(session, before, after)
    if before == after:
        return Done(session.id, "That was so already.", None, mark, spans)
    queue_learning(unit, workspace)
    settle(unit, workspace.clock(), sessions=[session.id])
    act = unit.acts.add(
        session_id=session.id,
        by=viewer.person,
        at=workspace.clock(),
        kind=kind,
        told=told,
        before=before,
        after=after,
    )
    return Done(session.id, told, act.id, mark, spans)


def _spans(session: Session, *images: Image) -> tuple[tuple[int, int], ...]:
    rows = [row for image in images for name in ("highlight", "suggestion") for row in image.get(name, ())]
    return tuple(sorted({(row["start"], row["end"]) for row in rows if row["text_id"] == session.text_id}))
