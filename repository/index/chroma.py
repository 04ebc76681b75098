"""Chroma as a disposable generation: opaque ids, vectors and the study's number, nothing else.

Chroma 1.5.9 does not survive `kill -9` while its graph is being written, and a broken one may kill or hang whoever
opens it. So its graph is never persisted (`sync_threshold`), it lives in a process of its own (process.py), and it can be
thrown away at any time: SQL holds every vector.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from repository.errors import Unavailable
from repository.index.vectors import Floats, Ints, check, check_question

NAME = "passages"
#: Ids per get: Chroma's own SQLite allows 32,766 variables.
PAGE = 10_000


class ChromaIndex:
    """One generation of the index, embedded (`path`) or in a Chroma server (`client`)."""

    def __init__(self, path: Path | None, *, sync_threshold: int = 1_000_000, client: Any = None) -> None:
        """Open or create the collection. Raises Unavailable if Chroma cannot."""
        import chromadb
        from chromadb.config import Settings
        from chromadb.errors import InvalidArgumentError

        #: What Chroma says to vectors of another length than those it has.
        self._refusal = InvalidArgumentError
        try:
            self._client = client or chromadb.PersistentClient(str(path), Settings(anonymized_telemetry=False))
            self._collection = self._client.get_or_create_collection(
                NAME,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "sync_threshold": sync_threshold, "ef_search": 128}},
            )
            self._most = self._client.get_max_batch_size()
            # Read before anything is written: if Chroma 1.5.9 is written to first and read then, the next write adds
            # everything again, which takes minutes. For a generation that was closed, this replays what it holds.
            self._collection.count()
        except Exception as error:  # Chroma raises its own, Rust's and SQLite's errors alike
            raise Unavailable(f"The search index cannot be opened ({type(error).__name__}).") from error

    def upsert(self, ids: Ints, studies: Ints, vectors: Floats) -> None:
        """Keep vectors in batches that Chroma accepts."""
        if not len(ids):
            return
        check(ids, vectors, vectors.shape[-1])
        for at in range(0, len(ids), self._most):
            part = slice(at, at + self._most)
            try:
                self._collection.upsert(
                    ids=[str(i) for i in ids[part].tolist()],
                    embeddings=vectors[part],
                    metadatas=[{"study": study} for study in studies[part].tolist()],
                )
            except self._refusal as error:
                raise ValueError(str(error)) from error

    def delete(self, ids: Sequence[int]) -> None:
        """Forget ids."""
        for at in range(0, len(ids), PAGE):
            self._collection.delete(ids=[str(i) for i in ids[at : at + PAGE]])

    def query(self, vector: Floats, k: int, *, studies: Collection[int] | None = None) -> list[tuple[int, float]]:
        """Give the k nearest, approximately."""
        check_question(vector, vector.shape[-1])
        if k <= 0 or (studies is not None and not studies):
            return []
        where: Any = None if studies is None else {"study": {"$in": sorted(studies)}}
        try:
            found = self._collection.query(
                query_embeddings=vector[None, :], n_results=k, where=where, include=["distances"]
            )
        except self._refusal as error:
            raise ValueError(str(error)) from error
        pairs = zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True)
        return sorted(((int(i), 1.0 - float(d)) for i, d in pairs), key=lambda pair: (-pair[1], pair[0]))

    def ids(self) -> set[int]:
        """Give every id, page by page."""
        found: set[int] = set()
        while page := self._collection.get(limit=PAGE, offset=len(found), include=[])["ids"]:
            found.update(int(i) for i in page)
        return found

    def count(self) -> int:
        """Count the vectors; the first call makes Chroma replay what it has not persisted."""
        return int(self._collection.count())

    def close(self) -> None:
        """Let go of the files, so that the folder can be removed."""
        try:
            # Chroma 1.5.9 leaves the sockets of an HTTP client, and of the one inside it, open.
            clients = (self._client, self._client._admin_client)
            sessions = [getattr(client._server, "_session", None) for client in clients]
            self._client.close()
            for session in filter(None, sessions):
                session.close()
        except Exception:  # closing twice, or a server that went away: nothing to save
            pass
