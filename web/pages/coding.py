"""Coding a transcript: each act as a form of its own, answered with the turns that changed or with the page."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from repository import choosing, codebook_changes, coding, reading
from repository.coding import Done
from repository.domain.offsets import to_utf16
from repository.errors import NotFound, Rejected
from repository.reading import HighlightView, TranscriptView
from web import inputs
from web.access import viewer, workspace
from web.drawing import rows, touched
from web.pages.transcripts import addresses

blueprint = Blueprint("coding", __name__, url_prefix="/transcripts")

SESSION = "/<int(max=2147483647):session_id>"
MARK = f"{SESSION}/highlights/<int(max=2147483647):highlight_id>"
SUGGESTION = f"{SESSION}/suggestions/<int(max=2147483647):suggestion_id>"
#: What a script sends along to get the changed parts alone.
PART = "X-Cairn-Part"
#: Characters of what somebody types that are looked at.
TYPED, COMMENT = 120, 4_000


@blueprint.get("/codes")
def codes() -> str:
    """List the codes that what somebody types can mean."""
    typed = " ".join(request.args.get("q", "").replace("\0", " ").split())[:TYPED]
    found = choosing.matches(workspace(), viewer(), typed)
    new = typed and all(match.name.casefold() != typed.casefold() for match in found)
    themes = choosing.themes(workspace(), viewer()) if new else ()
    return render_template("transcripts/codes.html", found=found, typed=typed, new=new, themes=themes)


@blueprint.get(f"{SESSION}/code")
def form(session_id: int) -> str:
    """Show the form that codes one turn, or some of its words."""
    view = reading.transcript(workspace(), viewer(), session_id)
    number = inputs.whole(request.args.get("turn"), "Turn", default=1)
    turn = next((turn for turn in view.turns if turn.idx == number - 1), None)
    if turn is None:
        raise NotFound("There is no such turn.")
    start, end = to_utf16(view.text, [turn.start, turn.end])
    codebook = choosing.matches(workspace(), viewer(), "", limit=1_000)
    themes = choosing.themes(workspace(), viewer())
    return render_template(
        "transcripts/code.html", view=view, turn=turn, start=start, end=end, codes=codebook, themes=themes
    )


@blueprint.get(MARK)
def mark(session_id: int, highlight_id: int) -> str:
    """Show a highlight with everything that can be done to it."""
    view = reading.transcript(workspace(), viewer(), session_id)
    found = _mark(view, highlight_id)
    facts = {"view": view, "mark": found, "may_write": viewer().may_write, **addresses(session_id)}
    if PART in request.headers:
        return render_template("transcripts/changed.html", rows=(), done=None, **facts)
    codebook = choosing.matches(workspace(), viewer(), "", limit=1_000)
    return render_template("transcripts/highlight.html", codes=codebook, **facts)


@blueprint.post(f"{SESSION}/highlights")
def highlight(session_id: int) -> Response | str:
    """Highlight what was selected, and code it."""
    text_id = _whole("text")
    start, end = coding.chosen(
        workspace(), viewer(), session_id, text_id=text_id, start=_whole("start"), end=_whole("end")
    )
    if request.form.get("words", "").strip():
        view = reading.transcript(workspace(), viewer(), session_id)
        start, end = _find(view, request.form["words"], start, within=(start, end))
    done = coding.highlight(
        workspace(),
        viewer(),
        session_id,
        text_id=text_id,
        start=start,
        end=end,
        code_slugs=_slugs(),
        comment=request.form.get("comment", "")[:COMMENT],
    )
    return _answer(done)


@blueprint.post(f"{MARK}/codes")
def code(session_id: int, highlight_id: int) -> Response | str:
    """Put codes on a highlight."""
    slugs = _slugs()
    if not slugs:
        raise Rejected("No code was chosen.")
    return _answer(coding.code(workspace(), viewer(), session_id, highlight_id, slugs))


@blueprint.post(f"{MARK}/codes/<int(max=2147483647):coding_id>/remove")
def uncode(session_id: int, highlight_id: int, coding_id: int) -> Response | str:
    """Take a code off a highlight."""
    return _answer(coding.uncode(workspace(), viewer(), session_id, highlight_id, coding_id))


@blueprint.post(f"{MARK}/comment")
def comment(session_id: int, highlight_id: int) -> Response | str:
    """Keep a comment."""
    words = request.form.get("comment", "").replace("\0", " ").replace("\r\n", "\n")[:COMMENT]
    return _answer(coding.comment(workspace(), viewer(), session_id, highlight_id, words))


@blueprint.post(f"{MARK}/move")
def move(session_id: int, highlight_id: int) -> Response | str:
    """Let a highlight stand at other words: selected, or written down exactly."""
    text_id = _whole("text")
    if "words" in request.form:
        view = reading.transcript(workspace(), viewer(), session_id)
        start, end = _find(view, request.form["words"], _mark(view, highlight_id).start)
    else:
        start, end = coding.chosen(
            workspace(), viewer(), session_id, text_id=text_id, start=_whole("start"), end=_whole("end")
        )
    return _answer(coding.move(workspace(), viewer(), session_id, highlight_id, text_id=text_id, start=start, end=end))


@blueprint.post(f"{MARK}/split")
def split(session_id: int, highlight_id: int) -> Response | str:
    """Split a highlight before a place: chosen, or before words written down exactly."""
    text_id = _whole("text")
    if "words" in request.form:
        view = reading.transcript(workspace(), viewer(), session_id)
        found = _mark(view, highlight_id)
        at, _ = _find(view, request.form["words"], found.start, within=(found.start, found.end))
    else:
        at, _ = coding.chosen(workspace(), viewer(), session_id, text_id=text_id, start=_whole("at"), end=_whole("at"))
    return _answer(coding.split(workspace(), viewer(), session_id, highlight_id, text_id=text_id, at=at))


@blueprint.post(f"{MARK}/delete")
def delete(session_id: int, highlight_id: int) -> Response | str:
    """Delete a highlight."""
    return _answer(coding.delete(workspace(), viewer(), session_id, highlight_id))


@blueprint.post(f"{SUGGESTION}/accept")
def accept(session_id: int, suggestion_id: int) -> Response | str:
    """Accept a suggestion."""
    return _answer(coding.accept(workspace(), viewer(), session_id, suggestion_id))


@blueprint.post(f"{SUGGESTION}/reject")
def reject(session_id: int, suggestion_id: int) -> Response | str:
    """Reject a suggestion."""
    return _answer(coding.reject(workspace(), viewer(), session_id, suggestion_id))


@blueprint.post(f"{SESSION}/undo")
def undo_last(session_id: int) -> Response | str:
    """Undo what this person did last to this transcript."""
    return _answer(coding.undo(workspace(), viewer(), session_id))


@blueprint.post(f"{SESSION}/acts/<int(max=2147483647):act_id>/undo")
def undo(session_id: int, act_id: int) -> Response | str:
    """Undo one act."""
    return _answer(coding.undo(workspace(), viewer(), session_id, act_id))


def _answer(done: Done) -> Response | str:
    """Give the turns that look different now, or lead back to the place."""
    if PART in request.headers:
        view = reading.transcript(workspace(), viewer(), done.session_id)
        mark = next((mark for mark in view.highlights if mark.id == done.highlight_id), None)
        return render_template(
            "transcripts/changed.html",
            view=view,
            rows=rows(view, touched(view, done.spans)),
            done=done,
            mark=mark,
            may_write=viewer().may_write,
            **addresses(done.session_id),
        )
    if done.act:
        way_back = url_for("coding.undo", session_id=done.session_id, act_id=done.act)
        flash((done.told, way_back), "undo")  # type: ignore[arg-type]
    else:
        flash(done.told, "info")
    start, end = done.spans[0] if done.spans else (0, 0)
    place = {"from": start, "to": end}
    return redirect(url_for("transcripts.show", session_id=done.session_id, _anchor="found", **place), 303)  # type: ignore[arg-type]


def _whole(name: str) -> int:
    if name not in request.form:
        raise Rejected("The form is not complete.", hint="Load the page again.")
    return inputs.whole(request.form[name], name.capitalize(), default=0, least=0)


def _slugs() -> list[str]:
    """Give the codes a form names, making the new one it asks for."""
    slugs = [slug for slug in request.form.getlist("code") if slug]
    name = request.form.get("new_code", "").replace("\0", " ").strip()[:TYPED]
    if name:
        slugs.append(codebook_changes.ensure(workspace(), viewer(), name, request.form.get("under", "")))
    return slugs


def _mark(view: TranscriptView, highlight_id: int) -> HighlightView:
    found = next((mark for mark in view.highlights if mark.id == highlight_id), None)
    if found is None:
        raise NotFound("There is no such highlight in this text any more.")
    return found


def _find(view: TranscriptView, words: str, near: int, *, within: tuple[int, int] | None = None) -> tuple[int, int]:
    """Find words just as they stand in the text, nearest to a place."""
    words = words.replace("\r\n", "\n").strip()
    first, last = within or (0, len(view.text))
    at = view.text.find(words, first, last) if words else -1
    best = -1
    while at >= 0:
        best = at if best < 0 or abs(at - near) < abs(best - near) else best
        at = view.text.find(words, at + 1, last)
    if best < 0:
        raise Rejected("These words do not stand there.", hint="Copy them from the transcript as they are.")
    return best, best + len(words)
