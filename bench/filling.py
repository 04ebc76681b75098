"""Fill a repository for measuring: transcripts through the pipeline, or any number of real vectors."""

import re
import threading
from collections.abc import Mapping
from pathlib import Path

from ingest.intake import accept
from ingest.worker import drain
from repository import studies
from repository.codebook import ensure_codebook
from repository.domain.access import LOCAL_ADMIN
from repository.domain.study import StudyFacts
from repository.recall import Recall
from repository.settings import IndexSettings, Settings, StorageSettings, SuggestingSettings
from repository.workspace import Workspace


def open_workspace(folder: Path, *, suggesting: bool = True) -> Workspace:
    """Open a repository with the default model, in a folder that is thrown away."""
    settings = Settings(
        storage=StorageSettings(folder=str(folder), min_free_mb=1),
        index=IndexSettings(kind="exact"),
        suggesting=SuggestingSettings(enabled=suggesting),
    )
    workspace = Workspace(settings)
    ensure_codebook(workspace)
    return workspace


def fill(folder: Path, docs: Mapping[str, str]) -> tuple[Workspace, dict[int, str]]:
    """Bring each document in as a study of its own; give the workspace and the documents' names by study."""
    workspace = open_workspace(folder, suggesting=False)
    names, jobs = {}, []
    for name, text in docs.items():
        study = studies.create(workspace, LOCAL_ADMIN, StudyFacts(name))
        names[study.id] = name
        accepted = accept(workspace, LOCAL_ADMIN, study_id=study.id, name=f"{name}.txt", data=text.encode())
        assert accepted.job_id is not None
        jobs.append(accepted.job_id)
    drain(workspace, jobs, threading.Event())
    recall = Recall(workspace)
    recall.refresh()
    workspace.neighbours = recall
    workspace.embedder()
    return workspace, names


def offsets(canonical: str, original: str) -> list[int]:
    """Give, for each character of a canonical text, its offset in the file it was read from.

    Labels and times are not in the canonical text, so each line is found again by its first words.
    """
    places, at = [], 0
    for part in re.split(r"(\n\n)", canonical):
        words = part.split()[:6]
        found = re.compile(r"\s+".join(map(re.escape, words))).search(original, at) if words else None
        at = found.start() if found else at
        for character in part:
            if not character.isspace():
                next_one = original.find(character, at)
                at = next_one + 1 if next_one >= 0 else at
            places.append(max(0, at - 1))
    return [*places, at]
