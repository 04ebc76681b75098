"""Open suggestions as a queue, counted, narrowed and paged in SQL; and decisions about many of them at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.coding import Suggestion, SuggestionState
from repository.store import tables as t
from repository.store.acts import Act, ActStore
from repository.store.codings import cut, suggestion_of
from repository.store.visibility import among, sessions_seen, uncoded

#: Score bands, a tenth each: band 9 is 0.9 to 1, both included.
BANDS = 10
OPEN = (SuggestionState.PENDING, SuggestionState.APPLIED)
DECIDED = (SuggestionState.ACCEPTED, SuggestionState.REJECTED)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which suggestions: of these codes, in one study or (None) all, of bands [least, most), in these states."""

    code_ids: frozenset[int]
    study_id: int | None = None
    least: int = 0
    most: int = BANDS
    states: tuple[SuggestionState, ...] = OPEN


@dataclass(frozen=True, slots=True)
class Unsure:
    """What tells how much a decision about a suggestion would teach."""

    id: int
    score: float
    code_id: int
    words_sha: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A code on characters [start, end): by a coder, or (score given) suggested."""

    text_id: int
    start: int
    end: int
    code_id: int
    coder: str
    score: float | None


class ReviewStore:
    """The queue of open suggestions, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def counts(self, viewer: Viewer, wanted: Narrowing) -> dict[int, list[int]]:
        """Count by code and score band."""
        score = t.suggestion.c.score
        band = sa.case(*((score >= n / BANDS, n) for n in range(BANDS - 1, 0, -1)), else_=0)
        found: dict[int, list[int]] = {}
        columns = (t.suggestion.c.code_id, band.label("band"), sa.func.count())
        query = self._open(viewer, wanted, *columns, whole=True)
        for code_id, place, count in self._sql.execute(query.group_by(t.suggestion.c.code_id, sa.text("band"))):
            found.setdefault(code_id, [0] * BANDS)[place] = count
        return found

    def best(self, viewer: Viewer, wanted: Narrowing, *, offset: int, limit: int) -> list[int]:
        """List suggestions, the highest score first."""
        query = self._open(viewer, wanted, t.suggestion.c.id)
        order = (t.suggestion.c.score.desc(), t.suggestion.c.id)
        return list(self._sql.scalars(query.order_by(*order).offset(offset).limit(limit)))

    def unsure(self, viewer: Viewer, wanted: Narrowing, *, offset: int, limit: int) -> list[Unsure]:
        """List suggestions, the score nearest to 0.5 first."""
        own = t.suggestion.c
        query = self._open(viewer, wanted, own.id, own.score, own.code_id, own.words_sha)
        order = (sa.func.abs(own.score - 0.5), own.id)
        return [Unsure(*row) for row in self._sql.execute(query.order_by(*order).offset(offset).limit(limit))]

    def taught(self, code_ids: Collection[int]) -> dict[int, int]:
        """Count what people coded with each of these codes."""
        mine = among(self._sql, t.coding.c.code_id, code_ids)
        query = sa.select(t.coding.c.code_id, sa.func.count()).where(mine).group_by(t.coding.c.code_id)
        return dict(self._sql.execute(query).all())

    def decided_words(self, code_ids: Collection[int], limit: int) -> set[str]:
        """Give the words, by their hash, that somebody decided about last for these codes."""
        own = t.suggestion.c
        query = sa.select(own.words_sha).where(
            among(self._sql, own.state, DECIDED), among(self._sql, own.code_id, code_ids)
        )
        return set(self._sql.scalars(query.order_by(own.decided_at.desc(), own.id.desc()).limit(limit)))

    def some(self, viewer: Viewer, wanted: Narrowing, ids: Collection[int] | None = None) -> list[Suggestion]:
        """Give those of these (None: all) that are open and wanted."""
        query = self._open(viewer, wanted, *t.suggestion.c)
        if ids is not None:
            query = query.where(among(self._sql, t.suggestion.c.id, ids))
        return [suggestion_of(row) for row in self._sql.execute(query.order_by(t.suggestion.c.id)).mappings()]

    def session_of(self, viewer: Viewer, suggestion_id: int) -> int | None:
        """Give the session of a suggestion, whatever became of it."""
        query = (
            sa.select(t.suggestion.c.session_id)
            .join(t.session, t.session.c.id == t.suggestion.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(t.suggestion.c.id == suggestion_id, sessions_seen(self._sql, viewer))
        )
        found: int | None = self._sql.execute(query).scalar()
        return found

    def scores(self, suggestion_ids: Collection[int]) -> dict[int, float]:
        """Give the scores of suggestions, whatever became of them."""
        query = sa.select(t.suggestion.c.id, t.suggestion.c.score)
        return dict(self._sql.execute(query.where(among(self._sql, t.suggestion.c.id, suggestion_ids))).all())

    def decided(self, viewer: Viewer, wanted: Narrowing, *, since: datetime) -> int:
        """Count what the viewer decided since a moment."""
        query = (
            sa.select(sa.func.count())
            .select_from(t.suggestion)
            .where(
                among(self._sql, t.suggestion.c.state, DECIDED),
                t.suggestion.c.decided_by == viewer.person,
                t.suggestion.c.decided_at >= since,
                *self._narrowed(wanted),
            )
        )
        return self._sql.execute(query).scalar_one()

    def beside(self, viewer: Viewer, spans: Sequence[tuple[int, int, int]]) -> list[Beside]:
        """List the codes on anything that overlaps these (text, start, end), people's first."""
        if not spans:
            return []

        def overlap(table: sa.Table) -> sa.ColumnElement[bool]:
            each = (sa.and_(table.c.text_id == i, table.c.start < end, table.c.end > start) for i, start, end in spans)
            return sa.or_(*each)

        mark, own = t.highlight.c, t.suggestion.c
        coded = (
            sa.select(mark.text_id, mark.start, mark.end, t.coding.c.code_id, t.coding.c.coder)
            .join(t.coding, t.coding.c.highlight_id == mark.id)
            .where(overlap(t.highlight), mark.lost_at.is_(None))
            .order_by(t.coding.c.id)
        )
        suggested = (
            sa.select(own.text_id, own.start, own.end, own.code_id, own.coder, own.score, own.state)
            .where(overlap(t.suggestion), uncoded())
            .order_by(own.score.desc())
        )
        return [
            *(Beside(*row, None) for row in self._sql.execute(coded)),
            # Told apart here: SQLite would rather go through all that are open than through a few texts.
            *(Beside(*row[:6]) for row in self._sql.execute(suggested) if row.state in OPEN),
        ]

    def reopen(self, suggestion_ids: Collection[int], state: SuggestionState) -> None:
        """Take back what was decided about suggestions."""
        mine = among(self._sql, t.suggestion.c.id, suggestion_ids)
        undecided = {"state": state.value, "decided_by": "", "decided_at": None}
        self._sql.execute(sa.update(t.suggestion).where(mine).values(**undecided))

    def bodies(self, text_ids: Collection[int]) -> dict[int, str]:
        """Give texts."""
        query = sa.select(t.text.c.id, t.text.c.body).where(among(self._sql, t.text.c.id, text_ids))
        return dict(self._sql.execute(query).all())

    def highlight_all(
        self, spans: Mapping[tuple[int, int, int], tuple[int, str]], *, by: str, now: datetime
    ) -> tuple[dict[tuple[int, int, int], int], set[int]]:
        """Give somebody's highlight of each (text, start, end), made of (session, text's body) where there is none.

        The second part of the answer is which of them are new.
        """
        mark = t.highlight.c
        texts = {text_id for text_id, _, _ in spans}
        mine = sa.select(mark.text_id, mark.start, mark.end, mark.id).where(
            mark.created_by == by, among(self._sql, mark.text_id, texts)
        )

        def there() -> dict[tuple[int, int, int], int]:
            places = ((tuple(row[:3]), row[3]) for row in self._sql.execute(mine))
            return {place: key for place, key in places if place in spans}

        before = there()
        made = [
            {"session_id": session_id, "text_id": place[0], "created_by": by, "created_at": now}
            | cut(body, place[1], place[2])
            for place, (session_id, body) in spans.items()
            if place not in before
        ]
        if made:
            self._sql.execute(sa.insert(t.highlight), made)
        after = there()
        return after, set(after.values()) - set(before.values())

    def code_all(self, codings: Collection[tuple[int, int, int]], *, coder: str, now: datetime) -> set[int]:
        """Put codes on highlights, each (highlight, code, suggestion); give the codings that were not there before."""
        kept = t.coding.c
        marks = {highlight_id for highlight_id, _, _ in codings}
        mine = sa.select(kept.highlight_id, kept.code_id, kept.id).where(
            kept.coder == coder, among(self._sql, kept.highlight_id, marks)
        )
        before = {(row[0], row[1]): row[2] for row in self._sql.execute(mine)}
        rows = {
            (highlight_id, code_id): {
                "highlight_id": highlight_id,
                "code_id": code_id,
                "coder": coder,
                "created_at": now,
                "suggestion_id": suggestion_id,
            }
            for highlight_id, code_id, suggestion_id in codings
            if (highlight_id, code_id) not in before
        }
        if rows:
            self._sql.execute(sa.insert(t.coding), list(rows.values()))
        return {row[2] for row in self._sql.execute(mine)} - set(before.values())

    def act(self, act_id: int) -> Act | None:
        """Give what somebody did, whether to one session or to many."""
        where = self._sql.execute(sa.select(t.act.c.id, t.act.c.session_id).where(t.act.c.id == act_id)).first()
        return ActStore(self._sql).get(where.session_id, act_id) if where else None

    def last_act(self, by: str, kinds: Collection[str]) -> Act | None:
        """Give what somebody did last of these kinds, wherever, and has not undone."""
        mine = (t.act.c.by == by, t.act.c.undone_at.is_(None), among(self._sql, t.act.c.kind, kinds))
        found = self._sql.execute(sa.select(sa.func.max(t.act.c.id)).where(*mine)).scalar()
        return self.act(found) if found else None

    def _open(self, viewer: Viewer, wanted: Narrowing, *columns: Any, whole: bool = False) -> sa.Select[Any]:
        """Select open suggestions that the viewer may decide: not where they code without seeing the machine.

        `whole`: all of them will be looked at, so that it is quicker to look once for what people coded themselves.
        """
        blind = sa.exists().where(
            t.assignment.c.session_id == t.suggestion.c.session_id,
            t.assignment.c.coder == viewer.person,
            t.assignment.c.blind.is_(True),
            t.assignment.c.finished_at.is_(None),
        )
        return (
            sa.select(*columns)
            .select_from(t.suggestion)
            .join(t.session, t.session.c.id == t.suggestion.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(
                among(self._sql, t.suggestion.c.state, wanted.states),
                *self._narrowed(wanted),
                t.suggestion.c.text_id == t.session.c.text_id,
                sessions_seen(self._sql, viewer),
                ~blind,
                _not_coded_at_all() if whole else uncoded(),
            )
        )

    def _narrowed(self, wanted: Narrowing) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = [among(self._sql, t.suggestion.c.code_id, wanted.code_ids)]
        if wanted.study_id is not None:
            found.append(t.suggestion.c.study_id == wanted.study_id)
        if wanted.least > 0:
            found.append(t.suggestion.c.score >= wanted.least / BANDS)
        if wanted.most < BANDS:
            found.append(t.suggestion.c.score < wanted.most / BANDS)
        return found


def _not_coded_at_all() -> sa.ColumnElement[bool]:
    """Say what `uncoded` says, with one look at all codings instead of one for each suggestion."""
    mark, own = t.highlight.c, t.suggestion.alias().c
    coded = (
        sa.select(own.id)
        .join(t.highlight, sa.and_(mark.text_id == own.text_id, mark.start < own.end, mark.end > own.start))
        .join(t.coding, sa.and_(t.coding.c.highlight_id == mark.id, t.coding.c.code_id == own.code_id))
        .where(mark.lost_at.is_(None))
    )
    return t.suggestion.c.id.not_in(coded)
