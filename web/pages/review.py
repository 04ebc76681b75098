"""The review queue: suggestions to accept and reject, one, those selected, or all that fit a filter."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from repository import choosing, deciding, reviewing
from repository.deciding import Decided, Shown
from repository.errors import Conflict, NotFound, Rejected
from repository.found_quotes import marked
from repository.reviewing import ROWS
from web import inputs
from web.access import viewer, workspace
from web.pages.coding import PART, TYPED

blueprint = Blueprint("review", __name__, url_prefix="/review")

ONE = "/<int(max=2147483647):suggestion_id>"
#: What an address says about what is shown.
KEPT = ("code", "study", "from", "to", "state", "order")


@blueprint.get("/")
def index() -> str:
    """Show what is open, and what has been decided today."""
    asked, skip = inputs.review_filter(request.args), _skip()
    queue = reviewing.queue(workspace(), viewer(), asked, skip=skip)
    if not queue.rows and queue.total:  # past the end: the last ones
        skip = (queue.total - 1) // ROWS * ROWS
        queue = reviewing.queue(workspace(), viewer(), asked, skip=skip)
    may_write = viewer().may_write
    return render_template(
        "review/index.html",
        queue=queue,
        asked=asked,
        skip=skip,
        step=ROWS,
        kept=_kept(),
        link=_link,
        marked=marked,
        may_write=may_write,
        codes=choosing.matches(workspace(), viewer(), "", limit=choosing.LISTED) if may_write else (),
    )


@blueprint.post(f"{ONE}/accept")
def accept(suggestion_id: int) -> Response | str:
    """Accept a suggestion, or put the code on its words that somebody named instead."""
    typed = " ".join(request.form.get("instead", "").replace("\0", " ").split())[: 2 * TYPED]
    instead = choosing.called(workspace(), viewer(), typed) if typed else ""
    return _answer(deciding.accept(workspace(), viewer(), suggestion_id, instead=instead, shown=_shown()))


@blueprint.post(f"{ONE}/reject")
def reject(suggestion_id: int) -> Response | str:
    """Reject a suggestion; the machine may have done so itself, having learned meanwhile."""
    try:
        return _answer(deciding.reject(workspace(), viewer(), suggestion_id))
    except NotFound as gone:
        return _answer(Decided(gone.message, None, (suggestion_id,)))


@blueprint.post("/selected")
def selected() -> Response | str:
    """Accept or reject the suggestions that were ticked."""
    ids = [inputs.whole(text, "Suggestion", default=0) for text in request.form.getlist("suggestion")]
    if not ids:
        raise Rejected("Nothing is selected.", hint="Tick the suggestions first.")
    return _answer(deciding.decide_some(workspace(), viewer(), ids, accepted=_accepted(request.form.get("decision"))))


@blueprint.get("/all")
def ask_all() -> str:
    """Ask, with the filter in words and the number, before everything that fits is decided."""
    queue = reviewing.queue(workspace(), viewer(), inputs.review_filter(request.args), limit=0)
    accepted = _accepted(request.args.get("decision"))
    return render_template(
        "review/all.html", queue=queue, accepted=accepted, kept=_kept(), may_write=viewer().may_write
    )


@blueprint.post("/all")
def decide_all() -> Response | str:
    """Accept or reject everything that fits the filter, if it is as many as the page said."""
    asked, accepted = inputs.review_filter(request.args), _accepted(request.form.get("decision"))
    count = inputs.whole(request.form.get("count"), "Count", default=0, least=0)
    try:
        return _answer(deciding.decide_all(workspace(), viewer(), asked, count=count, accepted=accepted))
    except Conflict as changed:
        flash(str(changed), "danger")
        return redirect(url_for("review.ask_all", decision=request.form["decision"], **_kept()), 303)


@blueprint.post("/undo")
def undo_last() -> Response | str:
    """Undo what this person decided last."""
    return _answer(deciding.undo(workspace(), viewer()))


@blueprint.post("/acts/<int(max=2147483647):act_id>/undo")
def undo(act_id: int) -> Response | str:
    """Undo one act."""
    return _answer(deciding.undo(workspace(), viewer(), act_id))


def _answer(done: Decided) -> Response | str:
    """Say what was done, to the script or on the page that comes next."""
    if PART in request.headers:
        return render_template("review/done.html", done=done)
    if done.act:
        way_back = url_for("review.undo", act_id=done.act, skip=_skip() or None, **_kept())
        flash((done.told, way_back), "undo")  # type: ignore[arg-type]
    else:
        flash(done.told, "info")
    return redirect(url_for("review.index", skip=_skip() or None, **_kept()), 303)


def _accepted(decision: str | None) -> bool:
    if decision not in ("accept", "reject"):
        raise Rejected("It was not said what to decide.", hint="Load the page again.")
    return decision == "accept"


def _shown() -> Shown | None:
    """Give what the form says was on the screen."""
    code = request.form.get("code")
    if not code:
        return None

    def place(name: str) -> int:
        return inputs.whole(request.form.get(name), name.capitalize(), default=0, least=0)

    return Shown(place("session"), place("text"), place("start"), place("end"), code)


def _skip() -> int:
    return inputs.whole(request.args.get("skip"), "Skip", default=0, least=0)


def _kept() -> dict[str, Any]:
    """Give the filter as the address has it."""
    return {name: request.args[name] for name in KEPT if request.args.get(name)}


def _link(**changes: object) -> str:
    """Give this page's address with some of the filter changed; "" takes it away."""
    changes = {name.rstrip("_"): value for name, value in changes.items()}
    kept = {name: value for name, value in (_kept() | changes).items() if value not in ("", None)}
    return url_for("review.index", **kept)
