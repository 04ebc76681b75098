"""Plugs the product into evaluation harnesses, by its own modules.

retrieval(docs) -> search(query, k, doc_id=None); tagger(labels) with fit and predict; asked(store) -> ask(question);
clustering() -> group(texts).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.filling import MODELS, fill, offsets
from nlp.embedding import Embedder, load_embedder


def embedder() -> Embedder:
    """Load the default model."""
    return load_embedder(model="all-MiniLM-L6-v2", cache_folder=MODELS)


class tagger:  # noqa: N801
    """Give each text one label; `labels` maps a name to its description."""

    def __init__(self, labels: dict[str, str]) -> None:
        from nlp.labelling import Label

        self._model = embedder()
        readable = {key: key.replace("_", " ") for key in labels}
        self._labels = [
            Label(key, readable[key], "" if text.lower() == readable[key].lower() else text)
            for key, text in labels.items()
        ]
        self._texts: Sequence[str] = ()
        self._keys: Sequence[str] = ()

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        """Keep the examples."""
        self._texts, self._keys = texts, labels

    def predict(self, texts: Sequence[str]) -> list[str]:
        """Score all texts at once, measured from their own mean as in a repository."""
        from nlp.labelling import Labeller, mean_of
        from nlp.learning import Example

        vectors = self._model.embed(texts)
        judge = Labeller(self._labels, self._model, mean=mean_of(vectors))
        told = self._model.embed(self._texts)
        judge.learn([Example(*row) for row in zip(self._texts, told, self._keys, strict=True)])
        return [self._labels[i].key for i in judge.evidence(texts, vectors).argmax(1)]


def asked(store: Sequence[str]) -> Callable[[str], tuple[list[tuple[int, float]], float]]:
    """Find what was asked before."""
    from nlp.asked import Stored

    model = embedder()
    stored = Stored(store, model.embed(store))

    def ask(question: str) -> tuple[list[tuple[int, float]], float]:
        match = stored.match(question, model.embed([question])[0])
        return [(int(place), float(match.probability[place])) for place in match.order[:10]], match.asked

    return ask


def clustering() -> Callable[[Sequence[str]], list[int]]:
    """Group texts, every one of them with the group it is nearest to."""
    from nlp.clustering import group

    model = embedder()
    return lambda texts: [int(label) for label in group(model.embed(texts)).nearest]


def retrieval(docs: dict[str, str]) -> Callable[..., list[tuple[str, int, int]]]:
    """Bring transcripts into a repository of their own, through the pipeline, and search it as the pages do."""
    import tempfile

    workspace, names = fill(Path(tempfile.mkdtemp()), docs)
    from repository.domain.access import LOCAL_ADMIN
    from repository.retrieval import Scope, find

    studies = {name: number for number, name in names.items()}
    places: dict[int, list[int]] = {}
    with workspace.read() as unit:
        for number, name in names.items():
            for session in unit.sessions.of_study(LOCAL_ADMIN, number):
                revision = unit.sessions.revision(session.text_id or 0)
                assert revision is not None
                places[number] = offsets(revision.body, docs[name])

    def search(query: str, k: int, doc_id: str | None = None) -> list[tuple[str, int, int]]:
        scope = Scope(studies=(studies[doc_id],)) if doc_id is not None else Scope()
        found = find(workspace, LOCAL_ADMIN, query, scope=scope, limit=k).found
        with workspace.read() as unit:
            rows = unit.segments.seen(LOCAL_ADMIN, [hit.id for hit in found])
        hits = [rows[hit.id] for hit in found if hit.id in rows]
        return [(names[s.study_id], places[s.study_id][s.start], places[s.study_id][s.end]) for s in hits]

    return search


def parse(path: str | Path) -> list[dict[str, Any]]:
    """Give a file's turns as dicts of speaker, start in seconds (or None) and text."""
    from ingest.readers.registry import read

    transcript = read(Path(path).read_bytes(), Path(path).name)
    return [
        {
            "speaker": None if turn.speaker is None else transcript.speakers[turn.speaker].label,
            "start": None if turn.start_ms is None else turn.start_ms / 1000,
            "text": transcript.words_of(turn),
        }
        for turn in transcript.turns
    ]
