"""The codebook as a file, out and in; and what a project of another tool brought with it."""

from flask import Blueprint, Response, render_template, request

from ingest.exchange.codebook_files import exported_csv, exported_qdc, import_file
from ingest.exchange.outcomes import outcome
from repository import studies
from repository.errors import Rejected
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("codebook_files", __name__)


@blueprint.get("/codebook/export.csv")
def export_csv() -> Response:
    """Give the codebook as a table."""
    return _file(exported_csv(workspace(), viewer()), "text/csv", "codebook.csv")


@blueprint.get("/codebook/export.qdc")
def export_qdc() -> Response:
    """Give the codebook as REFI-QDA."""
    return _file(exported_qdc(workspace(), viewer()), "application/xml", "codebook.qdc")


def _file(data: bytes, kind: str, name: str) -> Response:
    return Response(data, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.get("/codebook/import")
def choose() -> str:
    """Ask for a file."""
    return render_template("codebook_files/import.html", titles=studies.titles(workspace(), viewer()))


@blueprint.post("/codebook/import")
def receive() -> str:
    """Add what is missing, and show what was added, what was there and what differs."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Rejected("No file was chosen.", hint="Choose a .csv, .qdc or .qdpx file.", slug="no-file")
    study_id = inputs.whole(request.form.get("study"), "Study", default=0) or None
    found = import_file(workspace(), viewer(), file.filename, file.stream, study_id=study_id)  # type: ignore[arg-type]
    return render_template("codebook_files/imported.html", found=found, study=study_id)


@blueprint.get("/projects/<int:source_id>")
def project(source_id: int) -> str:
    """Show what a project brought, and list everything that could not be taken."""
    found = outcome(workspace(), viewer(), source_id)
    return render_template(
        "codebook_files/project.html",
        found=found,
        texts=inputs.page(list(found.texts.items()), request.args),
        remarks=inputs.page(found.remarks, {"page": request.args.get("remarks", "")}),  # type: ignore[arg-type]
    )
