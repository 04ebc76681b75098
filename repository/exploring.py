"""What the page of discovery shows: candidates as cards, passages on a map, and the pile that belongs to none.

A candidate of which the viewer sees no passage is not shown. Its name is made from all of its passages, also those of
studies that the viewer does not see; words that only one passage has are not taken for it where there are others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.naming import exemplars
from repository.codebook import Codebook, seen
from repository.discovering import Run, last_run
from repository.domain.access import Viewer
from repository.domain.candidate import Candidate, CandidateState
from repository.domain.coding import Code, CodeFacts
from repository.domain.job import Job
from repository.domain.study import Study
from repository.errors import NotFound
from repository.jobs import DISCOVER
from repository.mapping import EVERYTHING, MapFilter, open_candidates
from repository.passages import Passage, matrix_of, passages_of
from repository.store.discovery import Wanted, Who
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Cards on a page, quotes on a card, and passages among which they are chosen.
CARDS, QUOTES, AMONG = 12, 3, 30
#: Passages of a candidate on a page.
PASSAGES = 25


@dataclass(frozen=True, slots=True)
class CandidateCard:
    """A candidate with what of it the viewer sees and asked for. `joined`: what the last run added to it."""

    candidate: Candidate
    passages: int
    participants: int
    accounts: int
    studies: int
    quotes: tuple[Passage, ...]
    code: Code | None
    is_new: bool
    joined: int


@dataclass(frozen=True, slots=True)
class Discovery:
    """The page: its cards, `total` of them on all pages; what else there is; and what the last run found."""

    cards: tuple[CandidateCard, ...]
    number: int
    of: int
    total: int
    passages: int
    covered: int
    pile: int
    states: dict[CandidateState, int]
    open: tuple[Candidate, ...]
    studies: tuple[Study, ...]
    cohorts: tuple[str, ...]
    roles: tuple[str, ...]
    job: Job | None
    run: Run | None


@dataclass(frozen=True, slots=True)
class CandidateView:
    """One candidate with its passages, the surest first; `chosen` are those that stand for it."""

    card: CandidateCard
    rows: tuple[Passage, ...]
    chosen: frozenset[int]
    number: int
    of: int
    draft: CodeFacts
    others: tuple[Candidate, ...]


def discovery(workspace: Workspace, viewer: Viewer, asked: MapFilter) -> Discovery:
    """Show the candidates, those first that most participants speak of."""
    with workspace.read() as unit:
        cards, states = _cards(unit, viewer, asked)
        of = max(1, -(-len(cards) // CARDS))
        number = min(max(1, asked.page), of)
        shown = cards[(number - 1) * CARDS : number * CARDS]
        total, covered, pile = unit.discovery.totals(viewer, asked.wanted)
        cohorts, roles = unit.discovery.choices(viewer)
        return Discovery(
            cards=_with_quotes(workspace, unit, viewer, asked.wanted, shown),
            number=number,
            of=of,
            total=len(cards),
            passages=total,
            covered=covered,
            pile=pile,
            states=states,
            open=tuple(open_candidates(unit, viewer)),
            studies=tuple(unit.studies.all(viewer)),
            cohorts=tuple(cohorts),
            roles=tuple(roles),
            job=unit.jobs.on_everything(DISCOVER),
            run=last_run(unit),
        )


def candidate(workspace: Workspace, viewer: Viewer, candidate_id: int, *, page: int = 1) -> CandidateView:
    """Show one candidate with its passages. Raises NotFound where the viewer sees nothing of it."""
    with workspace.read() as unit:
        found = unit.candidates.get(candidate_id)
        ids = unit.discovery.of_candidates(viewer, EVERYTHING, [candidate_id]).get(candidate_id, [])
        decided = found is not None and (found.code_id is not None or found.state is CandidateState.MERGED)
        if found is None or (not ids and not decided):
            raise NotFound("There is no such candidate.")
        asked = MapFilter(state=found.state, candidate_id=candidate_id)
        cards = _cards(unit, viewer, asked)[0] or [_card(found, seen(unit, viewer), 0, set(), set(), last_run(unit))]
        [card] = _with_quotes(workspace, unit, viewer, EVERYTHING, cards)
        of = max(1, -(-len(ids) // PASSAGES))
        number = min(max(1, page), of)
        others = tuple(one for one in open_candidates(unit, viewer) if one.id != candidate_id)
        rows = passages_of(unit, viewer, ids[(number - 1) * PASSAGES : number * PASSAGES])
    draft = CodeFacts("", found.name[:1].upper() + found.name[1:], _drafted(found), cues=found.terms)
    first = [one for one in card.quotes if one.id not in {row.id for row in rows}] if number == 1 else []
    return CandidateView(card, (*first, *rows), frozenset(one.id for one in card.quotes), number, of, draft, others)


def _cards(unit: Unit, viewer: Viewer, asked: MapFilter) -> tuple[list[CandidateCard], dict[CandidateState, int]]:
    """Give the cards that fit, without their quotes, and how many there are by state."""
    everything = {c.id: c for c in unit.candidates.all()}
    counts, who = unit.discovery.counts(viewer, asked.wanted, list(CandidateState))
    codebook, run = seen(unit, viewer), last_run(unit)
    states: dict[CandidateState, int] = {}
    cards = []
    for candidate_id, one in everything.items():
        passages, studies = counts.get(candidate_id, (0, set()))
        # Of what became a code nothing may be left to see, and that is well.
        if not passages and not (one.code_id in codebook.by_id and asked.wanted == EVERYTHING):
            continue
        states[one.state] = states.get(one.state, 0) + 1
        if one.state is asked.state and asked.candidate_id in (None, candidate_id):
            cards.append(_card(one, codebook, passages, studies, who.get(candidate_id, set()), run))
    cards.sort(key=lambda card: (-card.participants, -card.passages, card.candidate.id))
    return cards, states


def _card(
    one: Candidate,
    codebook: Codebook,
    passages: int,
    studies: set[int],
    who: set[Who],
    run: Run | None,
) -> CandidateCard:
    return CandidateCard(
        candidate=one,
        passages=passages,
        participants=len({("p", person) if person else ("s", speaker) for speaker, person, _ in who}),
        accounts=len({account for _, _, account in who if account}),
        studies=len(studies),
        quotes=(),
        code=codebook.by_id.get(one.code_id or 0),
        is_new=run is not None and one.id in run.proposed,
        joined=run.joined.get(one.id, 0) if run else 0,
    )


def _with_quotes(
    workspace: Workspace, unit: Unit, viewer: Viewer, wanted: Wanted, cards: Sequence[CandidateCard]
) -> tuple[CandidateCard, ...]:
    """Give cards with the quotes that stand for them, of different participants as far as there are."""
    fingerprint, _ = workspace.model_facts()
    ids = unit.discovery.of_candidates(viewer, wanted, [card.candidate.id for card in cards], each=AMONG)
    rows = {row.id: row for row in passages_of(unit, viewer, [i for some in ids.values() for i in some])}
    vectors = unit.vectors.of(fingerprint, {row.words_sha for row in rows.values()})
    found = []
    for card in cards:
        mine = [rows[i] for i in ids.get(card.candidate.id, ()) if i in rows and rows[i].words_sha in vectors]
        matrix = matrix_of([vectors[row.words_sha] for row in mine])
        chosen = exemplars(matrix, [(row.speaker, row.study_id) for row in mine], QUOTES)
        quotes = tuple(mine[n] for n in chosen)
        found.append(replace(card, quotes=quotes))
    return tuple(found)


def _drafted(one: Candidate) -> str:
    """Draft a definition from the terms that set a candidate apart."""
    return f"What people say about {' and '.join(one.terms)}." if one.terms else ""
