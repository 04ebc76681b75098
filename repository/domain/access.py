"""Who is asking, and what they may see. Decided before anything is ranked or counted."""

from dataclasses import dataclass
from enum import StrEnum


class PersonRole(StrEnum):
    """What a person may do, least first."""

    READER = "reader"
    RESEARCHER = "researcher"
    OPS = "ops"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person a use case acts for; `study_ids` None means every study."""

    person: str
    role: PersonRole
    study_ids: frozenset[int] | None = None

    def may_see(self, study_id: int) -> bool:
        """Say whether this study exists at all for the viewer."""
        return self.study_ids is None or study_id in self.study_ids

    @property
    def may_write(self) -> bool:
        """Say whether the viewer may add or change material."""
        return self.role is not PersonRole.READER


#: The one person of a laptop installation, which listens on loopback only.
LOCAL_ADMIN = Viewer("you", PersonRole.ADMIN)
