"""Candidates in SQL: what they are called, what belongs to them, and where words lie on the map."""

import base64
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.candidate import TURNED_AWAY, Candidate, CandidateState, Member
from repository.store import tables as t
from repository.store.acts import Image
from repository.store.visibility import among

#: Columns that the machine keeps: what it does meanwhile does not stand in the way of undoing what people did.
MACHINES = ("fingerprint", "centre", "terms")
Pair = tuple[int, str]


class CandidateStore:
    """Candidates, members and spots, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def all(self, states: Collection[CandidateState] | None = None) -> list[Candidate]:
        """List candidates, the oldest first."""
        query = sa.select(t.candidate).order_by(t.candidate.c.id)
        if states is not None:
            query = query.where(among(self._sql, t.candidate.c.state, [state.value for state in states]))
        return [_candidate(row) for row in self._sql.execute(query).mappings()]

    def get(self, candidate_id: int) -> Candidate | None:
        """Give one candidate, whatever became of it."""
        row = self._sql.execute(sa.select(t.candidate).where(t.candidate.c.id == candidate_id)).mappings().first()
        return _candidate(row) if row else None

    def centres(self, candidate_ids: Collection[int], fingerprint: str) -> dict[int, bytes]:
        """Give where these lay when they were made, as this model sees it."""
        mine = sa.and_(among(self._sql, t.candidate.c.id, candidate_ids), t.candidate.c.fingerprint == fingerprint)
        return dict(self._sql.execute(sa.select(t.candidate.c.id, t.candidate.c.centre).where(mine)).all())

    def add(
        self, name: str, *, terms: Sequence[str], fingerprint: str, centre: bytes, at: datetime, named_by: str = ""
    ) -> int:
        """Keep a new, open candidate; give its number."""
        row: dict[str, Any] = {"state": CandidateState.OPEN.value, "name": name, "terms": list(terms)}
        row |= {"named_by": named_by, "fingerprint": fingerprint, "centre": centre, "created_at": at}
        key = self._sql.execute(sa.insert(t.candidate).values(**row)).inserted_primary_key
        assert key is not None
        return int(key[0])

    def rename(self, candidate_id: int, name: str, *, by: str = "", terms: Sequence[str] | None = None) -> None:
        """Give a candidate a name; the machine's has nobody who gave it."""
        row: dict[str, Any] = {"name": name, "named_by": by} | ({} if terms is None else {"terms": list(terms)})
        self._sql.execute(sa.update(t.candidate).where(t.candidate.c.id == candidate_id).values(**row))

    def decide(
        self, candidate_id: int, state: CandidateState, *, by: str, at: datetime, code_id: int | None = None
    ) -> None:
        """Keep what a person decided about a candidate."""
        row = {"state": state.value, "decided_by": by, "decided_at": at, "code_id": code_id}
        self._sql.execute(sa.update(t.candidate).where(t.candidate.c.id == candidate_id).values(**row))

    def settle(self, candidate_ids: Collection[int], state: CandidateState) -> None:
        """Note that nothing is left of candidates, or that something is again."""
        mine = among(self._sql, t.candidate.c.id, candidate_ids)
        self._sql.execute(sa.update(t.candidate).where(mine).values(state=state.value))

    def refer(self, candidate_id: int, fingerprint: str, centre: bytes) -> None:
        """Keep where a candidate lies as another model sees it."""
        row = {"fingerprint": fingerprint, "centre": centre}
        self._sql.execute(sa.update(t.candidate).where(t.candidate.c.id == candidate_id).values(**row))

    # Members

    def members(
        self, candidate_ids: Collection[int] | None = None, shas: Collection[str] | None = None
    ) -> list[Member]:
        """List what belongs to candidates and what was taken out of them, the surest first."""
        own = t.member.c
        query = sa.select(t.member).order_by(own.candidate_id, own.certainty.desc(), own.words_sha)
        if candidate_ids is not None:
            query = query.where(among(self._sql, own.candidate_id, candidate_ids))
        if shas is not None:
            query = query.where(among(self._sql, own.words_sha, shas))
        return [Member(row[0], row[1], row[2]) for row in self._sql.execute(query)]

    def put(self, members: Collection[Member]) -> None:
        """Keep members; what is kept of the same words and candidate goes."""
        self.take({(member.candidate_id, member.words_sha) for member in members})
        rows = [{"candidate_id": m.candidate_id, "words_sha": m.words_sha, "certainty": m.certainty} for m in members]
        if rows:
            self._sql.execute(sa.insert(t.member), rows)

    def take(self, pairs: Iterable[Pair]) -> None:
        """Take (candidate, words) apart."""
        by_candidate: dict[int, list[str]] = {}
        for candidate_id, sha in pairs:
            by_candidate.setdefault(candidate_id, []).append(sha)
        for candidate_id, shas in by_candidate.items():
            mine = sa.and_(t.member.c.candidate_id == candidate_id, among(self._sql, t.member.c.words_sha, shas))
            self._sql.execute(sa.delete(t.member).where(mine))

    def turn_away(self, candidate_id: int, shas: Collection[str]) -> None:
        """Note that these words do not belong to a candidate."""
        self.put([Member(candidate_id, sha, TURNED_AWAY) for sha in shas])

    def forget_words(self) -> None:
        """Forget members and spots of words that no passage has any more."""
        for table in (t.member, t.spot):
            held = sa.exists().where(t.segment.c.words_sha == table.c.words_sha)
            self._sql.execute(sa.delete(table).where(~held))

    # Spots

    def spots(self, fingerprint: str) -> dict[str, tuple[float, float]]:
        """Give where words lie on the map."""
        query = sa.select(t.spot.c.words_sha, t.spot.c.x, t.spot.c.y).where(t.spot.c.fingerprint == fingerprint)
        return {row[0]: (row[1], row[2]) for row in self._sql.execute(query)}

    def keep_spots(self, fingerprint: str, spots: Mapping[str, tuple[float, float]], *, afresh: bool) -> None:
        """Keep where words lie on the map; `afresh`: instead of all that was kept."""
        if afresh:
            self._sql.execute(sa.delete(t.spot))
        rows = [{"words_sha": sha, "fingerprint": fingerprint, "x": x, "y": y} for sha, (x, y) in spots.items()]
        if rows:
            self._sql.execute(sa.insert(t.spot), rows)

    # What undoes acts

    def image(self, candidate_ids: Collection[int] = (), pairs: Collection[Pair] = ()) -> Image:
        """Give these candidates, and these members, just as they are."""
        rows = self._sql.execute(
            sa.select(t.candidate).where(among(self._sql, t.candidate.c.id, candidate_ids)).order_by(t.candidate.c.id)
        ).mappings()
        ids = {candidate_id for candidate_id, _ in pairs}
        held = self.members(ids, {sha for _, sha in pairs}) if pairs else []
        members = [m for m in held if (m.candidate_id, m.words_sha) in pairs]
        return {
            "candidate": [_written(row) for row in rows],
            "member": [
                {"candidate_id": m.candidate_id, "words_sha": m.words_sha, "certainty": m.certainty} for m in members
            ],
        }

    def changed(self, after: Image) -> bool:
        """Say whether somebody decided about these candidates since they were as they are here."""
        now = self.image([row["id"] for row in after["candidate"]])

        def told(image: Image) -> list[dict[str, Any]]:
            return [{k: v for k, v in row.items() if k not in MACHINES} for row in image["candidate"]]

        return told(now) != told(after)

    def put_back(self, before: Image, after: Image) -> None:
        """Make candidates and members again what they were; what has found another candidate since stays there."""
        self.take({(row["candidate_id"], row["words_sha"]) for row in after["member"]})
        was = {row["id"]: row for row in before["candidate"]}
        for row in after["candidate"]:
            mine = t.candidate.c.id == row["id"]
            if row["id"] in was:
                values = {name: value for name, value in _read(was[row["id"]]).items() if name != "id"}
                self._sql.execute(sa.update(t.candidate).where(mine).values(**values))
            else:
                self._sql.execute(sa.delete(t.candidate).where(mine))
        wanted = [Member(**row) for row in before["member"]]
        taken = {m.words_sha for m in self.members(shas={m.words_sha for m in wanted}) if not m.turned_away}
        self.put([m for m in wanted if m.turned_away or m.words_sha not in taken])


def _candidate(row: Mapping[Any, Any]) -> Candidate:
    return Candidate(
        id=row["id"],
        state=CandidateState(row["state"]),
        name=row["name"],
        terms=tuple(row["terms"]),
        named_by=row["named_by"],
        code_id=row["code_id"],
        created_at=row["created_at"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
    )


def _written(row: Mapping[Any, Any]) -> dict[str, Any]:
    written = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
    return written | {"centre": base64.b64encode(row["centre"]).decode()}


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    read = {**row, "centre": base64.b64decode(row["centre"])}
    for name in ("created_at", "decided_at"):
        read[name] = datetime.fromisoformat(row[name]) if row[name] else None
    return read
