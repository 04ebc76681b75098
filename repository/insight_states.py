"""From draft to published and after: each step is one act with who, when and why."""

from dataclasses import replace

from repository.domain.access import Viewer
from repository.domain.insight import Insight, InsightState
from repository.errors import Conflict, Rejected
from repository.insight_rules import kept, named, shown, storable, writable
from repository.review_dates import review_day
from repository.store.unit import Unit
from repository.workspace import Workspace

S = InsightState
#: Where an insight can go from each state. Evidence missing is left by finding evidence, or by giving up.
STEPS: dict[InsightState, tuple[InsightState, ...]] = {
    S.DRAFT: (S.REVIEWED, S.RETIRED),
    S.REVIEWED: (S.PUBLISHED, S.DRAFT, S.RETIRED),
    S.PUBLISHED: (S.NEEDS_REVIEW, S.SUPERSEDED, S.RETIRED),
    S.NEEDS_REVIEW: (S.PUBLISHED, S.SUPERSEDED, S.RETIRED),
    S.EVIDENCE_MISSING: (S.DRAFT, S.SUPERSEDED, S.RETIRED),
    S.SUPERSEDED: (S.DRAFT,),
    S.RETIRED: (S.DRAFT,),
}
#: What the history says of each.
TOLD = {
    S.DRAFT: "Back to a draft.",
    S.REVIEWED: "Reviewed.",
    S.PUBLISHED: "Published.",
    S.NEEDS_REVIEW: "Needs review.",
    S.RETIRED: "Retired.",
}
#: Steps that change what others rely on, and need a reason.
REASONED = (S.NEEDS_REVIEW, S.SUPERSEDED, S.RETIRED)


def step(
    workspace: Workspace,
    viewer: Viewer,
    insight_id: int,
    to: InsightState,
    *,
    edition: int,
    why: str = "",
    successor: int | None = None,
) -> Insight:
    """Take an insight to another state. Raises Conflict (not from here; changed meanwhile), Rejected (no reason)."""
    why = " ".join(storable(why).split())
    with workspace.write() as unit:
        insight, now = writable(unit, viewer, insight_id, edition), workspace.clock()
        if to not in STEPS[insight.state]:
            raise Conflict(f"An insight that is “{insight.state.value}” cannot become “{to.value}”.")
        if to in REASONED and not why:
            raise Rejected("Say why.", hint="Whoever relies on this will ask.", slug="no-reason")
        after = replace(insight, state=to, superseded_by=None, why_review=why if to is S.NEEDS_REVIEW else "")
        told = TOLD.get(to, "")
        if to is S.SUPERSEDED:
            other = _successor(unit, viewer, insight, successor)
            after, told = replace(after, superseded_by=other.id), f"Superseded by {named(other)}."
        if to is S.PUBLISHED:
            after = _published(unit, workspace, after)
            told = "Still holds." if insight.state is S.NEEDS_REVIEW else told
        return kept(unit, after, by=viewer.person, now=now, told=told, why=why)


def _published(unit: Unit, workspace: Workspace, insight: Insight) -> Insight:
    """Give an insight as published, with the day of its next review. Raises Conflict without evidence."""
    if not unit.evidence.supported([insight.id]):
        raise Conflict(
            "Nothing supports this yet.",
            hint="Add at least one quote that supports it, then publish.",
            slug="no-evidence",
        )
    now = workspace.clock()
    on = insight.facts.review_on
    if on is None or on <= now.date():
        on = review_day(unit, workspace, insight.id)
    return replace(insight, facts=replace(insight.facts, review_on=on), published_at=insight.published_at or now)


def _successor(unit: Unit, viewer: Viewer, insight: Insight, successor: int | None) -> Insight:
    other = unit.insights.get(successor or 0)
    if other is None or not shown(viewer, other):
        raise Rejected("Say by which insight.", hint="Write its number, or its address.", slug="no-successor")
    passed = other
    for _ in range(1_000):
        if passed.id == insight.id:
            raise Rejected("Each would be superseded by the other.", slug="no-successor")
        after = unit.insights.get(passed.superseded_by) if passed.superseded_by else None
        if after is None:
            break
        passed = after
    if passed.state is S.RETIRED:
        raise Rejected("That one is retired.", hint="Choose one that holds.", slug="no-successor")
    return other
