"""Projects of other tools, brought in: sessions, codes, codings by their coders; nothing twice, nothing lost, losses listed."""

import random
import re
import threading

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask.testing import FlaskClient

from ingest.exchange import bringing_in
from ingest.exchange.outcomes import outcome
from ingest.intake import accept
from ingest.pipeline import STEPS
from repository import jobs
from repository.codebook import seen
from repository.domain.access import LOCAL_ADMIN
from repository.domain.job import JobState
from repository.domain.study import Study
from repository.store import tables as t
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study, done
from tests.reading import zip_of
from tests.refi import DIALECTS, REFI, Dialect, Mark, Seed, written, xml_of
from tests.unit.test_cli import run, said  # noqa: F401
from tests.unit.test_project_reading import P1, SEED, at
from web.cli.main import cairn


def added(workspace: Workspace, study: Study, data: bytes, name: str = "Trial.qdpx") -> int:
    """Bring a project in; give its source."""
    accepted = accept(workspace, LOCAL_ADMIN, study_id=study.id, name=name, data=data)
    if accepted.job_id is not None:
        assert jobs.run(workspace, accepted.job_id, STEPS, threading.Event(), "a hand")
        with workspace.read() as unit:
            job = unit.jobs.get(accepted.job_id)
        assert job and job.state is JobState.DONE, job
    return accepted.source.id


def rows(workspace: Workspace) -> list[tuple[object, ...]]:
    """Give (session, start, end, words, code, coder, comment) of every coding; uncoded highlights have no code."""
    query = (
        sa.select(
            t.session.c.title,
            t.highlight.c.start,
            t.highlight.c.end,
            t.highlight.c.quote,
            t.code.c.name,
            t.coding.c.coder,
            t.highlight.c.comment,
        )
        .select_from(t.highlight)
        .join(t.session, t.session.c.id == t.highlight.c.session_id)
        .outerjoin(t.coding, t.coding.c.highlight_id == t.highlight.c.id)
        .outerjoin(t.code, t.code.c.id == t.coding.c.code_id)
    )
    with workspace.database.read() as sql:
        found = [tuple(row) for row in sql.execute(query)]
        texts = dict(
            sql.execute(
                sa.select(t.session.c.title, t.text.c.body).join(t.text, t.text.c.id == t.session.c.text_id)
            ).all()
        )
    for title, start, end, quote, *_ in found:
        assert texts[title][start:end] == quote, "a quote that is not the text"
    return sorted(found, key=repr)


def letters(words: str) -> str:
    return re.sub(r"\s", "", words)


def test_texts_become_sessions_with_speakers_and_codings_by_their_coders(workspace: Workspace) -> None:
    study = a_study(workspace)
    source_id = added(workspace, study, written(SEED, DIALECTS["QualCoder on Windows"]))
    with workspace.read() as unit:
        sessions = unit.sessions.of_study(LOCAL_ADMIN, study.id)
        revision = unit.sessions.revision(sessions[0].text_id or 0)
        codebook = seen(unit, LOCAL_ADMIN)
    assert [session.title for session in sessions] == ["Interview P1", "Interview P2"]
    assert revision and [speaker.label for speaker in revision.speakers] == ["Interviewer", "P1"]
    assert "Interviewer:" not in revision.body
    found = rows(workspace)
    assert ("We gave up. 中文", "Other", "Ana") in [row[3:6] for row in found]
    assert ("👨‍👩‍👧", "Emoji 🙂 \"q\" 's'", "Bob & Co") in [row[3:6] for row in found]
    assert "find the café (cafe\u0301) setting.\n\n& then" in [row[3] for row in found], (
        "the name between two turns is no word"
    )
    assert [row[6] for row in found if row[4] == "Findability"].count("memo on s1") == 1
    assert len([row for row in found if row[4]]) == 9
    mine = [code for code in codebook.codes if code.facts.study_id == study.id]
    assert {code.facts.name for code in mine} >= {"Findability", "Pain"}
    assert [c.facts.name for c in codebook.path(next(c for c in mine if c.facts.name == "Findability"))] == [
        "Navigation",
        "Findability",
    ]
    told = outcome(workspace, LOCAL_ADMIN, source_id)
    assert told.told.startswith("2 texts, 6 codes, 9 of 9 codings") and list(told.texts.values()) == [
        "Interview P1.txt",
        "Interview P2.txt",
    ]


