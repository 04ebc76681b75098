"""The web application: pages and API round one workspace, with the headers that keep browsers out of trouble."""

import hashlib
import os
import secrets
import tempfile
from importlib.metadata import version
from pathlib import Path

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFProtect, generate_csrf
from markupsafe import Markup

from repository.workspace import Workspace
from web import access, errors, fragments, places
from web.api import asking as asking_api
from web.api import candidates as candidates_api
from web.api import insights as insights_api
from web.api import plans as plans_api
from web.api import searching as search_api
from web.api import status as status_api
from web.api import suggestions as suggestions_api
from web.pages import (
    agreement,
    asking,
    codebook,
    codebook_acts,
    codebook_files,
    coding,
    discover,
    discover_acts,
    drift,
    gaps,
    home,
    insight_acts,
    insights,
    jobs,
    notices,
    plan_entering,
    plans,
    recordings,
    reports,
    review,
    revisions,
    searches,
    speakers,
    stewardship,
    studies,
    themes,
    transcripts,
    uploading,
)
from web.pages import bin as bin_pages

#: One request may carry as much as this many of the largest files.
FILES_AT_ONCE = 20
#: No inline script or style, nothing from elsewhere; "data:" is for the icons inside Tabler's own stylesheet.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Characters of the key that signs cookies.
SECRET = 64
#: Days a browser may keep a static file; its address changes with its content.
STATIC_DAYS = 30


def create_app(workspace: Workspace) -> Flask:
    """Make the application that serves `workspace`."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=secret(workspace.folder),
        MAX_CONTENT_LENGTH=(workspace.settings.ingest.max_file_mb << 20) * FILES_AT_ONCE,
        MAX_FORM_PARTS=1_000,
        MAX_FORM_MEMORY_SIZE=4 << 20,  # a preview of hundreds of files is one form
        # Cookies ignore ports: two Cairns on one machine must not sign each other's out.
        SESSION_COOKIE_NAME="cairn-" + hashlib.sha256(str(workspace.folder).encode()).hexdigest()[:8],
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        WTF_CSRF_TIME_LIMIT=None,
        # A page elsewhere that lets its own name point at this machine must not be answered (DNS rebinding).
        TRUSTED_HOSTS=["localhost", "127.0.0.1", "[::1]", workspace.settings.server.host],
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_DAYS * 86_400,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions[access.EXTENSION] = workspace
    # What programs send as JSON no other page can make a browser send.
    CSRFProtect(app).exempt(plans_api.blueprint)
    errors.register(app)
    fragments.register(app)
    notices.register(app)
    stewardship.register(app)
    places.register(app)
    for pages in (
        home,
        asking,
        searches,
        gaps,
        uploading,
        studies,
        transcripts,
        coding,
        recordings,
        revisions,
        speakers,
        themes,
        review,
        codebook,
        codebook_acts,
        codebook_files,
        drift,
        agreement,
        jobs,
        bin_pages,
        discover,
        discover_acts,
        insights,
        insight_acts,
        notices,
        insights_api,
        plans,
        plan_entering,
        reports,
        stewardship,
        asking_api,
        candidates_api,
        plans_api,
        search_api,
        status_api,
        suggestions_api,
    ):
        app.register_blueprint(pages.blueprint)
    app.before_request(_refuse_strangers)
    app.after_request(_guard)
    app.jinja_env.globals.update(version=version("cairn-research"), now=workspace.clock, token=_token)
    return app


def secret(folder: Path) -> str:
    """Give the key that signs cookies and forms; made once, readable by its owner only."""
    path = folder / "secret.key"
    if not path.is_file() or path.stat().st_size < SECRET:
        handle, aside = tempfile.mkstemp(dir=folder, prefix=".secret-")  # its owner's only
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SECRET // 2))
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(path)  # whole or not at all
    return path.read_text(encoding="ascii")


def _refuse_strangers() -> None:
    """Refuse what another site makes a browser send here, even where it should know the form's token."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)


def _guard(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _token() -> Markup:
    """Give the hidden field that proves that a form is one of ours."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
