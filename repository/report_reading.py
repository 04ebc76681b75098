"""The words at a report's places, read anew each time: what was corrected stays as it was, what was erased is gone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from repository.consent import may_quote
from repository.domain.access import Viewer
from repository.domain.report import Contents, Place
from repository.wording import citation, said_by
from repository.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ReadQuote:
    """Words at a place with whose they are; of what is gone, not the viewer's to see, or not to be quoted: `removed`."""

    words: str
    speaker: str
    study_title: str
    occurred_on: date | None
    citation: str
    removed: bool = False


GONE = ReadQuote("", "", "", None, "", removed=True)


def read_quotes(workspace: Workspace, viewer: Viewer, contents: Contents) -> dict[Place, ReadQuote]:
    """Read the words of every quote of a report, in a handful of statements."""
    return read_places(workspace, viewer, [one for theme in contents.themes for one in (*theme.places, *theme.against)])


def read_places(
    workspace: Workspace, viewer: Viewer, places: Collection[Place], *, quoting: bool = True
) -> dict[Place, ReadQuote]:
    """Read the words at places; each is a slice of the text revision it was taken from.

    `quoting`: for a document, so that consent is asked anew; else to be looked at by who may read the transcript.
    """
    with workspace.read() as unit:
        sessions = {one.id: one for one in unit.sessions.some(viewer, {place.session_id for place in places})}
        studies = {study.id: study for study in unit.studies.all(viewer)}
        bodies = unit.reports.bodies({place.text_id for place in places if place.session_id in sessions})
        labels = unit.reports.labels({place.speaker_id for place in places if place.speaker_id is not None})
    found = {}
    for place in places:
        session, body = sessions.get(place.session_id), bodies.get(place.text_id)
        if session is None or body is None or place.end > len(body[1]) or body[0] != session.id:
            found[place] = GONE
            continue
        if quoting and not may_quote(session.consent):
            found[place] = GONE
            continue
        study = studies[session.study_id]
        who = said_by(labels.get(place.speaker_id or 0, ""), session.kind)
        words = body[1][place.start : place.end]
        told = citation(study.title, who, session.occurred_on)
        found[place] = ReadQuote(words, who, study.title, session.occurred_on, told)
    return found
