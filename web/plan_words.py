"""A checked plan as JSON: the same for the command and the API."""

from collections.abc import Sequence
from typing import Any

from ingest.plan_reading import ReadPlan
from repository.domain.plan import PlanFacts
from repository.plan_overlap import Beside, Pressure
from repository.plan_quotes import PlanQuote
from repository.plan_viewing import Overlap, QuestionView
from repository.planning import Checked, PlanView


def checked_json(checked: Checked, read: ReadPlan | None = None, *, plan_id: int | None = None) -> dict[str, Any]:
    """Give a check as `cairn plan check --json` and POST /api/plans/check do."""
    return {
        **_facts(checked.facts, plan_id),
        "notes": list(read.notes) if read else [],
        "questions": [_question(one) for one in checked.questions],
        **_around(checked.beside, checked.pressure),
    }


def plan_json(view: PlanView) -> dict[str, Any]:
    """Give a kept plan as `cairn plan show --json` and GET /api/plans/N do."""
    decisions = view.decisions
    questions = []
    for one in view.questions:
        made = decisions.get(one.asked)
        decision = (
            {"choice": made.choice, "reason": made.reason, "by": made.decided_by, "at": made.decided_at}
            if made
            else None
        )
        questions.append({**_question(one), "decision": decision})
    return {
        **_facts(view.plan.facts, view.plan.id),
        "study": {"id": view.study.id, "title": view.study.title} if view.study else None,
        "checked_at": view.check.at if view.check else None,
        "outdated": view.outdated,
        "questions": questions,
        "unchecked": list(view.unchecked),
        **_around(view.beside, view.pressure),
    }


def _facts(facts: PlanFacts, plan_id: int | None) -> dict[str, Any]:
    return {
        "plan": {"id": plan_id, "link": f"/plans/{plan_id}"} if plan_id else None,
        "title": facts.title,
        "goal": facts.goal,
        "cohort": facts.cohort,
        "product_area": facts.product_area,
        "method": facts.method,
        "accounts": list(facts.accounts),
        "owner": facts.owner,
    }


def _around(beside: Sequence[Beside], pressure: Sequence[Pressure]) -> dict[str, Any]:
    return {
        "overlapping": [
            {
                "study": {"id": one.study.id, "title": one.study.title, "state": one.study.facts.state}
                if one.study
                else None,
                "plan": {"id": one.plan.id, "title": one.plan.facts.title} if one.plan else None,
                "owner": one.owner,
                "why": one.why,
                "questions": list(one.questions),
            }
            for one in beside
        ],
        "contact_pressure": [
            {
                "account": one.account,
                "known": one.known,
                "sessions": one.sessions,
                "people": list(one.people),
                "last_on": one.last_on,
            }
            for one in pressure
        ],
    }


def _question(one: QuestionView) -> dict[str, Any]:
    return {
        "question": one.asked,
        "verdict": one.verdict,
        "reasons": list(one.reasons),
        "evidence": {
            "participants": one.people,
            "quotes": [_quote(quote) for quote in (*one.quotes, *one.more)],
            "studies": [
                {
                    "id": each.study.id,
                    "title": each.study.title,
                    "method": each.study.facts.method,
                    "state": each.study.facts.state,
                    "participants": each.people,
                    "sample": each.sample,
                    "newest": each.newest,
                }
                for each in one.studies
            ],
            "insights": [
                {
                    "id": each.insight.id,
                    "claim": each.insight.facts.claim,
                    "confidence": each.confidence,
                    "link": f"/insights/{each.insight.id}",
                }
                for each in one.insights
            ],
        },
        "near_misses": [{"differs": list(miss.differs), **_quote(miss.quote)} for miss in one.near],
        "overlaps": [_overlap(each) for each in one.overlaps],
        "still_to_ask": one.still,
        "notes": list(one.notes),
    }


def _quote(quote: PlanQuote) -> dict[str, Any]:
    return {
        "quote": quote.words,
        "speaker": quote.speaker,
        "cohort": quote.cohort,
        "study": {"id": quote.study_id, "title": quote.study_title},
        "session": {"id": quote.session_id, "title": quote.session_title, "date": quote.occurred_on},
        "start": quote.start,
        "end": quote.end,
        "citation": quote.citation,
        "link": f"/transcripts/{quote.session_id}?from={quote.start}&to={quote.end}#found",
    }


def _overlap(one: Overlap) -> dict[str, Any]:
    study, plan = one.study, one.plan
    return {
        "question": one.question,
        "same": one.same,
        "likely": one.likely,
        "differs": list(one.differs),
        "study": {"id": study.id, "title": study.title, "state": study.facts.state, "owner": study.facts.owner}
        if study
        else None,
        "plan": {"id": plan.id, "title": plan.facts.title, "owner": plan.facts.owner or plan.created_by}
        if plan
        else None,
    }
