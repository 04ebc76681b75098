"""Words at given places, read again through a viewer's eyes: what a plan's page shows is always what is stored now."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from repository.consent import may_quote
from repository.domain.access import Viewer
from repository.domain.plan import Spot
from repository.store.unit import Unit
from repository.wording import citation, said_by

#: Beyond the end of any text.
_END = 2**31


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
    """Give the quotes of these places, as far as their words still stand and the viewer may see them.

    Where a transcript was corrected since, a quote moves with its words.
    """
    sessions = {s.id: s for s in unit.sessions.some(viewer, {spot.session_id for spot in spots})}
    studies = {study.id: study for study in unit.studies.all(viewer)}
    now = {s.id: s.text_id for s in sessions.values() if s.text_id is not None and may_quote(s.consent)}
    alive = _followed(unit, now, [spot for spot in spots if spot.session_id in now])
    spans = unit.places.spans([_place(spot) for spot in alive.values()])
    keys = {key: (spot.text_id, spot.start, *spans[_place(spot)].turns) for key, spot in alive.items()}
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
            words=spans[_place(spot)].words,
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


def _followed(unit: Unit, now: Mapping[int, int], spots: Collection[Spot]) -> dict[tuple[int, int, int], Spot]:
    """Give each place in the text that its session has now; none where the words are not as often there as they were."""
    found = {_place(spot): spot for spot in spots if spot.text_id == now[spot.session_id]}
    moved = [spot for spot in spots if spot.text_id != now[spot.session_id]]
    texts = {text_id for spot in moved for text_id in (spot.text_id, now[spot.session_id])}
    bodies = {key[0]: span.words for key, span in unit.places.spans([(text_id, 0, _END) for text_id in texts]).items()}
    for spot in moved:
        old, new = bodies[spot.text_id], bodies[now[spot.session_id]]
        words = re.compile(re.escape(old[spot.start : spot.end]))
        before, after = ([match.start() for match in words.finditer(body)] for body in (old, new))
        if len(before) == len(after) and spot.start in before:
            start = after[before.index(spot.start)]
            end = start + spot.end - spot.start
            found[_place(spot)] = replace(spot, text_id=now[spot.session_id], start=start, end=end)
    return found


def _place(spot: Spot) -> tuple[int, int, int]:
    return spot.text_id, spot.start, spot.end
