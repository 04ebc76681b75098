"""Plans for programs: check one, list them, read one."""

from flask import Blueprint, Response, jsonify, request

from ingest.plan_recognising import recognise
from repository import planning, plans
from repository.domain.plan import PlanFacts
from repository.errors import Rejected
from repository.insight_rules import storable
from repository.planning import PORTION
from web.access import viewer, workspace
from web.fragments import plain
from web.plan_words import checked_json, plan_json

blueprint = Blueprint("api_plans", __name__, url_prefix="/api/plans")


@blueprint.get("")
def index() -> Response:
    """List the plans, last changed first."""
    cards = plans.cards(workspace(), viewer())
    rows = [
        {
            "id": card.plan.id,
            "title": card.plan.facts.title,
            "questions": len(card.plan.facts.questions),
            "decided": len(card.decisions),
            "owner": card.plan.facts.owner,
            "checked_at": card.check.at if card.check else None,
            "link": f"/plans/{card.plan.id}",
        }
        for card in cards
    ]
    return jsonify(plain({"plans": rows, "avoided": plans.avoided(workspace(), viewer())}))


@blueprint.get("/<int(max=2147483647):plan_id>")
def show(plan_id: int) -> Response:
    """Give a plan with what is known of its questions."""
    return jsonify(plain(plan_json(planning.view(workspace(), viewer(), plan_id))))


@blueprint.post("/check")
def check() -> Response:
    """Check a plan: JSON with `text`, or with `questions` and facts; with `keep` it is kept."""
    # A page elsewhere can send a form, but no JSON without asking first; so this needs no token.
    if not request.is_json:
        raise Rejected("Send JSON.", hint="Set Content-Type: application/json.", slug="not-json")
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise Rejected(
            "This is not a JSON object.", hint='For example {"text": "Why do they leave?"}.', slug="not-json"
        )
    read = recognise(workspace(), viewer(), _text(sent, "text")) if sent.get("text") else None
    facts = _facts(sent, read.facts if read else PlanFacts(""))
    if not facts.questions:
        hint = f"It might be: {read.proposals[0]}" if read and read.proposals else "Give questions as a list of texts."
        raise Rejected("The plan has no question.", hint=hint, slug="no-question")
    if len(facts.questions) > PORTION:
        raise Rejected(
            f"{PORTION} questions are checked at a time.", hint="Send them in several plans.", slug="too-many-questions"
        )
    if not sent.get("keep"):
        return jsonify(plain(checked_json(planning.check(workspace(), viewer(), facts), read)))
    plan_id = plans.create(workspace(), viewer(), facts, body=_text(sent, "text")).id
    planning.check_plan(workspace(), viewer(), plan_id)
    checked = planning.view(workspace(), viewer(), plan_id).checked
    return jsonify(plain(checked_json(checked, read, plan_id=plan_id)))


def _facts(sent: dict[str, object], read: PlanFacts) -> PlanFacts:
    return PlanFacts(
        title=_text(sent, "title")[:200] or read.title,
        goal=_text(sent, "goal")[:1000] or read.goal,
        questions=tuple(q[:500] for q in _texts(sent, "questions")) or read.questions,
        cohort=_text(sent, "cohort")[:200] or read.cohort,
        product_area=_text(sent, "product_area")[:200] or read.product_area,
        method=_text(sent, "method")[:200] or read.method,
        accounts=tuple(a[:200] for a in _texts(sent, "accounts")[:50]) or read.accounts,
        owner=_text(sent, "owner")[:200] or read.owner,
    )


def _text(sent: dict[str, object], name: str) -> str:
    value = sent.get(name, "")
    if not isinstance(value, str):
        raise Rejected(f"“{name}” is not a text.", slug="not-a-text")
    return storable(value).strip()


def _texts(sent: dict[str, object], name: str) -> list[str]:
    value = sent.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Rejected(f"“{name}” is not a list of texts.", slug="not-a-list")
    return [words for one in value if (words := " ".join(storable(one).split()))]
