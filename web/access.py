"""Who is asking, and of which workspace. Until there are accounts of people, it is somebody at this machine."""

from dataclasses import replace

from flask import current_app, session

from repository.domain.access import LOCAL_ADMIN, Viewer
from repository.errors import Rejected
from repository.workspace import Workspace

EXTENSION = "cairn"
#: Characters of a person's name at most.
NAME = 80
_PERSON = "person"


def workspace() -> Workspace:
    """Give the workspace this application serves."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Workspace)
    return found


def viewer() -> Viewer:
    """Give the person a use case acts for."""
    return replace(LOCAL_ADMIN, person=session.get(_PERSON, LOCAL_ADMIN.person))


def act_as(name: str) -> None:
    """Let this browser code under a name: two people at one machine are two coders. Raises Rejected."""
    name = " ".join(name.replace("\0", " ").split())
    if not name or len(name) > NAME or name.startswith("machine"):
        raise Rejected("This cannot be a coder's name.", hint=f"Use a name of at most {NAME} characters.")
    session[_PERSON] = name
