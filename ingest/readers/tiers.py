"""Tiers of annotations (ELAN, Praat, EXMARaLDA): which are speech, and whose."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.readers.assembling import Piece
from repository.domain.transcript import ReadingWarning

_NAMES_OF_WORDS = "word words wort wörter token tokens wrd wd mot mots palabra palabras"
_NAMES_OF_TEXTS = """
utterance utterances utt sentence sentences phrase phrases segment segments seg ipu ipus transcription transcriptions
transcript transcripts transkript transkription text texts txt tx speech spch spoken orthography orthographic ortho orth
trs trans default turn turns trn ort verbatim
"""
_NAMES_OF_OTHERS = """
phone phones phoneme phonemes phon phono phonetic phonetics syllable syllables syll syl gloss glosses glossing ge gls ps
pos morph morphs morpheme morphemes mb lemma lemmas translation translations ft gesture gestures gaze posture handshape
comment comments kommentar commentaire note notes code codes coding mau kan kas pitch tone tones breaks intensity
silence silences pause pauses event events noise ipa boundary boundaries vad errors error mute misc topic topics section
sections ref id ids metadata
"""
#: What a tier's name says that it holds.
_WORDS, _TEXTS, _OTHERS = (frozenset(names.split()) for names in (_NAMES_OF_WORDS, _NAMES_OF_TEXTS, _NAMES_OF_OTHERS))
_PARTS = re.compile(r"[\W_]+")
_AT = re.compile(r"([^@]{1,60})@(.{1,80})")
_REFERENCE = re.compile(r"(?=.*\d)[\w.:-]{1,40}")
#: What aligners write where nobody speaks.
_SILENT = frozenset(
    {
        "sil",
        "sp",
        "<sil>",
        "<p>",
        "<p:>",
        "<eps>",
        "#",
        "##",
        "_",
        "silence",
        "silent",
        "sounding",
        "{sl}",
        "{sp}",
        "<usb>",
        "*",
    }
)
#: The share of a tier's values that must be numbers or names of segments for it to hold no speech.
_MOST = 0.9


@dataclass(slots=True)
class Annotation:
    """Something on a tier: its words and times in ms."""

    words: str
    start_ms: int | None = None
    end_ms: int | None = None
    ref: str = ""
    line: int | None = None


@dataclass(slots=True)
class Tier:
    """A tier; `who`: the participant that the file states; `kind`: its type; `points`: it has no intervals."""

    name: str
    who: str = ""
    kind: str = ""
    annotations: list[Annotation] = field(default_factory=list)
    points: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """Pieces of all tiers that are speech, tier after tier, and what was left out."""

    pieces: list[Piece]
    warnings: list[ReadingWarning]


def is_reference(words: Sequence[str]) -> bool:
    """Say whether values only number or name segments: `s_001`, `12`; or are all blank."""
    filled = [word for word in words if word.strip()]
    return sum(_REFERENCE.fullmatch(word.strip()) is not None for word in filled) >= _MOST * len(filled)


def choose(tiers: Sequence[Tier]) -> Chosen:
    """Take the tiers that are speech; where one speaker has sentences and words, the sentences.

    A tier is left out if it describes somebody whose speech is on another one, or if its name or type says that it is
    something else (phones, glosses, gestures), as long as others remain. The speaker is the participant, else
    what is left of the tier's name: `Ana - words`, `tx@Ana`, `Interviewer`.
    """
    filled = [tier for tier in tiers if any(_is_speech(a) for a in tier.annotations)]
    told = [tier for tier in filled if not tier.points and not _is_other(tier)]
    told = told or [tier for tier in filled if not tier.points] or filled
    owners = {id(tier): tier.who or _owner(tier.name) for tier in told}
    spoken = {owners[id(tier)] for tier in told if _level(tier.name) == "texts"} - {""}
    coarse = {owners[id(tier)] for tier in told if _level(tier.name) != "words"}
    told = [tier for tier in told if not _is_finer(tier, owners[id(tier)], coarse) and not _is_layer(tier, spoken)]
    nameless = [tier for tier in told if not owners[id(tier)]]
    if len(nameless) > 1:
        owners |= {id(tier): tier.name for tier in nameless}
    pieces, silent = [], 0
    for tier in told:
        for each in tier.annotations:
            if _is_speech(each):
                who = owners[id(tier)] or None
                pieces.append(
                    Piece(each.words, who, start_ms=each.start_ms, end_ms=each.end_ms, ref=each.ref, line=each.line)
                )
            else:
                silent += bool(each.words.strip())
    chosen = {id(tier) for tier in told}
    unused = Counter(tier.name or "without a name" for tier in filled if id(tier) not in chosen)
    warnings = []
    if unused:
        warnings.append(ReadingWarning(f"Tiers that are not speech were left out: {', '.join(unused)[:500]}."))
    if silent:
        warnings.append(ReadingWarning(f"Marks of silence were left out: {silent}."))
    return Chosen(pieces, warnings)


def _is_finer(tier: Tier, owner: str, coarse: set[str]) -> bool:
    """Say whether a tier holds single words of what a tier of sentences has."""
    return _level(tier.name) == "words" and bool(coarse) and (owner in coarse or not owner)


def _is_layer(tier: Tier, spoken: set[str]) -> bool:
    """Say whether a tier describes somebody whose speech is on a tier that is called so: `K-Spch` beside `K-RGU`."""
    if _level(tier.name):
        return False
    return tier.who in spoken or any(tier.name[: mark.start()] in spoken for mark in _PARTS.finditer(tier.name[:200]))


def _is_speech(annotation: Annotation) -> bool:
    words = annotation.words.strip()
    return bool(words) and words.casefold() not in _SILENT


def _parts(name: str) -> list[str]:
    return [part for part in _PARTS.split(name.casefold()) if part]


def _is_other(tier: Tier) -> bool:
    """Say whether a tier's name or type says that it is no speech."""
    found = _AT.fullmatch(tier.name)
    named = [part.rstrip("0123456789") for part in _parts(found.group(1) if found else tier.name)]
    if any(part in _OTHERS for part in named):
        return True
    said = set(named) & (_TEXTS | _WORDS)
    return not said and any(part in _OTHERS for part in _parts(tier.kind))


def _level(name: str) -> str:
    found = _AT.fullmatch(name)
    parts = set(_parts(found.group(1) if found else name))
    return "words" if parts & _WORDS else "texts" if parts & _TEXTS else ""


def _owner(name: str) -> str:
    """Give the speaker that a tier's name names, "" if it only says what the tier holds.

    >>> [_owner(name) for name in ("Ana Pérez - words", "tx@Ana", "utterance", "Interviewer", "P1_transcription")]
    ['Ana Pérez', 'Ana', '', 'Interviewer', 'P1']
    """
    if found := _AT.fullmatch(name):
        return found.group(2).strip()
    parts = [part for part in _PARTS.split(name) if part]
    known = _WORDS | _TEXTS
    while len(parts) > 1 and parts[-1].casefold() in known:
        name = name[: name.rindex(parts.pop())].rstrip(" -_.:([/|")
    while len(parts) > 1 and parts[0].casefold() in known:
        first = parts.pop(0)
        name = name[name.index(first) + len(first) :].lstrip(" -_.:(/|")
    return "" if len(parts) == 1 and parts[0].casefold().rstrip("0123456789") in known else name.strip()
