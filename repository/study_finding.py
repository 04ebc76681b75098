"""Studies that a question is about: by what is written of them, in words and in meaning."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from nlp.words import content_words, stems, subject_words
from repository.domain.study import Study
from repository.errors import Unavailable
from repository.meanings import meanings
from repository.retrieval import KEYWORD, MEANING, query_vector
from repository.workspace import Workspace

#: Share of the question's words that a study has to have, and how close it must be in meaning if it has not.
SHARE, CLOSE = 0.5, 0.45
#: Seconds that may be spent on reading what is written; the rest is read beside, for the next question.
PATIENCE = 0.02


@dataclass(frozen=True, slots=True)
class FoundStudy:
    """A study with a score 0..1, the arms that found it, and why in plain words."""

    study: Study
    score: float
    arms: tuple[str, ...]
    why: str


def find_studies(workspace: Workspace, studies: Collection[Study], text: str, limit: int) -> tuple[FoundStudy, ...]:
    """Find, among these, the studies that a question is about, best first."""
    words = subject_words(text) or content_words(text)
    if not words or not studies:
        return ()
    asked = dict(zip(stems(words), words, strict=True))
    close = _closeness(workspace, studies, text)
    found = []
    for study in studies:
        where = {field: set(stems(content_words(written))) & asked.keys() for field, written in _fields(study)}
        held = set().union(*where.values())
        share, cosine = len(held) / len(asked), close.get(study.id, 0.0)
        if share < SHARE and cosine < CLOSE:
            continue
        arms = tuple(arm for arm, by in ((KEYWORD, bool(held)), (MEANING, cosine >= CLOSE)) if by)
        in_title = len(where["title"]) / len(asked)
        score = round(min(1.0, 0.5 * share + 0.2 * in_title + 0.3 * max(0.0, cosine)), 4)
        found.append(FoundStudy(study, score, arms, _why(where, asked, cosine)))
    return tuple(sorted(found, key=lambda one: (-one.score, -one.study.id))[:limit])


def _fields(study: Study) -> Sequence[tuple[str, str]]:
    facts = study.facts
    return (
        ("title", facts.title),
        ("questions", " ".join(facts.questions)),
        ("method", facts.method),
        ("product area", facts.product_area),
        ("cohort", facts.cohort),
        ("owner", facts.owner),
    )


def _why(where: dict[str, set[str]], asked: dict[str, str], cosine: float) -> str:
    parts = [
        f"its {field} {'say' if field == 'questions' else 'says'} "
        + ", ".join(f"“{asked[stem]}”" for stem in sorted(held))
        for field, held in where.items()
        if held
    ]
    return " · ".join(parts[:2] + (["close in meaning"] if cosine >= CLOSE else []))


def _closeness(workspace: Workspace, studies: Collection[Study], text: str) -> dict[int, float]:
    """Give how close the nearest of a study's title and questions is to the question, where that is known."""
    if workspace.embedder_if_ready() is None:
        return {}
    written = {study.id: [study.title, *study.facts.questions] for study in studies}
    try:
        vector = query_vector(workspace, text)
        known = meanings(workspace, list({text for texts in written.values() for text in texts}), seconds=PATIENCE)
    except Unavailable:
        return {}
    return {
        study_id: max((float(known[text] @ vector) for text in texts if text in known), default=0.0)
        for study_id, texts in written.items()
    }