def test_every_dialect_comes_in_the_same(workspace: Workspace) -> None:
    states = []
    for number, dialect in enumerate(DIALECTS.values()):
        study = a_study(workspace, f"Study {number}")
        added(workspace, study, written(SEED, dialect))
        with workspace.database.write() as sql:
            state = rows(workspace)
            sql.execute(sa.delete(t.study).where(t.study.c.id == study.id))
            sql.execute(sa.delete(t.code).where(t.code.c.study_id == study.id))
        states.append(state)
    assert len(states[0]) == 10 and all(state == states[0] for state in states)


def test_the_same_project_again_changes_nothing(workspace: Workspace) -> None:
    study, data = a_study(workspace), written(SEED)
    added(workspace, study, data)
    before = rows(workspace), _count(workspace)
    accepted = accept(workspace, LOCAL_ADMIN, study_id=study.id, name="other name.qdpx", data=data)
    assert accepted.already_here and accepted.job_id is None
    added(workspace, study, written(SEED, DIALECTS["ATLAS.ti"]))  # another file with the same texts
    assert (rows(workspace), _count(workspace)[1:]) == (before[0], before[1][1:])


def _count(workspace: Workspace) -> tuple[int, ...]:
    with workspace.database.read() as sql:
        tables = (t.source, t.session, t.text, t.code, t.highlight, t.coding)
        return tuple(sql.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables)


