"""Who speaks in a transcript: names, roles, participants, and which labels are the same person."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from repository import speakers
from repository.domain.transcript import Role
from repository.errors import Rejected
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("speakers", __name__, url_prefix="/transcripts/<int(max=2147483647):session_id>/speakers")


@blueprint.get("")
def show(session_id: int) -> str:
    """Show who speaks, with a form for each."""
    return render_template(
        "speakers/show.html", view=speakers.people(workspace(), viewer(), session_id), roles=list(Role)
    )


@blueprint.post("/<int(max=2147483647):speaker_id>")
def change(session_id: int, speaker_id: int) -> Response:
    """Keep the name, role and participant of a speaker, or merge them with another."""
    into = inputs.whole(request.form.get("same_as"), "Speaker", default=0)
    if into:
        speakers.merge(workspace(), viewer(), session_id, speaker_id, into)
        flash("They are one person now. You can part them again below.", "info")
        return redirect(url_for("speakers.show", session_id=session_id), 303)
    named = request.form.get("participant", "").strip()
    known = {label: number for number, label in speakers.participants(workspace()).items()}
    if named and named not in known:
        raise Rejected(f"There is no participant “{named}”.", hint="Choose one from the list, or none.")
    speakers.change(
        workspace(),
        viewer(),
        session_id,
        speaker_id,
        label=request.form.get("label", ""),
        role=inputs.role(request.form.get("role")),
        participant_id=known.get(named),
    )
    flash("Kept. The passages are being looked through again.", "info")
    return redirect(url_for("speakers.show", session_id=session_id), 303)


@blueprint.post("/<int(max=2147483647):speaker_id>/part")
def part(session_id: int, speaker_id: int) -> Response:
    """Take a merge back."""
    speakers.part(workspace(), viewer(), session_id, speaker_id)
    flash("They are two people again.", "info")
    return redirect(url_for("speakers.show", session_id=session_id), 303)
