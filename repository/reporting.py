"""Compile a report: everything that is counted within a scope, and the places of the quotes that stand for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from repository import agreeing, gaps
from repository.codebook import Codebook
from repository.consent import may_quote
from repository.counting import by_period, named
from repository.domain.access import Viewer
from repository.domain.candidate import CandidateState
from repository.domain.coding import Code
from repository.domain.insight import Insight
from repository.domain.report import (
    CandidateFigures,
    Contents,
    InsightFigures,
    ReportScope,
    Template,
    ThemeFigures,
    Unknown,
)
from repository.domain.study import Session, Study
from repository.insight_finding import FoundInsight, current_insights
from repository.report_counting import (
    accounts,
    cohorts_of,
    on_days,
    people,
    study_figures,
    theme_figures,
    together,
)
from repository.report_gathering import Gathered, gather
from repository.report_notes import method_note
from repository.report_quotes import chosen
from repository.store.discovery import Wanted
from repository.store.prevalence import Appearance
from repository.store.unit import Unit
from repository.voices import joined
from repository.workspace import Workspace

#: Candidates and gaps that a report names.
CANDIDATES, GAPS = 8, 10
#: From so many participants of a cohort on, it says something that none of them speaks of a theme.
HEARD = 3


def compile_report(
    workspace: Workspace, viewer: Viewer, title: str, template: Template, scope: ReportScope
) -> Contents:
    """Count everything within a scope, as the viewer sees it today. Raises NotFound for a study or theme that is not."""
    now = workspace.clock()
    known = current_insights(workspace, viewer)
    with workspace.read() as unit:
        found = gather(unit, viewer, scope)
        cohorts = cohorts_of(found.heard)
        periods = tuple(row.key for row in by_period(found.heard, set(), found.every))
        figures = [_figures(workspace, unit, viewer, found, theme, cohorts, periods) for theme in found.themes]
        candidates = _candidates(unit, viewer, scope, found.studies)
    order = sorted(figures, key=lambda one: (-one.participants.count, -one.quotes, one.name))
    spoken = {theme.facts.slug: joined(found.said, found.under(theme)) for theme in found.themes}
    coders = Counter(one.coder for one in found.mentions if not one.machine)
    contents = Contents(
        title=title,
        template=template,
        scope=scope,
        as_of=now,
        studies=tuple(
            study_figures(
                study, found.heard, [s.occurred_on for s in found.sessions.values() if s.study_id == study.id]
            )
            for study in found.studies
        ),
        sessions=len(found.sessions),
        participants=people(found.heard),
        accounts=accounts(found.heard),
        methods=_methods(found.studies, found.sessions),
        cohorts=cohorts,
        periods=tuple(named(key) for key in periods),
        themes=tuple(order),
        together=together({slug: pairs for slug, pairs in spoken.items() if pairs}, found.heard),
        heard_by_cohort=tuple(people(one for one in found.heard if one.cohort == cohort) for cohort in cohorts),
        candidates=candidates,
        insights=_insights(known, found.codebook, scope, found.themes, now.date()),
        unknown=(*_unheard(order, cohorts, found.heard), *_asked_in_vain(workspace, scope)),
    )
    note = method_note(
        contents,
        coders=coders,
        accepted=sum(1 for one in found.mentions if not one.machine and one.score is not None),
        suggested=sum(1 for one in found.mentions if one.machine),
        undated=found.undated,
        unquotable=sum(not may_quote(session.consent) for session in found.sessions.values()),
        kappa=_kappa(workspace, viewer, found.sessions, sorted(coders)),
    )
    return replace(contents, method_note=note)


def _figures(
    workspace: Workspace,
    unit: Unit,
    viewer: Viewer,
    found: Gathered,
    theme: Code,
    cohorts: Sequence[str],
    periods: Sequence[str],
) -> ThemeFigures:
    ids = found.under(theme)
    mine = [one for one in found.mentions if one.code_id in ids]
    one = theme_figures(
        found.codebook, theme, found.heard, found.said, mine, cohorts=cohorts, periods=periods, every=found.every
    )
    places, against = chosen(workspace, unit, viewer, found.codebook, ids, mine, found.voices, found.sessions)
    return replace(one, places=places, against=against)


def _methods(studies: Sequence[Study], sessions: dict[int, Session]) -> tuple[tuple[str, int], ...]:
    method = {study.id: study.facts.method or "not stated" for study in studies}
    return tuple(Counter(method[session.study_id] for session in sessions.values()).most_common())


def _candidates(
    unit: Unit, viewer: Viewer, scope: ReportScope, studies: Sequence[Study]
) -> tuple[CandidateFigures, ...]:
    """Name the themes that the machine proposes within the studies, those first that most participants speak of."""
    if scope.themes:
        return ()
    held = {one.id: one.name for one in unit.candidates.all([CandidateState.OPEN])}
    passages: Counter[int] = Counter()
    who: dict[int, set[int]] = {}
    for study in studies:
        counts, said_by = unit.discovery.counts(viewer, Wanted(study_id=study.id), [CandidateState.OPEN])
        passages.update({candidate_id: number for candidate_id, (number, _) in counts.items()})
        for candidate_id, people_of in said_by.items():
            who.setdefault(candidate_id, set()).update(one[1] or -one[0] for one in people_of)
    found = [CandidateFigures(i, held[i], len(who.get(i, ())), n) for i, n in passages.items() if i in held]
    return tuple(sorted(found, key=lambda one: (-one.participants, -one.quotes, one.id))[:CANDIDATES])


def _insights(
    known: Sequence[FoundInsight], codebook: Codebook, scope: ReportScope, themes: Sequence[Code], today: date
) -> tuple[InsightFigures, ...]:
    """Give the current insights that belong to a scope: by theme, by product area, by cohort."""
    slugs = {theme.facts.slug for theme in themes}
    found = []
    for one in known:
        facts = one.insight.facts
        code = codebook.by_id.get(facts.code_id or 0)
        theme = codebook.theme_of(codebook.current(code)) if code else None
        if scope.insight_id is not None:
            fits = one.insight.id == scope.insight_id
        else:
            fits = (
                (not scope.themes or (theme is not None and theme.facts.slug in slugs))
                and (not scope.product_areas or facts.product_area in scope.product_areas)
                and (not scope.cohorts or not facts.cohort or facts.cohort in scope.cohorts)
            )
        if fits:
            found.append(
                InsightFigures(
                    id=one.insight.id,
                    claim=facts.claim,
                    state=one.insight.state.value,
                    theme=theme.facts.name if theme else "",
                    confidence=one.confidence,
                    freshness=_freshness(one.insight, today),
                    supports=one.sure.participants if one.sure else 0,
                    contradicts=one.sure.contradicting if one.sure else 0,
                )
            )
    return tuple(found)


def _freshness(insight: Insight, today: date) -> str:
    due = insight.facts.review_on
    if insight.why_review:
        return f"to be looked at again: {insight.why_review}"
    if due is None:
        return "no day set to look at it again"
    word = "due since" if due < today else "to be looked at again on"
    return f"{word} {due.day} {due:%B %Y}"


def _unheard(themes: Sequence[ThemeFigures], cohorts: Sequence[str], heard: Sequence[Appearance]) -> list[Unknown]:
    """Name the cohorts of which so few were heard that a theme's silence means nothing."""
    found = []
    for cohort in cohorts:
        number = people(one for one in heard if one.cohort == cohort)
        if cohort and number < HEARD:
            told = f"Of “{cohort}” only {number} {'participant was' if number == 1 else 'participants were'} heard."
            found.append(Unknown("cohort", told, ""))
    for theme in themes:
        silent = [c for c, one in zip(cohorts, theme.cohorts, strict=True) if c and not one.count and one.of >= HEARD]
        if theme.participants.count and silent:
            names = ", ".join(f"“{cohort}”" for cohort in silent)
            found.append(Unknown("theme", f"Nobody of {names} speaks of “{theme.name}”.", f"/themes/{theme.slug}"))
    return found


def _asked_in_vain(workspace: Workspace, scope: ReportScope) -> list[Unknown]:
    """Name what people looked for within the days and did not find."""
    return [
        Unknown(
            "gap", f"“{gap.words}” was looked for {gap.times} time{'' if gap.times == 1 else 's'} in vain.", "/gaps/"
        )
        for gap in gaps.known_gaps(workspace, GAPS)
        if on_days(gap.last_on, scope)
    ]


def _kappa(
    workspace: Workspace, viewer: Viewer, sessions: dict[int, Session], names: Sequence[str]
) -> tuple[float, str, str] | None:
    """Give how far two coders agree where all that both have finished is within the scope; the pair with the most turns."""
    best: tuple[int, tuple[float, str, str]] | None = None
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            found = agreeing.compare(workspace, viewer, first, second)
            if found.pooled.kappa is None or not {session.id for session in found.sessions} <= sessions.keys():
                continue
            if best is None or found.turns > best[0]:
                best = (found.turns, (found.pooled.kappa, first, second))
    return best[1] if best else None
