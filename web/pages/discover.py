"""Discovery: candidates as cards beside a map of what participants said, and the pile that belongs to none."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from repository import choosing, discovering, exploring, mapping
from repository.passages import Passage
from web import inputs
from web.access import viewer, workspace
from web.fragments import long_day
from web.narrowing import asked_for, chosen, kept

blueprint = Blueprint("discover", __name__, url_prefix="/discover")

CANDIDATE = "/<int(max=2147483647):candidate_id>"


@blueprint.get("/")
def index() -> str:
    """Show the candidates that fit, and the frame of the map."""
    asked = asked_for()
    view = exploring.discovery(workspace(), viewer(), asked)
    return render_template("discover/index.html", view=view, asked=asked, kept=kept(), **choices())


@blueprint.get("/run")
def run() -> str:
    """Say how far a run is, or what the last one found."""
    job, last = discovering.state(workspace())
    return render_template("discover/run.html", job=job, run=last, asked_again=True, may_write=viewer().may_write)


@blueprint.get("/pile")
def pile() -> str:
    """List what belongs to no candidate, with what is nearest."""
    asked = asked_for()
    found = mapping.pile(workspace(), viewer(), asked)
    return render_template("discover/pile.html", pile=found, asked=asked, kept=kept(), **choices())


@blueprint.get(CANDIDATE)
def show(candidate_id: int) -> str:
    """Show one candidate with its passages and everything that can be done with it."""
    page = inputs.whole(request.args.get("page"), "Page", default=1)
    view = exploring.candidate(workspace(), viewer(), candidate_id, page=page)
    return render_template(
        "discover/show.html",
        view=view,
        themes=choosing.themes(workspace(), viewer()),
        kept={},
        **choices(),
    )


@blueprint.get("/points.json")
def points() -> Response:
    """Give the points of the map, each as [number, x, y, candidate]."""
    asked = asked_for()
    view = mapping.points(workspace(), viewer(), asked)
    rows = [[point.id, round(point.x, 4), round(point.y, 4), point.of] for point in view.points]
    named = [{"id": one.id, "name": one.name} for one in view.candidates]
    return jsonify({"points": rows, "candidates": named, "total": view.total, "state": asked.state.value})


@blueprint.get("/passages.json")
def passages() -> Response:
    """Give the words of passages, for the map."""
    found = mapping.passages(workspace(), viewer(), chosen(request.args.getlist("passage")))
    return jsonify({"passages": [_told(one) for one in found]})


def _told(one: Passage) -> dict[str, Any]:
    where = {"from": one.start, "to": one.end}
    told = {name: value for name, value in asdict(one).items() if name in ("quote", "asked", "speaker", "study_title")}
    return told | {
        "id": str(one.id),
        "on": long_day(one.occurred_on) if one.occurred_on else "",
        "href": url_for("transcripts.show", session_id=one.session_id, _anchor="found", **where),  # type: ignore[arg-type]
    }


def choices() -> dict[str, Any]:
    """Give what every page of discovery offers to those who may decide."""
    may_write = viewer().may_write
    codes = choosing.matches(workspace(), viewer(), "", limit=choosing.LISTED) if may_write else ()
    return {"may_write": may_write, "codes": codes}
