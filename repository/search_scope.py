"""Where a search looks: what its operators and filters name among what the viewer may see, and what they do not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from repository.codebook import Codebook, folded
from repository.domain.access import Viewer
from repository.domain.coding import Code
from repository.domain.study import Study
from repository.domain.transcript import Role
from repository.querying import Parsed, Query, days, values_of
from repository.retrieval import Scope
from repository.store.hearing import Heard
from repository.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Where to look. `understood` says what the operators were taken for, `notes` which of them named nothing."""

    scope: Scope
    understood: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def somewhere(self) -> bool:
        """Say whether anything narrows the search."""
        return self.scope != Scope(without=self.scope.without)


def narrowed(unit: Unit, viewer: Viewer, codebook: Codebook, query: Query, parsed: Parsed) -> Narrowed:
    """Work out where to look. An operator that names nothing is noted and passed over. Raises NotFound (a theme)."""
    reading = _Reading(unit, viewer, codebook, unit.studies.all(viewer))
    for name, values in ((name, parsed.all(name)) for name in _MEANINGS):
        for value in values:
            _MEANINGS[name](reading, value)
    reading.filters(query)
    scope = Scope(
        studies=() if reading.studies is None else tuple(sorted(reading.studies)),
        code_ids=reading.code_ids(query),
        roles=tuple(dict.fromkeys([*query.roles, *reading.roles])),
        since=max(filter(None, [query.since, *reading.since]), default=None),
        until=min(filter(None, [query.until, *reading.until]), default=None),
        sessions=frozenset() if reading.studies == set() else reading.sessions,
        passages=reading.passages,
        without=parsed.without,
    )
    return Narrowed(scope, tuple(reading.understood), tuple(reading.notes))


