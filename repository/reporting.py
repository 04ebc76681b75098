"""Compile a report: everything that is counted within a scope, and the places of the quotes that stand for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from repository import agreeing, gaps
from repository.codebook import Codebook, seen
from repository.consent import may_quote
from repository.counting import Every, by_period, every_of, named
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
from repository.errors import NotFound
from repository.insight_finding import FoundInsight, current_insights
from repository.report_counting import (
    accounts,
    cohorts_of,
    counted,
    heard_in,
    on_days,
    people,
    studies_within,
    study_figures,
    theme_figures,
    together,
    within,
)
from repository.report_notes import method_note
from repository.report_quotes import chosen
from repository.store.discovery import Wanted
from repository.store.prevalence import Appearance, Mention
from repository.store.unit import Unit
from repository.voices import Speakers, Voices, joined
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
        codebook = seen(unit, viewer)
        studies = _studies(unit, viewer, scope)
        heard = within(unit.prevalence.people(viewer), scope, {study.id for study in studies})
        sessions, undated = _sessions(unit, viewer, scope, studies, heard)
        said = counted(unit.prevalence.speakers(viewer), scope)
        themes = _themes(codebook, scope)
        ids = {code.id for theme in themes for code in (theme, *codebook.under(theme))}
        everything = unit.prevalence.mentions(viewer, ids)
        voices = Voices(heard, unit.prevalence.speakers_of(viewer, ids))
        # What somebody within the scope says; of what nobody known says (notes without speakers), what its session holds.
        mentions = [
            one
            for one in everything
            if one.session_id in sessions and not (one.machine and scope.people_only) and voices.main.get(one.key)
        ]
        every = every_of(heard)
        cohorts, periods = cohorts_of(heard), tuple(row.key for row in by_period(heard, set(), every))
        figures = _figures(workspace, unit, viewer, codebook, themes, heard, said, mentions, voices, sessions, every)
        coders = Counter(one.coder for one in mentions if not one.machine)
        candidates = _candidates(unit, viewer, scope, studies)
    order = sorted(figures, key=lambda one: (-one.participants.count, -one.quotes, one.name))
    spoken = {theme.facts.slug: joined(said, [c.id for c in (theme, *codebook.under(theme))]) for theme in themes}
    contents = Contents(
        title=title,
        template=template,
        scope=scope,
        as_of=now,
        codebook_as_of=now,
        studies=tuple(
            study_figures(study, heard, [s.occurred_on for s in sessions.values() if s.study_id == study.id])
            for study in studies
        ),
        sessions=len(sessions),
        participants=people(heard),
        accounts=accounts(heard),
        methods=_methods(studies, sessions),
        cohorts=cohorts,
        periods=tuple(named(key) for key in periods),
        themes=tuple(order),
        together=together({slug: pairs for slug, pairs in spoken.items() if pairs}, heard),
        heard_by_cohort=tuple(people(one for one in heard if one.cohort == cohort) for cohort in cohorts),
        heard_by_period=tuple(heard_in(heard, key, every) for key in periods),
        candidates=candidates,
        insights=_insights(known, codebook, scope, themes, now.date()),
        unknown=(*_unheard(order, cohorts, heard), *_asked_in_vain(workspace, scope)),
    )
    note = method_note(
        contents,
        coders=coders,
        accepted=sum(1 for one in mentions if not one.machine and one.score is not None),
        suggested=sum(1 for one in mentions if one.machine),
        undated=undated,
        unquotable=sum(not may_quote(session.consent) for session in sessions.values()),
        kappa=_kappa(workspace, viewer, sessions, sorted(coders)),
    )
    return replace(contents, method_note=note)


def _studies(unit: Unit, viewer: Viewer, scope: ReportScope) -> list[Study]:
    found = studies_within(unit.studies.all(viewer), scope)
    if scope.studies and not found:
        raise NotFound("None of these studies is there.")
    return found


def _themes(codebook: Codebook, scope: ReportScope) -> list[Code]:
    return [codebook.named(slug) for slug in scope.themes] if scope.themes else list(codebook.themes)


def _sessions(
    unit: Unit, viewer: Viewer, scope: ReportScope, studies: Sequence[Study], heard: Sequence[Appearance]
) -> tuple[dict[int, Session], int]:
    """Give the sessions of a scope that have been read, and how many are out for want of a day."""
    ids = unit.segments.sessions_in_scope(viewer, studies=[study.id for study in studies]) if studies else []
    read = [session for session in unit.sessions.some(viewer, set(ids)) if session.text_id is not None]
    if scope.cohorts or scope.accounts:
        theirs = {one.session_id for one in heard}
        read = [session for session in read if session.id in theirs]
    found = {session.id: session for session in read if on_days(session.occurred_on, scope)}
    return found, sum(session.occurred_on is None for session in read if session.id not in found)


def _figures(
    workspace: Workspace,
    unit: Unit,
    viewer: Viewer,
    codebook: Codebook,
    themes: Sequence[Code],
    heard: Sequence[Appearance],
    said: Speakers,
    mentions: Sequence[Mention],
    voices: Voices,
    sessions: dict[int, Session],
    every: Every,
) -> list[ThemeFigures]:
    cohorts, periods = cohorts_of(heard), [row.key for row in by_period(heard, set(), every)]
    found = []
    for theme in themes:
        ids = {code.id for code in (theme, *codebook.under(theme))}
        mine = [one for one in mentions if one.code_id in ids]
        one = theme_figures(codebook, theme, heard, said, mine, cohorts=cohorts, periods=periods, every=every)
        places, against = chosen(workspace, unit, viewer, codebook, ids, mine, voices, sessions)
        found.append(replace(one, places=places, against=against))
    return found


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
    """Give how far two coders agree who have both finished sessions of the scope, the pair with the most turns."""
    best: tuple[int, tuple[float, str, str]] | None = None
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            found = agreeing.compare(workspace, viewer, first, second)
            if found.pooled.kappa is None or not {session.id for session in found.sessions} & sessions.keys():
                continue
            if best is None or found.turns > best[0]:
                best = (found.turns, (found.pooled.kappa, first, second))
    return best[1] if best else None
