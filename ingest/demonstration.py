"""Load the demonstration repository: invented studies, sessions and people, through the same doors as real ones."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingest.demonstrated_insights import load_insights
from ingest.intake import accept
from repository import report_keeping, studies
from repository.codebook import Codebook
from repository.domain.access import LOCAL_ADMIN
from repository.domain.report import ReportScope, Template
from repository.domain.study import StudyFacts, StudyState
from repository.errors import NotFound
from repository.jobs import queue_learning
from repository.workspace import Workspace

FOLDER = Path(__file__).resolve().parent.parent / "demo"
CONSENT = "research within the company"


def manifest(folder: Path = FOLDER) -> dict[str, Any]:
    """Read what the demonstration consists of, and what is planted in it. Raises NotFound."""
    path = folder / "manifest.toml"
    if not path.is_file():
        raise NotFound("The demonstration's files are not here.", hint="Run this from a checkout of Cairn.")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def accept_all(workspace: Workspace, *, folder: Path = FOLDER) -> list[int]:
    """Make the studies and people and accept every file, each once; give the jobs that are still to do."""
    table = manifest(folder)
    keys: dict[str, int] = {}
    for row in table["study"]:
        facts = StudyFacts(
            title=row["title"],
            questions=tuple(row["questions"]),
            owner=row["owner"],
            method=row["method"],
            state=StudyState(row["state"]),
            product_area=row["product_area"],
            cohort=row["cohort"],
            started_on=row["started_on"],
        )
        try:
            keys[row["key"]] = studies.find(workspace, LOCAL_ADMIN, facts.title).id
        except NotFound:
            keys[row["key"]] = studies.create(workspace, LOCAL_ADMIN, facts).id
    with workspace.write() as unit:
        accounts = {
            row["key"]: unit.people.add_account(row["key"], row["name"], row["cohort"]) for row in table["account"]
        }
        for row in table["participant"]:
            unit.people.add_participant(row["label"], row["role"], accounts[row["account"]])
    jobs = []
    for row in table["session"]:
        path = folder / "files" / row["file"]
        with path.open("rb") as data:
            accepted = accept(
                workspace,
                LOCAL_ADMIN,
                study_id=keys[row["study"]],
                name=path.name,
                data=data,
                occurred_on=row["date"],
                consent=CONSENT,
            )
        if accepted.job_id is not None:
            jobs.append(accepted.job_id)
    return jobs


def finish(workspace: Workspace, *, folder: Path = FOLDER, report: Callable[[str], None] = lambda _: None) -> None:
    """Give read sessions their titles, link speakers to participants, and put people's codings on some quotes."""
    table = manifest(folder)
    titles = {row["key"]: row["title"] for row in table["study"]}
    people = {row["label"]: row for row in table["participant"]}
    by_key: dict[str, int] = {}
    for row in table["session"]:
        study = studies.find(workspace, LOCAL_ADMIN, titles[row["study"]])
        with workspace.write() as unit:
            name = Path(row["file"]).name
            source = next(s for s in unit.sources.of_studies([study.id]) if s.name == name)
            for session in unit.sessions.of_source(source.id):
                by_key[row["key"]] = session.id
                unit.sessions.rename(session.id, row["title"])
                for speaker, label in row["speakers"].items():
                    number = unit.people.add_participant(label, people[label]["role"], None)
                    unit.people.link(session.id, speaker, number)
    report(f"{len(by_key)} transcripts")
    _code(workspace, table, by_key)
    report(f"{load_insights(workspace, table, by_key)} insights")
    if not report_keeping.reports(workspace, LOCAL_ADMIN):
        kept = report_keeping.keep(workspace, LOCAL_ADMIN, "What customers said", Template.THEMES, ReportScope())
        report_keeping.freeze(workspace, LOCAL_ADMIN, kept.id, "as it came")


def _code(workspace: Workspace, table: dict[str, Any], by_key: dict[str, int]) -> None:
    """Put the manifest's human codings on their quotes."""
    with workspace.write() as unit:
        codebook = Codebook(unit.codes.all())
        for row in table.get("coding", []):
            session = next(s for s in unit.sessions.some(LOCAL_ADMIN, [by_key[row["session"]]]))
            assert session.text_id is not None
            revision = unit.sessions.revision(session.text_id)
            assert revision is not None
            start = revision.body.find(row["quote"])
            if start < 0:
                raise NotFound(
                    f"The demonstration's quote in {row['session']} is not in its text: {row['quote'][:40]!r}"
                )
            mark = unit.codings.highlight(
                session_id=session.id,
                text_id=session.text_id,
                start=start,
                end=start + len(row["quote"]),
                by=row["coder"],
                now=workspace.clock(),
            )
            code = codebook.named(row["code"])
            unit.codings.code(highlight_id=mark.id, code_id=code.id, coder=row["coder"], now=workspace.clock())
        for row in table.get("finished", []):
            for coder in row["coders"]:
                unit.assignments.finish(by_key[row["session"]], coder, workspace.clock())
        queue_learning(unit, workspace)
