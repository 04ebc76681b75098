"""The gap list: what was asked and not found, and what became of it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from repository import gaps
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("gaps", __name__, url_prefix="/gaps")

GAP = "/<int(max=2147483647):gap_id>"


@blueprint.get("/")
def index() -> str:
    """List the gaps, those asked most often first; with ?settled=1 those that were settled."""
    found = gaps.gaps(workspace())
    settled = bool(request.args.get("settled"))
    page = inputs.page(found.settled if settled else found.open, request.args)
    return render_template("gaps/index.html", gaps=found, page=page, settled=settled, days=gaps.SUMMARY)


@blueprint.post(f"{GAP}/settle")
def settle(gap_id: int) -> Response:
    """Take a gap off the list, with the reason and a way back."""
    gap = gaps.settle(workspace(), viewer(), gap_id, request.form.get("why", ""))
    undo = url_for("gaps.reopen", gap_id=gap_id)
    flash((f"“{gap.words}” is settled.", undo), "undo")  # type: ignore[arg-type]
    return redirect(url_for("gaps.index"), 303)


@blueprint.post(f"{GAP}/reopen")
def reopen(gap_id: int) -> Response:
    """Put a gap back on the list."""
    gaps.reopen(workspace(), viewer(), gap_id)
    return redirect(url_for("gaps.index"), 303)
