"""Insights: make one, change what it claims, show it, list them, and link what was built on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from repository.attaching import Spot, attach
from repository.codebook import seen as codebook_seen
from repository.domain.access import Viewer
from repository.domain.insight import Insight, InsightFacts, InsightLink, InsightState, LinkKind, Stance
from repository.errors import Forbidden, NotFound, Rejected
from repository.insight_rules import (
    BODY,
    CLAIM,
    NAME,
    NOTE,
    InsightChanged,
    facts_of,
    kept,
    seen,
    shown,
    storable,
    writable,
)
from repository.insight_views import InsightView, views
from repository.store.proposals import Proposal
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Longest address of a link.
URL = 2_000
#: How each of an insight's facts is called in its history.
WORDS = {
    "claim": "the claim",
    "body": "the text",
    "code_id": "the theme",
    "product_area": "the product area",
    "cohort": "the cohort",
    "owner": "the owner",
    "review_on": "the day of review",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which insights to list: those that are not over, of one state, of a theme with what stands under it, …"""

    state: InsightState | None = None
    everything: bool = False
    theme: str = ""
    area: str = ""
    owner: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An insight with all that belongs on its page. `successor`: what took its place; `replaces`: what it took."""

    view: InsightView
    proposals: tuple[Proposal, ...]
    successor: Insight | None
    replaces: tuple[Insight, ...]


def create(
    workspace: Workspace,
    viewer: Viewer,
    facts: InsightFacts,
    *,
    first: Spot | None = None,
    stance: Stance = Stance.SUPPORTS,
    note: str = "",
) -> Insight:
    """Make a draft, if need be with its first evidence. Raises Forbidden, Rejected, NotFound, Conflict."""
    with workspace.write() as unit:
        insight = begun(unit, workspace, viewer, facts)
        if first is not None:
            attach(unit, workspace, viewer, insight, first, stance, note)
        return kept(unit, insight, by=viewer.person, now=workspace.clock(), told="Written down.")


def begun(unit: Unit, workspace: Workspace, viewer: Viewer, facts: InsightFacts) -> Insight:
    """Give the draft of an insight, which is yet to be kept with what it rests on. Raises Forbidden, Rejected."""
    if not viewer.may_write:
        raise Forbidden("Readers cannot write insights.")
    facts = checked(unit, viewer, replace(facts, owner=facts.owner or viewer.person))
    return unit.insights.add(facts, by=viewer.person, now=workspace.clock())


def edit(
    workspace: Workspace, viewer: Viewer, insight_id: int, facts: InsightFacts, *, edition: int, why: str = ""
) -> Insight:
    """Change what an insight claims. Raises InsightChanged if somebody else changed it since that edition."""
    with workspace.write() as unit:
        insight = writable(unit, viewer, insight_id)
        if insight.edition != edition and insight.facts != _facts_at(unit, insight, edition):
            raise InsightChanged()
        facts = checked(unit, viewer, replace(facts, owner=facts.owner or insight.facts.owner))
        changed = [word for name, word in WORDS.items() if getattr(facts, name) != getattr(insight.facts, name)]
        if not changed:
            return insight
        told = f"Changed {', '.join(changed)}."
        return kept(
            unit, replace(insight, facts=facts), by=viewer.person, now=workspace.clock(), told=told, why=why.strip()
        )


def show(workspace: Workspace, viewer: Viewer, insight_id: int) -> Shown:
    """Show an insight. Raises NotFound."""
    with workspace.read() as unit:
        insight = seen(unit, viewer, insight_id)
        [view] = views(unit, viewer, [insight], workspace.clock().date())
        after = unit.insights.get(insight.superseded_by) if insight.superseded_by else None
        return Shown(
            view,
            tuple(unit.proposals.open(viewer, [insight_id])),
            after if after and shown(viewer, after) else None,
            tuple(one for one in unit.insights.all([InsightState.SUPERSEDED]) if one.superseded_by == insight_id),
        )


def listed(workspace: Workspace, viewer: Viewer, asked: Asked) -> list[Insight]:
    """List insights, those changed last first."""
    words = asked.text.casefold().split()
    with workspace.read() as unit:
        under: set[int] | None = None
        if asked.theme:
            under = set(codebook_seen(unit, viewer).ids_under([asked.theme]))
        found = []
        for insight in unit.insights.all([asked.state] if asked.state else None):
            facts = insight.facts
            text = f"{facts.claim}\n{facts.body}".casefold()
            if (
                shown(viewer, insight)
                and (asked.state or asked.everything or not insight.state.is_over)
                and (under is None or facts.code_id in under)
                and (not asked.area or facts.product_area.casefold() == asked.area.casefold())
                and (not asked.owner or facts.owner == asked.owner)
                and all(word in text for word in words)
            ):
                found.append(insight)
        return found


def detailed(workspace: Workspace, viewer: Viewer, insights: Sequence[Insight]) -> list[InsightView]:
    """Show what insights rest on, in this order."""
    with workspace.read() as unit:
        return views(unit, viewer, insights, workspace.clock().date())


def areas(workspace: Workspace, viewer: Viewer) -> tuple[list[str], list[str]]:
    """Give the product areas of insights and studies, and the owners of insights, as people wrote them."""
    with workspace.read() as unit:
        held = [insight.facts for insight in unit.insights.all() if shown(viewer, insight)]
        studies = [study.facts.product_area for study in unit.studies.all(viewer)]
    names = {facts.product_area for facts in held} | set(studies)
    return sorted(filter(None, names), key=str.casefold), sorted({facts.owner for facts in held}, key=str.casefold)


# What was built on it


def link(
    workspace: Workspace, viewer: Viewer, insight_id: int, kind: LinkKind, title: str, url: str, outcome: str = ""
) -> Insight:
    """Say that a decision, objective or work item rests on an insight. Raises Rejected for what is no web address."""
    title, url, outcome = (
        " ".join(storable(title).split())[:NAME],
        storable(url).strip(),
        storable(outcome).strip()[:NOTE],
    )
    if not title:
        raise Rejected("A link needs a title.", slug="no-title")
    if url and (not url.lower().startswith(("http://", "https://")) or len(url) > URL or set(url) & set(' \n\t<>"')):
        raise Rejected("This is no web address.", hint="It begins with http:// or https://.", slug="no-web-address")
    with workspace.write() as unit:
        insight, now = writable(unit, viewer, insight_id), workspace.clock()
        unit.insights.add_link(insight_id, kind, title, url, outcome, by=viewer.person, now=now)
        return kept(unit, insight, by=viewer.person, now=now, told=f"Linked the {kind.value} “{title}”.")


def tell_outcome(workspace: Workspace, viewer: Viewer, insight_id: int, link_id: int, outcome: str) -> Insight:
    """Say how what was built on an insight came out."""
    with workspace.write() as unit:
        insight, held = writable(unit, viewer, insight_id), _link(unit, insight_id, link_id)
        unit.insights.tell_outcome(link_id, storable(outcome).strip()[:NOTE])
        told = f"Told the outcome of “{held.title}”."
        return kept(unit, insight, by=viewer.person, now=workspace.clock(), told=told)


def unlink(workspace: Workspace, viewer: Viewer, insight_id: int, link_id: int) -> Insight:
    """Take a link away."""
    with workspace.write() as unit:
        insight, held = writable(unit, viewer, insight_id), _link(unit, insight_id, link_id)
        unit.insights.remove_link(link_id)
        told = f"Took the link to “{held.title}” away."
        return kept(unit, insight, by=viewer.person, now=workspace.clock(), told=told)


def _link(unit: Unit, insight_id: int, link_id: int) -> InsightLink:
    found = next((one for one in unit.insights.links([insight_id]) if one.id == link_id), None)
    if found is None:
        raise NotFound("There is no such link any more.")
    return found


# What is asked of every claim


def checked(unit: Unit, viewer: Viewer, facts: InsightFacts) -> InsightFacts:
    """Give the facts as they are kept. Raises Rejected without a claim, or with one that is no single sentence."""
    claim = " ".join(storable(facts.claim).split())
    if not claim:
        raise Rejected("An insight needs a claim.", hint="Write one sentence that could be wrong.", slug="no-claim")
    if len(claim) > CLAIM:
        raise Rejected(
            f"The claim is longer than {CLAIM} characters.", hint="Say the rest in the text.", slug="claim-too-long"
        )
    body = storable(facts.body).replace("\r\n", "\n").strip()
    if len(body) > BODY:
        raise Rejected(f"The text is longer than {BODY:,} characters.", hint="Link to the rest.", slug="text-too-long")
    if facts.code_id is not None and facts.code_id not in codebook_seen(unit, viewer).by_id:
        raise Rejected("There is no such theme.", slug="no-such-theme")
    area, cohort, owner = (
        " ".join(storable(word).split())[:NAME] for word in (facts.product_area, facts.cohort, facts.owner)
    )
    return replace(facts, claim=claim, body=body, product_area=area, cohort=cohort, owner=owner)


def _facts_at(unit: Unit, insight: Insight, edition: int) -> InsightFacts | None:
    row = next((row for row in unit.insights.editions(insight.id) if row.edition == edition), None)
    return facts_of(row.facts) if row else None
