"""The demonstration repository: as rich as the manifest says, written sentence by sentence, and loaded like real files."""

import re
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest import demonstration
from ingest.readers.registry import read
from ingest.worker import drain
from nlp.embedding import Embedder
from nlp.language import sentence_spans
from nlp.words import WORD
from repository import agreeing, reading, report_keeping, theming
from repository.codebook import starter
from repository.domain.access import LOCAL_ADMIN
from repository.domain.transcript import Role, Transcript
from repository.search import Query, search
from repository.workspace import Workspace
from tests.builders import followed

FILES = demonstration.FOLDER / "files"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return demonstration.manifest()


@pytest.fixture(scope="module")
def transcripts(manifest: dict[str, Any]) -> dict[str, Transcript]:
    """Every session's transcript, by the session's key."""
    found = {}
    for row in manifest["session"]:
        path = FILES / row["file"]
        found[row["key"]] = read(path.read_bytes(), path.name)
    return found


def test_it_is_as_large_as_it_says(manifest: dict[str, Any]) -> None:
    assert len(manifest["study"]) == 12
    assert sum(row["state"] == "in the field" for row in manifest["study"]) == 2
    assert len(manifest["session"]) == 60
    assert len(manifest["participant"]) == 80
    assert len(manifest["account"]) == 20
    assert len({row["cohort"] for row in manifest["account"]}) == 3
    days = [row["date"] for row in manifest["session"]]
    assert (max(days) - min(days)).days > 600  # two years of research
    assert {Path(row["file"]).suffix for row in manifest["session"]} == {".vtt", ".srt", ".docx", ".txt", ".md"}
    per_account = Counter(row["account"] for row in manifest["participant"])
    assert set(per_account) == {row["key"] for row in manifest["account"]}


def test_every_file_belongs_to_one_session_and_names_people_who_exist(manifest: dict[str, Any]) -> None:
    listed = [row["file"] for row in manifest["session"]]
    assert sorted(listed) == sorted(str(p.relative_to(FILES)) for p in FILES.rglob("*") if p.is_file())
    people = {row["label"] for row in manifest["participant"]}
    studies = {row["key"] for row in manifest["study"]}
    for row in manifest["session"]:
        assert row["study"] in studies and set(row["participants"]) <= people
        assert set(row["speakers"].values()) <= set(row["participants"])


def test_every_transcript_is_read_right(manifest: dict[str, Any], transcripts: dict[str, Transcript]) -> None:
    for row in manifest["session"]:
        transcript = transcripts[row["key"]]
        assert 6 <= len(transcript.turns) <= 40, row["key"]
        speakers = {speaker.label: speaker.role for speaker in transcript.speakers}
        assert set(row["speakers"]) <= set(speakers), row["key"]
        asking = set(speakers) - set(row["speakers"])
        assert all(speakers[label] in (Role.INTERVIEWER, Role.OTHER) for label in asking), (row["key"], speakers)
        assert all(speakers[label] is Role.PARTICIPANT for label in row["speakers"]), (row["key"], speakers)


def test_what_is_planted_stands_where_the_manifest_says(
    manifest: dict[str, Any], transcripts: dict[str, Transcript]
) -> None:
    questions = {question for row in manifest["study"] for question in row["questions"]}
    kinds = Counter(row["kind"] for row in manifest["planted"])
    for kind in ("duplicate_question", "near_miss", "contradiction", "synonym", "personal_data"):
        assert kinds[kind] >= 5, kind
    assert kinds["over_contacted_account"] >= 1 and len(manifest["contact"]) >= 10
    for row in manifest["planted"]:
        for quote in row["quotes"]:
            if "sessions" in row:
                assert any(quote in transcripts[key].text for key in row["sessions"]), (row["kind"], quote)
            else:
                assert quote in questions, quote
    codes = {fact.slug for fact in starter() if fact.parent}
    for row in manifest["coding"]:
        assert row["quote"] in transcripts[row["session"]].text, row["quote"]
        assert row["code"] in codes, row["code"]


def test_sentences_differ(transcripts: dict[str, Transcript]) -> None:
    grams: Counter[tuple[str, ...]] = Counter()
    for transcript in transcripts.values():
        words = [word.lower() for word in WORD.findall(transcript.text)]
        grams.update(tuple(words[i : i + 8]) for i in range(len(words) - 7))
    assert len(grams) / sum(grams.values()) >= 0.98


def test_no_two_passages_say_the_same_unplanned(
    manifest: dict[str, Any], transcripts: dict[str, Transcript], minilm: Embedder
) -> None:
    from ingest.segmenting import segment

    passages = [
        (key, transcript.text[span.start : span.end])
        for key, transcript in transcripts.items()
        for span in segment(transcript.text, transcript.turns, transcript.speakers, sentence_spans)
    ]
    vectors = minilm.embed([words for _, words in passages])
    planted = [row["quotes"] for row in manifest["planted"]]
    for i, j in np.argwhere(np.triu(vectors @ vectors.T, 1) > 0.95):
        one, other = passages[i][1], passages[j][1]
        assert any(any(q in one for q in quotes) and any(q in other for q in quotes) for quotes in planted), (
            f"{passages[i]} ~ {passages[j]}"
        )


def test_loading_twice_is_loading_once_and_brings_people_codes_and_themes(
    workspace: Workspace, manifest: dict[str, Any]
) -> None:
    drain(workspace, demonstration.accept_all(workspace), threading.Event())
    demonstration.finish(workspace)
    assert demonstration.accept_all(workspace) == []
    demonstration.finish(workspace)
    followed(workspace)
    cards = reading.studies(workspace, LOCAL_ADMIN)
    assert [len(cards), sum(card.sessions for card in cards)] == [12, 60]
    themes = theming.themes(workspace, LOCAL_ADMIN)
    assert sum(card.coded for card in themes) == len(manifest["coding"])
    both = agreeing.compare(workspace, LOCAL_ADMIN, *manifest["finished"][0]["coders"])
    assert both.pooled.kappa is not None and 0.3 < both.pooled.kappa < 0.95 and both.disagreements
    assert sum(1 for card in themes if card.suggested) >= 8
    with workspace.read() as unit:
        assert unit.tallies.participants(LOCAL_ADMIN) >= 70
    [kept] = report_keeping.reports(workspace, LOCAL_ADMIN)
    _, _, contents = report_keeping.frozen(workspace, LOCAL_ADMIN, kept.report.id, 1)
    assert contents.participants >= 70 and any(theme.participants.count for theme in contents.themes)
    quote = next(row["quotes"][0] for row in manifest["planted"] if row["kind"] == "contradiction")
    found = search(workspace, LOCAL_ADMIN, Query(f'"{re.sub(chr(34), " ", quote)}"'))
    assert found.count >= 1
