"""A plan's text with the names this repository knows."""

from ingest.plan_reading import METHODS, Known, ReadPlan, read_plan
from repository.domain.access import Viewer
from repository.plan_viewing import vocabulary
from repository.workspace import Workspace


def recognise(workspace: Workspace, viewer: Viewer, text: str) -> ReadPlan:
    """Recognise what a plan says, among the cohorts, areas, methods and accounts that are known here."""
    return read_plan(text, known_names(workspace, viewer))


def known_names(workspace: Workspace, viewer: Viewer) -> Known:
    """Give the names a plan may speak of."""
    with workspace.read() as unit:
        words = vocabulary(unit, viewer)
        methods = [study.facts.method for study in unit.studies.all(viewer) if study.facts.method]
        accounts = tuple(account.name for account in unit.people.accounts())
    return Known(words.cohorts, words.areas, tuple(dict.fromkeys((*METHODS, *methods))), accounts)
