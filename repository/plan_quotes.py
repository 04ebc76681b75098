"""Words at given places, read again through a viewer's eyes: what a plan's page shows is always what is stored now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from repository.consent import may_quote
from repository.domain.access import Viewer
from repository.domain.plan import Spot
from repository.store.unit import Unit
from repository.wording import citation, said_by


@dataclass(frozen=True, slots=True)
class PlanQuote:
    """Exactly the characters [start, end) of a text, whose they are, and where they were said.

    `person` tells people apart; `cohort` is that of the person's account, else the study's. `role` is the participant's.
    """

    spot: Spot
    words: str
    person: str
    speaker: str
    role: str
    account: str
    cohort: str
    study_id: int
    study_title: str
    method: str
    product_area: str
    session_id: int
    session_title: str
    occurred_on: date | None
    start_ms: int | None
    citation: str

    @property
    def start(self) -> int:
        """Give where the words begin."""
        return self.spot.start

    @property
    def end(self) -> int:
        """Give where the words end."""
        return self.spot.end


def quotes_at(unit: Unit, viewer: Viewer, spots: Collection[Spot]) -> dict[tuple[int, int, int], PlanQuote]:
    """Give the quotes at these places, as far as they stand there still and the viewer may see them."""
    sessions = {s.id: s for s in unit.sessions.some(viewer, {spot.session_id for spot in spots})}
    studies = {study.id: study for study in unit.studies.all(viewer)}
    alive = {
        (spot.text_id, spot.start, spot.end): spot
        for spot in spots
        if spot.session_id in sessions
        and sessions[spot.session_id].text_id == spot.text_id
        and may_quote(sessions[spot.session_id].consent)
    }
    spans = unit.places.spans(list(alive))
    keys = {key: (key[0], key[1], *spans[key].turns) for key in alive}
    places = unit.places.of(list(keys.values()))
    linked = unit.people.labels_by_session([spot.session_id for spot in alive.values()])
    people = {participant.label: participant for participant in unit.people.all()}
    found = {}
    for key, spot in alive.items():
        session, place = sessions[spot.session_id], places[keys[key]]
        study = studies[session.study_id]
        known = people.get(place.speaker) if place.speaker in linked.get(session.id, {}).values() else None
        account = known.account if known else None
        speaker = said_by(place.speaker, session.kind)
        found[key] = PlanQuote(
            spot=spot,
            words=spans[key].words,
            person=known.label if known else f"{session.id}/{place.speaker}",
            speaker=speaker,
            role=known.role if known else "",
            account=account.name if account else "",
            cohort=(account.cohort if account else "") or study.facts.cohort,
            study_id=study.id,
            study_title=study.title,
            method=study.facts.method,
            product_area=study.facts.product_area,
            session_id=session.id,
            session_title=session.title,
            occurred_on=session.occurred_on,
            start_ms=place.start_ms,
            citation=citation(study.title, speaker, session.occurred_on),
        )
    return found
