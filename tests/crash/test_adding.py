"""A folder that is added, killed half-way and added again is complete, and nothing is there twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from repository.domain.access import LOCAL_ADMIN
from repository.domain.source import Stage
from repository.settings import EmbeddingSettings, IndexSettings, Settings, StorageSettings
from repository.workspace import Workspace

FILES = 80


@pytest.mark.crash
@pytest.mark.timeout(240)
def test_a_folder_killed_half_way_and_added_again_is_complete(tmp_path: Path) -> None:
    folder, data = tmp_path / "interviews", tmp_path / "data"
    folder.mkdir()
    chance = random.Random(7)
    subjects = ["calendar", "reminder", "invoice", "slot", "phone", "form", "desk", "report"]
    for number in range(FILES):
        said = " ".join(chance.choices(subjects, k=60))
        (folder / f"p{number:03}.txt").write_text(f"I: What about number {number}?\nP{number}: {said}.\n")
    environment = os.environ | {
        "CAIRN_STORAGE__FOLDER": str(data),
        "CAIRN_STORAGE__MIN_FREE_MB": "1",
        "CAIRN_EMBEDDING__BACKEND": "hashing",
        "CAIRN_INDEX__KIND": "exact",
    }
    command = [sys.executable, "-m", "web.cli.main", "add", str(folder), "--study", "Killed", "--json"]
    settings = Settings(
        storage=StorageSettings(folder=str(data)),
        embedding=EmbeddingSettings(backend="hashing"),
        index=IndexSettings(kind="exact"),
        base=tmp_path,
    )

    def so_far() -> tuple[int, int]:
        """Count (sources, those that are through)."""
        if not (data / "cairn.db").exists():
            return 0, 0
        workspace = Workspace(settings)
        with workspace.read() as unit:
            sources = unit.sources.of_studies([study.id for study in unit.studies.all(LOCAL_ADMIN)])
        workspace.close()
        return len(sources), sum(source.stage is Stage.SUGGESTED for source in sources)

    kills = 0
    for accepted, ready in ((FILES // 2, 0), (FILES, FILES // 3), (FILES, 2 * FILES // 3)):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            sources, through = so_far()
            if sources >= accepted and through >= ready:
                process.send_signal(signal.SIGKILL)
                kills += 1
                break
            time.sleep(0.02)
        process.wait()
    assert kills, "it was always quicker"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["files"]) == FILES
    assert so_far() == (FILES, FILES)
    workspace = Workspace(settings)
    with workspace.read() as unit:
        [study] = unit.studies.all(LOCAL_ADMIN)
        sessions = unit.sessions.of_study(LOCAL_ADMIN, study.id)
        assert sorted(session.title for session in sessions) == [f"p{number:03}" for number in range(FILES)]
        assert unit.vectors.sources_lacking(workspace.model_facts()[0]) == []
    workspace.close()
    assert len([path for path in (data / "originals").rglob("*") if path.is_file()]) == FILES
