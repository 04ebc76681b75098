"""What a corrected file would change, told before it does: done in a transaction, looked at, and undone with it."""

from dataclasses import dataclass

from nlp.aligning import Alignment, equal_runs
from repository.carrying_over import Counts, Outcome
from repository.comparing import Change, changes, other_speakers
from repository.domain.access import Viewer
from repository.domain.transcript import Transcript
from repository.revising import replaced
from repository.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Effect:
    """What would become of the text and its highlights.

    `differing` of the file's `turns` are new or say something else; `before` is how many turns there are now. `lost` and
    `found` are the words of the highlights that would be lost, or found again only by their words.
    """

    revision: int
    turns: int
    before: int
    differing: int
    other_speakers: int
    changes: tuple[Change, ...]
    counts: Counts
    lost: tuple[str, ...]
    found: tuple[str, ...]


class _Rehearsed(Exception):
    """What was done is undone."""


def rehearse(
    workspace: Workspace, viewer: Viewer, session_id: int, transcript: Transcript, source_id: int, *, on: int
) -> Effect | None:
    """Say what making a file the newest revision would change; None if nothing. Raises what `revising.replace_by` does."""
    effects: list[Effect] = []
    try:
        with workspace.write() as unit:
            revised = replaced(unit, workspace, viewer, session_id, transcript, source_id, on=on)
            if revised is not None:
                old, new = (unit.revisions.text(session_id, text_id) for text_id in (on, revised.text_id))
                assert old is not None and new is not None
                runs = equal_runs([old.words(turn) for turn in old.turns], [new.words(turn) for turn in new.turns])
                alignment = Alignment(old.body, new.body)
                carried = [row for row in unit.revisions.carried(session_id) if row.to_text_id == revised.text_id]
                marks = unit.revisions.marks(session_id, [row.highlight_id for row in carried])

                def quotes(outcome: Outcome, rows=carried, marks=marks) -> tuple[str, ...]:  # type: ignore[no-untyped-def]
                    found = [marks[row.highlight_id] for row in rows if row.outcome == outcome.value]
                    return tuple(mark.quote for mark in sorted(found, key=lambda mark: (mark.start, mark.id)))

                effects.append(
                    Effect(
                        revised.revision,
                        turns=len(new.turns),
                        before=len(old.turns),
                        differing=len(new.turns) - sum(run.length for run in runs),
                        other_speakers=other_speakers(old, new, alignment),
                        changes=tuple(changes(alignment)),
                        counts=revised.counts,
                        lost=quotes(Outcome.LOST),
                        found=quotes(Outcome.FOUND),
                    )
                )
            raise _Rehearsed
    except _Rehearsed:
        pass
    return effects[0] if effects else None
