"""What transcripts and files need: read at all, under a stated consent, once only, and by somebody who is known."""

from datetime import timedelta

from nlp.likeness import alike
from repository.consent import may_quote
from repository.domain.access import Viewer
from repository.domain.job import JobState
from repository.domain.stewardship import Need, NeedKind
from repository.store.needs import SessionRow, SourceRow
from repository.workspace import Workspace

#: Share of runs of words in common from which two transcripts look alike, as when a file is added.
NEAR = 0.6
#: After this a file on which nobody works is stuck, and one that waits for a yes is forgotten.
QUIET, FORGOTTEN = timedelta(hours=1), timedelta(days=1)


def sources(workspace: Workspace, viewer: Viewer) -> list[Need]:
    """List the files that failed, then those that are stuck, the oldest first."""
    now = workspace.clock()
    with workspace.read() as unit:
        rows = unit.needs.stuck(viewer, quiet=now - QUIET, held=now - FORGOTTEN)
    return [
        Need(
            NeedKind.SOURCES,
            str(row.source_id),
            row.name,
            f"{_why(row)} In “{row.study_title}”.",
            row.owner,
            row.job.updated_at if row.job else row.received_at,
            subject=(row.source_id, row.job.id if row.job and row.job.state.over else 0, row.study_id, int(row.held)),
        )
        for row in rows
    ]


def no_quoting(workspace: Workspace, viewer: Viewer) -> list[Need]:
    """List the transcripts whose consent forbids quotes, those on whose words insights rest first."""
    with workspace.read() as unit:
        forbidding = [words for words in unit.needs.consents(viewer) if not may_quote(words)]
        rows = unit.needs.under(viewer, forbidding) if forbidding else []
    rows.sort(key=lambda row: -row.number)
    return [_about(NeedKind.NO_QUOTING, row, f"“{row.consent}”{_rests(row.number)}") for row in rows]


def no_consent(workspace: Workspace, viewer: Viewer) -> list[Need]:
    """List the transcripts of which nobody stated a consent, those on whose words insights rest first."""
    with workspace.read() as unit:
        silent = [words for words in unit.needs.consents(viewer) if not words.strip()]
        rows = unit.needs.under(viewer, silent) if silent else []
    rows.sort(key=lambda row: -row.number)
    return [_about(NeedKind.NO_CONSENT, row, f"Nothing is stated{_rests(row.number)}") for row in rows]


def duplicates(workspace: Workspace, viewer: Viewer) -> list[Need]:
    """List pairs of transcripts that look alike, the likest first; each with the earlier one it is nearest to."""
    with workspace.read() as unit:
        held = unit.needs.signatures(viewer)
        near = [(held[one][0], held[two][0], share) for one, two, share in alike([data for _, data in held], NEAR)]
        rows = unit.needs.sessions(viewer, {number for one, two, _ in near for number in (one, two)})
    near.sort(key=lambda pair: (-pair[2], pair[1]))
    return [
        Need(
            NeedKind.DUPLICATES,
            f"{one}-{two}",
            f"{rows[two].title} and {rows[one].title}",
            f"About {share * 100:.0f} % of their words are the same. {_both(rows[one], rows[two])}",
            rows[two].owner,
            rows[two].received_at,
            subject=(one, two),
        )
        for one, two, share in near
    ]


def unlinked(workspace: Workspace, viewer: Viewer) -> list[Need]:
    """List the transcripts with speakers who are no participant, those that came last first."""
    with workspace.read() as unit:
        rows = unit.needs.unlinked(viewer)
    told = {0: "Nobody is named in this note.", 1: "1 speaker is no participant yet."}
    return [
        _about(
            NeedKind.UNLINKED, row, told.get(row.number, f"{row.number} speakers are no participants yet."), row.number
        )
        for row in reversed(rows)
    ]


def _about(kind: NeedKind, row: SessionRow, why: str, number: int = 1) -> Need:
    return Need(
        kind,
        str(row.id),
        row.title,
        f"{why} In “{row.study_title}”.",
        row.owner,
        row.received_at,
        max(1, number),
        subject=(row.id, row.study_id, number),
    )


def _rests(number: int) -> str:
    return (
        f", and {number} {'piece' if number == 1 else 'pieces'} of evidence {'is' if number == 1 else 'are'} from it."
        if number
        else "."
    )


def _both(one: SessionRow, two: SessionRow) -> str:
    if one.study_id == two.study_id:
        return f"Both in “{one.study_title}”."
    return f"In “{two.study_title}” and “{one.study_title}”."


def _why(row: SourceRow) -> str:
    if row.job is None:
        return "It waits for somebody to look at it and say yes."
    if row.job.state is JobState.FAILED:
        error = row.job.error
        return f"{error.message} {error.hint}".strip() if error else "It failed."
    return "Nobody works on it. Does a worker run?"
