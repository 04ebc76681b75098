"""The review queue: what the machine suggested and nobody has decided yet, narrowed, counted and ordered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from nlp.reviewing import informative
from repository.codebook import Codebook, seen
from repository.domain.access import Viewer
from repository.domain.coding import Code, CodeMode, Suggestion, SuggestionState
from repository.domain.study import Session, Study
from repository.errors import NotFound
from repository.store.review import BANDS, OPEN, Beside, Narrowing, Unsure
from repository.store.unit import Unit
from repository.wording import citation, said_by
from repository.workspace import Workspace

#: Suggestions shown at a time.
ROWS = 25
#: The least certain ones are put in order by what they would teach, as many as this; those after them by their score.
POOL = 1_000


class Order(StrEnum):
    """Which suggestions come first."""

    BEST = "best"
    INFORMATIVE = "informative"


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What somebody wants to review: a code with everything under it, a study, score bands [least, most), a state."""

    code: str = ""
    study_id: int | None = None
    least: int = 0
    most: int = BANDS
    state: SuggestionState | None = None
    order: Order = Order.BEST


@dataclass(frozen=True, slots=True)
class OtherCode:
    """Another code on the same words: a coder's, or (score given) suggested."""

    code: Code
    coder: str
    score: float | None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A suggestion to decide. `asked`: so many characters at the quote's beginning are the interviewer's question."""

    suggestion: Suggestion
    code: Code
    theme: Code
    session: Session
    study: Study
    speaker: str
    start_ms: int | None
    quote: str
    asked: int
    citation: str
    others: tuple[OtherCode, ...]


@dataclass(frozen=True, slots=True)
class CodeGroup:
    """The suggestions of one code among those that are shown."""

    code: Code
    theme: Code
    rows: tuple[ReviewRow, ...]


@dataclass(frozen=True, slots=True)
class CodeBands:
    """How many suggestions of a code are open: `total` of the bands asked for, and by score band."""

    code: Code
    total: int
    bands: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ThemeBands:
    """A theme with the codes under it that have open suggestions."""

    theme: Code
    total: int
    bands: tuple[int, ...]
    codes: tuple[CodeBands, ...]


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """What is open: `total` fit the filter, which `said` puts into words; `decided` by the viewer today.

    `bands` counts by score band, whatever the bands asked for.
    """

    said: str
    total: int
    decided: int
    bands: tuple[int, ...]
    themes: tuple[ThemeBands, ...]
    studies: tuple[Study, ...]
    rows: tuple[ReviewRow, ...]

    @property
    def groups(self) -> tuple[CodeGroup, ...]:
        """Give the suggestions that are shown, those of a code together, in the order in which the codes come."""
        found: dict[int, list[ReviewRow]] = {}
        for row in self.rows:
            found.setdefault(row.code.id, []).append(row)
        return tuple(CodeGroup(rows[0].code, rows[0].theme, tuple(rows)) for rows in found.values())


def queue(
    workspace: Workspace, viewer: Viewer, asked: ReviewFilter, *, skip: int = 0, limit: int = ROWS
) -> ReviewQueue:
    """Show the suggestions after the first `skip` ones. Raises NotFound."""
    now = workspace.clock()
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
        wanted, said = narrowed(unit, viewer, codebook, asked)
        whole = replace(wanted, code_ids=reviewable(codebook), least=0, most=BANDS)
        counts = unit.review.counts(viewer, whole)
        bands = tuple(sum(counts[i][n] for i in wanted.code_ids if i in counts) for n in range(BANDS))
        ids = _ordered(unit, workspace, viewer, wanted, asked.order, bands, skip, limit)
        shown = unit.codings.with_examples(viewer, unit.review.some(viewer, wanted, ids))
        found = {s.id: s for s in shown}
        rows = _rows(unit, viewer, codebook, [found[i] for i in ids if i in found])
        decided = unit.review.decided(viewer, wanted, since=midnight)
        studies = tuple(unit.studies.all(viewer))
    return ReviewQueue(
        said=said,
        total=sum(bands[wanted.least : wanted.most]),
        decided=decided,
        bands=bands,
        themes=_themes(codebook, counts, wanted),
        studies=studies,
        rows=tuple(rows),
    )


def reviewable(codebook: Codebook) -> frozenset[int]:
    """Give the codes whose suggestions may be shown: never those that only people use."""
    return frozenset(code.id for code in codebook.codes if code.facts.mode is not CodeMode.MANUAL)


def narrowed(unit: Unit, viewer: Viewer, codebook: Codebook, asked: ReviewFilter) -> tuple[Narrowing, str]:
    """Turn what was asked for into what the store understands, and into words. Raises NotFound."""
    codes, parts = reviewable(codebook), []
    if asked.code:
        code = codebook.named(asked.code)
        below = codebook.under(code)
        codes &= {c.id for c in (code, *below)}
        parts.append(f"“{code.facts.name}”" + (" and everything under it" if below else ""))
    if asked.study_id is not None:
        study = unit.studies.get(viewer, asked.study_id)
        if study is None:
            raise NotFound("There is no such study.")
        parts.append(f"in “{study.title}”")
    if (asked.least, asked.most) != (0, BANDS):
        parts.append(f"scored {asked.least / BANDS:g} to {asked.most / BANDS:g}")
    if asked.state is not None:
        parts.append("coded by the machine" if asked.state is SuggestionState.APPLIED else "only suggested")
    states = OPEN if asked.state is None else (asked.state,)
    return Narrowing(codes, asked.study_id, asked.least, asked.most, states), ", ".join(parts) or "everything open"


def _ordered(
    unit: Unit,
    workspace: Workspace,
    viewer: Viewer,
    wanted: Narrowing,
    order: Order,
    bands: Sequence[int],
    skip: int,
    limit: int,
) -> list[int]:
    """Give the suggestions of a page in order; only the bands that can hold it are looked at."""
    least, most = wanted.least, wanted.most
    if order is Order.BEST:
        while most > least and skip >= bands[most - 1]:
            most -= 1
            skip -= bands[most]
        low = most
        while low > least and sum(bands[low:most]) < skip + limit:
            low -= 1
        return unit.review.best(viewer, replace(wanted, least=low, most=most), offset=skip, limit=limit)
    held = [count if least <= n < most else 0 for n, count in enumerate(bands)]
    middle, enough = BANDS // 2, max(POOL, skip + limit)
    reach = next(n for n in range(1, BANDS) if n == middle or sum(held[middle - n : middle + n]) >= enough)
    nearest = replace(wanted, least=max(least, middle - reach), most=min(most, middle + reach))
    pool = unit.review.unsure(viewer, nearest, offset=0, limit=POOL) if skip < POOL else []
    ids = _by_information(unit, workspace, pool, skip + limit)[skip:]
    rest = limit - len(ids)
    if rest and len(pool) in (0, POOL):
        ids += [one.id for one in unit.review.unsure(viewer, nearest, offset=max(skip, POOL), limit=rest)]
    return ids


def _by_information(unit: Unit, workspace: Workspace, pool: Sequence[Unsure], count: int) -> list[int]:
    """Order suggestions by what a decision would teach, the first `count` of them; passages are weighed as wholes."""
    fingerprint, _ = workspace.model_facts()
    passages: dict[str, list[Unsure]] = {}
    for one in pool:
        passages.setdefault(one.words_sha, []).append(one)
    codes = {code_id: place for place, code_id in enumerate(sorted({one.code_id for one in pool}))}
    known = unit.vectors.of(fingerprint, passages.keys())
    told = [sha for sha in passages if sha in known]
    order: list[int] = []
    if told:
        scores = np.zeros((len(told), len(codes)), np.float32)
        for row, sha in enumerate(told):
            for one in passages[sha]:
                scores[row, codes[one.code_id]] = one.score
        before = unit.vectors.of(fingerprint, unit.review.decided_words(codes.keys(), POOL))
        taught = unit.review.taught(codes.keys())
        order = informative(
            scores,
            _stacked([known[sha] for sha in told]),
            count=count,
            decided=_stacked(list(before.values())) if before else None,
            accepted=[taught.get(code_id, 0) for code_id in codes],
        )
    chosen = [told[place] for place in order] + [sha for sha in passages if sha not in known]
    return [one.id for sha in chosen for one in passages[sha]][:count]


def _stacked(vectors: Sequence[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(vectors), "<f4").reshape(len(vectors), -1)


def _rows(unit: Unit, viewer: Viewer, codebook: Codebook, found: Sequence[Suggestion]) -> list[ReviewRow]:
    sessions = {session.id: session for session in unit.sessions.some(viewer, {s.session_id for s in found})}
    studies = {study.id: study for study in unit.studies.all(viewer)}
    spans = [(s.text_id, s.start, s.end) for s in found]
    words = unit.places.spans(spans)
    places = unit.places.of([(i, start, *words[i, start, end].turns) for i, start, end in spans])
    beside = unit.review.beside(viewer, spans)
    rows = []
    for one, span in zip(found, spans, strict=True):
        said = words[span]
        place = places[one.text_id, one.start, *said.turns]
        session = sessions[one.session_id]
        study, who = studies[session.study_id], said_by(place.speaker, session.kind)
        rows.append(
            ReviewRow(
                suggestion=one,
                code=codebook.by_id[one.code_id],
                theme=codebook.theme_of(codebook.by_id[one.code_id]),
                session=session,
                study=study,
                speaker=who,
                start_ms=place.start_ms,
                quote=said.words,
                asked=min(max(0, place.answered_at - one.start), len(said.words)),
                citation=citation(study.title, who, session.occurred_on),
                others=_others(codebook, one, beside),
            )
        )
    return rows


def _others(codebook: Codebook, one: Suggestion, beside: Sequence[Beside]) -> tuple[OtherCode, ...]:
    shown = reviewable(codebook)
    found: dict[tuple[int, str], OtherCode] = {}
    for other in beside:
        here = other.text_id == one.text_id and other.start < one.end and other.end > one.start
        open_one = other.score is not None
        if not here or (open_one and (other.code_id == one.code_id or other.code_id not in shown)):
            continue
        if other.code_id in codebook.by_id:
            code = OtherCode(codebook.by_id[other.code_id], other.coder, other.score)
            found.setdefault((other.code_id, "" if open_one else other.coder), code)
    return tuple(found.values())


def _themes(codebook: Codebook, counts: dict[int, list[int]], wanted: Narrowing) -> tuple[ThemeBands, ...]:
    themes = []
    for theme in codebook.themes:
        codes = tuple(
            CodeBands(code, sum(counts[code.id][wanted.least : wanted.most]), tuple(counts[code.id]))
            for code in (theme, *codebook.under(theme))
            if code.id in counts
        )
        if codes:
            bands = tuple(map(sum, zip(*(code.bands for code in codes), strict=True)))
            themes.append(ThemeBands(theme, sum(code.total for code in codes), bands, codes))
    return tuple(themes)
