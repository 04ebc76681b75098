"""Correcting a transcript: editing it in place or by a file, its history, and the highlights that need a look."""

from dataclasses import dataclass, replace
from typing import BinaryIO

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from ingest import previewing
from ingest import revising as correcting
from ingest.pipeline import choices_of
from repository import coding, comparing, revising, settling
from repository.editing import EditedTurn, parts_of
from repository.errors import Conflict, Outdated, Rejected
from repository.revising import Edit, Revised
from repository.store.revisions import KeptText
from web import inputs
from web.access import viewer, workspace
from web.fragments import plural
from web.pages.uploading import ENCODINGS, USES, reading_chosen

blueprint = Blueprint("revisions", __name__, url_prefix="/transcripts")

#: Characters and turns that are edited on one page.
PART, TURNS = 60_000, 300
#: Characters of a line in a box, to make it as high as its words need.
LINE = 70
#: Differences shown of a version, and moved highlights told in one list.
MOST = 300


@dataclass(frozen=True, slots=True)
class Form:
    """The boxes of the page, as they are shown and as they come back."""

    edit: Edit
    note: str = ""
    focus: int = -1


@blueprint.get("/<int(max=2147483647):session_id>/edit")
def edit(session_id: int) -> str:
    """Show a transcript in boxes, one a turn; `turn` (from 1) shows that turn alone, `part` a part of a long one."""
    text = revising.draft(workspace(), viewer(), session_id).text
    parts = _parts(text)
    number = inputs.whole(request.args.get("part"), "Part", default=1, most=len(parts))
    first, until = parts[number - 1]
    turn = inputs.whole(request.args.get("turn"), "Turn", default=0, least=0, most=len(text.turns))
    if turn:
        first, until = turn - 1, turn
    turns = tuple(EditedTurn(text.words(text.turns[i]), text.turns[i].speaker_id, (i,)) for i in range(first, until))
    return _show(session_id, Form(Edit(text.id, first, until, turns, text.id)))


@blueprint.post("/<int(max=2147483647):session_id>/edit")
def save(session_id: int) -> Response | str | tuple[str, int]:
    """Save what was written as a new version, or show the boxes again with a turn split, joined or a speaker added."""
    form = _read()
    act, _, place = request.form.get("do", "save").partition(":")
    if act != "save":
        return _show(session_id, _changed(form, act, inputs.whole(place, "Turn", default=0, least=0)))
    try:
        revised = revising.edit(workspace(), viewer(), session_id, form.edit, note=form.note)
    except Outdated as outdated:
        again = replace(form, edit=revising.rebased(workspace(), viewer(), session_id, form.edit))
        return _show(session_id, again, outdated), 409
    except Rejected as rejected:
        return _show(session_id, form, rejected), 422
    return _told(session_id, revised, turn=form.edit.first if len(form.edit.turns) == 1 else None)


def _parts(text: KeptText) -> list[tuple[int, int]]:
    """Cut a long transcript at turns into what one page holds."""
    parts: list[tuple[int, int]] = []
    first = size = 0
    for idx, turn in enumerate(text.turns):
        if size > PART or idx - first >= TURNS:
            parts.append((first, idx))
            first, size = idx, 0
        size += turn.end - turn.start
    return [*parts, (first, len(text.turns))]


def _read() -> Form:
    """Read the boxes. Raises Rejected."""
    fields = request.form
    rows = zip(fields.getlist("words"), fields.getlist("speaker"), fields.getlist("from"), strict=False)
    turns = tuple(
        EditedTurn(
            words,
            inputs.whole(speaker, "Speaker", default=0, least=-1_000) or None,
            tuple(inputs.whole(idx, "Turn", default=0, least=0) for idx in came_from.split(",") if idx),
        )
        for words, speaker, came_from in rows
    )
    new = tuple(label for label in (" ".join(one.split())[: revising.LABEL] for one in fields.getlist("new")) if label)
    on, made_from = (inputs.whole(fields.get(name), "Version", default=0) for name in ("on", "made_from"))
    first, until = (inputs.whole(fields.get(name), "Turn", default=0, least=0) for name in ("first", "until"))
    return Form(Edit(on, first, until, turns, made_from, new), fields.get("note", "")[: revising.NOTE])


