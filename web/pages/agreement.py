"""Coders side by side: who codes what, blind or openly, how far two agree, and where they do not."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from repository import agreeing, reading
from repository.errors import Rejected
from web import inputs
from web.access import act_as, viewer, workspace

blueprint = Blueprint("agreement", __name__, url_prefix="/agreement")


@blueprint.get("")
def index() -> str:
    """Show who codes, who codes what, and compare the two that the address names."""
    args = request.args
    coders = agreeing.coders(workspace(), viewer())
    study_id = inputs.whole(args.get("study"), "Study", default=0)
    first, second = args.get("first", ""), args.get("second", "")
    comparison = None
    if first and second:
        comparison = agreeing.compare(
            workspace(), viewer(), first, second, study_id=study_id or None, by_theme=args.get("level") == "theme"
        )
    return render_template(
        "agreement/index.html",
        coders=coders,
        assignments=agreeing.assignments(workspace(), viewer())[: inputs.PAGE],
        studies=reading.studies(workspace(), viewer()),
        comparison=comparison,
        page=inputs.page(comparison.disagreements, args) if comparison else None,
        asked=args,
        me=viewer().person,
        may_write=viewer().may_write,
    )


@blueprint.post("/assign")
def assign() -> Response:
    """Give a coder transcripts that are chosen by chance."""
    study_id = inputs.whole(request.form.get("study"), "Study", default=0)
    if not study_id:
        raise Rejected("A study must be chosen.", hint="Choose the study whose transcripts are to be coded.")
    count = agreeing.assign(
        workspace(),
        viewer(),
        request.form.get("coder", ""),
        study_id=study_id,
        number=inputs.whole(request.form.get("number"), "Number", default=1),
        blind=bool(request.form.get("blind")),
        seed=inputs.whole(request.form.get("seed"), "Seed", default=0, least=0),
    )
    flash(f"Gave {count} {'transcript' if count == 1 else 'transcripts'} to {request.form['coder']}.", "info")
    return redirect(url_for("agreement.index"), 303)


@blueprint.post("/withdraw")
def withdraw() -> Response:
    """Take a transcript from a coder."""
    session_id = inputs.whole(request.form.get("session"), "Transcript", default=0)
    agreeing.withdraw(workspace(), viewer(), session_id, request.form.get("coder", ""))
    flash("Taken back. What was coded stays.", "info")
    return redirect(url_for("agreement.index"), 303)


@blueprint.post("/finish/<int(max=2147483647):session_id>")
def finish(session_id: int) -> Response:
    """Note that one has finished coding a transcript, or goes on."""
    done = request.form.get("done") == "yes"
    agreeing.finish(workspace(), viewer(), session_id, done=done)
    flash("Noted as finished." if done else "Go on coding.", "info")
    return redirect(url_for("transcripts.show", session_id=session_id), 303)


@blueprint.post("/me")
def me() -> Response:
    """Say who is coding at this browser."""
    act_as(request.form.get("name", ""))
    flash(f"You code as {viewer().person} now.", "info")
    return redirect(url_for("agreement.index"), 303)
