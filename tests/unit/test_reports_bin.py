"""Reports in the bin: found again for thirty days, then gone with their versions and links."""

import sqlite3
import threading
from datetime import date

import pytest
from flask.testing import FlaskClient

from repository import report_keeping as keeping
from repository.domain.access import LOCAL_ADMIN
from repository.domain.report import ReportScope, Template
from repository.errors import NotFound
from repository.workspace import Workspace
from tests.conftest import Clock
from tests.unit.test_web import token


def a_report(workspace: Workspace, name: str) -> tuple[int, str]:
    """Keep a report, frozen once and shared; give its number and the link's token."""
    number = keeping.keep(workspace, LOCAL_ADMIN, name, Template.THEMES, ReportScope()).id
    version = keeping.freeze(workspace, LOCAL_ADMIN, number)
    return number, keeping.share(workspace, LOCAL_ADMIN, number, version.number, days=90)[0]


def rows(workspace: Workspace) -> list[int]:
    stored = sqlite3.connect(workspace.folder / "cairn.db")
    counts = [
        stored.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("report", "report_version", "shared_link")
    ]
    stored.close()
    return counts


def test_a_binned_report_is_listed_with_what_it_holds_and_its_last_day(workspace: Workspace) -> None:
    number, _ = a_report(workspace, "Quarter")
    assert keeping.binned(workspace) == ()
    keeping.remove(workspace, LOCAL_ADMIN, number)
    [row] = keeping.binned(workspace)
    assert (row.id, row.title, row.gone_on) == (number, "Quarter", date(2026, 12, 23))
    assert row.what_it_holds == "1 frozen version, of you"


def test_it_is_removed_for_good_when_its_days_are_over_and_nothing_else_is(workspace: Workspace, clock: Clock) -> None:
    gone, link = a_report(workspace, "Gone")
    a_report(workspace, "Kept")
    keeping.remove(workspace, LOCAL_ADMIN, gone)
    clock.forward(days=29)
    late, _ = a_report(workspace, "Late")
    keeping.remove(workspace, LOCAL_ADMIN, late)
    keeping.purge(workspace)
    assert rows(workspace) == [3, 3, 3]
    clock.forward(days=2)
    keeping.purge(workspace)
    assert rows(workspace) == [2, 2, 2] and [row.id for row in keeping.binned(workspace)] == [late]
    with pytest.raises(NotFound):
        keeping.restore(workspace, LOCAL_ADMIN, gone)
    with pytest.raises(NotFound):
        keeping.shared(workspace, link)
    assert [kept.report.name for kept in keeping.reports(workspace, LOCAL_ADMIN)] == ["Kept"]


def test_a_worker_empties_the_bin_of_reports(workspace: Workspace, clock: Clock) -> None:
    from ingest.worker import work

    number, _ = a_report(workspace, "Gone")
    keeping.remove(workspace, LOCAL_ADMIN, number)
    clock.forward(days=31)
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(workspace, stop))
    worker.start()
    while worker.is_alive() and keeping.binned(workspace):
        stop.wait(0.05)
    stop.set()
    worker.join()
    assert rows(workspace) == [0, 0, 0]


def test_the_page_lists_it_and_brings_it_back(client: FlaskClient, workspace: Workspace) -> None:
    number, _ = a_report(workspace, "Quarter <b>")
    keeping.remove(workspace, LOCAL_ADMIN, number)
    page = client.get("/bin/").text
    assert "Quarter &lt;b&gt;" in page and "report, 1 frozen version, of you" in page
    assert f'action="/reports/{number}/restore"' in page and "23 December 2026" in page
    assert client.post(f"/reports/{number}/restore", data={"csrf_token": token(client)}).status_code == 303
    assert "The bin is empty." in client.get("/bin/").text
    assert client.get(f"/reports/{number}").status_code == 200
