"""The register of participants: people by label (P07), what is known of them, made when they are first named."""

import re
from dataclasses import dataclass

from repository.domain.access import Viewer
from repository.domain.participant import Account, Participant
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Longest label, role, account and cohort kept.
LENGTH = 120


@dataclass(frozen=True, slots=True)
class About:
    """What somebody says of a participant; whatever is empty is not said."""

    account: str = ""
    cohort: str = ""
    role: str = ""


#: What is said where nothing is.
NOTHING_SAID = About()


@dataclass(frozen=True, slots=True)
class Register:
    """All participants and accounts; `unused` are participants whom no speaker is said to be."""

    participants: tuple[Participant, ...]
    accounts: tuple[Account, ...]
    unused: tuple[Participant, ...]

    def labelled(self, participant_id: int | None) -> Participant | None:
        """Give a participant by number."""
        return next((one for one in self.participants if one.id == participant_id), None)


def register(workspace: Workspace) -> Register:
    """Show the register."""
    with workspace.read() as unit:
        everybody, linked = unit.people.all(), unit.people.linked()
        unused = tuple(one for one in everybody if one.id not in linked)
        return Register(tuple(everybody), tuple(unit.people.accounts()), unused)


def enter(workspace: Workspace, viewer: Viewer, label: str, about: About = NOTHING_SAID) -> tuple[int, bool]:
    """Find a participant by label, or make one; give the number, and whether it is new.

    Raises Forbidden, Rejected (no label), Conflict (what is said contradicts what is known).
    """
    if not viewer.may_write:
        raise Forbidden("Readers cannot make participants.")
    with workspace.write() as unit:
        return entered(unit, label, about)


def entered(unit: Unit, label: str, about: About) -> tuple[int, bool]:
    """Do what `enter` does within a transaction: labels that differ by case only are the same."""
    label, about = _clean(label), About(*map(_clean, (about.account, about.cohort, about.role)))
    if not label:
        raise Rejected("A participant needs a label.", hint="Write P01, or a name they agreed to.", slug="no-label")
    known = next((one for one in unit.people.all() if one.label.casefold() == label.casefold()), None)
    if known is None:
        account = _account(unit, None, about)
        return unit.people.add_participant(label, about.role, account), True
    if about.role and known.role and about.role.casefold() != known.role.casefold():
        raise Conflict(f"{known.label} is “{known.role}” already.", hint="Leave the role empty to keep it.")
    account = _account(unit, known, about)
    unit.people.tell(known.id, role=known.role or about.role, account_id=account)
    return known.id, False


def remove(workspace: Workspace, viewer: Viewer, participant_id: int) -> str:
    """Remove a participant whom nobody is said to be; give the label. Raises Forbidden, NotFound, Conflict."""
    if not viewer.may_write:
        raise Forbidden("Readers cannot remove participants.")
    with workspace.write() as unit:
        label = unit.people.labels().get(participant_id)
        if label is None:
            raise NotFound("There is no such participant any more.")
        if participant_id in unit.people.linked():
            raise Conflict(f"Somebody in a transcript is {label}.", hint="Take the participant off there first.")
        unit.people.remove(participant_id)
        return label


def _account(unit: Unit, known: Participant | None, about: About) -> int | None:
    """Give the account that is meant, making a new one; its cohort is filled in where none is known."""
    held = known.account if known else None
    if not about.account and not about.cohort:
        return held.id if held else None
    if not about.account and held is None:
        raise Rejected("A cohort is that of an account.", hint="Name the account as well.", slug="no-account")
    if about.account and held and held.name.casefold() != about.account.casefold():
        assert known is not None
        raise Conflict(f"{known.label} belongs to “{held.name}” already.", hint="Leave the account empty to keep it.")
    accounts = unit.people.accounts()
    found = held or next((one for one in accounts if one.name.casefold() == about.account.casefold()), None)
    if found is None:
        return unit.people.add_account(_key({one.key for one in accounts}, about.account), about.account, about.cohort)
    if about.cohort and found.cohort and about.cohort.casefold() != found.cohort.casefold():
        told = f"“{found.name}” is of the cohort “{found.cohort}” already."
        raise Conflict(told, hint="Leave the cohort empty to keep it.")
    if about.cohort and not found.cohort:
        unit.people.tell_cohort(found.id, about.cohort)
    return found.id


def _key(taken: set[str], name: str) -> str:
    """Give a key for an account that no other has.

    >>> _key({"acme"}, "Acme")
    'acme-2'
    """
    key = re.sub(r"[^\w]+", "-", name.casefold()).strip("-") or "account"
    return next(one for one in (key, *(f"{key}-{n}" for n in range(2, len(taken) + 3))) if one not in taken)


def _clean(words: str) -> str:
    return " ".join(words.replace("\0", " ").split())[:LENGTH]
