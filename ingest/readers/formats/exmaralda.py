"""EXMARaLDA basic transcriptions (.exb) and FOLKER or OrthoNormal files (.flk, .fln)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ingest.readers.assembling import Piece, assemble
from ingest.readers.received import Received
from ingest.readers.stated_roles import stated_role
from ingest.readers.timeline import broken_ends, distinct, left_out, ms_of, overlaps, sane
from ingest.readers.xml import attribute, name_of, root_of, tree_of, walk, words_in
from repository.domain.transcript import ReadingWarning, Role, Transcript

NAME = "exmaralda"
TITLE = "EXMARaLDA (.exb)"
VERSION = 1
NEEDS = ("lxml.etree",)
_ROOTS = {"basic-transcription": 0.97, "folker-transcription": 0.97}
#: Categories of tiers with speech, for files that do not type their tiers.
_SPEECH = frozenset({"v", "verb", "verbal", "tx", "txt", "text", "dipl", "trans", "transcription", "sup", "orth"})
#: Elements of FOLKER that nobody speaks.
_SIGNS = frozenset({"pause", "breathe", "non-phonological", "time", "boundary", "uncertain-alternative"})


def recognise(received: Received) -> float:
    """Know the root."""
    return _ROOTS.get(root_of(received.text), 0.0)


def read(received: Received) -> Transcript:
    """Read tiers of type t (EXMARaLDA) or contributions (FOLKER)."""
    root, warnings = tree_of(received)
    if name_of(root) == "folker-transcription":
        return _read_folker(root, warnings)
    return _read_exmaralda(root, warnings)


def _read_exmaralda(root: Any, warnings: list[ReadingWarning]) -> Transcript:
    timeline = {attribute(point, "id"): ms_of(point.get("time", "")) for point in walk(root, "tli")}
    places = {identity: place for place, identity in enumerate(timeline)}
    names, roles = _speakers(root)
    tiers = [tier for tier in walk(root, "tier") if next(walk(tier, "event"), None) is not None]
    spoken = [tier for tier in tiers if attribute(tier, "type") == "t"]
    spoken = spoken or [tier for tier in tiers if attribute(tier, "category").casefold() in _SPEECH][:1] or tiers[:1]
    found: list[tuple[int, int, Piece]] = []
    broken = 0
    for order, tier in enumerate(spoken):
        identity = attribute(tier, "speaker")
        label = names.get(identity, identity) or None
        for begins, ends, words, line in _events(tier):
            start, end, fine = sane(timeline.get(begins), timeline.get(ends))
            broken += not fine
            found.append(
                (places.get(begins, len(places)), order, Piece(words, label, start_ms=start, end_ms=end, line=line))
            )
    pieces = [piece for _, _, piece in sorted(found, key=lambda each: each[:2])]
    unused = Counter(
        attribute(tier, "display-name") or attribute(tier, "category") or attribute(tier, "id")
        for tier in tiers
        if tier not in spoken
    )
    if unused:
        warnings.append(ReadingWarning(f"Tiers that are not speech were left out: {', '.join(unused)[:500]}."))
    untimed = sum(piece.start_ms is None for piece in pieces)
    if untimed:
        warnings.append(ReadingWarning(f"Events without a time of their own: {untimed}; their words are kept."))
    transcript = assemble(pieces, roles=roles, warnings=[*warnings, *broken_ends(broken), *overlaps(pieces)])
    title = next((words_in(each) for each in walk(root, "transcription-name")), "")
    return replace(transcript, title=title[:300])


def _events(tier: Any) -> Iterator[tuple[str, str, str, int]]:
    """Give (start, end, words, line) of a tier's events; a word cut in two by another's speech is made whole."""
    begins = ends = words = ""
    line = 0
    for event in walk(tier, "event"):
        text = "".join(event.itertext())
        start = attribute(event, "start")
        if words and start == ends and not words[-1].isspace() and text and not text[0].isspace() and text[0].isalnum():
            words, ends = words + text, attribute(event, "end")
            continue
        if words.strip():
            yield begins, ends, " ".join(words.split()), line
        begins, ends, words, line = start, attribute(event, "end"), text, event.sourceline
    if words.strip():
        yield begins, ends, " ".join(words.split()), line


def _speakers(root: Any) -> tuple[dict[str, str], dict[str, Role]]:
    """Give each speaker's abbreviation by id, and the roles that the speaker table states."""
    names: dict[str, str] = {}
    stated: dict[str, Role] = {}
    for speaker in walk(root, "speaker"):
        identity = attribute(speaker, "id")
        names[identity] = next((words for e in walk(speaker, "abbreviation") if (words := words_in(e))), "") or identity
        for fact in walk(speaker, "ud-information"):
            if attribute(fact, "attribute-name").casefold().strip("@") in ("role", "rolle", "function", "funktion"):
                role = stated_role(words_in(fact))
                if role:
                    stated[identity] = role
    labels = distinct(names)
    return labels, {labels[identity]: role for identity, role in stated.items()}


def _read_folker(root: Any, warnings: list[ReadingWarning]) -> Transcript:
    timeline = {attribute(p, "timepoint-id"): ms_of(p.get("absolute-time", "")) for p in walk(root, "timepoint")}
    names = {}
    for speaker in walk(root, "speaker"):
        identity = attribute(speaker, "speaker-id")
        names[identity] = identity
    dropped: Counter[str] = Counter()
    pieces: list[Piece] = []
    broken = 0
    for contribution in walk(root, "contribution"):
        who = attribute(contribution, "speaker-reference")
        who = names.get(who, who)
        segments = list(walk(contribution, "segment")) or [contribution]
        for segment in segments:
            times = [
                timeline.get(attribute(segment, name) or attribute(contribution, name))
                for name in ("start-reference", "end-reference")
            ]
            start, end, fine = sane(times[0], times[1])
            broken += not fine
            words = _folker_words(segment, dropped)
            pieces.append(Piece(words, who or None, start_ms=start, end_ms=end, line=segment.sourceline))
    ordered = _sorted(pieces, timeline)
    transcript = assemble(ordered, warnings=[*warnings, *left_out(dropped), *broken_ends(broken), *overlaps(ordered)])
    return replace(transcript, shape="FOLKER transcription (.flk)")


def _sorted(pieces: list[Piece], timeline: Mapping[str, int | None]) -> list[Piece]:
    if any(time is None for time in timeline.values()):
        return pieces
    return sorted(pieces, key=lambda piece: piece.start_ms or 0)


def _folker_words(segment: Any, dropped: Counter[str]) -> str:
    """Give a segment's words: words stand in elements of their own, but for those not parsed yet."""
    out = [segment.text or ""]
    for each in segment.iter():
        if each is segment:
            continue
        name = name_of(each)
        if name in _SIGNS:
            dropped["time marks" if name == "time" else name] += name != "time"
        elif name == "w":
            out += [" " if attribute(each, "transition") != "assimilated" else "", each.text or ""]
        else:
            out += [each.text or ""]
        out.append(each.tail or "")
    return " ".join("".join(out).split())
