"""The bin: what was deleted, and the way back."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug import Response

from repository import plans, report_keeping, studies
from web.access import viewer, workspace

blueprint = Blueprint("bin", __name__, url_prefix="/bin")


@blueprint.get("/")
def index() -> str:
    """List what can still be brought back."""
    days = workspace().settings.bin.days
    return render_template(
        "bin.html",
        binned=studies.binned(workspace(), viewer()),
        plans=plans.binned(workspace()),
        reports=report_keeping.binned(workspace()),
        days=days,
    )


@blueprint.post("/studies/<int(max=2147483647):study_id>/restore")
def restore_study(study_id: int) -> Response:
    """Take a study out of the bin."""
    studies.restore_study(workspace(), viewer(), study_id)
    flash("The study is back, as it was.", "success")
    return redirect(url_for("studies.show", study_id=study_id), 303)


@blueprint.post("/transcripts/<int(max=2147483647):session_id>/restore")
def restore_session(session_id: int) -> Response:
    """Take a transcript out of the bin."""
    studies.restore_session(workspace(), viewer(), session_id)
    flash("The transcript is back, as it was.", "success")
    return redirect(url_for("transcripts.show", session_id=session_id), 303)
