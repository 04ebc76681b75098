"""What a search's hits can be narrowed by, each with how many of the hits it would leave."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from repository.domain.study import Session, Study
from repository.domain.transcript import Role
from repository.found_quotes import ThemeTag
from repository.querying import quarter_of, values_of
from repository.store.segments import Segment
from repository.store.unit import Unit

#: Values of a facet at most, most first.
MOST = 12


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts over all hits, most first; quarters in their order, newest first. A hit may count under several values."""

    studies: tuple[tuple[int, str, int], ...] = ()
    themes: tuple[tuple[str, str, int], ...] = ()
    roles: tuple[tuple[Role, int], ...] = ()
    cohorts: tuple[tuple[str, int], ...] = ()
    accounts: tuple[tuple[str, int], ...] = ()
    methods: tuple[tuple[str, int], ...] = ()
    areas: tuple[tuple[str, int], ...] = ()
    quarters: tuple[tuple[str, int], ...] = ()


def facets(
    unit: Unit,
    segments: Sequence[Segment],
    sessions: dict[int, Session],
    studies: dict[int, Study],
    tags: dict[int, tuple[ThemeTag, ...]],
) -> Facets:
    """Count what these hits can be narrowed by."""
    accounts = unit.hearing.accounts_on([segment.id for segment in segments])
    by_study: Counter[int] = Counter()
    by_role: Counter[Role] = Counter()
    by_theme: Counter[tuple[str, str]] = Counter()
    others: dict[str, Counter[str]] = {kind: Counter() for kind in ("cohort", "account", "method", "area", "quarter")}
    for segment in segments:
        facts, on = studies[segment.study_id].facts, sessions[segment.session_id].occurred_on
        heard = accounts.get(segment.id, set())
        by_study[segment.study_id] += 1
        by_role[segment.role] += 1
        by_theme.update({(tag.slug, tag.name) for tag in tags.get(segment.id, ())})
        others["cohort"].update({*values_of(facts.cohort), *(one for _, theirs in heard for one in values_of(theirs))})
        others["account"].update({name for name, _ in heard} - {""})
        others["method"].update(values_of(facts.method))
        others["area"].update(values_of(facts.product_area))
        others["quarter"].update({quarter_of(on)} if on else ())
    return Facets(
        studies=tuple((i, studies[i].title, count) for i, count in by_study.most_common()),
        themes=tuple((slug, name, count) for (slug, name), count in by_theme.most_common(MOST)),
        roles=tuple(by_role.most_common()),
        cohorts=tuple(others["cohort"].most_common(MOST)),
        accounts=tuple(others["account"].most_common(MOST)),
        methods=tuple(others["method"].most_common(MOST)),
        areas=tuple(others["area"].most_common(MOST)),
        quarters=tuple(sorted(others["quarter"].items(), reverse=True)[:MOST]),
    )
