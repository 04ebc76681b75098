"""Notices: what the person at this browser was told, and how much of it is new, in the header of every page."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug import Response

from repository import noticing
from repository.errors import CairnError
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("notices", __name__, url_prefix="/notices")


@blueprint.get("/")
def index() -> str:
    """List what there is to know, what is new first."""
    return render_template(
        "notices/index.html", page=inputs.page(noticing.notices(workspace(), viewer()), request.args)
    )


@blueprint.post("/seen")
def seen() -> Response:
    """Mark all notices, or (`notice`) one, as seen, and go to what it is about."""
    number = inputs.whole(request.form.get("notice"), "Notice", default=0, least=0)
    noticing.see(workspace(), viewer(), number or None)
    held = next((one for one in noticing.notices(workspace(), viewer()) if one.id == number), None)
    return redirect(held.address if held and held.address.startswith("/") else url_for("notices.index"), 303)


def register(app: Flask) -> None:
    """Give templates the number of new notices."""
    app.jinja_env.globals.update(new_notices=_new)


def _new() -> int:
    try:
        return noticing.unseen(workspace(), viewer())
    except CairnError:  # a page that says what is wrong has this header, too
        return 0
