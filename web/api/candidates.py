"""Candidates for programs: what the machine proposes as themes."""

from flask import Blueprint, Response, jsonify

from repository import exploring
from web.access import viewer, workspace
from web.narrowing import asked_for

blueprint = Blueprint("api_candidates", __name__, url_prefix="/api")


@blueprint.get("/candidates")
def candidates() -> Response:
    """List candidates, a page of them, with their counts: study, cohort, role, q, state, candidate, page."""
    view = exploring.discovery(workspace(), viewer(), asked_for())
    rows = [
        {
            "id": card.candidate.id,
            "name": card.candidate.name,
            "state": card.candidate.state.value,
            "terms": list(card.candidate.terms),
            "participants": card.participants,
            "accounts": card.accounts,
            "studies": card.studies,
            "passages": card.passages,
            "quotes": [{"quote": one.quote, "citation": one.citation} for one in card.quotes],
        }
        for card in view.cards
    ]
    return jsonify({"candidates": rows, "page": view.number, "pages": view.of, "count": view.total, "pile": view.pile})
