"""What all passages have in common: measured when there is enough, and the same for whatever came in before."""

from itertools import pairwise

from repository.domain.access import LOCAL_ADMIN
from repository.domain.job import JobState
from repository.judging import common_ground
from repository.settings import Settings
from repository.workspace import Workspace
from tests.builders import a_job, a_study, done


def interview(number: int) -> str:
    """Make a transcript of about three passages that nobody else has."""
    topics = ("the invoice of location", "the calendar and sync number", "a training course, part")
    return "".join(
        f"Interviewer: And {topic} {number}?\nP{number}: "
        + f"I would say {topic} {number} is {'quite ' * (number % 5)}fine and I told them so. " * 9
        + "\n"
        for topic in topics
    )


def test_it_is_measured_once_there_is_enough_and_again_when_there_is_twice_as_much(workspace: Workspace) -> None:
    study = a_study(workspace)
    assert (common_ground(workspace).count, common_ground(workspace).mean) == (0, None)
    counts = []
    for number in range(24):
        done(workspace, a_job(workspace, study, interview(number), name=f"{number}.txt"))
        counts.append(common_ground(workspace).count)
    with workspace.read() as unit:
        total = unit.vectors.count(workspace.embedder().fingerprint)
        assert {job.state for job in unit.jobs.seen(LOCAL_ADMIN)} == {JobState.DONE}
    measured = sorted(set(counts))
    assert measured[0] == 0 and measured[1] >= 20 and len(measured) >= 3
    assert all(later >= 2 * earlier for earlier, later in pairwise(measured[1:]))
    assert total < 2 * measured[-1]


def test_the_order_in_which_files_came_in_changes_no_score(settings: Settings, workspace: Workspace) -> None:
    study = a_study(workspace)
    for number in range(20):
        done(workspace, a_job(workspace, study, interview(number), name=f"{number}.txt"))
    before = {(s.words_sha, s.code_id): s.score for s in _all(workspace)}
    from repository.domain.source import Stage
    from repository.jobs import queue_ingest

    with workspace.write() as unit:
        again = []
        for source in unit.sources.of_studies([study.id]):
            unit.sources.reached(source.id, Stage.EMBEDDED)
            again.append(queue_ingest(unit, workspace, source.id))
    done(workspace, *again)
    assert before and {(s.words_sha, s.code_id): s.score for s in _all(workspace)} == before


def _all(workspace: Workspace):  # type: ignore[no-untyped-def]
    with workspace.read() as unit:
        return unit.codings.pending(LOCAL_ADMIN)
