"""What people's own work needs: suggestions to decide, plans to check, blind codings to finish, a codebook, gaps."""

from datetime import UTC, datetime, timedelta

from repository import drifting
from repository.codebook import seen
from repository.domain.access import Viewer
from repository.domain.plan import Plan, PlanCheck
from repository.domain.stewardship import Need, NeedKind
from repository.domain.study import StudyState
from repository.errors import Unavailable
from repository.plan_checking import material
from repository.reviewing import reviewable
from repository.store.review import Narrowing
from repository.workspace import Workspace

#: A blind coding that is not finished after this is one that somebody forgot.
LONG = timedelta(days=14)


def suggestions(workspace: Workspace, viewer: Viewer) -> list[Need]:
    """List the codes with suggestions that nobody decided, as the review queue counts them, most first."""
    with workspace.read() as unit:
        codebook = seen(unit, viewer)
        counts = unit.review.counts(viewer, Narrowing(reviewable(codebook)))
        oldest = unit.needs.oldest_suggested(viewer, counts)
    needs = []
    for code_id, bands in counts.items():
        code, number = codebook.by_id[code_id], sum(bands)
        sure = sum(bands[8:])
        why = f"{number:,} wait" + (f", {sure:,} of them scored 0.8 or more." if sure else ".")
        slug, owner = code.facts.slug, code.facts.owner
        needs.append(
            Need(NeedKind.SUGGESTIONS, slug, code.facts.name, why, owner, oldest.get(code_id), number, slug=slug)
        )
    return sorted(needs, key=lambda need: (-need.number, need.slug))


def plans(workspace: Workspace, viewer: Viewer) -> list[Need]:
    """List the plans still ahead whose evidence is gone or whose check is too old, then those with new material since.

    A plan is ahead until its study is done.
    """
    now = workspace.clock()
    with workspace.read() as unit:
        studies = {study.id: study.facts.state for study in unit.studies.all(viewer)}
        ahead = [one for one in unit.plans.all() if studies.get(one.study_id or 0) is not StudyState.DONE]
        checks = unit.plans.last_checks([plan.id for plan in ahead])
        cited = {spot.text_id for check in checks.values() for one in check.found for spot in one.quotes}
        standing = unit.needs.current(viewer, cited) if cited else set()
        known = {one.id for one in unit.insights.all() if one.state.is_current}
    days, today = timedelta(days=workspace.settings.planning.check_days), material(workspace, viewer) if checks else ""
    needs = []
    for plan in ahead:
        check = checks.get(plan.id)
        if check is None:
            needs.append((0, _plan(plan, "never", "It has never been checked.", plan.created_at)))
        elif why := _gone(check, standing, known, viewer):
            needs.append((1, _plan(plan, f"{check.id}-gone", why, check.at)))
        elif check.at < now - days:
            why = f"Its check is more than {days.days} days old."
            needs.append((2, _plan(plan, f"{check.id}-old", why, check.at)))
        elif check.material != today:
            needs.append((3, _plan(plan, f"{check.id}-new", "There is new material since its check.", check.at)))
    return [need for _, need in sorted(needs, key=lambda pair: (pair[0], pair[1].since, pair[1].key))]


def blind(workspace: Workspace, viewer: Viewer) -> list[Need]:
    """List the blind codings that were given out long ago and are not finished, the oldest first."""
    with workspace.read() as unit:
        rows = unit.needs.unfinished(viewer, workspace.clock() - LONG)
    return [
        Need(
            NeedKind.BLIND,
            str(given.id),
            title,
            f"Given to {given.coder}. In “{study}”.",
            given.coder,
            given.assigned_at,
            subject=(given.session_id,),
        )
        for given, title, study in rows
    ]


def drift(workspace: Workspace, viewer: Viewer) -> list[Need]:
    """List what drifting found in the codebook, the gravest first. Raises Unavailable: nothing found, but not all compared."""
    found = drifting.drift(workspace, viewer)
    if found.hindered and not found.findings:
        raise Unavailable(f"Codes are not compared by meaning: {found.hindered}")
    return [
        Need(
            NeedKind.DRIFT,
            finding.key,
            finding.told,
            "".join(f"{name}: {number}. " for name, number in finding.parts[:2]).strip(),
            finding.codes[-1].facts.owner,
            slug=finding.codes[-1].facts.slug,
        )
        for finding in found.findings
    ]


def gaps(workspace: Workspace, viewer: Viewer) -> list[Need]:
    """List what was asked and not found, most often first. Nobody's: nobody can see who asked."""
    with workspace.read() as unit:
        held = unit.gaps.all()
    where = {"search": "in searches", "ask": "as a question", "plan": "in plans"}
    return [
        Need(
            NeedKind.GAPS,
            str(gap.id),
            gap.words,
            f"Asked {'once' if gap.times == 1 else f'{gap.times} times'} {where[gap.where]}.",
            since=datetime(gap.first_on.year, gap.first_on.month, gap.first_on.day, tzinfo=UTC),
            subject=(gap.id,),
        )
        for gap in held
    ]


def _plan(plan: Plan, key: str, why: str, since: datetime) -> Need:
    owner = plan.facts.owner or plan.created_by
    return Need(NeedKind.PLANS, f"{plan.id}-{key}", plan.facts.title, why, owner, since, subject=(plan.id,))


def _gone(check: PlanCheck, standing: set[int], known: set[int], viewer: Viewer) -> str:
    """Say what of a check's evidence, as far as the viewer may see it, does not stand any more; "" if it all does."""
    spots = [spot for one in check.found for spot in one.quotes if viewer.may_see(spot.study_id)]
    quotes = sum(spot.text_id not in standing for spot in spots)
    insights = len({number for one in check.found for number in one.insights} - known)
    told = [f"{quotes} {'quote' if quotes == 1 else 'quotes'}"] if quotes else []
    told += [f"{insights} {'insight' if insights == 1 else 'insights'}"] if insights else []
    one = quotes + insights == 1
    return (
        f"{' and '.join(told)} it stands on {'is' if one else 'are'} gone or {'has' if one else 'have'} changed."
        if told
        else ""
    )
