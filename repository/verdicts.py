"""What is known of a planned question, from numbers alone: the verdict, and each reason for it in words.

A check that cries wolf is worse than none: whatever differs from what the plan is about keeps a question from being called
answered, and is said.
"""

from dataclasses import dataclass

from repository.domain.plan import Verdict
from repository.domain.study import StudyState

#: How likely the material must be to answer at all, and to be called an answer without another sign.
LIKELY, SURE = 0.5, 0.75
#: People whose words answer, from which on it is an answer; with a study that asked the same, or an insight.
ENOUGH, SUPPORTED = 3, 2
#: Months after which an answer is too old to be relied on.
OLD = 24
#: Share of a question's own words that may be spoken of by nobody.
UNSPOKEN = 0.34


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier study's question that is `likely` (0..1) the same; `differs` is empty if it is.

    `fits`: the study asked the people that the plan asks about.
    """

    title: str
    state: StudyState
    differs: tuple[str, ...] = ()
    likely: float = 1.0
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Signals:
    """What is counted for a question, within what the viewer may see.

    `people` and `studies`: whose words answer, and whence; `fitting`: those of the people that the plan asks about;
    `in_area`: the fitting ones from its product area. `months`: age of the newest fitting answer, None if unknown, and
    `year` the year of it. `cohort` and `area` are what the plan names, `others` and `other_areas` what answers come from instead.
    """

    strength: float = 0.0
    people: int = 0
    studies: int = 0
    fitting: int = 0
    in_area: int = 0
    months: int | None = None
    year: int | None = None
    cohort: str = ""
    area: str = ""
    others: tuple[str, ...] = ()
    other_areas: tuple[str, ...] = ()
    near: int = 0
    near_others: tuple[str, ...] = ()
    near_areas: tuple[str, ...] = ()
    unspoken: tuple[str, ...] = ()
    words: int = 0
    before: tuple[Before, ...] = ()
    insights: int = 0
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with its reasons, the weightiest first; `differs` are those that name what a near-miss differs in."""

    verdict: Verdict
    reasons: tuple[str, ...]
    differs: tuple[str, ...] = ()


def verdict(signals: Signals) -> Judged:
    """Say what is known of a question, and why.

    >>> verdict(Signals(strength=0.9, people=5, studies=2, fitting=5, in_area=5, months=3)).verdict.value
    'answered'
    >>> judged = verdict(Signals(strength=0.9, people=5, studies=1, cohort="hospital", others=("small practice",)))
    >>> judged.verdict.value, judged.differs
    ('partly answered', ('other cohort: small practice, not hospital',))
    """
    s = signals
    same = [one for one in s.before if not one.differs]
    done = [one for one in same if one.state is StudyState.DONE]
    running = [one for one in same if one.state.in_flight]
    found = s.strength >= LIKELY and s.people > 0
    held_back, differs = _held_back(s, found)
    if not found:
        reasons = _nothing(s)
        for one in (*done, *running):
            reasons.append(_asked(one))
        nearly = [one for one in s.before if one.fits and one.differs and one.state is not StudyState.PLANNED]
        if nearly and not (done or running):
            reasons.append(f"“{nearly[0].title}” asked something like it: what was said there comes nearest.")
        known = bool(done or running or nearly or s.insights)
        if s.insights:
            reasons.append("An insight speaks to it, but no quote was found that answers it.")
        return Judged(Verdict.PARTLY if known else Verdict.NOT_STUDIED, _once(reasons + held_back), differs)
    enough = s.fitting >= (SUPPORTED if done or s.insights else ENOUGH)
    sure = s.strength >= (LIKELY if done or s.insights else SURE)
    reasons = [_heard(s)]
    if not enough and s.fitting:
        reasons.append(f"{_people(s.fitting).capitalize()} {'is' if s.fitting == 1 else 'are'} few to rely on.")
    if not sure:
        reasons.append("Whether these words answer it is not certain: read them.")
    reasons += [_asked(one) for one in (*done, *running)]
    if s.insights:
        reasons.append("An insight that is current speaks to it.")
    answered = enough and sure and not held_back and not (running and not done)
    return Judged(Verdict.ANSWERED if answered else Verdict.PARTLY, _once(reasons + held_back), differs)


def _held_back(s: Signals, found: bool) -> tuple[list[str], tuple[str, ...]]:
    """Give why a question cannot be called answered, and of those what differs from the plan."""
    reasons, differs = [], []
    others, areas = (s.others, s.other_areas) if found else (s.near_others, s.near_areas)
    if s.cohort and not s.fitting and others:
        differs.append(f"other cohort: {', '.join(others)}, not {s.cohort}")
    elif s.cohort and not s.fitting and found:
        reasons.append(f"Nobody whose words answer is known to be of the cohort {s.cohort}.")
    if s.area and areas and not s.in_area and (not found or s.fitting):
        differs.append(f"other product area: {', '.join(areas)}, not {s.area}")
    for one in s.before:
        if not one.fits:
            differs += [f"“{one.title}” asked it of others: {what}" for what in one.differs[-1:]]
    reasons = [f"{what[:1].upper()}{what[1:]}." for what in differs] + reasons
    if found and s.months is not None and s.months > OLD:
        reasons.append(f"The newest answer is from {s.year}: things may have changed since.")
    if found and s.unspoken and len(s.unspoken) > UNSPOKEN * max(1, s.words):
        reasons.append(f"Nobody speaks of: {', '.join(s.unspoken)}.")
    if s.foreign:
        reasons.append("The question is not in English, so its meaning could not be compared well.")
    return reasons, tuple(differs)


def _once(reasons: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reasons))


def _nothing(s: Signals) -> list[str]:
    if not s.near:
        return ["Nobody has spoken of this."]
    return ["No passage was found that answers it; what was said of the same subject is below."]


def _heard(s: Signals) -> str:
    cohort = f", {s.fitting} of the cohort {s.cohort}" if s.cohort and 0 < s.fitting < s.people else ""
    age = ""
    if s.months is not None:
        age = (
            "; the newest is from this month"
            if s.months < 1
            else f"; the newest is {s.months} month{'s' * (s.months > 1)} old"
        )
    verb = "speaks" if s.people == 1 else "speak"
    studies = "1 study" if s.studies == 1 else f"{s.studies} studies"
    return f"{_people(s.people).capitalize()} in {studies} {verb} to it{cohort}{age}."


def _asked(one: Before) -> str:
    state = {
        StudyState.DONE: "is done",
        StudyState.RECRUITING: "is recruiting",
        StudyState.IN_THE_FIELD: "is in the field",
    }
    return f"“{one.title}” asks the same and {state.get(one.state, 'is planned')}."


def _people(number: int) -> str:
    return "1 participant" if number == 1 else f"{number} participants"
