"""Insights for programs: the list, and one with what it rests on."""

from flask import Blueprint, Response, jsonify, request

from repository import insights
from web import inputs
from web.access import viewer, workspace
from web.fragments import plain
from web.insight_json import insight_json
from web.pages.insights import INSIGHT, asked_for

blueprint = Blueprint("api_insights", __name__, url_prefix="/api/insights")


@blueprint.get("")
def index() -> Response:
    """List insights, a page of them: state, theme, area, owner, q, page."""
    page = inputs.page(insights.listed(workspace(), viewer(), asked_for()), request.args)
    rows = [insight_json(view, brief=True) for view in insights.detailed(workspace(), viewer(), page.rows)]
    return jsonify(plain({"insights": rows, "page": page.number, "pages": page.of, "count": page.total}))


@blueprint.get(INSIGHT)
def show(insight_id: int) -> Response:
    """Give one insight with its evidence, its links and what took its place."""
    shown = insights.show(workspace(), viewer(), insight_id)
    return jsonify(plain(insight_json(shown.view, replaces=[one.id for one in shown.replaces])))
