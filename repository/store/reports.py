"""Reports in SQL: kept by name, frozen as versions, shared by links; and what reading one needs."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repository.domain.report import Contents, Report, ReportScope, SharedLink, Template, Version
from repository.store import report_tables as r
from repository.store import tables as t
from repository.store.plain import read, written
from repository.store.visibility import among


class ReportStore:
    """Reports, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def all(self, *, binned: bool = False) -> list[Report]:
        """List the reports, what changed last first."""
        gone = r.report.c.deleted_at.is_not(None) if binned else r.report.c.deleted_at.is_(None)
        query = sa.select(r.report).where(gone).order_by(r.report.c.updated_at.desc(), r.report.c.id.desc())
        return [_report(row) for row in self._sql.execute(query).mappings()]

    def get(self, report_id: int, *, binned: bool = False) -> Report | None:
        """Give one report."""
        row = self._sql.execute(sa.select(r.report).where(r.report.c.id == report_id)).mappings().first()
        return _report(row) if row and (row["deleted_at"] is not None) is binned else None

    def add(self, name: str, template: Template, scope: ReportScope, *, by: str, now: datetime) -> int:
        """Keep a new report; give its number."""
        row = {"name": name, "template": template.value, "scope": written(scope), "created_by": by}
        key = self._sql.execute(
            sa.insert(r.report).values(**row, created_at=now, updated_at=now, edition=1)
        ).inserted_primary_key
        assert key is not None
        return int(key[0])

    def change(
        self, report_id: int, name: str, template: Template, scope: ReportScope, *, edition: int, now: datetime
    ) -> bool:
        """Replace what a report is about; False, and nothing is done, if it is not at `edition` any more."""
        row = {
            "name": name,
            "template": template.value,
            "scope": written(scope),
            "edition": edition + 1,
            "updated_at": now,
        }
        where = (r.report.c.id == report_id, r.report.c.edition == edition)
        return self._sql.execute(sa.update(r.report).where(*where).values(**row)).rowcount == 1

    def set_deleted(self, report_id: int, at: datetime | None) -> None:
        """Put a report into the bin, or take it out."""
        self._sql.execute(sa.update(r.report).where(r.report.c.id == report_id).values(deleted_at=at))

    def purge(self, before: datetime) -> None:
        """Remove what has lain in the bin since before then, with its versions and the links to them."""
        self._sql.execute(sa.delete(r.report).where(r.report.c.deleted_at < before))

    # Versions

    def freeze(self, report_id: int, *, by: str, at: datetime, note: str, digest: str, contents: Contents) -> Version:
        """Keep what a report says now as its next version."""
        last = sa.select(sa.func.max(r.report_version.c.number)).where(r.report_version.c.report_id == report_id)
        number = (self._sql.scalar(last) or 0) + 1
        row = {"report_id": report_id, "number": number, "by": by, "at": at, "note": note, "digest": digest}
        key = self._sql.execute(
            sa.insert(r.report_version).values(**row, contents=written(contents))
        ).inserted_primary_key
        assert key is not None
        return Version(int(key[0]), report_id, number, by, at, note, digest)

    def versions(self, report_ids: Collection[int]) -> list[Version]:
        """List versions without their contents, the newest first."""
        query = sa.select(*_version_columns()).where(among(self._sql, r.report_version.c.report_id, report_ids))
        return [Version(*row) for row in self._sql.execute(query.order_by(r.report_version.c.number.desc()))]

    def version(self, report_id: int, number: int) -> tuple[Version, Contents] | None:
        """Give a version with its contents as they were kept."""
        v = r.report_version.c
        query = sa.select(*_version_columns(), v.contents).where(v.report_id == report_id, v.number == number)
        row = self._sql.execute(query).first()
        return (Version(*row[:-1]), read(Contents, row[-1])) if row else None

    # Links

    def share(self, version_id: int, token_sha: str, *, by: str, at: datetime, expires_at: datetime) -> SharedLink:
        """Keep a link by the hash of its token."""
        row = {"version_id": version_id, "made_by": by, "made_at": at, "expires_at": expires_at}
        key = self._sql.execute(sa.insert(r.shared_link).values(**row, token_sha=token_sha)).inserted_primary_key
        assert key is not None
        return SharedLink(int(key[0]), version_id, by, at, expires_at)

    def shared(self, token_sha: str, now: datetime) -> tuple[Version, Contents, SharedLink] | None:
        """Give the version that a link leads to, if it is still good."""
        link, v = r.shared_link.c, r.report_version.c
        query = (
            sa.select(*_version_columns(), v.contents, link.id, link.made_by, link.made_at, link.expires_at)
            .join(r.shared_link, link.version_id == v.id)
            .join(r.report, r.report.c.id == v.report_id)
            .where(
                link.token_sha == token_sha,
                link.revoked_at.is_(None),
                link.expires_at > now,
                r.report.c.deleted_at.is_(None),
            )
        )
        row = self._sql.execute(query).first()
        if row is None:
            return None
        return Version(*row[:7]), read(Contents, row[7]), SharedLink(row[8], row[0], row[9], row[10], row[11])

    def links(self, version_ids: Collection[int]) -> list[SharedLink]:
        """List the links to versions, the newest first."""
        link = r.shared_link.c
        columns = (link.id, link.version_id, link.made_by, link.made_at, link.expires_at, link.revoked_at)
        query = sa.select(*columns).where(among(self._sql, link.version_id, version_ids)).order_by(link.id.desc())
        return [SharedLink(*row) for row in self._sql.execute(query)]

    def revoke(self, link_id: int, at: datetime) -> None:
        """Let a link lead nowhere."""
        where = (r.shared_link.c.id == link_id, r.shared_link.c.revoked_at.is_(None))
        self._sql.execute(sa.update(r.shared_link).where(*where).values(revoked_at=at))

    # What reading needs

    def bodies(self, text_ids: Collection[int]) -> dict[int, tuple[int, str]]:
        """Give (session, words) of text revisions, old ones too."""
        query = sa.select(t.text.c.id, t.text.c.session_id, t.text.c.body).where(
            among(self._sql, t.text.c.id, text_ids)
        )
        return {row.id: (row.session_id, row.body) for row in self._sql.execute(query)}

    def labels(self, speaker_ids: Collection[int]) -> dict[int, str]:
        """Give what speakers are called: by the participant's label where they are linked."""
        query = (
            sa.select(t.speaker.c.id, sa.func.coalesce(t.participant.c.label, t.speaker.c.label))
            .outerjoin(t.participant, t.participant.c.id == t.speaker.c.participant_id)
            .where(among(self._sql, t.speaker.c.id, speaker_ids))
        )
        return {row[0]: row[1] for row in self._sql.execute(query)}


def _version_columns() -> tuple[sa.Column[Any], ...]:
    v = r.report_version.c
    return v.id, v.report_id, v.number, v.by, v.at, v.note, v.digest


def _report(row: Any) -> Report:
    return Report(
        id=row["id"],
        name=row["name"],
        template=Template(row["template"]),
        scope=read(ReportScope, row["scope"]),
        edition=row["edition"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        deleted_at=row["deleted_at"],
    )
