"""The demonstration's insights: claims with the quotes they rest on, written through the same doors as people's."""

from collections.abc import Mapping
from typing import Any

from repository import insight_evidence, insight_states, insights
from repository.attaching import Spot
from repository.codebook import Codebook
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.insight import Insight, InsightFacts, InsightState, LinkKind, Stance
from repository.errors import NotFound
from repository.store.unit import Unit
from repository.workspace import Workspace

S = InsightState
#: The steps that lead a draft to each state.
WAYS = {
    S.PUBLISHED: (S.REVIEWED, S.PUBLISHED),
    S.NEEDS_REVIEW: (S.REVIEWED, S.PUBLISHED, S.NEEDS_REVIEW),
    S.SUPERSEDED: (S.REVIEWED, S.PUBLISHED, S.SUPERSEDED),
}


def load_insights(workspace: Workspace, table: Mapping[str, Any], sessions: Mapping[str, int]) -> int:
    """Write the manifest's insights down, each once; count those it names. `sessions` are numbers by key."""
    rows = table.get("insight", [])
    held = {one.facts.claim: one for one in insights.listed(workspace, LOCAL_ADMIN, insights.Asked(everything=True))}
    made: dict[str, Insight] = {}
    new = [row for row in rows if row["claim"] not in held]
    for row in new:
        made[row["key"]] = _written(workspace, row, sessions)
    known = {row["key"]: held[row["claim"]].id for row in rows if row["claim"] in held}
    known |= {key: insight.id for key, insight in made.items()}
    # What supersedes another must be there before it does.
    for row in new:
        insight, viewer = made[row["key"]], Viewer(row["owner"], PersonRole.RESEARCHER)
        for to in WAYS[S(row["state"])]:
            insight = insight_states.step(
                workspace,
                viewer,
                insight.id,
                to,
                edition=insight.edition,
                why=row.get("why", ""),
                successor=known.get(row.get("superseded_by", "")),
            )
    return len(rows)


def _written(workspace: Workspace, row: Mapping[str, Any], sessions: Mapping[str, int]) -> Insight:
    viewer = Viewer(row["owner"], PersonRole.RESEARCHER)
    with workspace.read() as unit:
        code = Codebook(unit.codes.all()).named(row["code"]) if row.get("code") else None
        spots = [_spot(unit, sessions[one["session"]], one["quote"]) for one in row["evidence"]]
    facts = InsightFacts(
        claim=row["claim"],
        body=row.get("body", ""),
        code_id=code.id if code else None,
        product_area=row.get("product_area", ""),
        cohort=row.get("cohort", ""),
        owner=row["owner"],
    )
    insight = insights.create(workspace, viewer, facts)
    for one, spot in zip(row["evidence"], spots, strict=True):
        insight = insight_evidence.add(workspace, viewer, insight.id, spot, Stance(one["stance"]), one["note"])
    if link := row.get("link"):
        kind = LinkKind(link["kind"])
        insight = insights.link(workspace, viewer, insight.id, kind, link["title"], link["url"], link["outcome"])
    return insight


def _spot(unit: Unit, session_id: int, quote: str) -> Spot:
    session = unit.sessions.get(LOCAL_ADMIN, session_id)
    if session is None or session.text_id is None:
        raise NotFound("A transcript of the demonstration is not here.")
    start = unit.revisions.body(session.text_id).find(quote)
    if start < 0:
        raise NotFound(f"The demonstration's quote in transcript {session_id} is not in its text: {quote[:40]!r}")
    return Spot(session_id, start, start + len(quote), session.text_id)
