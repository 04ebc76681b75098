"""The only table from Cairn's errors to HTTP: a page for people, problem+json (RFC 9457) for programs."""

import errno
import logging
from http import HTTPStatus

from flask import Flask, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

from repository.errors import CairnError, Conflict, DiskFull, Forbidden, InUse, NotFound, Rejected, Unavailable

log = logging.getLogger(__name__)

#: First match wins.
STATUS: tuple[tuple[type[CairnError], HTTPStatus], ...] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (InUse, HTTPStatus.CONFLICT),
    (Rejected, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (DiskFull, HTTPStatus.INSUFFICIENT_STORAGE),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)

#: What people read where werkzeug's own sentence would not help them.
SENTENCES: dict[type[HTTPException], tuple[str, str, str]] = {
    CSRFError: ("stale-form", "This form is out of date.", "Go back, load the page again and repeat what you did."),
    RequestEntityTooLarge: ("too-large", "That is too much at once.", "Add fewer or smaller files in one go."),
    SecurityError: ("wrong-address", "Cairn does not answer under this address.", "Use the address that it printed."),
}


def status_of(error: CairnError) -> HTTPStatus:
    """Give the HTTP status of an error."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


def register(app: Flask) -> None:
    """Answer every error with a sentence and its remedy."""

    @app.errorhandler(CairnError)
    def ours(error: CairnError) -> tuple[Response | str, int]:
        return _answer(status_of(error), error.slug, error.message, error.hint)

    @app.errorhandler(HTTPException)
    def theirs(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
        if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
            return error
        status = HTTPStatus(error.code)
        known = next((words for kind, words in SENTENCES.items() if isinstance(error, kind)), None)
        slug, message, hint = known or (status.phrase.lower().replace(" ", "-"), _plain(status), "")
        if isinstance(error, SecurityError):  # under a foreign name no address can be built, so no page
            return Response(f"{message} {hint}\n", mimetype="text/plain"), int(status)
        return _answer(status, slug, message, hint)

    @app.errorhandler(Exception)
    def unknown(error: Exception) -> tuple[Response | str, int]:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return ours(DiskFull())
        # Neither message nor arguments nor a trace with locals: they may hold participants' words.
        where = error.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?"
        log.error("%s %s failed: %s at %s", request.method, request.endpoint, type(error).__name__, place)
        message = f"Something went wrong inside Cairn ({type(error).__name__})."
        return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", message, "Nothing was lost. Try again.")


def _plain(status: HTTPStatus) -> str:
    if status is HTTPStatus.NOT_FOUND:
        return "There is nothing at this address."
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        return "This address cannot be used like that."
    return status.description or status.phrase


def _answer(status: HTTPStatus, slug: str, message: str, hint: str) -> tuple[Response | str, int]:
    if request.path.startswith("/api/"):
        problem = {"type": f"urn:cairn:{slug}", "title": message, "status": int(status), "detail": hint}
        answer = jsonify(problem)
        answer.mimetype = "application/problem+json"
        return answer, int(status)
    return render_template("error.html", status=int(status), slug=slug, message=message, hint=hint), int(status)
