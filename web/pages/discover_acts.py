"""What is done on the pages of discovery: each act is a form, answered with the page and the way to undo it."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug import Response

from repository import adopting, choosing, discovering, regrouping
from repository.candidate_rules import Adopted
from repository.domain.coding import CodeFacts
from repository.errors import Rejected
from web import inputs
from web.access import viewer, workspace
from web.narrowing import TYPED, chosen, kept
from web.pages.discover import CANDIDATE

blueprint = Blueprint("discover_acts", __name__, url_prefix="/discover")

#: Characters of a definition that are kept.
DEFINITION = 100_000


@blueprint.post("/run")
def run() -> Response:
    """Look for themes again."""
    discovering.start(workspace(), viewer())
    return redirect(url_for("discover.index"), 303)


@blueprint.post(f"{CANDIDATE}/rename")
def rename(candidate_id: int) -> Response:
    """Rename a candidate."""
    return _answer(adopting.rename(workspace(), viewer(), candidate_id, _line("name")))


@blueprint.post(f"{CANDIDATE}/dismiss")
def dismiss(candidate_id: int) -> Response:
    """Dismiss a candidate."""
    return _answer(adopting.dismiss(workspace(), viewer(), candidate_id, why=_line("why")))


@blueprint.post(f"{CANDIDATE}/split")
def split(candidate_id: int) -> Response:
    """Split a candidate."""
    return _answer(adopting.split(workspace(), viewer(), candidate_id))


@blueprint.post(f"{CANDIDATE}/merge")
def merge(candidate_id: int) -> Response:
    """Merge a candidate into another one, or, with the ticked passages as examples, into a code."""
    if _line("code"):
        slug = _code()
        return _answer(adopting.merge_into_code(workspace(), viewer(), candidate_id, slug, _passages()))
    into = inputs.whole(request.form.get("into"), "Candidate", default=0, least=0)
    if not into:
        raise Rejected("It was not said what to merge it into.", hint="Choose a candidate or a code.")
    return _answer(adopting.merge(workspace(), viewer(), candidate_id, into))


@blueprint.post(f"{CANDIDATE}/accept")
def accept(candidate_id: int) -> Response:
    """Make a theme or a code of a candidate, with the ticked passages as examples."""
    if _line("code"):  # the Enter key in that field would press this button
        raise Rejected("A code to merge it into was named as well.", hint="Press Merge, or empty that field.")
    cues = tuple(cue.strip() for cue in _line("cues").split(",") if cue.strip())
    definition = request.form.get("definition", "").replace("\0", " ").replace("\r\n", "\n")[:DEFINITION]
    facts = CodeFacts("", _line("name"), definition, cues=cues, parent=_line("under"))
    return _answer(adopting.accept(workspace(), viewer(), candidate_id, facts, _passages()))


@blueprint.post("/passages/code")
def code() -> Response:
    """Code passages."""
    return _answer(regrouping.code(workspace(), viewer(), _passages(), [_code()]))


@blueprint.post("/passages/make")
def make() -> Response:
    """Make a candidate of passages."""
    return _answer(regrouping.make(workspace(), viewer(), _passages(), _line("new_name")))


@blueprint.post("/passages/move")
def move() -> Response:
    """Move passages to another candidate, or to the pile."""
    to = inputs.whole(request.form.get("to"), "Candidate", default=0, least=0) or None
    return _answer(regrouping.move(workspace(), viewer(), _passages(), to))


@blueprint.post("/acts/<int(max=2147483647):act_id>/undo")
def undo(act_id: int) -> Response:
    """Undo one act."""
    return _answer(adopting.undo(workspace(), viewer(), act_id))


def _answer(done: Adopted) -> Response:
    """Say what was done on the page that comes next."""
    if done.act:
        way_back = url_for("discover_acts.undo", act_id=done.act, **kept())  # type: ignore[arg-type]
        flash((done.told, way_back), "undo")  # type: ignore[arg-type]
    else:
        flash(done.told, "info")
    return redirect(url_for("discover.index", **kept()), 303)  # type: ignore[arg-type]


def _code() -> str:
    return choosing.called(workspace(), viewer(), _line("code"))


def _passages() -> list[int]:
    return chosen(request.form.getlist("passage"))


def _line(name: str) -> str:
    return " ".join(request.form.get(name, "").replace("\0", " ").split())[: 2 * TYPED]