@dataclass
class _Reading:
    """What has been understood so far; None: everywhere."""

    unit: Unit
    viewer: Viewer
    codebook: Codebook
    all_studies: Sequence[Study]
    studies: set[int] | None = None
    sessions: frozenset[int] | None = None
    passages: frozenset[int] | None = None
    codes: list[list[Code]] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    since: list[date] = field(default_factory=list)
    until: list[date] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    # Operators

    def study(self, value: str) -> None:
        """Narrow to a study by number, or to those with these words in their title."""
        numbered = [s for s in self.all_studies if value.isdecimal() and s.id == int(value)]
        found = numbered or [s for s in self.all_studies if folded(value) in folded(s.title)]
        self._studies("study", value, found, " or ".join(f"“{study.title}”" for study in found[:3]))

    def method(self, value: str) -> None:
        """Narrow to studies of a method."""
        self._studies("method", value, [s for s in self.all_studies if folded(value) in folded(s.facts.method)])

    def area(self, value: str) -> None:
        """Narrow to studies about a product area."""
        self._studies("area", value, [s for s in self.all_studies if folded(value) in folded(s.facts.product_area)])

    def theme(self, value: str) -> None:
        """Narrow to a theme or code by address, name or alias, also of one that was renamed, merged or retired."""
        asked = folded(value)
        meant = [c for c in self.codebook.everything if asked in (c.facts.slug, folded(c.facts.name))]
        meant = meant or [c for c in self.codebook.everything if asked in map(folded, c.facts.aliases)]
        meant = meant or [c for c in self.codebook.codes if asked in folded(c.facts.name)]
        found = list({code.id: code for code in map(self.codebook.current, meant)}.values())
        if self._told("theme", value, found, " or ".join(f"“{code.facts.name}”" for code in found[:3])):
            self.codes.append(found)

    def speaker(self, value: str) -> None:
        """Narrow to what one person says."""
        if self._told("speaker", value, found := self.unit.hearing.called(self.viewer, value)):
            self._hear(self.unit.hearing.heard(found, own=True))

    def account(self, value: str) -> None:
        """Narrow to people of an account."""
        found = [(i, name) for i, name, _ in self.unit.hearing.accounts(self.viewer) if folded(value) in folded(name)]
        if self._told("account", value, found, " or ".join(dict.fromkeys(name for _, name in found[:3]))):
            self._hear(self.unit.hearing.heard(self.unit.hearing.of_accounts([i for i, _ in found])))

    def cohort(self, value: str) -> None:
        """Narrow to a cohort: of the study, or of the account of who is heard."""
        self._cohort(value, lambda cohort: folded(value) in folded(cohort))

    def role(self, value: str) -> None:
        """Narrow to what interviewers or participants say."""
        if self._told("role", value, found := [role for role in Role if role.value == value.casefold()]):
            self.roles += found

    def before(self, value: str) -> None:
        """Narrow to what was said before a time."""
        if span := self._days("before", value):
            self.until.append(span[0] - timedelta(1))

    def after(self, value: str) -> None:
        """Narrow to what was said after a time."""
        if span := self._days("after", value):
            self.since.append(span[1] + timedelta(1))

    def on(self, value: str) -> None:
        """Narrow to what was said within a time."""
        if span := self._days("on", value):
            self.since.append(span[0])
            self.until.append(span[1])

    # Filters of the page: exact values, alternatives within one

    def filters(self, query: Query) -> None:
        """Narrow by what was ticked."""
        if query.studies:
            self._narrow_studies(set(query.studies))
        if query.methods:
            self._narrow_studies({s.id for s in self.all_studies if {*query.methods} & {*values_of(s.facts.method)}})
        if query.areas:
            areas = {s.id: values_of(s.facts.product_area) for s in self.all_studies}
            self._narrow_studies({study_id for study_id, named in areas.items() if {*query.areas} & {*named}})
        if query.accounts:
            found = [i for i, name, _ in self.unit.hearing.accounts(self.viewer) if name in query.accounts]
            self._hear(self.unit.hearing.heard(self.unit.hearing.of_accounts(found)))
        if query.cohorts:
            self._cohort("", lambda cohort: bool({*query.cohorts} & {*values_of(cohort)}))
        if query.quarters:
            spans = [span for span in map(days, query.quarters) if span]
            seen = (self.unit.segments.sessions_in_scope(self.viewer, since=a, until=b) for a, b in spans)
            self._hear(Heard(frozenset(i for sessions in seen for i in sessions)))

    def code_ids(self, query: Query) -> tuple[int, ...]:
        """Give the codes one of which a passage must have."""
        chosen = [[self.codebook.named(slug) for slug in query.themes]] if query.themes else []
        groups = [{c.id for code in codes for c in (code, *self.codebook.under(code))} for codes in self.codes + chosen]
        for codes in groups[1:]:  # of several, a passage must have each
            self._only(frozenset(self.unit.codings.segments_about(codes)))
        return tuple(sorted(groups[0])) if groups else ()

    # Steps

    def _studies(self, name: str, value: str, found: Sequence[Study], told: str = "") -> None:
        if self._told(name, value, found, told):
            self._narrow_studies({study.id for study in found})

    def _narrow_studies(self, ids: set[int]) -> None:
        self.studies = ids if self.studies is None else self.studies & ids

    def _cohort(self, value: str, fits: Callable[[str], bool]) -> None:
        studies = {s.id for s in self.all_studies if s.facts.cohort and fits(s.facts.cohort)}
        accounts = [i for i, _, cohort in self.unit.hearing.accounts(self.viewer) if cohort and fits(cohort)]
        if value and not self._told("cohort", value, [*studies, *accounts]):
            return
        heard = self.unit.hearing.heard(self.unit.hearing.of_accounts(accounts)) if accounts else Heard(frozenset())
        if studies:
            whole = frozenset(self.unit.segments.sessions_in_scope(self.viewer, studies=sorted(studies)))
            mixed = heard.passages is not None
            passages = (heard.passages or frozenset()) | self.unit.segments.ids_of(whole) if mixed else None
            heard = Heard(heard.sessions | whole, passages)
        self._hear(heard)

    def _hear(self, heard: Heard) -> None:
        self.sessions = heard.sessions if self.sessions is None else self.sessions & heard.sessions
        if heard.passages is not None:
            self._only(heard.passages)

    def _only(self, passages: frozenset[int]) -> None:
        self.passages = passages if self.passages is None else self.passages & passages

    def _days(self, name: str, value: str) -> tuple[date, date] | None:
        span = days(value)
        if span is None:
            self.notes.append(f"“{name}:{value}” is no day, month or year such as 2026-03-17, so it was passed over.")
        else:
            whole = f"{span[0]}" if span[0] == span[1] else f"{span[0]} to {span[1]}"
            told = {"before": f"{span[0]}", "after": f"{span[1]}"}.get(name, whole)
            self.understood.append(f"{name} {told}")
        return span

    def _told(self, name: str, value: str, found: object, told: str = "") -> bool:
        if found:
            self.understood.append(f"{name} {told or f'“{value}”'}")
        else:
            self.notes.append(f"No {_KINDS.get(name, name)} is called “{value}”, so “{name}:” was passed over.")
        return bool(found)


_KINDS = {"theme": "theme or code", "area": "product area"}
_MEANINGS: dict[str, Callable[[_Reading, str], None]] = {
    "study": _Reading.study,
    "theme": _Reading.theme,
    "speaker": _Reading.speaker,
    "account": _Reading.account,
    "cohort": _Reading.cohort,
    "method": _Reading.method,
    "area": _Reading.area,
    "role": _Reading.role,
    "before": _Reading.before,
    "after": _Reading.after,
    "on": _Reading.on,
}
