"""Bring a REFI-QDA project in: each text is a source and a session of its own, codes and codings come with it.

Every text is kept with its codings in one transaction, and whatever is there already is left as it is: a worker that was
killed begins again and comes to the same end.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from ingest.exchange.placing import Placing
from ingest.exchange.projects import Project, ProjectMark, ProjectText
from ingest.exchange.receiving import project_of
from ingest.keeping import keep, language_of
from ingest.readers.received import Choices
from ingest.sandbox import Limits, read_untrusted
from repository.codebook_importing import codes_by_slug, import_codes
from repository.domain.access import LOCAL_ADMIN
from repository.domain.source import Source, Stage
from repository.domain.transcript import Transcript
from repository.errors import Unavailable, UnreadableSource
from repository.jobs import Work, queue_ingest, queue_learning
from repository.store.sessions import Revision
from repository.store.unit import Unit
from repository.workspace import Workspace

#: The reader that knows projects, and the one that takes any text.
READER, _ANY = "refi_project", "plain"
#: Under this name a project's source keeps, among its choices, what became of it.
OUTCOME = "project"
_EXTENSION = re.compile(r"\.(?:txt|docx?|rtf|odt|pdf|md|html?|m4a|mp[34]|wav|mov)$", re.I)


def bring_in(workspace: Workspace, source: Source, path: Path, limits: Limits, work: Work) -> None:
    """Bring a project's codes, texts and codings into the study of its source; its losses become the source's warnings."""
    if OUTCOME in source.choices:  # what people changed since is not brought back
        with workspace.write() as unit:
            work.fence(unit)
            unit.sources.reached(source.id, Stage.SUGGESTED)
        return
    project = project_of(path, source.name, limits)
    codes, remarks = _codes(workspace, source, project)
    texts: list[int] = []
    kept = 0
    for number, text in enumerate(project.texts):
        work.report(number / len(project.texts))
        child, count, lost = _bring(workspace, source, text, codes, limits, work)
        texts.append(child)
        kept += count
        remarks += [*text.remarks, *lost]
    outcome = {
        "name": project.name,
        "texts": list(dict.fromkeys(texts)),
        "codes": len(project.codes),
        "codings": project.codings,
        "kept": kept,
    }
    with workspace.write() as unit:
        work.fence(unit)
        choices = {**source.choices, OUTCOME: outcome}
        unit.sources.decide(
            source.id, occurred_on=source.occurred_on, consent=source.consent, choices=choices, held=False
        )
        unit.sources.reached(source.id, Stage.SUGGESTED, [*project.remarks, *remarks])
        queue_learning(unit, workspace)


def _codes(workspace: Workspace, source: Source, project: Project) -> tuple[dict[str, int], list[str]]:
    """Add the project's codes to the study's; give their numbers by key, and where the codebook says otherwise."""
    wanted = [replace(code, study_id=source.study_id) for code in project.codes]
    imported = import_codes(workspace, LOCAL_ADMIN, wanted, why=f"From the project “{project.name}” ({source.name}).")
    found = codes_by_slug(workspace, LOCAL_ADMIN, imported.places.values())
    remarks = [
        f"Code “{one.name}” was there already and means something else ({', '.join(one.fields)}); the project's words were not taken."
        for one in imported.differing
    ]
    return {key: found[slug].id for key, slug in imported.places.items()}, remarks


def _bring(
    workspace: Workspace, source: Source, text: ProjectText, codes: Mapping[str, int], limits: Limits, work: Work
) -> tuple[int, int, list[str]]:
    """Keep a text with its codings; give its source, how many codings were kept, and what was lost."""
    data = text.text.encode("utf-8", "replace")
    digest, size = workspace.originals.keep(BytesIO(data), most=max(len(data), 1))
    with workspace.write() as unit:
        work.fence(unit)
        child = _source(unit, workspace, source, text, digest, size)
    transcript = None
    if child.stage.number < Stage.READ.number:
        people = source.choices.get("speakers", {})  # what was said about them in the preview
        child = replace(child, choices={"speakers": people, **child.choices} if people else child.choices)
        child, transcript = _read(workspace, child, text, limits)
    language = language_of(transcript) if transcript else ""
    with workspace.write() as unit:
        work.fence(unit)
        if transcript:
            unit.sources.decide(
                child.id, occurred_on=child.occurred_on, consent=child.consent, choices=child.choices, held=False
            )
            keep(unit, workspace, child, transcript, language, text.remarks)
        session = next(iter(unit.sessions.of_source(child.id)), None)
        revision = unit.sessions.revision(session.text_id or 0) if session else None
        if session is None or revision is None:
            codings = ", ".join(coding.guid for mark in text.marks for coding in mark.codings) or "none"
            told = f"“{text.name}” ({text.guid}) is here as a correction of another transcript. Its codings: {codings}."
            return child.id, 0, [told]
        unit.sessions.set_deleted(session.id, None)
        count, lost = _mark(unit, workspace, revision, text, codes)
        job_id = queue_ingest(unit, workspace, child.id)
    workspace.bell.ring(job_id)
    return child.id, count, lost


def _source(unit: Unit, workspace: Workspace, source: Source, text: ProjectText, digest: str, size: int) -> Source:
    """Give the study's source with these bytes; make it if there is none."""
    if not workspace.originals.path(digest).is_file():
        raise Unavailable("A text was removed from the bin for good at this very moment.", hint="Try again.")
    known = unit.sources.with_digest(source.study_id, digest)
    if known is not None:
        return known
    name = _EXTENSION.sub("", re.sub(r"[/\\\x00]", "-", text.name)).strip() or "Text"
    return unit.sources.add(
        study_id=source.study_id,
        digest=digest,
        name=f"{name[:190]}.txt",
        size=size,
        occurred_on=source.occurred_on,
        consent=source.consent,
        now=workspace.clock(),
    )


