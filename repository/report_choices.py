"""What a report can be about: the studies, themes, cohorts, accounts and product areas that the viewer sees."""

from dataclasses import dataclass

from repository.codebook import seen
from repository.domain.access import Viewer
from repository.domain.coding import Code
from repository.domain.study import Study
from repository.report_counting import cohorts_of
from repository.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """What there is to choose from; accounts as (number, name), only those of which somebody was heard."""

    studies: tuple[Study, ...]
    themes: tuple[Code, ...]
    cohorts: tuple[str, ...]
    accounts: tuple[tuple[int, str], ...]
    product_areas: tuple[str, ...]


def choices(workspace: Workspace, viewer: Viewer) -> ReportChoices:
    """List what a report can be narrowed to."""
    with workspace.read() as unit:
        studies, codebook = unit.studies.all(viewer), seen(unit, viewer)
        heard = unit.prevalence.people(viewer)
    accounts = {one.account_id: one.account for one in heard if one.account_id}
    return ReportChoices(
        studies=tuple(studies),
        themes=codebook.themes,
        cohorts=tuple(cohort for cohort in cohorts_of(heard) if cohort),
        accounts=tuple(sorted(accounts.items(), key=lambda one: one[1])),
        product_areas=tuple(sorted({study.facts.product_area for study in studies if study.facts.product_area})),
    )
