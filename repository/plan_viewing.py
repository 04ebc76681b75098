"""A check as a viewer sees it: quotes read again, counted within what they may see, and judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nlp.language import detect_language
from nlp.questions import bare, narrowed
from nlp.words import subject_words
from repository.cohort_matching import fits, split
from repository.domain.access import Viewer
from repository.domain.plan import AskedBefore, Plan, PlanFacts, QuestionFound, Verdict
from repository.domain.study import Study
from repository.insight_finding import FoundInsight, current_insights
from repository.plan_checking import SAME
from repository.plan_differences import About, Vocabulary, about, areas_of, cohorts_of
from repository.plan_quotes import PlanQuote, quotes_at
from repository.store.unit import Unit
from repository.verdicts import Before, Judged, Signals, verdict
from repository.workspace import Workspace

#: Quotes shown at once of a question, and near-misses.
SHOWN, NEAR_MISSES = 3, 3


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Words about the same subject that do not answer a plan's question, and in what they differ."""

    quote: PlanQuote
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StudyShown:
    """A study whose participants' words answer: how many of its participants do, and its newest answer."""

    study: Study
    people: int
    sample: int
    newest: date | None


@dataclass(frozen=True, slots=True)
class Overlap:
    """An earlier question of a study, or of another plan, that asks the same or nearly so."""

    question: str
    likely: float
    same: bool
    differs: tuple[str, ...]
    study: Study | None = None
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question with what is known of it. `quotes` are the best, `more` further ones; `still` is what is left to ask."""

    number: int
    asked: str
    verdict: Verdict
    reasons: tuple[str, ...]
    quotes: tuple[PlanQuote, ...]
    more: tuple[PlanQuote, ...]
    near: tuple[NearMiss, ...]
    studies: tuple[StudyShown, ...]
    insights: tuple[FoundInsight, ...]
    overlaps: tuple[Overlap, ...]
    still: str
    people: int
    strength: float
    notes: tuple[str, ...] = ()


def views(
    workspace: Workspace, viewer: Viewer, facts: PlanFacts, found: Sequence[QuestionFound], on: date
) -> tuple[QuestionView, ...]:
    """Judge what was found on a day, by what this viewer may see now."""
    insights = {one.insight.id: one for one in current_insights(workspace, viewer)}
    with workspace.read() as unit:
        quotes = quotes_at(unit, viewer, [spot for one in found for spot in (*one.quotes, *one.near)])
        studies = {study.id: study for study in unit.studies.all(viewer)}
        plans = {plan.id: plan for plan in unit.plans.all()}
        samples = {i: tally.participants for i, tally in unit.tallies.studies(viewer).items()}
        known = vocabulary(unit, viewer)
    seen = _Seen(quotes, studies, plans, samples, insights)
    return tuple(_view(number, one, about(one.asked, facts, known), seen, on) for number, one in enumerate(found))


def vocabulary(unit: Unit, viewer: Viewer) -> Vocabulary:
    """Give the cohorts, roles and product areas that studies and participants name."""
    studies = unit.studies.all(viewer)
    people = unit.people.all()
    cohorts = [name for study in studies for name in split(study.facts.cohort)]
    cohorts += [person.account.cohort for person in people if person.account and person.account.cohort]
    return Vocabulary(
        tuple(dict.fromkeys(cohorts)),
        tuple(dict.fromkeys(person.role for person in people if person.role)),
        tuple(dict.fromkeys(study.facts.product_area for study in studies if study.facts.product_area)),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    quotes: Mapping[tuple[int, int, int], PlanQuote]
    studies: Mapping[int, Study]
    plans: Mapping[int, Plan]
    samples: Mapping[int, int]
    insights: Mapping[int, FoundInsight]


def _view(number: int, one: QuestionFound, subject: About, seen: _Seen, on: date) -> QuestionView:
    answering, near = (
        [seen.quotes[key] for spot in spots if (key := (spot.text_id, spot.start, spot.end)) in seen.quotes]
        for spots in (one.quotes, one.near)
    )
    overlaps = tuple(overlap for each in one.before if (overlap := _overlap(each, subject, seen)))
    insights = tuple(seen.insights[i] for i in one.insights if i in seen.insights)
    fitting = [quote for quote in answering if subject.fits_people(quote)]
    signals = _signals(one, subject, answering, near, overlaps, len(insights), on)
    judged = verdict(signals)
    best = _balanced([*fitting, *(quote for quote in answering if quote not in fitting)])
    if judged.verdict is Verdict.NOT_STUDIED:
        near, best = [*best, *near], []
    return QuestionView(
        number=number,
        asked=one.asked,
        verdict=judged.verdict,
        reasons=judged.reasons,
        quotes=tuple(best[:SHOWN]),
        more=tuple(best[SHOWN:]),
        near=_near_misses(near, subject, one, best),
        studies=_studies(best, seen),
        insights=insights,
        overlaps=overlaps,
        still=_still(one, judged, subject, signals),
        people=signals.people,
        strength=one.strength,
        notes=one.notes,
    )


def _signals(
    one: QuestionFound,
    subject: About,
    answering: Sequence[PlanQuote],
    near: Sequence[PlanQuote],
    overlaps: Sequence[Overlap],
    insights: int,
    on: date,
) -> Signals:
    fitting = [quote for quote in answering if subject.fits_people(quote)]
    others = [quote for quote in answering if not subject.fits_people(quote)]
    in_area = [quote for quote in fitting if subject.fits_area(quote)]
    newest = max((quote.occurred_on for quote in fitting or answering if quote.occurred_on), default=None)
    language, likely = detect_language(one.asked)
    return Signals(
        strength=one.strength,
        people=len({quote.person for quote in answering}),
        studies=len({quote.study_id for quote in answering}),
        fitting=len({quote.person for quote in fitting}),
        in_area=len({quote.person for quote in in_area}),
        months=None if newest is None else max(0, (on.year - newest.year) * 12 + on.month - newest.month),
        year=newest.year if newest else None,
        cohort=subject.cohort,
        area=subject.area,
        others=cohorts_of(others),
        other_areas=areas_of([quote for quote in fitting if not subject.fits_area(quote)]),
        near=len(near),
        near_others=cohorts_of([quote for quote in near[:NEAR_MISSES] if not subject.fits_people(quote)]),
        near_areas=areas_of([quote for quote in near[:NEAR_MISSES] if not subject.fits_area(quote)]),
        unspoken=one.unspoken,
        words=len(subject_words(bare(one.asked))),
        before=tuple(
            Before(
                o.study.title,
                o.study.facts.state,
                () if o.same else o.differs or ("it may ask for something else",),
                o.likely,
                fits(subject.cohorts, o.study.facts.cohort),
            )
            for o in overlaps
            if o.study
        ),
        insights=insights,
        foreign=bool(language) and language != "en" and likely > 0.95,
    )


def _overlap(one: AskedBefore, subject: About, seen: _Seen) -> Overlap | None:
    """Give an earlier question as it is now, None if it is gone or not for this viewer."""
    study = seen.studies.get(one.study_id) if one.study_id is not None else None
    plan = seen.plans.get(one.plan_id) if one.plan_id is not None else None
    facts = study.facts if study else plan.facts if plan else None
    if facts is None or one.number >= len(facts.questions):
        return None
    differs = one.differs
    if not fits(subject.cohorts, facts.cohort):
        differs += (f"asked of another cohort: {facts.cohort}, not {subject.cohort}",)
    same = one.likely >= SAME and not differs
    return Overlap(facts.questions[one.number], one.likely, same, differs, study, plan)


def _balanced(quotes: Sequence[PlanQuote]) -> list[PlanQuote]:
    """Put another person's words before more of the same person's."""
    times: dict[str, int] = {}
    turns = []
    for place, quote in enumerate(quotes):
        turns.append((times.get(quote.person, 0), place, quote))
        times[quote.person] = times.get(quote.person, 0) + 1
    return [quote for _, _, quote in sorted(turns, key=lambda turn: turn[:2])]


def _near_misses(
    near: Sequence[PlanQuote], subject: About, one: QuestionFound, shown: Sequence[PlanQuote]
) -> tuple[NearMiss, ...]:
    found = []
    for quote in near:
        if quote in shown:
            continue
        differs = subject.differs(quote)
        if not differs:
            silent = [word for word in one.unspoken if word.casefold() not in quote.words.casefold()]
            differs = (
                f"does not speak of: {', '.join(silent[:4])}" if silent else "same subject, but no answer to this",
            )
        found.append(NearMiss(quote, differs))
    # Those whose difference has a name are worth more than those that merely do not answer.
    return tuple(sorted(found, key=lambda miss: "other" not in miss.differs[0])[:NEAR_MISSES])


def _studies(quotes: Sequence[PlanQuote], seen: _Seen) -> tuple[StudyShown, ...]:
    people: dict[int, set[str]] = {}
    days: dict[int, list[date]] = {}
    for quote in quotes:
        people.setdefault(quote.study_id, set()).add(quote.person)
        days.setdefault(quote.study_id, []).extend([quote.occurred_on] if quote.occurred_on else [])
    found = [
        StudyShown(seen.studies[i], len(who), seen.samples.get(i, 0), max(days[i], default=None))
        for i, who in people.items()
        if i in seen.studies
    ]
    return tuple(sorted(found, key=lambda one: (-one.people, one.study.id)))


def _still(one: QuestionFound, judged: Judged, subject: About, signals: Signals) -> str:
    """Say what would still have to be asked; "" if nothing."""
    if judged.verdict is Verdict.ANSWERED:
        return ""
    found = judged.verdict is Verdict.PARTLY
    whom = subject.cohort if found and subject.cohort and not signals.fitting else ""
    unspoken = one.unspoken if found and len(one.unspoken) < signals.words else ()
    return narrowed(one.asked, whom, ", ".join(unspoken[:4]))
