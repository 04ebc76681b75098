"""ELAN (.eaf): tiers of annotations on a common timeline."""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from ingest.readers.assembling import assemble
from ingest.readers.received import Received
from ingest.readers.tiers import Annotation, Tier, choose, is_reference
from ingest.readers.timeline import broken_ends, in_time, ms_of, sane
from ingest.readers.xml import name_of, root_of, streamed
from repository.domain.transcript import ReadingWarning, Transcript

NAME = "elan"
TITLE = "ELAN (.eaf)"
VERSION = 1
NEEDS = ("lxml.etree",)
_PARTS = ("TIME_SLOT", "MEDIA_DESCRIPTOR", "ALIGNABLE_ANNOTATION", "REF_ANNOTATION", "TIER")
#: How many annotations may refer to one another in a chain.
_CHAIN = 20


@dataclass(frozen=True, slots=True)
class _Read:
    """A tier with the name of the tier it depends on, "" if none."""

    tier: Tier
    parent: str


def recognise(received: Received) -> float:
    """Know the root `ANNOTATION_DOCUMENT`."""
    return 0.97 if root_of(received.text) == "ANNOTATION_DOCUMENT" else 0.0


def read(received: Received) -> Transcript:
    """Read the tiers that stand for themselves; those that depend on others say again what is there, or about it."""
    broken: list[int] = []
    media: list[str] = []
    warnings: list[ReadingWarning] = []
    tiers = _tiers(received, broken, media, warnings)
    speech, dependent = _independent(tiers)
    chosen = choose(speech)
    if dependent:
        names = ", ".join(tier.name for tier in dependent)[:500]
        warnings.append(ReadingWarning(f"Tiers that depend on others were left out: {names}."))
    ordered, overlap = in_time(chosen.pieces)
    untimed = sum(piece.start_ms is None for piece in ordered)
    if untimed:
        warnings.append(ReadingWarning(f"Annotations without a time of their own: {untimed}; their words are kept."))
    transcript = assemble(
        ordered, warnings=[*warnings, *chosen.warnings, *broken_ends(len(broken), min(broken, default=None)), *overlap]
    )
    return replace(transcript, facts={"media": ", ".join(filter(None, media))[:300]} if any(media) else {})


def _tiers(received: Received, broken: list[int], media: list[str], warnings: list[ReadingWarning]) -> list[_Read]:
    """Read all tiers as the file goes by; an annotation that refers to another has its times."""
    slots: dict[str, int | None] = {}
    times: dict[str, tuple[int | None, int | None]] = {}
    refers: dict[str, str] = {}
    annotations: list[Annotation] = []
    out: list[_Read] = []
    for each in streamed(received, *_PARTS):
        name = "" if isinstance(each, ReadingWarning) else name_of(each)
        if isinstance(each, ReadingWarning):
            warnings.append(each)
        elif name == "TIME_SLOT":
            slots[each.get("TIME_SLOT_ID", "")] = ms_of(each.get("TIME_VALUE", ""), 1)
        elif name == "MEDIA_DESCRIPTOR":
            media.append(each.get("MEDIA_URL", "").rpartition("/")[2])
        elif name == "TIER":
            who, kind = each.get("PARTICIPANT", "").strip(), each.get("LINGUISTIC_TYPE_REF", "")
            tier = Tier(each.get("TIER_ID", "").strip(), who, kind, annotations)
            out.append(_Read(tier, each.get("PARENT_REF", "").strip()))
            annotations = []
        else:
            annotation = Annotation(_words_of(each), ref=each.get("ANNOTATION_ID", ""), line=each.sourceline)
            if name == "REF_ANNOTATION":
                refers[annotation.ref] = each.get("ANNOTATION_REF", "")
            else:
                start, end, fine = sane(*(slots.get(each.get(f"TIME_SLOT_REF{n}", "")) for n in (1, 2)))
                if not fine:
                    broken.append(each.sourceline)
                annotation.start_ms, annotation.end_ms = times[annotation.ref] = start, end
            annotations.append(annotation)
    if annotations:  # the file ends inside a tier
        out.append(_Read(Tier("", annotations=annotations), ""))
    for annotation in (each for one in out for each in one.tier.annotations if each.ref in refers):
        place = annotation.ref
        for _ in range(_CHAIN):
            if place in times or place not in refers:
                break
            place = refers[place]
        annotation.start_ms, annotation.end_ms = times.get(place, (None, None))
    return out


def _words_of(annotation: Any) -> str:
    """Give an annotation's words on one line."""
    value = next((child for child in annotation if name_of(child) == "ANNOTATION_VALUE"), None)
    return " ".join("".join(value.itertext()).split()) if value is not None else ""


def _independent(tiers: list[_Read]) -> tuple[list[Tier], list[Tier]]:
    """Give the tiers that stand for themselves and the others.

    Where one only numbers its segments, as Toolbox and FLEx have it, the first that depends on it and has words stands
    in for it.
    """
    below: dict[str, list[_Read]] = defaultdict(list)
    names = {read.tier.name for read in tiers}
    for read in tiers:
        below[read.parent].append(read)
    taken: set[int] = set()
    speech: list[Tier] = []
    for read in tiers:
        if read.parent and read.parent in names and read.parent != read.tier.name:
            continue
        tier = read.tier
        for _ in range(_CHAIN):
            children = [each.tier for each in below[tier.name] if each.tier is not tier]
            spoken = next((child for child in children if not is_reference([a.words for a in child.annotations])), None)
            if spoken is None or not is_reference([a.words for a in tier.annotations]):
                break
            spoken.who = spoken.who or tier.who
            tier = spoken
        taken.add(id(tier))
        speech.append(tier)
    dependent = [
        read.tier for read in tiers if id(read.tier) not in taken and any(a.words for a in read.tier.annotations)
    ]
    return speech, dependent
