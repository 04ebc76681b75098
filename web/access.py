"""Who is asking, and of which workspace. Until there are accounts of people, it is the one person of this machine."""

from flask import current_app

from repository.domain.access import LOCAL_ADMIN, Viewer
from repository.workspace import Workspace

EXTENSION = "cairn"


def workspace() -> Workspace:
    """Give the workspace this application serves."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Workspace)
    return found


def viewer() -> Viewer:
    """Give the person a use case acts for."""
    return LOCAL_ADMIN
