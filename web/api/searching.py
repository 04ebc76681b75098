"""Search for programs: the same results as the page and the command."""

from flask import Blueprint, Response, jsonify, request

from repository.search import search as find_all
from repository.search import tell
from web import inputs
from web.access import viewer, workspace
from web.fragments import hits_json, plain

blueprint = Blueprint("api_search", __name__, url_prefix="/api")


@blueprint.get("/search")
def search() -> Response:
    """Find what is known: q, study, theme, role, cohort, account, method, area, quarter, since, until, literally, limit."""
    results = find_all(workspace(), viewer(), inputs.query(request.args))
    tell(workspace(), results)
    return jsonify(plain(hits_json(results)))
