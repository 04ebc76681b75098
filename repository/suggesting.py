"""Suggest codes for new material: the machine codes apart from people, says why, and never touches what they decided."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from nlp.labelling import FEW, Label, Labeller, mean_of
from repository.codebook import Codebook
from repository.domain.coding import Code, CodeMode, Reason, Suggestion
from repository.domain.source import Stage
from repository.domain.transcript import Role
from repository.jobs import queue_ingest
from repository.store.segments import Segment
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Cue words kept as the reason of a suggestion.
CUES = 4

#: The fact that keeps what the material has in common.
COMMON = "common ground"
#: Vectors it is measured from at most.
SAMPLE = 5_000

_labellers: dict[tuple[str, str, tuple[tuple[int, int], ...]], Labeller] = {}
_turn = Lock()


@dataclass(frozen=True, slots=True)
class Common:
    """What all passages have in common: their mean (d,), measured when there were `count` of them; None: too few yet."""

    count: int
    mean: np.ndarray | None


def common_ground(workspace: Workspace) -> Common:
    """Give what passages are measured from, so that a label scores what a passage says beyond the usual.

    It is measured once there are enough passages and again whenever their number has doubled; then everything that
    was scored before is queued to be scored anew, so that the same words have the same score whenever they came in.
    """
    fingerprint = workspace.embedder().fingerprint
    with workspace.read() as unit:
        kept, total = _kept(unit, fingerprint), unit.vectors.count(fingerprint)
    if total < max(FEW, 2 * kept.count):
        return kept
    with workspace.write() as unit:
        kept, total = _kept(unit, fingerprint), unit.vectors.count(fingerprint)
        if total < max(FEW, 2 * kept.count):
            return kept  # another worker was quicker
        vectors = unit.vectors.sample(fingerprint, SAMPLE)
        mean = mean_of(np.frombuffer(b"".join(vectors), "<f4").reshape(len(vectors), -1))
        assert mean is not None  # there are enough
        written = base64.b64encode(np.asarray(mean, "<f4").tobytes()).decode()
        unit.facts.set_text(COMMON, json.dumps({"fingerprint": fingerprint, "count": total, "mean": written}))
        for source_id in unit.sources.settled(Stage.SUGGESTED):
            unit.sources.reached(source_id, Stage.EMBEDDED)
            queue_ingest(unit, workspace, source_id)
    return Common(total, mean)


def _kept(unit: Unit, fingerprint: str) -> Common:
    facts = json.loads(unit.facts.text(COMMON) or "{}")
    if facts.get("fingerprint") != fingerprint:
        return Common(0, None)
    return Common(facts["count"], np.frombuffer(base64.b64decode(facts["mean"]), "<f4"))


def suggest(workspace: Workspace, source_id: int) -> int:
    """Replace the open suggestions for what was read from a source; count them.

    Only what participants or unknown speakers said is coded, never a passage that is the interviewer's alone.
    """
    with workspace.read() as unit:
        codebook = Codebook(unit.codes.all())
        segments = [s for s in unit.segments.of_source(source_id) if s.role is not Role.INTERVIEWER]
        vectors = unit.vectors.of(workspace.embedder().fingerprint, {s.words_sha for s in segments})
        session_ids = [session.id for session in unit.sessions.of_source(source_id)]
    segments = [segment for segment in segments if segment.words_sha in vectors]
    found: list[Suggestion] = []
    codes = [code for code in codebook.codes if not code.is_theme and code.facts.mode is not CodeMode.MANUAL]
    if workspace.settings.suggesting.enabled and segments and codes:
        matrix = np.stack([np.frombuffer(vectors[s.words_sha], "<f4") for s in segments])
        found = _suggestions(workspace, labeller(workspace, codebook, codes), codes, segments, matrix)
    with workspace.write() as unit:
        unit.codings.replace_pending(session_ids, found)
    return len(found)


def labeller(workspace: Workspace, codebook: Codebook, codes: Sequence[Code]) -> Labeller:
    """Give what scores texts against these codes; made once for each state of the codebook."""
    common = common_ground(workspace)
    key = (str(workspace.folder), workspace.embedder().fingerprint, tuple((code.id, code.version) for code in codes))
    with _turn:
        if key not in _labellers:
            _labellers.clear()
            _labellers[key] = Labeller([_label(codebook, code) for code in codes], workspace.embedder())
        return _labellers[key].measured_from(common.mean)


def _label(codebook: Codebook, code: Code) -> Label:
    facts = code.facts
    return Label(
        key=facts.slug,
        name=facts.name,
        definition=facts.definition,
        use_when=facts.use_when,
        not_when=facts.not_when,
        examples=facts.examples,
        cues=facts.cues,
        parent=codebook.theme_of(code).facts.name,
    )


def _suggestions(
    workspace: Workspace, judge: Labeller, codes: Sequence[Code], segments: Sequence[Segment], vectors: np.ndarray
) -> list[Suggestion]:
    limits = workspace.settings.suggesting
    texts = [segment.words for segment in segments]
    chosen = judge.suggest(texts, vectors, most=limits.per_passage, threshold=limits.threshold)
    found = []
    for segment, vector, picks in zip(segments, vectors, chosen, strict=True):
        for place, score in picks:
            code = codes[place]
            why = judge.explain(segment.words, vector, code.facts.slug)
            found.append(
                Suggestion(
                    id=0,
                    study_id=segment.study_id,
                    session_id=segment.session_id,
                    text_id=segment.text_id,
                    start=segment.start,
                    end=segment.end,
                    code_id=code.id,
                    code_version=code.version,
                    words_sha=segment.words_sha,
                    score=round(float(score), 4),
                    reason=Reason(tuple(why.cues[:CUES]), why.nearest),
                    coder=workspace.coder,
                )
            )
    return found
