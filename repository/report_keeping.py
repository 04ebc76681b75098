"""Reports kept by name: changed, frozen as versions that stay what they are, shared by links, and put into the bin."""

import hashlib
import json
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from repository.domain.access import PersonRole, Viewer
from repository.domain.report import Contents, Report, ReportScope, SharedLink, Template, Version
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.reporting import compile_report
from repository.store.plain import written
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Characters of a name and of a version's note, and days that a link may be good for.
NAME, NOTE, DAYS = 200, 500, 365


@dataclass(frozen=True, slots=True)
class Kept:
    """A report with its versions, the newest first, and the links to them."""

    report: Report
    versions: tuple[Version, ...]
    links: tuple[SharedLink, ...] = ()


@dataclass(frozen=True, slots=True)
class BinnedReport:
    """A report in the bin, and the day it goes for good."""

    id: int
    title: str
    what_it_holds: str
    gone_on: date


def reports(workspace: Workspace, viewer: Viewer) -> tuple[Kept, ...]:
    """List what is kept, what changed last first."""
    with workspace.read() as unit:
        held = unit.reports.all()
        versions = unit.reports.versions([report.id for report in held])
    return tuple(Kept(report, tuple(one for one in versions if one.report_id == report.id)) for report in held)


def report(workspace: Workspace, viewer: Viewer, report_id: int) -> Kept:
    """Give one report. Raises NotFound."""
    with workspace.read() as unit:
        return _kept(unit, report_id)


def named(workspace: Workspace, viewer: Viewer, name_or_number: str) -> Kept:
    """Find a report by its name, whatever its case, or by its number. Raises NotFound, Conflict if several are so called."""
    wanted = name_or_number.strip()
    with workspace.read() as unit:
        held = unit.reports.all()
        found = [one for one in held if one.name.casefold() == wanted.casefold()]
        found = found or [one for one in held if str(one.id) == wanted]
        if len(found) > 1:
            numbers = ", ".join(str(one.id) for one in found)
            raise Conflict(f"Several reports are called “{wanted}”.", hint=f"Use a number: {numbers}.")
        if not found:
            known = ", ".join(f"“{one.name}”" for one in held[:5])
            hint = f"Reports here: {known}." if known else "Make one on the page Reports first."
            raise NotFound(f"There is no report “{wanted}”.", hint=hint)
        return _kept(unit, found[0].id)


def keep(workspace: Workspace, viewer: Viewer, name: str, template: Template, scope: ReportScope) -> Report:
    """Keep a report by name. Raises Rejected without a name or with days that end before they begin."""
    name = _checked(viewer, name, scope)
    with workspace.write() as unit:
        number = unit.reports.add(name, template, scope, by=viewer.person, now=workspace.clock())
        return _get(unit, number)


def change(
    workspace: Workspace,
    viewer: Viewer,
    report_id: int,
    name: str,
    template: Template,
    scope: ReportScope,
    *,
    edition: int,
) -> Report:
    """Change what a report is about; its frozen versions stay. Raises Conflict if somebody else changed it meanwhile."""
    name = _checked(viewer, name, scope)
    with workspace.write() as unit:
        _get(unit, report_id)
        now = workspace.clock()
        if not unit.reports.change(report_id, name, template, scope, edition=edition, now=now):
            raise Conflict(
                "Somebody else changed this report meanwhile.", hint="Look at it again, then repeat your change."
            )
        return _get(unit, report_id)


def live(workspace: Workspace, viewer: Viewer, report_id: int) -> tuple[Kept, Contents]:
    """Compile a report as it is today."""
    kept = report(workspace, viewer, report_id)
    one = kept.report
    return kept, compile_report(workspace, viewer, one.name, one.template, one.scope)


def freeze(workspace: Workspace, viewer: Viewer, report_id: int, note: str = "") -> Version:
    """Keep what a report says now for ever, as its next version."""
    _may_write(viewer)
    kept, contents = live(workspace, viewer, report_id)
    with workspace.write() as unit:
        _get(unit, report_id)
        return unit.reports.freeze(
            kept.report.id,
            by=viewer.person,
            at=contents.as_of,
            note=" ".join(note.split())[:NOTE],
            digest=digest(contents),
            contents=contents,
        )


def frozen(workspace: Workspace, viewer: Viewer, report_id: int, number: int) -> tuple[Kept, Version, Contents]:
    """Give a version as it was kept. Raises NotFound, Conflict if what is kept is not what was frozen."""
    with workspace.read() as unit:
        kept = _kept(unit, report_id)
        found = unit.reports.version(report_id, number)
    if found is None:
        raise NotFound("There is no such version of this report.")
    version, contents = found
    if digest(contents) != version.digest:
        raise Conflict(
            "This version is not what was frozen: its figures were changed in the database.", slug="tampered"
        )
    return kept, version, contents


