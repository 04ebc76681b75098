"""The writer of the kill test: uploads, edits and deletes until it is killed, and says what it was told."""

import json
import random
import re
import time
from typing import Any

from repository.domain.access import LOCAL_ADMIN
from repository.domain.source import Stage
from repository.domain.study import StudyFacts
from repository.errors import NotFound
from repository.settings import load
from repository.workspace import Workspace

TITLE = "Endurance"
#: Files that may wait; with more, the worker would never be seen to end.
WAITING = 12
WORDS = re.findall(
    r"\w+",
    """calendar reminder patient booking slot waitlist report login price invoice export doctor nurse phone screen colour
    Monday morning support ticket training upgrade form consent letter text message clinic desk paper notebook""",
)


def transcript(number: int, chance: random.Random) -> bytes:
    """Make a transcript nobody has seen before."""

    def sentence() -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(6, 14))).capitalize() + "."

    lines = [f"Interviewer: Question {number} {sentence()}"]
    for _ in range(chance.randint(4, 10)):
        lines.append("P01: " + " ".join(sentence() for _ in range(chance.randint(3, 9))))
        lines.append("Interviewer: " + sentence())
    return "\n".join(lines).encode()


def say(**told: Any) -> None:
    """Say on a line of standard output what begins, or what was acknowledged."""
    print(json.dumps(told), flush=True)


def write(seed: int) -> None:
    """Upload, edit and delete until killed, in the folder the settings name."""
    from ingest.intake import accept
    from repository.studies import bin_session, create, find, purge

    workspace, chance = Workspace(load()), random.Random(seed)
    try:
        study = find(workspace, LOCAL_ADMIN, TITLE)
    except NotFound:
        study = create(workspace, LOCAL_ADMIN, StudyFacts(TITLE))
    number = seed * 100_000
    while True:
        act = chance.random()
        with workspace.read() as unit:
            ready = [s for s in unit.sessions.of_study(LOCAL_ADMIN, study.id) if s.text_id]
            waiting = len(unit.jobs.due(workspace.clock()))
        if act < 0.12 and ready:
            chosen = chance.choice(ready)
            with workspace.read() as unit:
                source = unit.sources.get(chosen.source_id)
            assert source is not None
            say(deleting=source.digest)
            bin_session(workspace, LOCAL_ADMIN, chosen.id)
            purge(workspace)
            say(deleted=source.digest)
        elif act < 0.25 and ready:
            say(editing=True)
            edit(workspace, chance.choice(ready).id, chance)
            say(edited=True)
        elif waiting < WAITING:
            number += 1
            say(accepting=True)
            data = transcript(number, chance)
            accepted = accept(workspace, LOCAL_ADMIN, study_id=study.id, name=f"{number}.txt", data=data)
            say(accepted=accepted.source.digest)
        time.sleep(chance.random() * 0.05)


def edit(workspace: Workspace, session_id: int, chance: random.Random) -> None:
    """Correct a transcript: a new revision, and the way through the pipeline again, in one transaction."""
    from repository.domain.transcript import Transcript
    from repository.jobs import queue_ingest

    with workspace.write() as unit:
        session = unit.sessions.get(LOCAL_ADMIN, session_id)
        if session is None or session.text_id is None:
            return
        revision, source = unit.sessions.revision(session.text_id), unit.sources.get(session.source_id)
        assert revision is not None and source is not None
        word, other = chance.sample(WORDS, 2)
        if len(word) > len(other):
            word, other = other, word
        body = revision.body.replace(other, (word + "s" * 20)[: len(other)])
        unit.sessions.keep_transcript(
            source, Transcript(body, revision.turns, revision.speakers, reader="edit"), "en", workspace.clock()
        )
        unit.sources.reached(source.id, Stage.READ)
        job_id = queue_ingest(unit, workspace, source.id)
    workspace.bell.ring(job_id)
