"""A transcript to read: the words, who said them, and the codes beside them."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug import Response

from repository import reading, studies
from repository.reading import CodingView, SuggestionView, TranscriptView, TurnView
from repository.wording import citation, said_by
from web import inputs
from web.access import viewer, workspace
from web.fragments import Run, runs

blueprint = Blueprint("transcripts", __name__, url_prefix="/transcripts")

#: Characters of a transcript up to which it is shown at once; a longer one is shown in parts.
PART = 150_000
FOUND = "found"


@dataclass(frozen=True, slots=True)
class Row:
    """A turn as it is drawn: its words cut where marks begin and end, and the suggestions that begin in it or go on."""

    turn: TurnView
    citation: str
    runs: tuple[Run, ...]
    begin: tuple[SuggestionView, ...]
    goes_on: tuple[SuggestionView, ...]


@blueprint.get("/<int(max=2147483647):session_id>")
def show(session_id: int) -> str:
    """Show a transcript; `from` and `to` are the characters to open at."""
    view = reading.transcript(workspace(), viewer(), session_id)
    start = inputs.whole(request.args.get("from"), "From", default=-1, least=0)
    end = inputs.whole(request.args.get("to"), "To", default=-1, least=0)
    parts = _parts(view)
    at = next((i for i, part in enumerate(parts, 1) if part and start < part[-1].end), len(parts))
    number = inputs.whole(request.args.get("part"), "Part", default=at if start >= 0 else 1, most=len(parts))
    return render_template(
        "transcripts/show.html",
        view=view,
        rows=_rows(view, parts[number - 1], start, end),
        part=number,
        parts=len(parts),
    )


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


def _rows(view: TranscriptView, turns: list[TurnView], start: int, end: int) -> list[Row]:
    spans: list[tuple[int, int, CodingView | str]] = [(mark.start, mark.end, mark) for mark in view.codings]
    if 0 <= start < end:
        spans.append((start, end, FOUND))
    rows = []
    for turn in turns:
        over = [s for s in view.suggestions if s.start < turn.end and s.end > turn.start]
        rows.append(
            Row(
                turn,
                citation(view.study.title, said_by(turn.speaker, view.session.kind), view.session.occurred_on),
                tuple(runs(view.text, turn.start, turn.end, spans)),
                tuple(s for s in over if s.start >= turn.start),
                tuple(s for s in over if s.start < turn.start),
            )
        )
    return rows


@blueprint.get("/<int(max=2147483647):session_id>/original")
def original(session_id: int) -> Response:
    """Hand out the file as it was received: always as a download, never shown."""
    source = reading.transcript(workspace(), viewer(), session_id).source
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
