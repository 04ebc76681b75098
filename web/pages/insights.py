"""Insights: the list, one with what it rests on, its forms, its history, and the words to begin one with."""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from repository import codebook_tree, insight_evidence, insight_exchange, insight_history, insights
from repository.attaching import Spot
from repository.codebook import Codebook
from repository.domain.insight import InsightFacts, InsightState, LinkKind, Stance
from repository.errors import CairnError, Forbidden, NotFound, Rejected
from repository.insight_rules import InsightChanged
from repository.insight_states import REASONED, STEPS
from repository.insights import Asked
from web import inputs
from web.access import viewer, workspace
from web.errors import status_of
from web.rendering import rendered

blueprint = Blueprint("insights", __name__, url_prefix="/insights")

INSIGHT = "/<int(max=2147483647):insight_id>"
#: Characters of a search, and codes offered.
ASKED, OFFERED = 200, 1_000
#: What a button says that leads to a state.
STEP_WORDS = {
    InsightState.DRAFT: "Back to a draft",
    InsightState.REVIEWED: "Mark as reviewed",
    InsightState.PUBLISHED: "Publish",
    InsightState.NEEDS_REVIEW: "Ask for a review",
    InsightState.SUPERSEDED: "Supersede",
    InsightState.RETIRED: "Retire",
}


@dataclass(frozen=True, slots=True)
class Boxes:
    """The boxes of an insight's form, with the edition they were made of and the words it begins with."""

    facts: InsightFacts
    edition: int = 0
    why: str = ""
    first: Spot | None = None
    stance: Stance = Stance.SUPPORTS


@blueprint.get("/")
def index() -> str:
    """List insights by state, theme, product area, owner and words."""
    args = request.args
    asked = asked_for()
    page = inputs.page(insights.listed(workspace(), viewer(), asked), args)
    areas, owners = insights.areas(workspace(), viewer())
    chosen = {name: args[name] for name in ("state", "theme", "area", "owner", "q") if args.get(name)}
    return render_template(
        "insights/index.html",
        page=page,
        views=insights.detailed(workspace(), viewer(), page.rows),
        chosen=chosen,
        states=list(InsightState),
        areas=areas,
        owners=owners,
        themes=_codes(),
        may_write=viewer().may_write,
        today=workspace().clock().date(),
    )


@blueprint.get("/new")
def new() -> str:
    """Show the form for a new insight, beginning with words if `session`, `from` and `to` say which."""
    facts = InsightFacts(request.args.get("claim", "")[:ASKED])
    return _form(Boxes(facts, first=first_words(), stance=stance(request.args.get("stance"))))


@blueprint.post("/new")
def create() -> AnyResponse | tuple[str, int]:
    """Write an insight down."""
    boxes = _read()
    try:
        made = insights.create(
            workspace(),
            viewer(),
            boxes.facts,
            first=boxes.first,
            stance=boxes.stance,
            note=request.form.get("note", ""),
        )
    except (Rejected, Forbidden) as error:
        return _form(boxes, error=error), status_of(error)
    return redirect(url_for("insights.show", insight_id=made.id), 303)


@blueprint.get(INSIGHT)
def show(insight_id: int) -> str:
    """Show an insight: the claim, what it rests on, how sure it is, and what was built on it."""
    shown = insights.show(workspace(), viewer(), insight_id)
    insight = shown.view.insight
    return render_template(
        "insights/show.html",
        shown=shown,
        view=shown.view,
        insight=insight,
        body=rendered(insight.facts.body),
        steps=[(to, step_words(insight.state, to), to in REASONED) for to in STEPS[insight.state]],
        kinds=list(LinkKind),
        may_write=viewer().may_write,
        today=workspace().clock().date(),
    )


@blueprint.get(f"{INSIGHT}.md")
def as_markdown(insight_id: int) -> Response:
    """Give an insight as Markdown."""
    text = insight_exchange.markdown(workspace(), viewer(), insight_id, base=request.url_root.rstrip("/"))
    return Response(text, mimetype="text/markdown")


@blueprint.get(f"{INSIGHT}/edit")
def edit(insight_id: int) -> str:
    """Show the form of an insight."""
    insight = insights.show(workspace(), viewer(), insight_id).view.insight
    return _form(Boxes(insight.facts, insight.edition), insight_id=insight_id)


@blueprint.post(f"{INSIGHT}/edit")
def save(insight_id: int) -> AnyResponse | tuple[str, int]:
    """Keep what an insight says; if somebody else changed it meanwhile, show both."""
    boxes = _read()
    try:
        insights.edit(workspace(), viewer(), insight_id, boxes.facts, edition=boxes.edition, why=boxes.why)
    except InsightChanged as error:
        now = insights.show(workspace(), viewer(), insight_id).view.insight
        mine = Boxes(boxes.facts, now.edition, boxes.why)
        return _form(mine, insight_id=insight_id, error=error, theirs=now.facts), status_of(error)
    except (Rejected, Forbidden) as error:
        return _form(boxes, insight_id=insight_id, error=error), status_of(error)
    return redirect(url_for("insights.show", insight_id=insight_id), 303)


