"""Which candidates and passages an address asks for; the pages of discovery and the API read it the same way."""

from flask import request

from repository.domain.candidate import CandidateState
from repository.errors import Rejected
from repository.mapping import MapFilter
from repository.store.discovery import Wanted
from web import inputs

#: What an address says about what is shown.
KEPT = ("study", "cohort", "role", "q", "state", "candidate")
#: Characters of a search that are looked at.
TYPED = 200


def asked_for() -> MapFilter:
    """Read what to show from an address: study, cohort, role, q, state, candidate, page. Raises Rejected."""
    args = request.args
    try:
        state = CandidateState(args.get("state") or CandidateState.OPEN)
    except ValueError as error:
        known = ", ".join(CandidateState)
        raise Rejected("There is no such state.", hint=f"Use one of: {known}.", slug="no-such-state") from error
    words = " ".join(args.get("q", "").replace("\0", " ").split())[:TYPED]
    return MapFilter(
        wanted=Wanted(
            study_id=inputs.whole(args.get("study"), "Study", default=0, least=0) or None,
            cohort=args.get("cohort", "")[:TYPED] or None,
            role=args.get("role", "")[:TYPED],
            words=words,
        ),
        state=state,
        candidate_id=inputs.whole(args.get("candidate"), "Candidate", default=0, least=0) or None,
        page=inputs.whole(args.get("page"), "Page", default=1),
    )


def chosen(texts: list[str]) -> list[int]:
    """Read the numbers of passages: one a field, or several with commas between them. Raises Rejected."""
    numbers = [number for text in texts for number in text.split(",") if number.strip()]
    most = 2**63 - 1
    return list(dict.fromkeys(inputs.whole(number, "Passage", default=0, most=most) for number in numbers))


def kept() -> dict[str, str]:
    """Give the filter as the address has it."""
    return {name: request.args[name] for name in KEPT if request.args.get(name)}