def digest(contents: Contents) -> str:
    """Give the SHA-256 of everything a report holds, hex."""
    text = json.dumps(written(contents), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def remove(workspace: Workspace, viewer: Viewer, report_id: int) -> Report:
    """Put a report with its versions and links into the bin."""
    _may_write(viewer)
    with workspace.write() as unit:
        found = _get(unit, report_id)
        unit.reports.set_deleted(report_id, workspace.clock())
        return found


def restore(workspace: Workspace, viewer: Viewer, report_id: int) -> Report:
    """Take a report out of the bin."""
    _may_write(viewer)
    with workspace.write() as unit:
        if unit.reports.get(report_id, binned=True) is None:
            raise NotFound("There is no such report in the bin.")
        unit.reports.set_deleted(report_id, None)
        return _get(unit, report_id)


def binned(workspace: Workspace) -> tuple[BinnedReport, ...]:
    """List the reports that can still be brought back."""
    days = timedelta(days=workspace.settings.bin.days)
    with workspace.read() as unit:
        held = [(one, one.deleted_at) for one in unit.reports.all(binned=True)]
        frozen_of = Counter(version.report_id for version in unit.reports.versions([one.id for one, _ in held]))
    return tuple(
        BinnedReport(one.id, one.name, f"{_versions(frozen_of[one.id])}, of {one.created_by}", (at + days).date())
        for one, at in held
        if at
    )


def purge(workspace: Workspace) -> None:
    """Remove the reports that have lain in the bin too long, with their versions and links."""
    with workspace.write() as unit:
        unit.reports.purge(workspace.clock() - timedelta(days=workspace.settings.bin.days))


# Links


def share(workspace: Workspace, viewer: Viewer, report_id: int, number: int, *, days: int) -> tuple[str, SharedLink]:
    """Make a link by which anybody may read one version for some days; give its token, which is kept nowhere."""
    _may_write(viewer)
    if not 1 <= days <= DAYS:
        raise Rejected(f"A link is good for 1 to {DAYS} days.")
    _, version, _ = frozen(workspace, viewer, report_id, number)
    token, now = secrets.token_urlsafe(24), workspace.clock()
    with workspace.write() as unit:
        link = unit.reports.share(
            version.id, _sha(token), by=viewer.person, at=now, expires_at=now + timedelta(days=days)
        )
    return token, link


def shared(workspace: Workspace, token: str) -> tuple[Version, Contents, SharedLink]:
    """Give the version that a link leads to. Raises NotFound, which does not say whether there ever was one."""
    with workspace.read() as unit:
        found = unit.reports.shared(_sha(token), workspace.clock())
    if found is None:
        raise NotFound("This link leads nowhere, or no longer.", hint="Ask whoever sent it for a new one.")
    return found


def reader_of(link: SharedLink) -> Viewer:
    """Say through whose eyes a link is read: those of whoever made it, and no further."""
    return Viewer(link.made_by, PersonRole.READER)


def revoke(workspace: Workspace, viewer: Viewer, report_id: int, link_id: int) -> None:
    """Let a link lead nowhere from now on."""
    _may_write(viewer)
    with workspace.write() as unit:
        if link_id not in {link.id for link in _kept(unit, report_id).links}:
            raise NotFound("There is no such link.")
        unit.reports.revoke(link_id, workspace.clock())


def _versions(number: int) -> str:
    return "1 frozen version" if number == 1 else f"{number or 'no'} frozen versions"


def _sha(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _kept(unit: Unit, report_id: int) -> Kept:
    found = _get(unit, report_id)
    versions = unit.reports.versions([report_id])
    return Kept(found, tuple(versions), tuple(unit.reports.links([version.id for version in versions])))


def _get(unit: Unit, report_id: int) -> Report:
    found = unit.reports.get(report_id)
    if found is None:
        raise NotFound("There is no such report.")
    return found


def _checked(viewer: Viewer, name: str, scope: ReportScope) -> str:
    _may_write(viewer)
    name = " ".join(name.replace("\0", " ").split())[:NAME]
    if not name:
        raise Rejected("A report needs a name.", slug="no-name")
    if scope.since and scope.until and scope.until < scope.since:
        raise Rejected("The last day is before the first one.", hint="Exchange the two.", slug="not-a-range")
    return name


def _may_write(viewer: Viewer) -> None:
    if not viewer.may_write:
        raise Forbidden("Readers cannot keep reports.")
