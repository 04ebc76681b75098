"""Learn from what people decided, in the background: codes whose meaning or examples changed are scored anew."""

from repository.domain.source import Stage
from repository.jobs import Work, queue_ingest
from repository.store.facts import DECISIONS, LEARNED
from repository.workspace import Workspace


def learn(workspace: Workspace, work: Work) -> None:
    """Score everything anew if codes changed since the last time."""
    with workspace.write() as unit:
        work.fence(unit)
        unit.facts.set_number(LEARNED, unit.facts.number(DECISIONS))
        for source_id in unit.sources.settled(Stage.SUGGESTED):
            unit.sources.reached(source_id, Stage.EMBEDDED)
            queue_ingest(unit, workspace, source_id)
