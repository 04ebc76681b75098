"""Themes: the codebook's top with its counts, and one theme or code with who speaks of it, when, and the quotes."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from repository import theming
from repository.counting import By, Count, Every, Prevalence, Row
from repository.errors import NotFound, Rejected
from repository.theming import Asked, Show
from repository.voices import Narrowed, PersonRow
from web import charts, inputs
from web.access import viewer, workspace

blueprint = Blueprint("themes", __name__, url_prefix="/themes")

Choice = TypeVar("Choice", bound=StrEnum)
#: Colours that may stand in a stylesheet.
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}")
#: Characters of a search that are looked at.
ASKED = 200
#: What can be counted, and what an address of a theme keeps from one link to the next.
COUNTED = ("participants", "accounts")
KEPT = ("by", "count", "every", "show", "participant", "account", "cohort", "study", "period")
#: The charts of a theme, with what each is called.
CHARTS = {"time": "Over time", "cohorts": "By cohort", "accounts": "By account"}


@blueprint.get("/")
def index() -> str:
    """List the themes, or those that what was typed can mean."""
    asked = " ".join(request.args.get("q", "").replace("\0", " ").split())[:ASKED]
    cards = theming.themes(workspace(), viewer(), asked)
    return render_template(
        "themes/index.html",
        page=inputs.page(cards, request.args),
        asked=asked,
        by=_choice(By, "by", By.BOTH),
        sparkline=charts.sparkline,
    )


@blueprint.get("/<slug>")
def show(slug: str) -> str | AnyResponse:
    """Show a theme or a code: definition, who says it, where, when, and the quotes."""
    view = theming.theme(workspace(), viewer(), slug, _asked())
    if view.code.facts.slug != slug:  # it was merged into this one
        return redirect(url_for("themes.show", slug=view.code.facts.slug, **request.args.to_dict()))  # type: ignore[arg-type]
    counted = _counted()
    tables = {name: rows(view.prevalence, name) for name in CHARTS}
    return render_template(
        "themes/show.html",
        view=view,
        asked=_asked(),
        counted=counted,
        charts=CHARTS,
        tables=tables,
        told={name: charts.told(_title(name, counted), bars(view.prevalence, name, counted)) for name in CHARTS},
        here=here,
        picture=_picture,
        narrowed=_words(view.prevalence, _asked().narrowed, view.people),
    )


@blueprint.get("/<slug>/<name>.svg")
def chart(slug: str, name: str) -> Response:
    """Draw one of a theme's charts."""
    if name not in CHARTS:
        raise NotFound("There is no such chart.")
    asked = _asked()
    found = theming.prevalence(workspace(), viewer(), slug, by=asked.by, every=asked.every)
    draw = charts.standing if name == "time" else charts.lying
    colour = found.colour if COLOUR.fullmatch(found.colour) else ""
    picture = charts.svg(draw(bars(found, name, _counted()), colour=colour), dark="dark" in request.args)
    return Response(picture, mimetype="image/svg+xml")


@blueprint.get("/colours.css")
def colours() -> Response:
    """Give each theme's colour as a class: pages may not carry styles of their own."""
    held = theming.colours(workspace(), viewer())
    rules = (f".theme-{code.facts.slug}{{--theme:{colour}}}" for code, colour in held if COLOUR.fullmatch(colour))
    return Response("\n".join(rules), mimetype="text/css")


def rows(found: Prevalence, name: str) -> tuple[Row, ...]:
    """Give the rows of a chart."""
    return {"time": found.periods, "cohorts": found.cohorts, "accounts": found.by_account}[name]


def bars(found: Prevalence, name: str, counted: str) -> list[charts.Bar]:
    """Give the bars of a chart. By account, it is always participants that are counted."""
    counts: list[tuple[str, Count]] = [
        (row.name, row.accounts if counted == "accounts" and name != "accounts" else row.participants)
        for row in rows(found, name)
    ]
    return [charts.Bar(label, *count.parts(found.by), of=count.of) for label, count in counts]


def here(anchor: str = "", **changes: object) -> str:
    """Give this page's address with some of what it asks for changed (None leaves it out), or another code's."""
    names = KEPT[:3] if "slug" in changes else KEPT
    kept: dict[str, object] = {**_kept(*names), "slug": (request.view_args or {}).get("slug"), **changes}
    kept = {key: value for key, value in kept.items() if value is not None}
    return url_for(str(request.endpoint), _anchor=anchor or None, **kept)  # type: ignore[arg-type]


def _picture(name: str, dark: bool) -> str:
    """Give the address of a chart of this page."""
    kept = {**_kept("by", "count", "every"), **({"dark": "yes"} if dark else {})}
    return url_for("themes.chart", slug=(request.view_args or {}).get("slug"), name=name, **kept)  # type: ignore[arg-type]


def _kept(*names: str) -> dict[str, str]:
    return {name: request.args[name] for name in names if name in request.args}


def _asked() -> Asked:
    args = request.args
    return Asked(
        by=_choice(By, "by", By.BOTH),
        every=_choice(Every, "every", Every.QUARTER) if args.get("every") else None,
        show=_choice(Show, "show", Show.STRONGEST),
        narrowed=Narrowed(
            participant=args.get("participant", "")[:ASKED],
            account=args.get("account", "")[:ASKED],
            cohort=args["cohort"][:ASKED] if "cohort" in args else None,
            study=inputs.whole(args.get("study"), "Study", default=0, least=0),
            period=args.get("period", "")[:ASKED],
        ),
        page=inputs.whole(args.get("page"), "Page", default=1),
    )


def _choice(choices: type[Choice], name: str, default: Choice) -> Choice:
    try:
        return choices(request.args.get(name) or default)
    except ValueError as error:
        hint = f"Use one of: {', '.join(choices)}."
        raise Rejected(f"“{name}” cannot be that.", hint=hint, slug="no-such-choice") from error


def _counted() -> str:
    return "accounts" if request.args.get("count") == "accounts" else "participants"


def _title(name: str, counted: str) -> str:
    what = "Participants" if name == "accounts" else counted.capitalize()
    return f"{what} {CHARTS[name].lower()}"


def _words(found: Prevalence, narrowed: Narrowed, people: Sequence[PersonRow]) -> dict[str, str]:
    """Name what the quotes are narrowed to, by the part of the address that does it."""
    named = {
        "participant": {row.key: row.label for row in people}.get(narrowed.participant, narrowed.participant),
        "account": {row.key: row.name for row in found.by_account}.get(narrowed.account, narrowed.account),
        "study": {row.key: row.name for row in found.studies}.get(str(narrowed.study), ""),
        "period": {row.key: row.name for row in found.periods}.get(narrowed.period, narrowed.period),
    }
    if narrowed.cohort is not None:
        named["cohort"] = narrowed.cohort or "cohort not known"
    return {name: word for name, word in named.items() if word}
