"""Home, with its one search box, and the results of a search."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from repository import codebook, progress, reading, studies, theming
from repository.search import search as find_quotes
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("home", __name__)

#: Transcripts and themes shown on the first page.
FEW = 6
NARROWING = ("study", "theme", "role", "since", "until")


@blueprint.get("/")
def home() -> str:
    """Show the search box, what is going on, and what came in last."""
    cards = reading.studies(workspace(), viewer())
    themes = sorted(theming.themes(workspace(), viewer()), key=lambda card: -card.participants)
    return render_template(
        "home/home.html",
        overview=progress.overview(workspace(), viewer()),
        in_flight=[card for card in cards if card.study.facts.state.in_flight],
        studies=cards[:FEW],
        newest=reading.newest(workspace(), viewer(), FEW),
        themes=[card for card in themes if card.sessions][:FEW],
    )


@blueprint.get("/search")
def search() -> str | Response:
    """Show the quotes for a question."""
    query = inputs.query(request.args)
    if not query.text:
        return redirect(url_for("home.home"))
    return render_template(
        "home/results.html",
        results=find_quotes(workspace(), viewer(), query),
        titles=studies.titles(workspace(), viewer()),
        themes=codebook.names(workspace()),
        narrowed=any(request.args.get(name) for name in NARROWING),
        toggled=toggled,
        more=toggled("limit", min(inputs.MOST_HITS, query.limit + inputs.HITS)),
    )


def toggled(name: str, value: object = "") -> str:
    """Give this search's address with one filter more, or without it if it is on (or without `name` at all)."""
    kept = {key: request.args.getlist(key) for key in ("q", *NARROWING)}
    on = kept.get(name, [])
    kept[name] = [one for one in on if one != str(value)] if value != "" else []
    if value != "" and str(value) not in on:
        kept[name].append(str(value))
    return url_for("home.search", **kept)  # type: ignore[arg-type]
