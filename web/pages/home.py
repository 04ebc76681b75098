"""Home, with its one search box, and the results of a search."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from repository import codebook, gaps, progress, reading, studies
from repository.insight_finding import current_insights
from repository.querying import FILTERS, OPERATORS, Query, asked_of
from repository.search import search as find_all
from repository.search import tell
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("home", __name__)

#: Rows of a list on the first page.
FEW = 5
NARROWING = ("study", "role", "since", "until", "literally", *FILTERS)


@blueprint.get("/")
def home() -> str:
    """Show the search box, what is known of late, what is going on, and what is open."""
    cards = reading.studies(workspace(), viewer())
    return render_template(
        "home/home.html",
        overview=progress.overview(workspace(), viewer()),
        insights=current_insights(workspace(), viewer())[:FEW],
        in_flight=[card for card in cards if card.study.facts.state.in_flight],
        studies=cards[:FEW],
        newest=reading.newest(workspace(), viewer(), FEW),
        gaps=gaps.known_gaps(workspace(), FEW),
        operators=OPERATORS,
    )


@blueprint.get("/search")
def search() -> str | Response:
    """Show what is known of a question."""
    query = inputs.query(request.args)
    asked = asked_of(query)
    if not query.text and len(asked) == 1:
        return redirect(url_for("home.home"))
    results = find_all(workspace(), viewer(), query)
    if query.limit == inputs.HITS and not request.args.get("again"):  # a look at what is known to be a gap is none
        tell(workspace(), results)
    return render_template(
        "home/results.html",
        results=results,
        asked=asked,
        chips=chips(query),
        toggled=toggled,
        more=toggled("limit", min(inputs.MOST_HITS, query.limit + inputs.HITS)),
        operators=OPERATORS,
    )


def toggled(name: str, value: object = "") -> str:
    """Give this search's address with one filter more, or without it if it is on (or without `name` at all)."""
    kept = {key: request.args.getlist(key) for key in ("q", *NARROWING)}
    on = kept.get(name, [])
    kept[name] = [one for one in on if one != str(value)] if value != "" else []
    if value != "" and str(value) not in on:
        kept[name].append(str(value))
    return url_for("home.search", **kept)  # type: ignore[arg-type]


def chips(query: Query) -> list[tuple[str, str, str, str]]:
    """List the filters that are on: the name and value in the address, the words to show, and a theme's colour."""
    titles, names = studies.titles(workspace(), viewer()), codebook.names(workspace())
    rows = [("study", str(i), titles.get(i, "no such study"), "") for i in query.studies]
    rows += [("theme", slug, names.get(slug, slug), slug) for slug in query.themes]
    rows += [("role", role.value, role.value, "") for role in query.roles]
    rows += [
        (name, value, value, "") for name, many in FILTERS.items() if name != "theme" for value in getattr(query, many)
    ]
    rows += [("since", "", f"from {query.since}", "")] if query.since else []
    rows += [("until", "", f"until {query.until}", "")] if query.until else []
    return rows
