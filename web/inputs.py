"""What people and programs send, turned into values; whatever cannot be one is refused with a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from werkzeug.datastructures import MultiDict

from repository.domain.coding import SuggestionState
from repository.domain.study import StudyFacts, StudyState
from repository.domain.transcript import Role
from repository.errors import Rejected
from repository.querying import FILTERS, Query
from repository.reviewing import Order, ReviewFilter

T = TypeVar("T")

#: Rows of a list shown at a time.
PAGE = 50
#: Hits shown first, and at most.
HITS, MOST_HITS = 20, 100
#: Characters of a question that are taken, more than are looked at; and of the value of a filter.
QUESTION, VALUE = 20_000, 200


def day(text: str | None, what: str) -> date | None:
    """Read YYYY-MM-DD, None for nothing. Raises Rejected."""
    if not text or not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Rejected(f"{what} “{text}” is not a day.", hint="Write it as 2026-03-17.", slug="not-a-day") from error


def whole(text: str | None, what: str, *, default: int, least: int = 1, most: int = 2**31 - 1) -> int:
    """Read a whole number within bounds. Raises Rejected."""
    if not text:
        return default
    try:
        return min(most, max(least, int(text)))
    except ValueError as error:
        raise Rejected(f"{what} “{text}” is not a whole number.", slug="not-a-number") from error


def query(args: MultiDict[str, str]) -> Query:
    """Read a search from an address: q, study*, theme*, role*, … (querying.FILTERS), since, until, limit. Raises Rejected."""
    return Query(
        text=args.get("q", "").replace("\0", " ").strip()[:QUESTION],
        studies=tuple(whole(study, "Study", default=0) for study in args.getlist("study") if study),
        roles=tuple(role(one) for one in args.getlist("role") if one),
        since=day(args.get("since"), "The first day"),
        until=day(args.get("until"), "The last day"),
        limit=whole(args.get("limit"), "Limit", default=HITS, most=MOST_HITS),
        literally=bool(args.get("literally")),
        **{many: tuple(value[:VALUE] for value in args.getlist(one) if value) for one, many in FILTERS.items()},
    )


def question(args: MultiDict[str, str]) -> str:
    """Read a question from an address: q; how much of a long one counts is said where it is answered."""
    return args.get("q", "").replace("\0", " ").strip()[:QUESTION]


def review_filter(args: MultiDict[str, str]) -> ReviewFilter:
    """Read what to review from an address: code, study, from, to (scores), state, order. Raises Rejected."""
    least, most = tenths(args.get("from"), "From", default=0), tenths(args.get("to"), "To", default=10)
    if least >= most:
        raise Rejected("The score to begin with is not below the one to end with.", slug="not-a-range")
    states = {"": None, "suggested": SuggestionState.PENDING, "coded": SuggestionState.APPLIED}
    state, order = args.get("state", ""), args.get("order") or Order.BEST
    if state not in states:
        raise Rejected("There is no such state.", hint="Use one of: suggested, coded.", slug="no-such-state")
    if order not in list(Order):
        raise Rejected("There is no such order.", hint=f"Use one of: {', '.join(Order)}.", slug="no-such-order")
    return ReviewFilter(
        code=args.get("code", ""),
        study_id=whole(args.get("study"), "Study", default=0, least=0) or None,
        least=least,
        most=most,
        state=states[state],
        order=Order(order),
    )


def tenths(text: str | None, what: str, *, default: int) -> int:
    """Read a score from 0 to 1 as tenths, rounded. Raises Rejected."""
    if not text:
        return default
    try:
        return min(10, max(0, round(float(text) * 10)))
    except (ValueError, OverflowError) as error:
        raise Rejected(f"{what} “{text}” is not a number.", hint="Write it as 0.8.", slug="not-a-number") from error


def role(text: str | None) -> Role:
    """Read a role, unknown for nothing. Raises Rejected."""
    try:
        return Role(text or Role.UNKNOWN)
    except ValueError as error:
        known = ", ".join(Role)
        raise Rejected("There is no such role.", hint=f"Use one of: {known}.", slug="no-such-role") from error


def study_facts(form: MultiDict[str, str]) -> StudyFacts:
    """Read what a form says about a study. Raises Rejected."""
    try:
        state = StudyState(form.get("state") or StudyState.IN_THE_FIELD)
    except ValueError as error:
        known = ", ".join(StudyState)
        raise Rejected(
            "A study cannot be in that state.", hint=f"Use one of: {known}.", slug="no-such-state"
        ) from error
    questions = form.get("questions", "").splitlines()
    return StudyFacts(
        title=" ".join(form.get("title", "").replace("\0", " ").split())[:200],
        questions=tuple(" ".join(line.split())[:500] for line in questions if line.strip())[:50],
        owner=form.get("owner", "").strip()[:200],
        method=form.get("method", "").strip()[:200],
        state=state,
        product_area=form.get("product_area", "").strip()[:200],
        cohort=form.get("cohort", "").strip()[:200],
        started_on=day(form.get("started_on"), "The start"),
    )


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a longer list; pages are numbered from 1."""

    rows: tuple[T, ...]
    number: int
    of: int
    total: int


def page(rows: Sequence[T], args: MultiDict[str, str]) -> Page[T]:
    """Give the page of rows that an address asks for with `page`; past the end it is the last one."""
    of = max(1, -(-len(rows) // PAGE))
    number = whole(args.get("page"), "Page", default=1, most=of)
    return Page(tuple(rows[(number - 1) * PAGE : number * PAGE]), number, of, len(rows))
