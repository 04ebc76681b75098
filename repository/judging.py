"""What scores passages against the codebook as it stands: its definitions, and what people decided about each code."""

import base64
import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from nlp.labelling import FEW, SCORING, Label, Labeller, mean_of
from nlp.learning import Example
from repository.codebook import Codebook
from repository.domain.coding import Code, CodeMode, Reason, Suggestion, SuggestionState
from repository.domain.source import Stage
from repository.jobs import queue_ingest
from repository.store.examples import Decision
from repository.store.facts import DECISIONS
from repository.store.segments import Segment, words_sha
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Cue words kept as the reason of a suggestion.
CUES = 4
#: Decisions on a code that are learnt from, of each kind, the latest.
EACH = 200
#: Accepted examples from which a code in automatic mode is trusted to code by itself.
TRUSTED = 5

#: The fact that keeps what the material has in common.
COMMON = "common ground"
#: Vectors it is measured from at most.
SAMPLE = 5_000
#: Vectors of coded words kept in memory: they are embedded once in the life of a process.
QUOTES = 20_000

_judges: dict[str, "Judge"] = {}
_quotes: OrderedDict[tuple[str, str], np.ndarray] = OrderedDict()
_turn = Lock()


@dataclass(frozen=True, slots=True)
class Common:
    """What all passages have in common: their mean (d,), measured when there were `count` of them; None: too few yet."""

    count: int
    mean: np.ndarray | None


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """A labeller over `codes`, in that order, with the decisions it learned from; `models` tells by code what of it is new.

    `auto_from` is the score from which what is suggested has the precision that automatic coding promises.
    """

    key: tuple[object, ...]
    labeller: Labeller
    codes: tuple[Code, ...]
    decisions: tuple[Decision, ...]
    models: dict[int, str]
    auto_from: float


def judge(workspace: Workspace) -> Judge:
    """Give what scores passages now; made once for each state of codebook, decisions and common ground."""
    common, embedder = common_ground(workspace), workspace.embedder()
    with _turn:
        with workspace.read() as unit:
            codebook = Codebook(unit.codes.all())
            codes = codebook.suggestible
            editions = tuple((code.id, code.edition, code.version) for code in codes)
            key = (embedder.fingerprint, unit.facts.number(DECISIONS), common.count, editions)
            held = _judges.get(str(workspace.folder))
            if held and held.key == key:
                return held
            decisions = unit.examples.latest([code.id for code in codes], EACH)
        labels = [_label(codebook, code) for code in codes]
        # A label is embedded once: what people decide changes none.
        same = held and held.key[0] == key[0] and [*held.labeller.labels] == labels
        labeller = held.labeller if held and same else Labeller(labels, embedder)
        labeller = labeller.measured_from(common.mean)
        labeller.learn(_examples(workspace, codes, decisions))
        models = _models(rules(workspace), labels, codes, decisions)
        auto = labeller.threshold(workspace.settings.suggesting.auto_precision)
        made = Judge(key, labeller, codes, tuple(decisions), models, auto)
        _judges[str(workspace.folder)] = made
        return made


def suggestions(workspace: Workspace, by: Judge, segments: Sequence[Segment], vectors: np.ndarray) -> list[Suggestion]:
    """Give what to suggest for passages with their vectors (n, d), each with its reason."""
    limits = workspace.settings.suggesting
    texts = [segment.words for segment in segments]
    elsewhere = sum(code.facts.study_id is not None for code in by.codes)
    chosen = by.labeller.suggest(texts, vectors, most=limits.per_passage + elsewhere, threshold=limits.threshold)
    trusted = {code.id for code in by.codes if _is_trusted(by, code)}
    found = []
    for segment, vector, picks in zip(segments, vectors, chosen, strict=True):
        fitting = [(by.codes[n], score) for n, score in picks if by.codes[n].facts.study_id in (None, segment.study_id)]
        for code, score in fitting[: limits.per_passage]:
            why = by.labeller.explain(segment.words, vector, code.facts.slug)
            applied = code.id in trusted and score >= by.auto_from
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
                    reason=_reason(by, why.cues, why.nearest, why.place),
                    coder=workspace.coder,
                    state=SuggestionState.APPLIED if applied else SuggestionState.PENDING,
                    model=by.models[code.id],
                )
            )
    return found


