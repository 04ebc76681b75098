"""A transcript to read: the words, who said them, and the codes beside them."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug import Response

from repository import reading, settling, studies
from repository.domain.source import DROPPED
from repository.errors import NotFound
from repository.reading import TranscriptView, TurnView
from web import inputs
from web.access import viewer, workspace
from web.drawing import rows

blueprint = Blueprint("transcripts", __name__, url_prefix="/transcripts")

#: Characters of a transcript up to which it is shown at once; a longer one is shown in parts.
PART = 150_000


@blueprint.get("/<int(max=2147483647):session_id>")
def show(session_id: int) -> str:
    """Show a transcript; `from` and `to` are the characters to open at."""
    view = reading.transcript(workspace(), viewer(), session_id)
    coders = request.args.get("coders", "both")
    if coders == "people":
        view = replace(view, suggestions=())
    elif coders == "machine":
        view = replace(view, highlights=())
    start = inputs.whole(request.args.get("from"), "From", default=-1, least=0)
    end = inputs.whole(request.args.get("to"), "To", default=-1, least=0)
    parts = _parts(view)
    at = next((i for i, part in enumerate(parts, 1) if part and start < part[-1].end), len(parts))
    number = inputs.whole(request.args.get("part"), "Part", default=at if start >= 0 else 1, most=len(parts))
    return render_template(
        "transcripts/show.html",
        view=view,
        rows=rows(view, parts[number - 1], start, end),
        part=number,
        parts=len(parts),
        may_write=viewer().may_write,
        coders=coders,
        to_look_at=settling.to_look_at(workspace(), viewer(), session_id),
        **addresses(session_id),
    )


def addresses(session_id: int) -> dict[str, str]:
    """Give a transcript's address as turns use it thousands of times: within this site, and whole."""
    here = url_for("transcripts.show", session_id=session_id)
    return {"here": here, "whole": request.url_root.rstrip("/") + here}


def _parts(view: TranscriptView) -> list[list[TurnView]]:
    """Cut a very long transcript into parts at turns; nearly always there is one."""
    parts: list[list[TurnView]] = [[]]
    size = 0
    for turn in view.turns:
        if size > PART:
            parts.append([])
            size = 0
        parts[-1].append(turn)
        size += turn.end - turn.start
    return parts


@blueprint.get("/<int(max=2147483647):session_id>/original")
def original(session_id: int) -> Response:
    """Hand out the file as it was received: always as a download, never shown."""
    source = reading.transcript(workspace(), viewer(), session_id).source
    if source.recording == DROPPED:
        raise NotFound("The recording was removed once it was transcribed, as set.")
    path = workspace().originals.find(source.digest)
    response = send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=source.name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@blueprint.post("/<int(max=2147483647):session_id>/delete")
def delete(session_id: int) -> Response:
    """Put a transcript into the bin, with a way back."""
    view = reading.transcript(workspace(), viewer(), session_id)
    studies.bin_session(workspace(), viewer(), session_id)
    undo = url_for("bin.restore_session", session_id=session_id)
    flash((f"“{view.session.title}” is in the bin.", undo), "undo")  # type: ignore[arg-type]
    return redirect(url_for("studies.show", study_id=view.study.id), 303)
