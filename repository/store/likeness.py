"""MinHash signatures of texts, to find those that are nearly the same."""

import sqlalchemy as sa

from repository.domain.access import Viewer
from repository.store import tables as t
from repository.store.visibility import sessions_seen


class LikenessStore:
    """Signatures, through one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Work within `connection`'s transaction."""
        self._sql = connection

    def keep(self, session_id: int, text_sha: str, signature: bytes) -> None:
        """Keep the signature of a session's current text."""
        mine = t.likeness.c.session_id == session_id
        values = {"text_sha": text_sha, "signature": signature}
        if not self._sql.execute(sa.update(t.likeness).where(mine).values(**values)).rowcount:
            self._sql.execute(sa.insert(t.likeness).values(session_id=session_id, **values))

    def seen(self, viewer: Viewer) -> list[tuple[int, bytes]]:
        """List (session, signature) of what the viewer may see."""
        query = (
            sa.select(t.likeness.c.session_id, t.likeness.c.signature)
            .join(t.session, t.session.c.id == t.likeness.c.session_id)
            .join(t.study, t.study.c.id == t.session.c.study_id)
            .where(sessions_seen(self._sql, viewer))
        )
        return [(row.session_id, row.signature) for row in self._sql.execute(query)]
