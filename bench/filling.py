"""Fill a repository for measuring: transcripts through the pipeline, or any number of passages with their vectors."""

import re
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np

from ingest.intake import accept
from ingest.worker import drain
from nlp.embedding import Vectors
from repository import studies
from repository.codebook import Codebook, ensure_codebook
from repository.domain.access import LOCAL_ADMIN
from repository.domain.coding import Reason, Suggestion
from repository.domain.source import Stage
from repository.domain.study import StudyFacts
from repository.domain.transcript import Role, RoleSource, Speaker, Transcript, Turn, TurnKind
from repository.judging import common_ground
from repository.recall import Recall
from repository.settings import EmbeddingSettings, IndexSettings, Settings, StorageSettings, SuggestingSettings
from repository.store.segments import Segment, segment_id, words_sha
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Where models exported for measuring are kept between runs.
MODELS = Path.home() / ".cache" / "cairn-bench" / "models"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def lend_model(folder: Path) -> None:
    """Let a storage folder use the exported model that is kept between runs."""
    MODELS.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "models").exists():
        (folder / "models").symlink_to(MODELS, target_is_directory=True)


def open_workspace(folder: Path, *, suggesting: bool = True, backend: str = "auto", index: str = "exact") -> Workspace:
    """Open a repository with the default model, in a folder that is thrown away."""
    lend_model(folder)
    settings = Settings(
        storage=StorageSettings(folder=str(folder), min_free_mb=1),
        embedding=EmbeddingSettings(backend=backend),
        index=IndexSettings(kind=index),
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


def stock(
    workspace: Workspace, words: Iterable[str], vectors: Vectors, *, studies: int = 1, sessions: int = 1
) -> list[int]:
    """Keep passages with vectors (n, d) as transcripts of `sessions` each in `studies`; give the studies' numbers."""
    fingerprint, _ = workspace.model_facts()
    told, numbers, at = iter(words), [], 0
    edges = np.linspace(0, len(vectors), studies * sessions + 1).astype(int)
    for study in range(studies):
        with workspace.write() as unit:
            number = unit.studies.add(StudyFacts(f"Study {study + 1}"), NOW).id
            for session in range(sessions):
                part = vectors[at : edges[study * sessions + session + 1]]
                _session(unit, number, at, list(islice(told, len(part))), part, fingerprint)
                at += len(part)
        numbers.append(number)
    common_ground(workspace)  # measured before the sources are done, so that none is queued to be scored anew
    with workspace.write() as unit:
        for source in unit.sources.of_studies(numbers):
            unit.sources.reached(source.id, Stage.SUGGESTED)
    return numbers


def _session(unit: Unit, study_id: int, at: int, words: list[str], vectors: Vectors, fingerprint: str) -> None:
    source = unit.sources.add(
        study_id=study_id,
        digest=f"{at:064x}",
        name=f"{at}.txt",
        size=1,
        occurred_on=date(2024, 1, 1) + timedelta(days=at % 1000),
        consent="",
        now=NOW,
    )
    spans, end = [], 0
    for said in words:
        spans.append((end, end + len(said)))
        end += len(said) + 2
    turns = tuple(Turn(i, 0, TurnKind.SPEECH, a, b) for i, (a, b) in enumerate(spans))
    speaker = Speaker("P01", Role.PARTICIPANT, RoleSource.LEXICON, 0.9)
    text_id = unit.sessions.keep_transcript(
        source, Transcript("\n\n".join(words), turns, (speaker,), reader="bench"), "en", NOW
    )
    [session] = unit.sessions.of_source(source.id)
    segments = [
        Segment(
            id=segment_id(text_id, a, b),
            study_id=study_id,
            session_id=session.id,
            text_id=text_id,
            start=a,
            end=b,
            first_turn=i,
            last_turn=i,
            role=Role.PARTICIPANT,
            words=said,
            words_sha=words_sha(said),
        )
        for i, ((a, b), said) in enumerate(zip(spans, words, strict=True))
    ]
    unit.segments.replace(session.id, segments)
    unit.codings.replace_pending(_suggestions(unit, at, segments), session_ids=[session.id])
    unit.vectors.add(
        fingerprint,
        {s.words_sha: np.asarray(v, "<f4").tobytes() for s, v in zip(segments, vectors, strict=True)},
    )
    unit.sources.reached(source.id, Stage.EMBEDDED)


def _suggestions(unit: Unit, at: int, segments: list[Segment]) -> list[Suggestion]:
    """Give each passage one or two suggested codes in turn, as many as real material has."""
    codes = [code for code in Codebook(unit.codes.all()).codes if not code.is_theme]
    return [
        Suggestion(
            id=0,
            study_id=segment.study_id,
            session_id=segment.session_id,
            text_id=segment.text_id,
            start=segment.start,
            end=segment.end,
            code_id=(code := codes[(7 * (at + i) + 5 * more) % len(codes)]).id,
            code_version=code.version,
            words_sha=segment.words_sha,
            score=0.5,
            reason=Reason((("calendar", 0.1),), segment.words[:80]),
            coder="bench",
        )
        for i, segment in enumerate(segments)
        for more in range(1 + i % 2)
    ]


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
