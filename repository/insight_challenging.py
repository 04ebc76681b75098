"""New words that may contradict what is published: near to the claim, and denying what it affirms, or the reverse.

By plain rules, with the rule as the reason, and never claimed to be sure: the owner takes or dismisses each.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from nlp.language import sentence_spans
from nlp.negation import denied, stem_of
from nlp.words import WORD, stems, subject_words
from repository.codebook import Codebook
from repository.domain.access import PersonRole, Viewer
from repository.domain.insight import Insight, InsightState, Stance
from repository.domain.transcript import Role
from repository.insight_rules import address, named
from repository.meanings import meanings
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Cosine from which a passage is about a claim at all, and from which a sentence of it is.
ABOUT, NEAR = 0.35, 0.45
#: Less is asked of words that somebody coded with the insight's theme.
CODED = 0.3
#: Proposed for an insight at a time, at most: a queue that cries wolf is not read.
MOST = 3
#: The last coding that was looked at.
LOOKED_AT = "codings challenged"
#: Kind of a notice.
CONTRADICTS = "may contradict"
_EVERYTHING = Viewer("", PersonRole.ADMIN)


@dataclass(frozen=True, slots=True)
class Heard:
    """Words that are new: where they stand, and how near to be counted as about a claim (cosine)."""

    study_id: int
    session_id: int
    text_id: int
    start: int
    words: str
    least: float


@dataclass(frozen=True, slots=True)
class _Against:
    insight_id: int
    heard: Heard
    start: int
    end: int
    why: str
    cosine: float


def mismatch(claim: str, sentence: str) -> str:
    """Give the claim's word that one of the two denies and the other affirms, "" if there is none.

    >>> mismatch("Practices are afraid of overwritten bookings.", "I was never afraid of that.")
    'afraid'
    >>> mismatch("Practices are afraid of overwritten bookings.", "I was afraid of that.")
    ''
    """
    for word in subject_words(claim):
        subject = {stem_of(word)}
        said = [match.group() for match in WORD.finditer(sentence) if stem_of(match.group()) in subject]
        if said and bool(denied(claim, subject)) != (len(denied(sentence, subject)) == len(said)):
            return word
    return ""


def challenge(workspace: Workspace, source_id: int) -> int:
    """Look at what was read from a source; count what is proposed. Run once its passages have their vectors."""
    with workspace.read() as unit:
        insights = _current(unit)
        segments = [s for s in unit.segments.of_source(source_id) if s.role is not Role.INTERVIEWER]
        vectors = unit.vectors.of(workspace.embedder().fingerprint, {s.words_sha for s in segments})
    segments = [segment for segment in segments if segment.words_sha in vectors]
    if not insights or not segments:
        return 0
    heard = [Heard(s.study_id, s.session_id, s.text_id, s.start, s.words, NEAR) for s in segments]
    matrix = np.stack([np.frombuffer(vectors[s.words_sha], "<f4") for s in segments])
    claims = meanings(workspace, [insight.facts.claim for insight in insights])
    found: list[_Against] = []
    for insight in insights:
        near = np.flatnonzero(matrix @ claims[insight.facts.claim] >= ABOUT)
        found += _against(workspace, insight, [heard[int(n)] for n in near])
    with workspace.write() as unit:
        return _propose(unit, insights, found, workspace.clock())


def challenge_coded(workspace: Workspace) -> int:
    """Look at what people coded with the themes of insights since the last time; count what is proposed."""
    with workspace.read() as unit:
        insights = [insight for insight in _current(unit) if insight.facts.code_id]
        last = unit.facts.number(LOOKED_AT)
        about = _about(Codebook(unit.codes.all()), insights)
        wanted = {code_id for codes in about.values() for code_id in codes}
        coded = unit.codings.codings(_EVERYTHING, code_ids=wanted) if wanted else []
    new = [row for row in coded if row[1].id > last]
    if not new:
        return 0
    found: list[_Against] = []
    for insight in insights:
        mine = [
            Heard(study_id, mark.session_id, mark.text_id, mark.start, mark.quote, CODED)
            for mark, coding, study_id in new
            if coding.code_id in about[insight.id]
        ]
        found += _against(workspace, insight, mine)
    with workspace.write() as unit:  # one transaction: what is marked as looked at is never looked at again
        count = _propose(unit, insights, found, workspace.clock())
        unit.facts.set_number(LOOKED_AT, max(coding.id for _, coding, _ in new))
    return count


def _current(unit: Unit) -> list[Insight]:
    return unit.insights.all([state for state in InsightState if state.is_current])


def _about(codebook: Codebook, insights: Iterable[Insight]) -> Mapping[int, Collection[int]]:
    """Give, for each insight, its theme with the codes under it."""
    found = {}
    for insight in insights:
        code = codebook.by_id.get(insight.facts.code_id or 0)
        found[insight.id] = {one.id for one in (code, *codebook.under(code))} if code else set()
    return found


def _against(workspace: Workspace, insight: Insight, heard: Sequence[Heard]) -> list[_Against]:
    """Find the sentences that mismatch a claim and are near to it, the nearest first."""
    claim = insight.facts.claim
    subject = set(stems(subject_words(claim)))
    sharing = [one for one in heard if subject & set(stems(subject_words(one.words)))]
    found = []
    for one, spans in zip(sharing, sentence_spans([one.words for one in sharing]), strict=True):
        for start, end in spans:
            if word := mismatch(claim, one.words[start:end]):
                found.append((one, start, end, word))
    if not found:
        return []
    known = meanings(workspace, [claim, *(one.words[start:end] for one, start, end, _ in found)])
    rows = []
    for one, start, end, word in found:
        cosine = float(known[one.words[start:end]] @ known[claim])
        if cosine >= one.least:
            denies = "denies" if not denied(claim, {stem_of(word)}) else "does not deny"
            rows.append(_Against(insight.id, one, start, end, f"{denies} “{word}”, and is near to the claim", cosine))
    return sorted(rows, key=lambda row: -row.cosine)[: 2 * MOST]


def _propose(unit: Unit, insights: Sequence[Insight], found: Sequence[_Against], now: datetime) -> int:
    count = 0
    for insight in insights:
        new = 0
        for one in (row for row in found if row.insight_id == insight.id):
            heard = one.heard
            start, end = heard.start + one.start, heard.start + one.end
            place = (heard.study_id, heard.session_id, heard.text_id, start, end)
            if new < MOST:
                new += unit.proposals.add(insight.id, place, Stance.CONTRADICTS, one.why, now)
        if new:
            told = f"{new} new {'quote' if new == 1 else 'quotes'} may contradict {named(insight)}"
            unit.notices.add(insight.facts.owner, CONTRADICTS, told, f"{address(insight.id)}#proposed", now)
        count += new
    return count
