"""Open the repository that is there: commands that only read make none where there is none."""

from typing import TYPE_CHECKING

from repository.errors import SettingsError
from repository.settings import Settings

if TYPE_CHECKING:
    from repository.workspace import Workspace

#: The database's file, unless the settings name a database.
FILE = "cairn.db"


def opened(settings: Settings) -> "Workspace":
    """Open the repository of these settings. Raises SettingsError if there is none, and then nothing is made."""
    from repository.workspace import Workspace

    url = settings.storage.database_url
    if not url and not (settings.folder / FILE).is_file():
        raise SettingsError(
            f"There is no repository in {settings.folder}.",
            hint="Go to the folder of yours, or name its settings: cairn --config FILE … "
            "To make one here: cairn serve, or cairn add FILES --study TITLE.",
            slug="no-repository",
        )
    return Workspace(settings)