def _is_trusted(by: Judge, code: Code) -> bool:
    accepted = sum(decision.accepted for decision in by.decisions if decision.code_id == code.id)
    return code.facts.mode is CodeMode.AUTO and accepted >= TRUSTED


def _reason(by: Judge, cues: Sequence[tuple[str, float]], nearest: str, place: int | None) -> Reason:
    """Keep where the nearest words were coded rather than the words: who may not read them there is not shown them."""
    if place is not None and place < len(by.decisions):
        return Reason(tuple(cues[:CUES]), highlight_id=by.decisions[place].highlight_id)
    return Reason(tuple(cues[:CUES]), nearest)


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


def _examples(workspace: Workspace, codes: Sequence[Code], decisions: Sequence[Decision]) -> list[Example]:
    """Give what to learn from: decisions first, in order, then the codebook's counter-examples."""
    slugs = {code.id: code.facts.slug for code in codes}
    counters = [(code.facts.slug, text) for code in codes for text in code.facts.counter_examples]
    vectors = _embedded(workspace, [*(decision.words for decision in decisions), *(text for _, text in counters)])
    told = [
        Example(d.words, vectors[words_sha(d.words)], slugs[d.code_id], d.accepted, str(d.session_id))
        for d in decisions
    ]
    return told + [Example(text, vectors[words_sha(text)], slug, accepted=False) for slug, text in counters]


def _embedded(workspace: Workspace, texts: Sequence[str]) -> dict[str, np.ndarray]:
    """Give the vector of each text by its hash: that of the passage of these very words, else embedded once."""
    embedder = workspace.embedder()
    by_sha = {words_sha(text): text for text in texts}
    found = {sha: _quotes[embedder.fingerprint, sha] for sha in by_sha if (embedder.fingerprint, sha) in _quotes}
    with workspace.read() as unit:
        stored = unit.vectors.of(embedder.fingerprint, by_sha.keys() - found.keys())
    found |= {sha: np.frombuffer(data, "<f4") for sha, data in stored.items()}
    missing = sorted(by_sha.keys() - found.keys(), key=lambda sha: len(by_sha[sha]))
    if missing:
        made = embedder.embed([by_sha[sha] for sha in missing])
        found |= dict(zip(missing, made, strict=True))
    for sha in missing:
        _quotes[embedder.fingerprint, sha] = found[sha]
    while len(_quotes) > QUOTES:
        _quotes.popitem(last=False)
    return found


def rules(workspace: Workspace) -> str:
    """Say how scores are made and which of them are shown: what was made by other rules is made anew."""
    limits = workspace.settings.suggesting
    return f"{SCORING} {limits.per_passage} {limits.threshold} {limits.auto_precision} {limits.enabled}"


def _models(
    rules: str, labels: Sequence[Label], codes: Sequence[Code], decisions: Sequence[Decision]
) -> dict[int, str]:
    """Give a digest by code of what its suggestions are made from: rules, meaning, mode, and the decisions on it."""
    told: dict[int, list[str]] = {}
    for decision in decisions:
        told.setdefault(decision.code_id, []).append(f"{decision.accepted:d}{words_sha(decision.words)}")
    digests = {}
    for label, code in zip(labels, codes, strict=True):
        parts = (rules, repr(label), repr(code.facts.counter_examples), code.facts.mode, str(code.facts.study_id))
        whole = "\n".join((*parts, str(code.version), *sorted(told.get(code.id, ()))))
        digests[code.id] = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return digests


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