def _changed(form: Form, act: str, place: int) -> Form:
    """Split a turn at blank lines, or join it to the one before; whatever else is asked for changes nothing."""
    turns = list(form.edit.turns)
    if place >= len(turns):
        return form
    if act == "split":
        parts = parts_of(turns[place].words)
        turns[place : place + 1] = [replace(turns[place], words=words) for words in parts] or [turns[place]]
        place += len(parts) > 1
    elif act == "join" and place > 0:
        before, this = turns[place - 1 : place + 1]
        words = f"{before.words.rstrip()} {this.words.lstrip()}".strip()
        came_from = tuple(dict.fromkeys(before.came_from + this.came_from))
        turns[place - 1 : place + 1] = [replace(before, words=words, came_from=came_from)]
        place -= 1
    return replace(form, edit=replace(form.edit, turns=tuple(turns)), focus=place if act in ("split", "join") else -1)


def _show(session_id: int, form: Form, error: Conflict | Rejected | None = None) -> str:
    draft = revising.draft(workspace(), viewer(), session_id)
    parts = _parts(draft.text)
    theirs = draft.text.turns[form.edit.first : form.edit.until] if isinstance(error, Outdated) else ()
    return render_template(
        "revisions/edit.html",
        draft=draft,
        form=form,
        error=error,
        theirs=[draft.text.words(turn) for turn in theirs],
        rows=[(turn, 1 + turn.words.count("\n") + len(turn.words) // LINE) for turn in form.edit.turns],
        part=next((n for n, part in enumerate(parts, 1) if part == (form.edit.first, form.edit.until)), 0),
        parts=len(parts),
        note_length=revising.NOTE,
        label_length=revising.LABEL,
    )


def _told(session_id: int, revised: Revised | None, *, turn: int | None = None) -> Response:
    """Say what was saved, and lead to the highlights if somebody should look at them."""
    anchor = None if turn is None else f"t{turn + 1}"
    if revised is None:
        flash("Nothing was changed, so there is no new version.", "info")
        return redirect(url_for("transcripts.show", session_id=session_id, _anchor=anchor), 303)
    counts = revised.counts
    told = [f"Version {revised.revision} is saved."]
    if counts.moved:
        told.append(f"{plural(counts.moved, 'highlight')} moved with the words.")
    if counts.found:
        told.append(f"{plural(counts.found, 'highlight was', 'highlights were')} found again by the words.")
    if counts.lost:
        told.append(f"{plural(counts.lost, 'highlight has', 'highlights have')} lost the words.")
    flash(" ".join(told), "warning" if counts.lost else "success")
    if counts.found or counts.lost:
        return redirect(url_for("revisions.highlights", session_id=session_id), 303)
    return redirect(url_for("transcripts.show", session_id=session_id, _anchor=anchor), 303)


@blueprint.post("/<int(max=2147483647):session_id>/corrected")
def upload(session_id: int) -> Response:
    """Keep a corrected file until somebody has looked at what it changes."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Rejected("No file was chosen.", slug="no-file")
        stream: BinaryIO = file.stream  # type: ignore[assignment]
        source = correcting.hand_in(workspace(), viewer(), session_id, name=file.filename, data=stream)
    except (Rejected, Conflict) as error:
        flash(str(error), "danger")
        return redirect(url_for("revisions.history", session_id=session_id), 303)
    return redirect(url_for("revisions.corrected", session_id=session_id, source_id=source.id), 303)


@blueprint.get("/<int(max=2147483647):session_id>/corrected/<int(max=2147483647):source_id>")
def corrected(session_id: int, source_id: int) -> str:
    """Show what a corrected file is recognised as, and what it would change."""
    view = correcting.look(workspace(), viewer(), session_id, source_id)
    return render_template(
        "revisions/corrected.html",
        view=view,
        changes=view.effect.changes[:MOST] if view.effect else (),
        readers=previewing.reader_titles(),
        uses=USES,
        encodings=ENCODINGS,
        note_length=revising.NOTE,
    )


@blueprint.post("/<int(max=2147483647):session_id>/corrected/<int(max=2147483647):source_id>")
def decide(session_id: int, source_id: int) -> Response:
    """Make a corrected file the newest version, read it otherwise, or let it go."""
    who = workspace(), viewer(), session_id, source_id
    act, here = (
        request.form.get("do", "keep"),
        url_for("revisions.corrected", session_id=session_id, source_id=source_id),
    )
    if act == "discard":
        flash(f"{correcting.discard(*who)} was not used; the transcript is as it was.", "info")
        return redirect(url_for("revisions.history", session_id=session_id), 303)
    try:
        source = correcting.waits(*who)
        before = choices_of(source)
        chosen = reading_chosen("file", before) if source.held else before
        if chosen != before:
            correcting.read_as(*who, chosen)
        if act == "look" or chosen != before:
            if act != "look":
                flash("The file is read differently now: look once more, then keep it.", "info")
            return redirect(here, 303)
        on = inputs.whole(request.form.get("on"), "Version", default=0)
        return _told(session_id, correcting.keep(*who, on=on, note=request.form.get("note", "")))
    except (Rejected, Conflict) as error:
        flash(str(error), "danger")
        return redirect(here, 303)


@blueprint.get("/<int(max=2147483647):session_id>/history")
def history(session_id: int) -> str:
    """List a transcript's versions."""
    view = comparing.history(workspace(), viewer(), session_id)
    waiting = correcting.waiting(workspace(), viewer(), session_id)
    page = inputs.page(view.versions, request.args)
    return render_template("revisions/history.html", view=view, page=page, waiting=waiting)


@blueprint.get("/<int(max=2147483647):session_id>/history/<int(max=2147483647):text_id>")
def version(session_id: int, text_id: int) -> str:
    """Show what a version changed."""
    view = comparing.compared(workspace(), viewer(), session_id, text_id)
    return render_template("revisions/version.html", view=view, changes=view.changes[:MOST])


@blueprint.post("/<int(max=2147483647):session_id>/history/<int(max=2147483647):text_id>/restore")
def restore(session_id: int, text_id: int) -> Response:
    """Make an older version the newest again."""
    on = inputs.whole(request.form.get("on"), "Version", default=0)
    try:
        return _told(session_id, revising.restore(workspace(), viewer(), session_id, text_id, on=on))
    except Outdated as error:
        flash(str(error), "danger")
        return redirect(url_for("revisions.history", session_id=session_id), 303)


@blueprint.get("/<int(max=2147483647):session_id>/highlights")
def highlights(session_id: int) -> str:
    """Show which highlights a corrected text moved, found again or lost."""
    view = settling.carried_highlights(workspace(), viewer(), session_id)
    return render_template("revisions/highlights.html", view=view)


@blueprint.post("/<int(max=2147483647):session_id>/highlights/<int(max=2147483647):highlight_id>/settle")
def settle(session_id: int, highlight_id: int) -> Response:
    """Put a highlight at other words, leave it where it is, or delete it."""
    who = workspace(), viewer(), session_id, highlight_id
    wanted = request.form.get("do", "")
    if wanted == "put":
        text_id, start, end = (
            inputs.whole(request.form.get(name), name.capitalize(), default=0, least=0)
            for name in ("on", "start", "end")
        )
        _undoable(
            session_id, "The highlight is at its new place.", settling.put(*who, text_id=text_id, start=start, end=end)
        )
    elif wanted == "keep":
        settling.keep(*who)
    elif wanted == "remove":
        done = coding.delete(*who)
        _undoable(session_id, done.told, done.act)
    else:
        raise Rejected("A highlight can be put elsewhere, kept or removed.", slug="no-such-act")
    return redirect(url_for("revisions.highlights", session_id=session_id), 303)


def _undoable(session_id: int, told: str, act: int | None) -> None:
    way_back = url_for("coding.undo", session_id=session_id, act_id=act) if act else ""
    flash((told, way_back), "undo")  # type: ignore[arg-type]
