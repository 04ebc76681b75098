"""Open suggestions for programs: the same as the review queue."""

from flask import Blueprint, Response, jsonify, request

from repository import reviewing
from repository.domain.coding import SuggestionState
from repository.reviewing import ROWS, ReviewRow
from web import inputs
from web.access import viewer, workspace
from web.fragments import plain

blueprint = Blueprint("api_suggestions", __name__, url_prefix="/api")

#: Suggestions given at a time, at most.
MOST = 200


@blueprint.get("/suggestions")
def suggestions() -> Response:
    """List open suggestions: code, study, from, to, state, order, skip, limit."""
    skip = inputs.whole(request.args.get("skip"), "Skip", default=0, least=0)
    limit = inputs.whole(request.args.get("limit"), "Limit", default=ROWS, most=MOST)
    asked = inputs.review_filter(request.args)
    queue = reviewing.queue(workspace(), viewer(), asked, skip=skip, limit=limit)
    facts = {"total": queue.total, "decided_today": queue.decided, "bands": queue.bands}
    return jsonify(plain({**facts, "suggestions": [_row(row) for row in queue.rows]}))


def _row(row: ReviewRow) -> dict[str, object]:
    one = row.suggestion
    return {
        "id": one.id,
        "code": {"slug": row.code.facts.slug, "name": row.code.facts.name},
        "score": one.score,
        "state": "coded" if one.state is SuggestionState.APPLIED else "suggested",
        "cues": [word for word, _ in one.reason.cues],
        "nearest": one.reason.nearest,
        "coder": one.coder,
        "model": one.model,
        "study": {"id": row.study.id, "title": row.study.title},
        "session": {"id": row.session.id, "title": row.session.title, "date": row.session.occurred_on},
        "start": one.start,
        "end": one.end,
        "quote": row.quote,
        "speaker": row.speaker,
        "time": None if row.start_ms is None else row.start_ms / 1000,
        "citation": row.citation,
        "link": f"/transcripts/{row.session.id}?from={one.start}&to={one.end}#found",
    }
