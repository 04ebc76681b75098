"""What a person was told: list it, count what is new, and mark it as seen."""

from repository.domain.access import Viewer
from repository.domain.insight import Notice
from repository.workspace import Workspace

#: Notices shown.
MOST = 500


def notices(workspace: Workspace, viewer: Viewer) -> list[Notice]:
    """List what the viewer was told, what is new first."""
    with workspace.read() as unit:
        return unit.notices.of(viewer.person, MOST)


def unseen(workspace: Workspace, viewer: Viewer) -> int:
    """Count what the viewer has not seen."""
    with workspace.read() as unit:
        return unit.notices.unseen(viewer.person)


def see(workspace: Workspace, viewer: Viewer, notice_id: int | None = None) -> None:
    """Note that the viewer has seen a notice, or (None) all."""
    with workspace.write() as unit:
        unit.notices.see(viewer.person, None if notice_id is None else [notice_id], workspace.clock())
