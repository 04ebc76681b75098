"""Who speaks in a transcript: names, roles, participants, and which labels are the same person."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from repository import participants, speakers
from repository.domain.transcript import Role
from repository.participants import About
from repository.speakers import Told
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
        return _told(session_id, speakers.merge(workspace(), viewer(), session_id, speaker_id, into))
    fields = {name: request.form.get(name, "").strip() for name in ("account", "cohort", "role_of")}
    done = speakers.change(
        workspace(),
        viewer(),
        session_id,
        speaker_id,
        label=request.form.get("label", ""),
        role=inputs.role(request.form.get("role")),
        participant=request.form.get("participant", ""),
        about=About(fields["account"], fields["cohort"], fields["role_of"]),
    )
    return _told(session_id, done)


@blueprint.post("/<int(max=2147483647):speaker_id>/part")
def part(session_id: int, speaker_id: int) -> Response:
    """Take a merge back."""
    return _told(session_id, speakers.part(workspace(), viewer(), session_id, speaker_id))


@blueprint.post("/acts/<int(max=2147483647):act_id>/undo")
def undo(session_id: int, act_id: int) -> Response:
    """Undo a change or a merge."""
    return _told(session_id, speakers.undo(workspace(), viewer(), session_id, act_id))


@blueprint.post("/participants/<int(max=2147483647):participant_id>/remove")
def remove(session_id: int, participant_id: int) -> Response:
    """Remove a participant whom nobody is said to be."""
    flash(f"{participants.remove(workspace(), viewer(), participant_id)} is not in the register any more.", "info")
    return redirect(url_for("speakers.show", session_id=session_id), 303)


def _told(session_id: int, done: Told) -> Response:
    """Say what was done, with a way back."""
    if done.act:
        way_back = url_for("speakers.undo", session_id=session_id, act_id=done.act)
        flash((done.told, way_back), "undo")  # type: ignore[arg-type]
    else:
        flash(done.told, "info")
    return redirect(url_for("speakers.show", session_id=session_id), 303)
