"""Jobs: what is being worked on, what failed and why, and how search is."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from repository import progress
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")


@blueprint.get("/")
def index() -> str:
    """List files on their way, unfinished first; the page asks again while something moves."""
    overview = progress.overview(workspace(), viewer())
    page = inputs.page(progress.jobs(workspace(), viewer()), request.args)
    template = "jobs/rows.html" if request.headers.get("HX-Request") else "jobs/index.html"
    return render_template(
        template,
        overview=overview,
        page=page,
        over=not overview.pending,
        model=workspace().embedder_state,
        again=url_for("jobs.index", page=page.number),
    )


@blueprint.post("/<int(max=2147483647):job_id>/retry")
def retry(job_id: int) -> Response:
    """Try a failed file again."""
    progress.retry(workspace(), viewer(), job_id)
    return redirect(url_for("jobs.index"), 303)