@blueprint.get(f"{INSIGHT}/history")
def history(insight_id: int) -> str:
    """Show what became of an insight."""
    insight, entries = insight_history.history(workspace(), viewer(), insight_id)
    page = inputs.page(entries, request.args)
    return render_template("insights/history.html", insight=insight, page=page)


@blueprint.get(f"{INSIGHT}/find")
def find(insight_id: int) -> str:
    """Search among what was said, for evidence."""
    asked = " ".join(request.args.get("q", "").replace("\0", " ").split())[:ASKED]
    return render_template(
        "insights/find.html",
        insight=insights.show(workspace(), viewer(), insight_id).view.insight,
        asked=asked,
        passages=insight_evidence.offered(workspace(), viewer(), insight_id, asked),
        may_write=viewer().may_write,
    )


@blueprint.get("/choose")
def choose() -> str:
    """Choose the insight that words are evidence of, or begin one with them."""
    first = first_words()
    if first is None:
        raise NotFound("No words were chosen.")
    asked = " ".join(request.args.get("q", "").replace("\0", " ").split())[:ASKED]
    found = insights.listed(workspace(), viewer(), Asked(text=asked))
    return render_template(
        "insights/choose.html",
        chosen=insight_evidence.chosen(workspace(), viewer(), first),
        page=inputs.page(found, request.args),
        asked=asked,
        may_write=viewer().may_write,
    )


def asked_for() -> Asked:
    """Read from an address which insights to list. Raises Rejected."""
    args = request.args
    wanted = args.get("state", "")
    try:
        state = InsightState(wanted) if wanted not in ("", "all") else None
    except ValueError as error:
        known = ", ".join(InsightState)
        raise Rejected("There is no such state.", hint=f"Use one of: {known}, all.", slug="no-such-state") from error
    return Asked(
        state=state,
        everything=wanted == "all",
        theme=args.get("theme", "")[:ASKED],
        area=args.get("area", "")[:ASKED],
        owner=args.get("owner", "")[:ASKED],
        text=args.get("q", "").replace("\0", " ")[:ASKED],
    )


def stance(text: str | None) -> Stance:
    """Read a stance, supports for nothing. Raises Rejected."""
    try:
        return Stance(text or Stance.SUPPORTS)
    except ValueError as error:
        known = ", ".join(Stance)
        raise Rejected("There is no such stance.", hint=f"Use one of: {known}.", slug="no-such-stance") from error


def first_words() -> Spot | None:
    """Read where words stand: session, from or start, to or end (code points), and text. Raises Rejected."""
    sent = request.values
    session = inputs.whole(sent.get("session"), "Session", default=0, least=0)
    start = inputs.whole(sent.get("start") or sent.get("from"), "Start", default=0, least=0)
    end = inputs.whole(sent.get("end") or sent.get("to"), "End", default=0, least=0)
    text_id = inputs.whole(sent.get("text"), "Text", default=0, least=0)
    return Spot(session, start, end, text_id or None) if session else None


def step_words(now: InsightState, to: InsightState) -> str:
    """Say what a button does that leads from one state to another."""
    if (now, to) == (InsightState.NEEDS_REVIEW, InsightState.PUBLISHED):
        return "It still holds"
    return STEP_WORDS[to]


def _read() -> Boxes:
    """Read the boxes of an insight. Raises Rejected."""
    sent = request.form

    def text(name: str) -> str:
        return sent.get(name, "").replace("\0", " ").strip()

    facts = InsightFacts(
        claim=text("claim"),
        body=text("body"),
        code_id=inputs.whole(sent.get("code"), "Theme", default=0, least=0) or None,
        product_area=text("product_area"),
        cohort=text("cohort"),
        owner=text("owner"),
        review_on=inputs.day(sent.get("review_on"), "The day of review"),
    )
    edition = inputs.whole(sent.get("edition"), "Edition", default=0, least=0)
    return Boxes(facts, edition, text("why"), first_words(), stance(sent.get("stance")))


def _form(
    boxes: Boxes, *, insight_id: int = 0, error: CairnError | None = None, theirs: InsightFacts | None = None
) -> str:
    areas, _ = insights.areas(workspace(), viewer())
    return render_template(
        "insights/form.html",
        boxes=boxes,
        facts=boxes.facts,
        first=insight_evidence.chosen(workspace(), viewer(), boxes.first) if boxes.first else None,
        insight_id=insight_id,
        error=error,
        theirs=theirs,
        themes=_codes(),
        areas=areas,
        me=viewer().person,
    )


def _codes() -> list[tuple[int, str, str]]:
    """List (number, slug, name with what it stands under) of the codes that are in use."""
    codebook: Codebook = codebook_tree.survey(workspace(), viewer()).codebook
    rows = [(code.id, code.facts.slug, codebook_tree.path_name(codebook, code)) for code in codebook.codes]
    return sorted(rows, key=lambda row: row[2].casefold())[:OFFERED]
