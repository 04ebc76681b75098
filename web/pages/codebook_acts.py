"""Moving, merging, splitting, retiring and promoting codes: each first says what it touches, then does it on a yes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import Blueprint, render_template, request
from werkzeug import Response

from repository import codebook_changes, codebook_merging, codebook_tree
from repository.codebook import Codebook
from repository.domain.coding import Code, CodeFacts
from repository.errors import CairnError, Conflict, Forbidden, Rejected, Unavailable
from web import inputs
from web.access import viewer, workspace
from web.errors import status_of
from web.pages.codebook import offered, told, why

blueprint = Blueprint("codebook_acts", __name__, url_prefix="/codebook")

#: Siblings among which a place is chosen, codes merged at once, and parts of a split.
PLACES, MERGED, PARTS = 500, 200, 12
#: What can go wrong in a form that is then shown again.
Refused = (Conflict, Rejected, Forbidden, Unavailable)


@dataclass(frozen=True, slots=True)
class Splitting:
    """The boxes of a split: names and definitions of the parts, and by highlight the part (from 1) it goes to."""

    parts: tuple[tuple[str, str], ...] = (("", ""), ("", ""))
    chosen: Mapping[int, int] = field(default_factory=dict)
    below: bool = False
    page: int = 1


def _held(slug: str = "") -> tuple[Codebook, Code | None]:
    codebook = codebook_tree.survey(workspace(), viewer()).codebook
    return codebook, codebook.named(slug) if slug else None


@blueprint.route("/<slug>/move", methods=["GET", "POST"])
def move(slug: str) -> Response | str | tuple[str, int]:
    """Choose what a code stands under, and before what; then move it."""
    codebook, code = _held(slug)
    assert code is not None
    above = codebook.by_id.get(code.parent_id or 0)
    now = codebook_tree.path_name(codebook, above) if above else ""
    typed = request.values.get("under", now).replace("\0", " ").strip()
    error: CairnError | None = None
    try:
        above = codebook_tree.pointed_at(codebook, typed) if typed else None
        if request.method == "POST":
            under, before = above.facts.slug if above else "", request.form.get("before", "")
            return told(codebook_changes.move(workspace(), viewer(), slug, under=under, before=before, why=why()))
    except Refused as refused:
        error = refused
    siblings = [child for child in codebook.children(above) if child != code]
    beside = codebook.children(above)
    after = beside[beside.index(code) + 1] if code in beside and code != beside[-1] else None
    page = render_template(
        "codebook/move.html",
        code=code,
        codebook=codebook,
        typed=typed,
        above=above,
        siblings=siblings[:PLACES],
        before=request.values.get("before", after.facts.slug if after else ""),
        offered=offered(codebook),
        impact=codebook_changes.impact(workspace(), viewer(), [slug]),
        error=error,
    )
    return (page, status_of(error)) if error else page


@blueprint.route("/merge", methods=["GET", "POST"])
def merge() -> Response | str | tuple[str, int]:
    """Choose into which code others go; then merge them."""
    codebook, _ = _held()
    slugs = list(dict.fromkeys(request.values.getlist("code")))[:MERGED]
    codes = [codebook.named(slug) for slug in slugs]
    typed = request.values.get("into_name", "").replace("\0", " ").strip()
    into: Code | None = None
    error: CairnError | None = None
    try:
        if typed:
            into = codebook_tree.pointed_at(codebook, typed)
        elif request.values.get("into"):
            into = codebook.named(request.values["into"])
        if request.method == "POST":
            if into is None:
                raise Rejected("Say into which code.", hint="Choose one of them, or write another's name.")
            return told(codebook_merging.merge(workspace(), viewer(), slugs, into.facts.slug, why=why()))
    except Refused as refused:
        error = refused
    gone = [code for code in codes if code != into]
    page = render_template(
        "codebook/merge.html",
        codes=codes,
        gone=gone,
        into=into,
        typed=typed,
        codebook=codebook,
        offered=offered(codebook),
        impacts=[codebook_changes.impact(workspace(), viewer(), [code.facts.slug]) for code in gone],
        impact=codebook_changes.impact(workspace(), viewer(), [code.facts.slug for code in gone]),
        error=error,
    )
    return (page, status_of(error)) if error else page


@blueprint.route("/<slug>/retire", methods=["GET", "POST"])
def retire(slug: str) -> Response | str | tuple[str, int]:
    """Say what retiring a code touches; then do it."""
    return _act(slug, "retire")


@blueprint.route("/<slug>/promote", methods=["GET", "POST"])
def promote(slug: str) -> Response | str | tuple[str, int]:
    """Say what making a study's code one for all studies touches; then do it."""
    return _act(slug, "promote")


