"""Search for programs: the same hits as the page and the command."""

from flask import Blueprint, Response, jsonify, request

from repository.search import search as find_quotes
from web import inputs
from web.access import viewer, workspace
from web.fragments import hits_json, plain

blueprint = Blueprint("api_search", __name__, url_prefix="/api")


@blueprint.get("/search")
def search() -> Response:
    """Find quotes: q, study, theme, role, since, until, limit."""
    return jsonify(plain(hits_json(find_quotes(workspace(), viewer(), inputs.query(request.args)))))
