"""Studies: the list, one study, making and changing it, and the way to the bin."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from repository import reading, studies
from repository.domain.study import StudyState
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("studies", __name__, url_prefix="/studies")


@blueprint.get("/")
def index() -> str:
    """List the studies, newest first."""
    cards = reading.studies(workspace(), viewer())
    return render_template("studies/index.html", page=inputs.page(cards, request.args))


@blueprint.get("/new")
def new() -> str:
    """Show the form for a new study."""
    return render_template("studies/form.html", study=None, states=StudyState)


@blueprint.post("/new")
def create() -> Response:
    """Make a study."""
    study = studies.create(workspace(), viewer(), inputs.study_facts(request.form))
    return redirect(url_for("studies.show", study_id=study.id), 303)


@blueprint.get("/<int(max=2147483647):study_id>")
def show(study_id: int) -> str:
    """Show one study with its transcripts and themes."""
    view = reading.study(workspace(), viewer(), study_id)
    return render_template("studies/show.html", view=view, page=inputs.page(view.sessions, request.args))


@blueprint.get("/<int(max=2147483647):study_id>/edit")
def edit(study_id: int) -> str:
    """Show the form of a study."""
    view = reading.study(workspace(), viewer(), study_id)
    lacking = studies.advice_before_recruiting(workspace(), viewer(), study_id)
    return render_template("studies/form.html", study=view.card.study, states=StudyState, lacking=lacking)


@blueprint.post("/<int(max=2147483647):study_id>/edit")
def update(study_id: int) -> Response:
    """Change what is said about a study; one that begins to recruit unchecked is told so."""
    facts = inputs.study_facts(request.form)
    before = reading.study(workspace(), viewer(), study_id).card.study.facts.state
    studies.update(workspace(), viewer(), study_id, facts)
    begins = facts.state is StudyState.RECRUITING and before is not StudyState.RECRUITING
    if begins and (lacking := studies.advice_before_recruiting(workspace(), viewer(), study_id)):
        flash(f"Saved. {lacking} The button “Check a plan” does it.", "warning")
    return redirect(url_for("studies.show", study_id=study_id), 303)


@blueprint.post("/<int(max=2147483647):study_id>/delete")
def delete(study_id: int) -> Response:
    """Put a study into the bin, with a way back."""
    title = reading.study(workspace(), viewer(), study_id).card.study.title
    studies.bin_study(workspace(), viewer(), study_id)
    flash((f"“{title}” is in the bin.", url_for("bin.restore_study", study_id=study_id)), "undo")  # type: ignore[arg-type]
    return redirect(url_for("studies.index"), 303)
