"""How Cairn is, for programs that watch it."""

from flask import Blueprint, Response, jsonify

from repository import progress
from web.access import viewer, workspace
from web.fragments import plain

blueprint = Blueprint("api_status", __name__, url_prefix="/api")


@blueprint.get("/status")
def status() -> Response:
    """Count studies, transcripts and work to do, and say how the model and the index are."""
    overview = progress.overview(workspace(), viewer())
    neighbours = workspace().neighbours
    return jsonify(
        {
            "overview": plain(overview),
            "model": workspace().embedder_state,
            "meaning": bool(neighbours and neighbours.ready),
        }
    )
