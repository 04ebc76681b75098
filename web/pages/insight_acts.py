"""What is done to an insight: evidence, states, links and the way back; and files that bring one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from repository import insight_evidence, insight_exchange, insight_history, insight_states, insights, review_dates
from repository.attaching import Spot
from repository.domain.insight import Insight, InsightState, LinkKind
from repository.errors import Forbidden, Rejected
from web import inputs
from web.access import viewer, workspace
from web.errors import status_of
from web.fragments import plural
from web.pages.insights import INSIGHT, first_words, stance

blueprint = Blueprint("insight_acts", __name__, url_prefix="/insights")

EVIDENCE = f"{INSIGHT}/evidence/<int(max=2147483647):evidence_id>"
LINK = f"{INSIGHT}/links/<int(max=2147483647):link_id>"
#: Characters of words that are typed, and of a file.
TYPED, FILE = 5_000, 1 << 20


@blueprint.post(f"{INSIGHT}/state")
def state(insight_id: int) -> Response:
    """Take an insight to another state."""
    sent = request.form
    try:
        to = InsightState(sent.get("to", ""))
    except ValueError as error:
        raise Rejected("There is no such state.", slug="no-such-state") from error
    number = sent.get("successor", "").strip().rstrip("/").rpartition("/")[2]
    successor = int(number) if number.isdecimal() and len(number) < 10 else None
    why = sent.get("why", "")
    done = insight_states.step(workspace(), viewer(), insight_id, to, edition=_edition(), why=why, successor=successor)
    return _done(done, f"It is now “{done.state.value}”.")


@blueprint.post(f"{INSIGHT}/undo")
def undo(insight_id: int) -> Response:
    """Undo the last change of an insight."""
    insight_history.undo(workspace(), viewer(), insight_id, edition=_edition())
    flash("Undone.", "info")
    return redirect(url_for("insights.show", insight_id=insight_id), 303)


# Evidence


@blueprint.post(f"{INSIGHT}/evidence")
def add(insight_id: int) -> Response:
    """Put words, or a highlight, under an insight."""
    sent = request.form
    spot, taken, note = first_words(), stance(sent.get("stance")), sent.get("note", "").replace("\0", " ")
    if spot is None:
        raise Rejected("No words were chosen.", slug="no-words")
    if sent.get("highlight"):
        mark = inputs.whole(sent["highlight"], "Highlight", default=0)
        done = insight_evidence.add_highlight(workspace(), viewer(), insight_id, spot.session_id, mark, taken, note)
    else:
        spot = _narrowed(spot, sent.get("words", ""))
        done = insight_evidence.add(workspace(), viewer(), insight_id, spot, taken, note)
    return _done(done, f"Added a quote that {taken.value}.")


@blueprint.get(EVIDENCE)
def evidence(insight_id: int, evidence_id: int) -> Response:
    """Lead to where the words of evidence stand today; lost ones, to the insight."""
    one = insight_evidence.where(workspace(), viewer(), insight_id, evidence_id)
    if one.lost_at is not None:
        return redirect(url_for("insights.show", insight_id=insight_id, _anchor="lost"))
    place = {"from": one.start, "to": one.end}
    return redirect(url_for("transcripts.show", session_id=one.session_id, _anchor="found", **place))  # type: ignore[arg-type]


@blueprint.post(EVIDENCE)
def change(insight_id: int, evidence_id: int) -> Response:
    """Change what a quote does to the claim, and the note on it; or take it away, or take the words it has now."""
    act = request.form.get("do", "")
    if act == "remove":
        done = insight_evidence.remove(workspace(), viewer(), insight_id, evidence_id)
        return _done(done, "Took the quote away. Its highlight stays.")
    if act == "reword":
        return _done(insight_evidence.reword(workspace(), viewer(), insight_id, evidence_id), "Took the new words.")
    note = request.form.get("note", "")
    done = insight_evidence.change(
        workspace(), viewer(), insight_id, evidence_id, stance(request.form.get("stance")), note
    )
    return _done(done, "Kept.")


@blueprint.post(f"{INSIGHT}/proposed/<int(max=2147483647):proposal_id>")
def decide(insight_id: int, proposal_id: int) -> Response:
    """Take proposed evidence, or dismiss it."""
    taken = None if request.form.get("stance") == "dismiss" else stance(request.form.get("stance"))
    done = insight_evidence.decide(workspace(), viewer(), insight_id, proposal_id, taken)
    return _done(done, f"Added a quote that {taken.value}." if taken else "Dismissed. It is not proposed again.")


# Links


@blueprint.post(f"{INSIGHT}/links")
def link(insight_id: int) -> Response:
    """Say what was built on an insight."""
    sent = request.form
    try:
        kind = LinkKind(sent.get("kind") or LinkKind.DECISION)
    except ValueError as error:
        raise Rejected("There is no such kind of link.", slug="no-such-choice") from error
    done = insights.link(
        workspace(), viewer(), insight_id, kind, sent.get("title", ""), sent.get("url", ""), sent.get("outcome", "")
    )
    return _done(done, "Linked.")


@blueprint.post(LINK)
def change_link(insight_id: int, link_id: int) -> Response:
    """Say how what was built came out, or take the link away."""
    if request.form.get("do") == "remove":
        return _done(insights.unlink(workspace(), viewer(), insight_id, link_id), "Took the link away.")
    outcome = request.form.get("outcome", "")
    return _done(insights.tell_outcome(workspace(), viewer(), insight_id, link_id, outcome), "Kept.")


# What happened to product areas


@blueprint.route("/events", methods=["GET", "POST"])
def events() -> Response | str | tuple[str, int]:
    """Say what happened to a product area, and list what did."""
    sent, error = request.form, None
    if request.method == "POST":
        try:
            on = inputs.day(sent.get("on"), "The day") or workspace().clock().date()
            touched = review_dates.happened(workspace(), viewer(), sent.get("area", ""), sent.get("told", ""), on)
        except (Rejected, Forbidden) as refused:
            error = refused
        else:
            flash(f"Kept. {plural(touched, 'published insight')} of this area to look at again.", "info")
            return redirect(url_for("insight_acts.events"), 303)
    page = render_template(
        "insights/events.html",
        page=inputs.page(review_dates.events(workspace(), viewer()), request.args),
        areas=insights.areas(workspace(), viewer())[0],
        today=workspace().clock().date(),
        may_write=viewer().may_write,
        error=error,
        sent=sent,
    )
    return (page, status_of(error)) if error else page


# Files


@blueprint.route("/import", methods=["GET", "POST"])
def import_() -> Response | str | tuple[str, int]:
    """Bring an insight in from Markdown, pasted or in a file."""
    error, brought, text = None, None, ""
    if request.method == "POST":
        file = request.files.get("file")
        text = request.form.get("markdown", "")
        if file and file.filename:
            text = file.stream.read(FILE).decode("utf-8", "replace")
        try:
            brought = insight_exchange.bring_in(workspace(), viewer(), text)
        except (Rejected, Forbidden) as refused:
            error = refused
        else:
            if not brought.remarks:
                flash(f"Brought in, with {plural(brought.attached, 'quote')}.", "info")
                return redirect(url_for("insights.show", insight_id=brought.insight.id), 303)
    page = render_template("insights/import.html", brought=brought, error=error, text=text)
    return (page, status_of(error)) if error else page


def _edition() -> int:
    return inputs.whole(request.values.get("edition"), "Edition", default=0, least=0)


def _narrowed(spot: Spot, typed: str) -> Spot:
    """Narrow a place to words within it that were typed, just as they stand there. Raises Rejected."""
    typed = typed.replace("\r\n", "\n").strip()[:TYPED]
    if not typed:
        return spot
    words = insight_evidence.chosen(workspace(), viewer(), spot).words
    at = words.quote.find(typed)
    if at < 0:
        raise Rejected("These words do not stand there.", hint="Shorten the quote, do not change it.", slug="no-words")
    return Spot(spot.session_id, words.start + at, words.start + at + len(typed), words.text_id)


def _done(insight: Insight, told: str) -> Response:
    """Lead back to the insight, with a way to undo."""
    way_back = url_for("insight_acts.undo", insight_id=insight.id, edition=insight.edition)
    flash((told, way_back), "undo")  # type: ignore[arg-type]
    return redirect(url_for("insights.show", insight_id=insight.id), 303)
