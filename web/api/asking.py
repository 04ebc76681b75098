"""Ask for programs: the same answer as the page and the command."""

from flask import Blueprint, Response, jsonify, request

from repository import asking
from web import inputs
from web.access import viewer, workspace
from web.answers import answer_json
from web.fragments import plain

blueprint = Blueprint("api_asking", __name__, url_prefix="/api")


@blueprint.get("/ask")
def ask() -> Response:
    """Answer a question: q."""
    answer = asking.ask(workspace(), viewer(), inputs.question(request.args))
    asking.tell(workspace(), answer)
    return jsonify(plain(answer_json(answer)))