def _read(workspace: Workspace, child: Source, text: ProjectText, limits: Limits) -> tuple[Source, Transcript]:
    """Read a text like any other; where that fails or loses a mark, as plain text, now and whenever it is read again."""
    path, choices = workspace.originals.find(child.digest), child.choices
    chosen = Choices(choices.get("reader", ""), choices.get("encoding", ""), choices.get("columns", {}))
    try:
        transcript = read_untrusted(path, child.name, choices=chosen, limits=limits)
        turns = [(turn.start, turn.end) for turn in transcript.turns]
        placing = Placing(text.text, transcript.text)
        there = (placing.place(mark.start, mark.end) or placing.headed(mark.end, turns) for mark in text.marks)
        if transcript.reader == _ANY or all(there):
            return child, transcript
    except UnreadableSource:
        pass
    child = replace(child, choices={**choices, "reader": _ANY})
    return child, read_untrusted(path, child.name, choices=Choices(_ANY), limits=limits)


def _mark(
    unit: Unit, workspace: Workspace, revision: Revision, text: ProjectText, codes: Mapping[str, int]
) -> tuple[int, list[str]]:
    """Put highlights and codings on a text, each once; give how many codings came in, and what has no place."""
    placing = Placing(text.text, revision.body)
    turns = [(turn.start, turn.end) for turn in revision.turns]
    lost: list[str] = []
    count = 0
    comments: dict[int, str] = {}
    for mark in text.marks:
        place = placing.place(mark.start, mark.end)
        if place is None and (place := placing.headed(mark.end, turns)):
            lost.append(
                f"Selection {mark.guid} in “{text.name}” holds a name or a time only: the turn under it was taken."
            )
        if place is None:
            codings = ", ".join(coding.guid for coding in mark.codings) or "none"
            lost.append(
                f"Selection {mark.guid} in “{text.name}” has no words in the transcript. Its codings: {codings}."
            )
            continue
        highlight = unit.codings.highlight(
            session_id=revision.session_id,
            text_id=revision.id,
            start=place[0],
            end=place[1],
            by=mark.coder,
            now=_moment(mark.at) or workspace.clock(),
        )
        for coding in mark.codings:
            when = _moment(coding.at) or workspace.clock()
            unit.codings.code(highlight_id=highlight.id, code_id=codes[coding.code], coder=coding.coder, now=when)
            count += 1
        if mark.comment:
            comments[highlight.id] = _with(comments.get(highlight.id) or _said(unit, revision, highlight.id), mark)
    for highlight_id, words in comments.items():
        unit.codings.comment(highlight_id, words)
    return count, lost


def _said(unit: Unit, revision: Revision, highlight_id: int) -> str:
    found = unit.codings.mark(revision.session_id, highlight_id)
    return found.comment if found else ""


def _with(comment: str, mark: ProjectMark) -> str:
    return comment if mark.comment in comment else f"{comment}\n\n{mark.comment}".strip()


def _moment(written: str) -> datetime | None:
    """Read when something was done; None if the file does not say, or says nothing that is a time."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