def _act(slug: str, act: str) -> Response | str | tuple[str, int]:
    codebook, code = _held(slug)
    error: CairnError | None = None
    if request.method == "POST":
        do = codebook_changes.retire if act == "retire" else codebook_changes.promote
        try:
            return told(do(workspace(), viewer(), slug, why=why()))
        except Refused as refused:
            error = refused
    impact = codebook_changes.impact(workspace(), viewer(), [slug])
    page = render_template("codebook/act.html", act=act, code=code, codebook=codebook, impact=impact, error=error)
    return (page, status_of(error)) if error else page


@blueprint.get("/<slug>/split")
def splitting(slug: str) -> str:
    """Show a code's quotes, each to stay or to go to a part."""
    page = inputs.whole(request.args.get("page"), "Page", default=1)
    return _split_page(slug, Splitting(page=page))


@blueprint.post("/<slug>/split")
def split(slug: str) -> Response | str | tuple[str, int]:
    """Split, or show the page again with another part, other quotes or a proposal."""
    boxes = _boxes()
    act, _, number = request.form.get("do", "split").partition(":")
    if act == "page":
        return _split_page(slug, replace(boxes, page=inputs.whole(number, "Page", default=1)))
    if act == "part":
        return _split_page(slug, replace(boxes, parts=(*boxes.parts, ("", ""))[:PARTS]))
    try:
        if act == "propose":
            return _split_page(slug, _proposed(slug, boxes))
        held = codebook_merging.quotes(workspace(), viewer(), slug, most=0).codings
        used = [
            n for n, (name, definition) in enumerate(boxes.parts, 1) if name or definition or n in boxes.chosen.values()
        ]
        if gone := [mark for mark in boxes.chosen if mark not in held]:
            raise Conflict(f"{len(gone)} of these quotes are not under this code any more.", hint="Choose again.")
        parts = [CodeFacts("", *boxes.parts[n - 1], parent=slug if boxes.below else "") for n in used]
        assigned = {coding: used.index(part) for mark, part in boxes.chosen.items() for coding in held[mark]}
        return told(codebook_merging.split(workspace(), viewer(), slug, parts, assigned, why=why()))
    except Refused as error:
        return _split_page(slug, boxes, error), status_of(error)


def _boxes() -> Splitting:
    """Read the boxes of a split; a choice of a part that is not there is none."""
    names, definitions = (
        [text.replace("\0", " ").replace("\r\n", "\n").strip() for text in request.form.getlist(box)]
        for box in ("part_name", "part_definition")
    )
    parts = tuple(zip(names, definitions, strict=False))[:PARTS] or (("", ""), ("", ""))
    chosen = {}
    for box, value in request.form.items():
        if box.startswith("q-") and box[2:].isdecimal() and value.isdecimal() and 1 <= int(value) <= len(parts):
            chosen[int(box[2:])] = int(value)
    page = inputs.whole(request.form.get("page"), "Page", default=1)
    return Splitting(parts, chosen, request.form.get("place") == "under", page)


def _proposed(slug: str, boxes: Splitting) -> Splitting:
    """Fill in a proposal; names that somebody wrote stay."""
    chosen, names = codebook_merging.proposal(workspace(), viewer(), slug)
    empty = (("", ""),) * max(0, len(names) - len(boxes.parts))
    parts = [
        (name or (names[n] if n < len(names) else ""), definition)
        for n, (name, definition) in enumerate((*boxes.parts, *empty))
    ]
    return replace(boxes, parts=tuple(parts), chosen=chosen)


def _split_page(slug: str, boxes: Splitting, error: CairnError | None = None) -> str:
    codebook, code = _held(slug)
    quotes = codebook_merging.quotes(
        workspace(), viewer(), slug, first=(boxes.page - 1) * inputs.PAGE, most=inputs.PAGE
    )
    shown = {row.highlight_id for row in quotes.rows}
    return render_template(
        "codebook/split.html",
        code=code,
        codebook=codebook,
        boxes=boxes,
        quotes=quotes,
        pages=max(1, -(-len(quotes.codings) // inputs.PAGE)),
        elsewhere={mark: part for mark, part in boxes.chosen.items() if mark not in shown},
        most=PARTS,
        impact=codebook_changes.impact(workspace(), viewer(), [slug]),
        error=error,
        why=why() if request.method == "POST" else "",
    )
