"""A kept recording to listen to beside its transcript: the sound, in parts as players ask for it, and the times."""

from dataclasses import asdict

from flask import Blueprint, jsonify, send_file
from werkzeug import Response

from ingest.media import Media, media_of
from repository import recordings
from repository.domain.source import KEPT, Source
from repository.errors import NotFound
from web.access import viewer, workspace

blueprint = Blueprint("recordings", __name__, url_prefix="/transcripts")


@blueprint.get("/<int(max=2147483647):session_id>/recording")
def sound(session_id: int) -> Response:
    """Play a recording: whole, or the range of bytes that is asked for."""
    source, path = recordings.recording(workspace(), viewer(), session_id)
    media = media_of(path, source.name)
    if media is None:
        raise NotFound("No recording of this is kept.")
    response = send_file(path, mimetype=media.mimetype, download_name=source.name, conditional=True, etag=source.digest)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; media-src 'self'"
    return response


@blueprint.get("/<int(max=2147483647):session_id>/recording/times")
def times(session_id: int) -> Response:
    """Give the times of turns and cues, for the player to follow the words."""
    return jsonify([asdict(turn) for turn in recordings.times(workspace(), viewer(), session_id)])


@blueprint.app_template_global()
def recording_of(source: Source) -> Media | None:
    """Give the kind of a source's recording; None if there is none to play."""
    path = workspace().originals.path(source.digest)
    return media_of(path, source.name) if source.recording == KEPT and path.is_file() else None
