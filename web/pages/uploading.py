"""Upload: files into a study, then their progress until they can be searched."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response
from werkzeug.datastructures import FileStorage

from ingest.intake import Accepted, accept
from repository import progress, studies
from repository.errors import CairnError, Forbidden, NotFound, Rejected, Unavailable
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("uploading", __name__)

#: Files followed on one page, and refusals told one by one.
MOST, TOLD = 500, 10


@blueprint.get("/upload")
def form() -> str:
    """Show the drop zone."""
    return render_template(
        "uploading/form.html",
        titles=studies.titles(workspace(), viewer()),
        chosen=inputs.whole(request.args.get("study"), "Study", default=0),
        most_mb=workspace().settings.ingest.max_file_mb,
    )


@blueprint.post("/upload")
def upload() -> Response:
    """Keep each file, say what is refused and why, and show how the others get on."""
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        raise Rejected("No file was chosen.", hint="Drop files on the page, or choose them.", slug="no-file")
    study_id = _study()
    kept: list[Accepted] = []
    refused: list[str] = []
    for file in files:
        try:
            kept.append(_accept(study_id, file))
        except (NotFound, Forbidden, Unavailable):
            raise
        except CairnError as error:
            name = "" if file.filename and file.filename in error.message else f"{file.filename}: "
            refused.append(f"{name}{error}")
    for words in refused[:TOLD]:
        flash(words, "danger")
    if len(refused) > TOLD:  # a cookie carries no more
        flash(f"{len(refused) - TOLD} more files were refused for such reasons.", "danger")
    known = sum(1 for accepted in kept if accepted.already_here)
    if known:
        flash(f"{known} of the files were in this study already; nothing was added twice.", "info")
    sources = [accepted.source.id for accepted in kept]
    return redirect(url_for("uploading.follow", source=sources[:MOST], study=study_id), 303)


def _study() -> int:
    """Give the study that was chosen, or make the one that was named."""
    title = inputs.study_facts(request.form).title
    if title:
        return studies.find_or_create(workspace(), viewer(), title).id
    chosen = inputs.whole(request.form.get("study"), "Study", default=0)
    if not chosen:
        raise Rejected("A file belongs to a study.", hint="Choose one, or give a new one a title.", slug="no-study")
    return chosen


def _accept(study_id: int, file: FileStorage) -> Accepted:
    return accept(
        workspace(),
        viewer(),
        study_id=study_id,
        name=file.filename or "",
        data=file.stream,  # type: ignore[arg-type]
        occurred_on=inputs.day(request.form.get("occurred_on"), "The date"),
        consent=request.form.get("consent", "").strip()[:500],
    )


@blueprint.get("/upload/progress")
def follow() -> str:
    """Show how far files have come; the page asks again every second until all are through."""
    sources = [inputs.whole(number, "Source", default=0) for number in request.args.getlist("source")][:MOST]
    views = progress.jobs(workspace(), viewer(), source_ids=sources, limit=MOST) if sources else ()
    template = "uploading/rows.html" if request.headers.get("HX-Request") else "uploading/progress.html"
    return render_template(
        template,
        views=sorted(views, key=lambda view: view.source.id),
        over=all(view.job.state.over for view in views),
        ready=sum(1 for view in views if view.job.state.over and not view.job.error),
        study=inputs.whole(request.args.get("study"), "Study", default=0),
        again=url_for("uploading.follow", source=sources, study=request.args.get("study") or None),
    )
