"""Saved searches: the list with what is new, keeping one, and what can be done with it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from repository import saved_searches
from repository.domain.searching import SavedSearch
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("searches", __name__, url_prefix="/searches")

SEARCH = "/<int(max=2147483647):search_id>"


@blueprint.get("/")
def index() -> str:
    """List the saved searches with what is new of each."""
    rows = [(one, address(one.search)) for one in saved_searches.saved(workspace(), viewer())]
    return render_template("searches/index.html", page=inputs.page(rows, request.args))


@blueprint.post("/")
def save() -> Response:
    """Keep a search by name."""
    query, followed = inputs.query(request.form), bool(request.form.get("followed"))
    search = saved_searches.save(workspace(), viewer(), request.form.get("name", ""), query, followed=followed)
    flash(f"Saved as “{search.name}”." + (" You will be told of new quotes." if followed else ""), "success")
    return redirect(address(search), 303)


@blueprint.get(SEARCH)
def show(search_id: int) -> Response:
    """Lead to what a saved search finds now."""
    return redirect(address(saved_searches.one(workspace(), viewer(), search_id)))


@blueprint.post(f"{SEARCH}/rename")
def rename(search_id: int) -> Response:
    """Give a search another name."""
    saved_searches.rename(workspace(), viewer(), search_id, request.form.get("name", ""))
    return _back()


@blueprint.post(f"{SEARCH}/follow")
def follow(search_id: int) -> Response:
    """Follow a search, or no longer."""
    saved_searches.follow(workspace(), viewer(), search_id, bool(request.form.get("on")))
    return _back()


@blueprint.post(f"{SEARCH}/looked")
def looked(search_id: int) -> Response:
    """Note that what is new was looked at."""
    saved_searches.looked(workspace(), viewer(), search_id)
    return _back()


@blueprint.post(f"{SEARCH}/delete")
def delete(search_id: int) -> Response:
    """Delete a search, with a way back."""
    search = saved_searches.delete(workspace(), viewer(), search_id)
    undo = url_for("searches.restore", search_id=search_id)
    flash((f"“{search.name}” is deleted.", undo), "undo")  # type: ignore[arg-type]
    return _back()


@blueprint.post(f"{SEARCH}/restore")
def restore(search_id: int) -> Response:
    """Bring a deleted search back."""
    saved_searches.restore(workspace(), viewer(), search_id)
    return _back()


def address(search: SavedSearch) -> str:
    """Give the address of what a search finds."""
    values: dict[str, list[str]] = {}
    for name, value in search.asked:
        values.setdefault(name, []).append(value)
    return url_for("home.search", **values)  # type: ignore[arg-type]


def _back() -> Response:
    return redirect(url_for("searches.index"), 303)