@pytest.mark.parametrize("where", ["_codes", "_mark", "keep", "queue_learning"])
def test_a_worker_that_dies_anywhere_begins_again_and_comes_to_the_same_end(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    study = a_study(workspace)
    accepted = accept(workspace, LOCAL_ADMIN, study_id=study.id, name="a.qdpx", data=written(SEED))
    real, calls = getattr(bringing_in, where), [0]

    def dies(*words: object, **more: object) -> object:
        calls[0] += 1
        result = real(*words, **more)
        if calls[0] == 2 or where in ("_codes", "queue_learning"):
            raise KeyboardInterrupt
        return result

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(bringing_in, where, dies)
        jobs.run(workspace, accepted.job_id or 0, STEPS, threading.Event(), "somebody/1/1/1")
    with workspace.write() as unit:
        unit.jobs.expire(["somebody/1/1/1"], workspace.clock())
    assert jobs.run(workspace, accepted.job_id or 0, STEPS, threading.Event(), "another hand")
    found = rows(workspace)
    assert len([row for row in found if row[4]]) == 9 and _count(workspace)[1:3] == (2, 2)


def test_a_text_that_is_here_already_gets_the_codings(workspace: Workspace) -> None:
    study = a_study(workspace)
    session = a_session(workspace, study, P1, name="mine.txt")
    added(workspace, study, written(SEED))
    with workspace.read() as unit:
        assert len(unit.sessions.of_study(LOCAL_ADMIN, study.id)) == 2
        assert session.text_id and len(unit.codings.marks(session.text_id)) == 7


def test_codes_that_are_there_are_used_and_differences_are_said(workspace: Workspace) -> None:
    study, other = a_study(workspace), a_study(workspace, "Another")
    added(workspace, study, written(SEED))
    added(
        workspace,
        other,
        written(Seed({"A": (INTERVIEW, [at(INTERVIEW, "phoned support twice", "Pain")])}, {"Pain": ""})),
    )
    with workspace.read() as unit:
        pains = [code.facts.study_id for code in seen(unit, LOCAL_ADMIN).codes if code.facts.name == "Pain"]
    assert pains == [study.id, other.id], "one study's codes are not another's"


def test_thirty_interviews_285_codes_753_codings(workspace: Workspace) -> None:
    dice = random.Random(4)
    codes = {f"Code {n}": "" if n < 20 else f"Code {dice.randrange(20)}" for n in range(285)}
    names = list(codes)
    texts: dict[str, tuple[str, list[Mark]]] = {}
    for number in range(30):
        lines = []
        for turn in range(60):
            who = "Interviewer" if turn % 2 == 0 else f"P{number:02}"
            words = " ".join(
                dice.choice(
                    [
                        "we",
                        "the",
                        "price",
                        "export",
                        "calendar",
                        "again",
                        "never",
                        "Friday",
                        "team",
                        "it",
                        "was",
                        "too",
                        "slow",
                        "and",
                        "then",
                        "somebody",
                        "called",
                    ]
                )
                for _ in range(dice.randint(4, 40))
            )
            lines.append(f"{who}: {words.capitalize()}{'?' if turn % 2 == 0 else '.'}")
        body = "\n".join(lines) + "\n"
        marks = []
        for _ in range(26 if number < 3 else 25):
            line = dice.choice(lines)
            start = body.index(line) + line.index(": ") + 2
            if dice.random() < 0.2:
                start = body.index(line)  # with the name
            words = body[start:].split(" ")
            end = start + len(" ".join(words[: dice.randint(2, 60)]).rstrip())
            marks.append(Mark(start, end, (dice.choice(names),), coder=dice.choice(["Ana", "Bob & Co"])))
        texts[f"Interview {number:02}"] = (body, marks)
    data = written(Seed(texts, codes), DIALECTS["QualCoder on Windows"])
    study = a_study(workspace)
    source_id = added(workspace, study, data)
    told = outcome(workspace, LOCAL_ADMIN, source_id)
    assert told.told.startswith("30 texts, 285 codes, 753 of 753 codings"), told.remarks[:5]
    found = rows(workspace)
    wanted = sorted(
        (name, letters(re.sub(r"(?m)^(?:Interviewer|P\d\d): ?", "", body[mark.start : mark.end])))
        for name, (body, marks) in texts.items()
        for mark in marks
    )
    got = sorted({(str(row[0]), letters(str(row[3]))) for row in found})
    assert got == sorted(set(wanted))
    assert len([row for row in found if row[4]]) == len(
        {(n, m.start, m.end, m.codes, m.coder) for n, (_, marks) in texts.items() for m in marks}
    )


def test_a_selection_of_a_name_alone_is_the_turn_under_it(workspace: Workspace) -> None:
    seed = Seed({"A": (INTERVIEW, [Mark(0, len("Interviewer:"), ("Pain",))])}, {"Pain": ""})
    source_id = added(workspace, a_study(workspace), written(seed))
    [row] = rows(workspace)
    assert row[3] == "What keeps you from connecting your calendar?" and row[4] == "Pain"
    assert "holds a name" in outcome(workspace, LOCAL_ADMIN, source_id).remarks[0]


def test_a_text_that_looks_like_something_else_is_read_all_the_same(workspace: Workspace) -> None:
    page = "<!DOCTYPE html><html><body>\nWe gave up.\n</body></html>\n"
    source_id = added(
        workspace, a_study(workspace), written(Seed({"A": (page, [at(page, "We gave up.", "Pain")])}, {"Pain": ""}))
    )
    assert [row[3:5] for row in rows(workspace)] == [("We gave up.", "Pain")]
    assert outcome(workspace, LOCAL_ADMIN, source_id).told.startswith("1 text, 1 code, 1 of 1 coding")


def test_a_text_whose_reader_would_lose_marks_is_read_as_it_is(workspace: Workspace) -> None:
    told = '{"results": [{"speaker": "P1", "text": "We gave up."}, {"speaker": "P2", "text": "So did we."}], "by": "Whisper"}'
    marks = [at(told, "We gave up.", "Pain"), at(told, '"by": "Whisper"', "Pain")]
    added(workspace, a_study(workspace), written(Seed({"A": (told, marks)}, {"Pain": ""})))
    assert {row[3] for row in rows(workspace)} == {"We gave up.", '"by": "Whisper"'}


def test_a_broken_project_fails_with_its_place_and_leaves_nothing(workspace: Workspace) -> None:
    study = a_study(workspace)
    before = _count(workspace)
    accepted = accept(
        workspace,
        LOCAL_ADMIN,
        study_id=study.id,
        name="b.qdpx",
        data=zip_of({"p.qde": b"<Project>\n<Users></Project>"}),
    )
    [job] = done(workspace, accepted.job_id or 0)
    assert (
        job.state is JobState.FAILED and job.error and "line 2" in job.error.message and "column" in job.error.message
    )
    assert _count(workspace)[1:] == before[1:]


# The real program, and the pages


def test_add_brings_a_project_in_and_says_what_was_lost(run, tmp_path) -> None:  # type: ignore[no-untyped-def] # noqa: F811
    (tmp_path / "Trial.qdpx").write_bytes(
        written(
            SEED,
            DIALECTS["NVivo for Windows"],
            tail='<Sets><Set guid="0a0b0c0d-0000-4000-8000-000000000000" name="x"/></Sets>',
        )
    )
    done_ = run("add", str(tmp_path / "Trial.qdpx"), "--study", "Projects", "--json")
    files = said(done_)["files"]
    assert done_.exit_code == 0 and [line["state"] for line in files] == ["ready"] * 3
    assert files[0]["brought"].startswith("2 texts, 6 codes, 9 of 9 codings") and files[1]["file"].endswith(
        "Trial.qdpx/Interview P1.txt"
    )
    assert any("0a0b0c0d" in remark for remark in files[0]["remarks"]) and all(line["session"] for line in files[1:])
    again = said(run("add", str(tmp_path / "Trial.qdpx"), "--study", "Projects", "--json"))["files"]
    assert again[0]["message"] == "It was here already." and [line["session"] for line in again[1:]] == [
        line["session"] for line in files[1:]
    ]
    told = run("add", str(REFI / "skyloom_TestProject.qdpx"), "--study", "ATLAS")
    assert (
        told.exit_code == 0
        and "0 texts, 14 codes" in told.stdout
        and "445a6aec-1400-4502-919d-0867832ff211" in told.stderr
    )
    (tmp_path / "broken.qdpx").write_bytes(zip_of({"p.qde": xml_of(SEED).replace("</Users>", "").encode()}))
    bad = run("add", str(tmp_path / "broken.qdpx"), "--study", "Projects")
    assert bad.exit_code == 3 and "line 2" in bad.stderr and "not well-formed XML at column" in bad.stderr
    looked = CliRunner().invoke(cairn, ["read", str(tmp_path / "Trial.qdpx"), "--json"])
    assert said(looked)["reader"] == "refi_project" and looked.exit_code == 0


def test_the_pages_take_a_project_and_list_its_losses(client: FlaskClient, workspace: Workspace) -> None:
    from io import BytesIO

    client.application.config["WTF_CSRF_ENABLED"] = False
    study = a_study(workspace)
    note = "0a0b0c0d-0000-4000-8000-000000000000"
    data = written(SEED, Dialect(xml="Trial.qde"), tail=f'<Notes><Note guid="{note}" name="Plan"/></Notes>')
    sent = client.post(
        "/upload", data={"files": (BytesIO(data), "Trial.qdpx"), "study": str(study.id)}, follow_redirects=True
    )
    assert "REFI-QDA project: 2 texts, 6 codes, 9 codings" in sent.text and note in sent.text
    with workspace.read() as unit:
        [held] = unit.sources.held(LOCAL_ADMIN)
    client.post("/upload/preview", data={"act": "add", "study": str(study.id), "source": str(held.id)})
    with workspace.read() as unit:
        job = unit.jobs.of_source(held.id)
    assert job and jobs.run(workspace, job.id, STEPS, threading.Event(), "a hand")
    followed = client.get(f"/upload/progress?source={held.id}&study={study.id}")
    assert f"/projects/{held.id}" in followed.text
    page = client.get(f"/projects/{held.id}")
    assert (
        page.status_code == 200
        and note in page.text
        and "Interview P1.txt" in page.text
        and "9 of 9 codings" in page.text
    )
    assert client.get("/projects/999").status_code == 404
