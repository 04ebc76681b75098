"""Stewardship: what needs somebody's hands, each with its remedy one click away; and how much of what is known is reused."""

from dataclasses import dataclass, field, replace

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from ingest import near_duplicates
from repository import gaps, reusing, stewarding, studies
from repository.domain.stewardship import Heap, Need, NeedKind
from repository.errors import CairnError, NotFound
from web import charts, inputs
from web.access import viewer, workspace
from web.fragments import plural

blueprint = Blueprint("stewardship", __name__, url_prefix="/stewardship")

#: Needs of a kind shown beside the other kinds, places where two texts differ, and owners that can be chosen.
FEW, PLACES, OWNERS = 3, 100, 200
#: What is tallied, as people call it: one, and many.
ASKED = {
    gaps.SEARCH: ("search", "searches"),
    gaps.ASK: ("question", "questions"),
    gaps.PLAN: ("question of a plan", "questions of plans"),
}
COLOUR = "#2f6f9f"
#: Where there may be several in one row of a list.
SEVERAL = {NeedKind.PROPOSED: "insight", NeedKind.UNLINKED: "transcript", NeedKind.SUGGESTIONS: "code"}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What helps: words on a button, where it leads, and whether it does something (a form with hidden fields)."""

    words: str
    address: str
    does: bool = False
    fields: dict[str, str] = field(default_factory=dict)


@blueprint.get("/")
def index() -> str:
    """Show what needs hands: a few of each kind, or all of one; of one owner, if the address says so."""
    owner = request.args.get("owner", "")
    kind = next((one for one in NeedKind if one.value == request.args.get("kind")), None)
    everything = [stewarding.heap(workspace(), viewer(), kind)] if kind else stewarding.heaps(workspace(), viewer())
    found = [_owned(heap, owner) for heap in everything] if owner else everything
    owners = sorted({need.owner for heap in everything for need in heap.needs if need.owner}, key=str.casefold)
    return render_template(
        "stewardship/index.html",
        heaps=[heap for heap in found if heap.needs or heap.hindered],
        in_order=[heap for heap in found if not heap.needs and not heap.hindered],
        kind=kind,
        heap=found[0] if kind else None,
        page=inputs.page(found[0].needs, request.args) if kind else None,
        few=FEW,
        owner=owner,
        owners=owners[:OWNERS],
        remedies=remedies,
        several=SEVERAL,
        may_write=viewer().may_write,
    )


@blueprint.get("/reuse")
def reuse() -> str:
    """Show what was asked by week and found, and what came of what is known."""
    found = reusing.reuse(workspace(), viewer())
    pictured = [what for what in reusing.ASKED if any(found.asked(what))]
    return render_template(
        "stewardship/reuse.html",
        found=found,
        asked=ASKED,
        pictured=pictured,
        told={what: charts.told(f"{ASKED[what][1].capitalize()} by week", _bars(found, what)) for what in pictured},
    )


@blueprint.get("/reuse/<any(search, ask, plan):what>.svg")
def picture(what: str) -> Response:
    """Draw what was asked by week: filled what found something, dashed what found nothing."""
    drawn = charts.standing(_bars(reusing.reuse(workspace(), viewer()), what), colour=COLOUR)
    return Response(charts.svg(drawn, dark="dark" in request.args), mimetype="image/svg+xml")


@blueprint.get("/difference/<int(max=2147483647):one>/<int(max=2147483647):other>")
def difference(one: int, other: int) -> str:
    """Show in what two transcripts that look alike differ; either can go into the bin."""
    pair, share, changes = near_duplicates.between(workspace(), viewer(), one, other)
    return render_template(
        "stewardship/difference.html",
        pair=pair,
        titles=studies.titles(workspace(), viewer()),
        share=share,
        changes=changes[:PLACES],
        more=len(changes[PLACES:]),
        key=f"{min(one, other)}-{max(one, other)}",
        may_write=viewer().may_write,
    )


@blueprint.post("/bin/<int(max=2147483647):session_id>")
def bin_one(session_id: int) -> AnyResponse:
    """Put one of two transcripts that look alike into the bin, with a way back."""
    studies.bin_session(workspace(), viewer(), session_id)
    _with_undo(
        "The transcript is in the bin; the other one stays.", url_for("bin.restore_session", session_id=session_id)
    )
    return redirect(url_for("stewardship.index", kind=NeedKind.DUPLICATES.value), 303)


@blueprint.post("/set-aside")
def set_aside() -> AnyResponse:
    """Leave something as it is."""
    kind, key = _kind(), request.values.get("key", "")
    need = stewarding.set_aside(workspace(), viewer(), kind, key)
    _with_undo(f"“{need.what}” is set aside.", url_for("stewardship.put_back", kind=kind.value, key=key))
    return _back(kind)


@blueprint.post("/put-back")
def put_back() -> AnyResponse:
    """Put something back that was set aside."""
    kind = _kind()
    need = stewarding.put_back(workspace(), viewer(), kind, request.values.get("key", ""))
    flash(f"“{need.what}” is back on the list.", "info")
    return _back(kind)


@blueprint.post("/consent/<int(max=2147483647):session_id>")
def consent(session_id: int) -> AnyResponse:
    """Write down what was agreed to."""
    number = stewarding.state_consent(
        workspace(), viewer(), session_id, request.form.get("consent", ""), whole_study=bool(request.form.get("study"))
    )
    flash(f"Stated for {plural(number, 'transcript')}.", "success")
    return _back(NeedKind.NO_CONSENT)


def remedies(need: Need) -> list[Remedy]:
    """Give what helps, the best first."""
    first = need.subject[0] if need.subject else 0
    kind = need.kind
    if kind in (NeedKind.EVIDENCE_MISSING, NeedKind.REVIEW, NeedKind.PROPOSED):
        words, place = {
            NeedKind.EVIDENCE_MISSING: ("See what is lost", "lost"),
            NeedKind.REVIEW: ("Review it", "main"),
            NeedKind.PROPOSED: ("Take or turn down", "proposed"),
        }[kind]
        return [Remedy(words, url_for("insights.show", insight_id=first, _anchor=place))]
    if kind is NeedKind.SOURCES:
        return _of_source(need)
    if kind is NeedKind.DUPLICATES:
        return [Remedy("See the difference", url_for("stewardship.difference", one=first, other=need.subject[1]))]
    if kind is NeedKind.UNLINKED:
        if not need.subject[2]:
            return [Remedy("Name who speaks", url_for("revisions.edit", session_id=first))]
        return [Remedy("Say who they are", url_for("speakers.show", session_id=first))]
    if kind is NeedKind.SUGGESTIONS:
        return [Remedy("Review them", url_for("review.index", code=need.slug))]
    if kind is NeedKind.PLANS:
        again = Remedy("Check it now", url_for("plans.check", plan_id=first), does=True)
        return [again, Remedy("Open", url_for("plans.show", plan_id=first))]
    if kind is NeedKind.BLIND:
        back = {"session": str(first), "coder": need.owner}
        go_on = Remedy("Go on coding", url_for("transcripts.show", session_id=first))
        return [go_on, Remedy("Take it back", url_for("agreement.withdraw"), does=True, fields=back)]
    if kind is NeedKind.DRIFT:
        return _of_drift(need)
    if kind is NeedKind.GAPS:
        again = Remedy("Search again", url_for("home.search", q=need.what, again=1))
        return [Remedy("Plan a study about it", url_for("plan_entering.by_hand", q=need.what)), again]
    return [Remedy("Open", url_for("transcripts.show", session_id=first))]


def register(app: Flask) -> None:
    """Give templates the number of things that cannot wait."""
    app.jinja_env.globals.update(needs_hands=_pressing)


def _of_source(need: Need) -> list[Remedy]:
    _, failed, study_id, held = need.subject
    if failed:
        return [
            Remedy("Try again", url_for("jobs.retry", job_id=failed), does=True),
            Remedy("Jobs", url_for("jobs.index")),
        ]
    if held:
        return [Remedy("Look before you add", url_for("uploading.preview", study=study_id))]
    return [Remedy("Jobs", url_for("jobs.index"))]


def _of_drift(need: Need) -> list[Remedy]:
    kind, *slugs = need.key.split(":")
    mend = {
        "alike": ("Merge them", "codebook_acts.merge", {"code": slugs, "into": need.slug}),
        "same-name": ("Merge them", "codebook_acts.merge", {"code": slugs, "into": need.slug}),
        "overgrown": ("Split it", "codebook_acts.splitting", {"slug": need.slug}),
        "unused": ("Retire it", "codebook_acts.retire", {"slug": need.slug}),
        "undefined": ("Define it", "codebook.show", {"slug": need.slug}),
        "turned-down": ("Change the definition", "codebook.show", {"slug": need.slug}),
    }.get(kind)
    every = Remedy("See all of its kind", url_for("drift.index", kind=kind))
    return [Remedy(mend[0], url_for(mend[1], **mend[2])), every] if mend else [every]  # type: ignore[arg-type]


def _owned(heap: Heap, owner: str) -> Heap:
    return replace(heap, needs=tuple(need for need in heap.needs if need.owner == owner), set_aside=())


def _bars(found: reusing.Reuse, what: str) -> list[charts.Bar]:
    weeks = [(week, week.asked.get(what, (0, 0))) for week in found.weeks]
    return [charts.Bar(f"{week.monday.day} {week.monday:%b}", answered, empty) for week, (answered, empty) in weeks]


def _kind() -> NeedKind:
    found = next((one for one in NeedKind if one.value == request.values.get("kind")), None)
    if found is None:
        raise NotFound("There is no such list.")
    return found


def _with_undo(told: str, address: str) -> None:
    flash((told, address), "undo")  # type: ignore[arg-type]


def _back(kind: NeedKind) -> AnyResponse:
    return redirect(url_for("stewardship.index", kind=kind.value), 303)


def _pressing() -> int:
    try:
        return stewarding.pressing(workspace(), viewer())
    except CairnError:  # a page that says what is wrong has this header, too
        return 0
