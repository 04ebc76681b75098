"""What every change of an insight asks first, and what it keeps last: rights, edition, and a line of history."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from repository.domain.access import Viewer
from repository.domain.insight import Evidence, Insight, InsightFacts, InsightLink, InsightState
from repository.errors import Conflict, Forbidden, NotFound
from repository.store.unit import Unit

#: Longest claim, body, name, note and reason, in characters.
CLAIM, BODY, NAME, NOTE, WHY = 300, 20_000, 200, 1_000, 500
#: What of evidence goes into the history: everything but the words.
KEPT = ("id", "insight_id", "highlight_id", "study_id", "session_id", "text_id", "start", "end", "note", "added_by")
#: What is not history of the claim itself.
STATE = ("state", "why_review", "superseded_by", "published_at")
_UNKEPT = re.compile(r"[\x00\ud800-\udfff]")


class InsightChanged(Conflict):
    """Somebody changed this insight meanwhile."""

    slug = "insight-changed"
    hint = "Nothing of yours is lost: look at what they made of it, then save again."


def seen(unit: Unit, viewer: Viewer, insight_id: int) -> Insight:
    """Give an insight; drafts are for those who may write. Raises NotFound."""
    insight = unit.insights.get(insight_id)
    if insight is None or not shown(viewer, insight):
        raise NotFound("There is no such insight.")
    return insight


def shown(viewer: Viewer, insight: Insight) -> bool:
    """Say whether an insight exists for the viewer: readers see what was published once."""
    return viewer.may_write or insight.published_at is not None


def writable(unit: Unit, viewer: Viewer, insight_id: int, edition: int | None = None) -> Insight:
    """Give an insight that the viewer may change, if this is still its edition. Raises Forbidden, NotFound, Conflict."""
    if not viewer.may_write:
        raise Forbidden("Readers cannot change insights.")
    insight = seen(unit, viewer, insight_id)
    if edition is not None and insight.edition != edition:
        raise InsightChanged()
    return insight


def kept(unit: Unit, insight: Insight, *, by: str, now: datetime, told: str, why: str = "") -> Insight:
    """Keep an insight as its next edition, with a line of history; whatever it rests on is kept already."""
    insight = replace(insight, edition=insight.edition + 1, updated_at=now)
    if not unit.insights.save(insight):
        raise InsightChanged()
    unit.insights.note(insight, by=by, told=told, why=storable(why)[:WHY], facts=image(unit, insight))
    return insight


def image(unit: Unit, insight: Insight) -> dict[str, Any]:
    """Give an insight as history keeps it: no participant's word."""
    facts = {name: _plain(getattr(insight.facts, name)) for name in InsightFacts.__dataclass_fields__}
    return {
        "facts": facts,
        **{name: _plain(getattr(insight, name)) for name in STATE},
        "evidence": [_evidence(one) for one in unit.evidence.of([insight.id])],
        "links": [_link(one) for one in unit.insights.links([insight.id])],
    }


def facts_of(kept: dict[str, Any]) -> InsightFacts:
    """Give the facts of what history keeps."""
    facts = dict(kept["facts"])
    facts["review_on"] = date.fromisoformat(facts["review_on"]) if facts["review_on"] else None
    return InsightFacts(**facts)


def put_back(insight: Insight, kept: dict[str, Any]) -> Insight:
    """Give an insight with facts and state as history kept them."""
    published = kept["published_at"]
    return replace(
        insight,
        facts=facts_of(kept),
        state=InsightState(kept["state"]),
        why_review=kept["why_review"],
        superseded_by=kept["superseded_by"],
        published_at=datetime.fromisoformat(published) if published else None,
    )


def storable(text: str) -> str:
    """Give text with a blank for what no database keeps: NUL, and half of a character.

    >>> storable("a\\0b\\ud800c")
    'a b c'
    """
    return _UNKEPT.sub(" ", text)


def address(insight_id: int) -> str:
    """Give the page of an insight, which is for ever."""
    return f"/insights/{insight_id}"


def named(insight: Insight, longest: int = 80) -> str:
    """Name an insight by its claim.

    >>> named(Insight(1, InsightFacts("Sync is feared"), InsightState.DRAFT, 1, "Ana", None, None))  # type: ignore[arg-type]
    '“Sync is feared”'
    """
    claim = insight.facts.claim
    return f"“{claim if len(claim) <= longest else claim[: longest - 1].rstrip() + '…'}”"


def chain(insights: Iterable[Insight]) -> dict[int, Insight]:
    """Give, for each superseded insight, what is known today in its place, if anything is."""
    known = {insight.id: insight for insight in insights}
    found = {}
    for insight in known.values():
        after, passed = insight, {insight.id}
        while after.superseded_by in known and after.superseded_by not in passed:
            after = known[after.superseded_by]
            passed.add(after.id)
        if after is not insight and after.state.is_current:
            found[insight.id] = after
    return found


def _evidence(one: Evidence) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in KEPT}
    return {**row, "stance": one.stance.value, "added_at": one.added_at.isoformat()}


def _link(one: InsightLink) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in InsightLink.__dataclass_fields__}
    return {**row, "kind": one.kind.value, "added_at": one.added_at.isoformat()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value.value if isinstance(value, InsightState) else value
