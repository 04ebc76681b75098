"""Plans, their checks and decisions in SQL."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.domain.plan import (
    AskedBefore,
    Choice,
    Decision,
    Plan,
    PlanCheck,
    PlanFacts,
    QuestionFound,
    Spot,
    Verdict,
)
from repository.store import knowledge_tables as k
from repository.store import tables as t
from repository.store.visibility import among, sessions_seen


class PlanStore:
    """Plans, through one transaction. A plan belongs to everybody here; what it cites is read through a viewer's eyes."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def add(self, facts: PlanFacts, body: str, study_id: int | None, by: str, now: datetime) -> int:
        """Keep a new plan; give its number."""
        values = {**_row(facts), "body": body, "study_id": study_id, "edition": 1, "created_by": by}
        done = self._sql.execute(sa.insert(k.plan).values(**values, created_at=now, updated_at=now))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])

    def change(self, plan_id: int, facts: PlanFacts, now: datetime, *, edition: int) -> bool:
        """Replace what a plan says, if it still is the edition that was looked at; say whether it was."""
        mine = sa.and_(k.plan.c.id == plan_id, k.plan.c.edition == edition)
        values = {**_row(facts), "edition": edition + 1, "updated_at": now}
        return bool(self._sql.execute(sa.update(k.plan).where(mine).values(**values)).rowcount)

    def attach(self, plan_id: int, study_id: int | None) -> None:
        """Say which study a plan became."""
        self._sql.execute(sa.update(k.plan).where(k.plan.c.id == plan_id).values(study_id=study_id))

    def set_deleted(self, plan_id: int, at: datetime | None) -> None:
        """Put a plan into the bin, or take it out."""
        self._sql.execute(sa.update(k.plan).where(k.plan.c.id == plan_id).values(deleted_at=at))

    def purge(self, before: datetime) -> None:
        """Remove what has lain in the bin since before then, with its checks and decisions."""
        self._sql.execute(sa.delete(k.plan).where(k.plan.c.deleted_at.is_not(None), k.plan.c.deleted_at < before))

    def get(self, plan_id: int, *, binned: bool = False) -> Plan | None:
        """Give a plan."""
        alive = k.plan.c.deleted_at.is_not(None) if binned else k.plan.c.deleted_at.is_(None)
        row = self._sql.execute(sa.select(k.plan).where(k.plan.c.id == plan_id, alive)).first()
        return _plan(row) if row else None

    def all(self, *, binned: bool = False) -> list[Plan]:
        """List the plans, last changed first."""
        alive = k.plan.c.deleted_at.is_not(None) if binned else k.plan.c.deleted_at.is_(None)
        query = sa.select(k.plan).where(alive).order_by(k.plan.c.updated_at.desc(), k.plan.c.id.desc())
        return [_plan(row) for row in self._sql.execute(query)]

    # Checks

    def keep_check(self, plan_id: int, by: str, now: datetime, material: str, found: Collection[QuestionFound]) -> int:
        """Keep what a check found; give its number."""
        values = {"plan_id": plan_id, "by": by, "at": now, "material": material}
        findings = [asdict(one) for one in found]
        done = self._sql.execute(sa.insert(k.plan_check).values(**values, findings=findings))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])

    def add_to_check(self, check_id: int, found: Collection[QuestionFound]) -> None:
        """Add what was found on further questions to a check."""
        mine = k.plan_check.c.id == check_id
        held = self._sql.scalar(sa.select(k.plan_check.c.findings).where(mine)) or []
        more = [*held, *(asdict(one) for one in found)]
        self._sql.execute(sa.update(k.plan_check).where(mine).values(findings=more))

    def checks(self, plan_id: int) -> list[PlanCheck]:
        """List the checks of a plan, newest first."""
        query = sa.select(k.plan_check).where(k.plan_check.c.plan_id == plan_id).order_by(k.plan_check.c.id.desc())
        return [_check(row) for row in self._sql.execute(query)]

    def last_checks(self, plan_ids: Collection[int]) -> dict[int, PlanCheck]:
        """Give the newest check of each plan that has one."""
        newest = sa.select(sa.func.max(k.plan_check.c.id)).group_by(k.plan_check.c.plan_id)
        query = sa.select(k.plan_check).where(
            k.plan_check.c.id.in_(newest), among(self._sql, k.plan_check.c.plan_id, plan_ids)
        )
        return {row.plan_id: _check(row) for row in self._sql.execute(query)}

    def last_check_of_study(self, study_id: int) -> datetime | None:
        """Say when a plan of a study was last checked."""
        query = (
            sa.select(k.plan_check.c.at)
            .join(k.plan, k.plan.c.id == k.plan_check.c.plan_id)
            .where(k.plan.c.study_id == study_id, k.plan.c.deleted_at.is_(None))
            .order_by(k.plan_check.c.at.desc())
            .limit(1)
        )
        found: datetime | None = self._sql.scalar(query)
        return found

    # Decisions

    def decide(self, decision: Decision) -> int:
        """Keep a decision in place of what stood for its question; give its number."""
        mine = sa.and_(k.plan_decision.c.plan_id == decision.plan_id, k.plan_decision.c.question == decision.question)
        standing = sa.and_(mine, k.plan_decision.c.undone_at.is_(None))
        self._sql.execute(sa.update(k.plan_decision).where(standing).values(undone_at=decision.decided_at))
        values = asdict(decision) | {"choice": decision.choice.value, "verdict": decision.verdict.value}
        values.pop("id")
        done = self._sql.execute(sa.insert(k.plan_decision).values(**values))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])

    def undo_decision(self, plan_id: int, decision_id: int, now: datetime) -> bool:
        """Take a decision back: what it stood in place of stands again. Say whether there was one."""
        mine = sa.and_(k.plan_decision.c.plan_id == plan_id, k.plan_decision.c.id == decision_id)
        standing = sa.and_(mine, k.plan_decision.c.undone_at.is_(None))
        row = self._sql.execute(sa.select(k.plan_decision).where(standing)).first()
        if row is None:
            return False
        self._sql.execute(sa.update(k.plan_decision).where(mine).values(undone_at=now))
        replaced = sa.and_(
            k.plan_decision.c.plan_id == plan_id,
            k.plan_decision.c.question == row.question,
            k.plan_decision.c.undone_at == row.decided_at,
            k.plan_decision.c.id < decision_id,
        )
        before = self._sql.scalar(sa.select(sa.func.max(k.plan_decision.c.id)).where(replaced))
        if before is not None:
            self._sql.execute(sa.update(k.plan_decision).where(k.plan_decision.c.id == before).values(undone_at=None))
        return True

    def decisions(self, plan_ids: Collection[int]) -> list[Decision]:
        """List the decisions that stand on these plans' questions, oldest first."""
        query = (
            sa.select(k.plan_decision)
            .where(among(self._sql, k.plan_decision.c.plan_id, plan_ids), k.plan_decision.c.undone_at.is_(None))
            .order_by(k.plan_decision.c.id)
        )
        return [
            Decision(
                row.id,
                row.plan_id,
                row.question,
                Choice(row.choice),
                row.reason,
                Verdict(row.verdict),
                row.decided_by,
                row.decided_at,
            )
            for row in self._sql.execute(query)
        ]

    # Whom a plan would ask again

    def sessions_with(
        self, viewer: Viewer, account_ids: Collection[int], since: date
    ) -> list[tuple[int, int, date, str]]:
        """List (account, session, day, participant's label) of the sessions with these accounts since a day."""
        query = (
            sa.select(t.participant.c.account_id, t.session.c.id, t.session.c.occurred_on, t.participant.c.label)
            .join(t.speaker, t.speaker.c.participant_id == t.participant.c.id)
            .join(t.session, t.session.c.id == t.speaker.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(
                among(self._sql, t.participant.c.account_id, account_ids),
                t.session.c.occurred_on >= since,
                sessions_seen(self._sql, viewer),
            )
            .distinct()
        )
        return [(row[0], row[1], row[2], row[3]) for row in self._sql.execute(query)]


def _row(facts: PlanFacts) -> dict[str, Any]:
    return asdict(facts) | {"questions": list(facts.questions), "accounts": list(facts.accounts)}


def _plan(row: Any) -> Plan:
    facts = PlanFacts(
        row.title,
        row.goal,
        tuple(row.questions),
        row.cohort,
        row.product_area,
        row.method,
        tuple(row.accounts),
        row.owner,
    )
    when = (row.created_at, row.updated_at, row.deleted_at)
    return Plan(row.id, facts, row.body, row.study_id, row.edition, row.created_by, *when)


def _check(row: Any) -> PlanCheck:
    return PlanCheck(row.id, row.plan_id, row.by, row.at, row.material, tuple(_found(one) for one in row.findings))


def _found(one: dict[str, Any]) -> QuestionFound:
    return QuestionFound(
        asked=one["asked"],
        strength=one["strength"],
        quotes=tuple(Spot(**spot) for spot in one["quotes"]),
        near=tuple(Spot(**spot) for spot in one["near"]),
        unspoken=tuple(one["unspoken"]),
        before=tuple(AskedBefore(**{**each, "differs": tuple(each["differs"])}) for each in one["before"]),
        insights=tuple(one["insights"]),
        notes=tuple(one["notes"]),
    )
