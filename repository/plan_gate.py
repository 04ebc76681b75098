"""Whether a study may begin to recruit: somebody looked, not long ago, at what is known already."""

from datetime import timedelta

from repository.domain.study import StudyFacts, StudyState
from repository.errors import Rejected
from repository.store.unit import Unit
from repository.workspace import Workspace


def advice(workspace: Workspace, unit: Unit, study_id: int | None) -> str:
    """Say what a study lacks before it recruits, "" if its plan was checked not long ago."""
    last = unit.plans.last_check_of_study(study_id) if study_id is not None else None
    days = workspace.settings.planning.check_days
    if last is not None and last >= workspace.clock() - timedelta(days=days):
        return ""
    if last is None:
        return "Nobody has checked a plan of this study against what is known already."
    return f"The plan of this study was last checked on {last.day} {last:%B %Y}, more than {days} days ago."


def admit(
    workspace: Workspace,
    unit: Unit,
    facts: StudyFacts,
    *,
    study_id: int | None = None,
    before: StudyFacts | None = None,
) -> None:
    """Refuse a study that begins to recruit without a check, where the settings make this a gate. Raises Rejected."""
    begins = facts.state is StudyState.RECRUITING and (before is None or before.state is not StudyState.RECRUITING)
    if not (workspace.settings.planning.gate and begins):
        return
    if lacking := advice(workspace, unit, study_id):
        hint = (
            f"Check its plan first: /plans/new?study={study_id}"
            if study_id
            else "Make it planned, and check its plan first."
        )
        raise Rejected(f"The study cannot begin to recruit. {lacking}", hint=hint, slug="no-fresh-check")
