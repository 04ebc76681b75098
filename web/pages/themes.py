"""Themes: the codebook's top with its counts, and one theme or code with its quotes."""

from flask import Blueprint, Response, render_template, request

from repository import theming
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("themes", __name__, url_prefix="/themes")


@blueprint.get("/")
def index() -> str:
    """List the themes."""
    return render_template("themes/index.html", themes=theming.themes(workspace(), viewer()))


@blueprint.get("/<slug>")
def show(slug: str) -> str:
    """Show a theme or a code: definition, who says it, where, when, and the quotes."""
    view = theming.theme(workspace(), viewer(), slug)
    return render_template("themes/show.html", view=view, page=inputs.page(view.quotes, request.args))


@blueprint.get("/colours.css")
def colours() -> Response:
    """Give each theme's colour as a class: pages may not carry styles of their own."""
    rules = (f".theme-{code.facts.slug}{{--theme:{colour}}}" for code, colour in theming.colours(workspace(), viewer()) if colour)
    return Response("\n".join(rules), mimetype="text/css")
