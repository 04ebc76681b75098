"""Which words in front of a colon, or beside a time, are a speaker; and which are only words."""

import re
from collections import Counter
from collections.abc import Collection, Sequence

from ingest.readers.roles import role_of_label
from repository.domain.transcript import Role

_AFFILIATION = r"(?:\s?\[[^\[\]:\n]{1,20}\])?"
#: A label as part of a pattern: no colon, no brackets but round ones, at most 80 characters. Linear by construction.
LABEL = r"(?=\S)[^:：\n\t\[\]<>{}]{1,80}?" + _AFFILIATION
#: The same where a time on the line makes sure that a colon belongs to the label.
LABEL_WITH_COLON = r"(?=\S)[^\n\t\[\]<>{}]{1,80}?" + _AFFILIATION
_HEADS_OF_NOTES = """
note notes nb n.b. ps p.s. date datum fecha data time uhrzeit hora location place where when who what why how
subject title topic theme re fwd fw to from cc bcc sent attendees participants present duration length project study
method session goal goals objective objectives aim aims purpose background context summary abstract outcome results
result finding findings insight insights observation observations quote quotes recommendation recommendations
conclusion conclusions task tasks step steps action actions todo to-do decision decisions agenda next pros cons
advantages disadvantages pain pains problem problems issue issues idea ideas tip warning caution important attention
example e.g. eg i.e. ie source link url http https ftp mailto file page see also version status owner author
recorded recording transcript transcription transcribed language tags keywords price total update edit tl;dr tldr
definition answer key takeaway takeaways highlights follow-up followup priority severity device browser os age
gender role company industry email phone address name id hinweis notiz anmerkung thema ort dauer ziel aufgabe remarque
sujet lieu durée objectif tâche nota tema lugar duración objetivo tarea luogo durata obiettivo
likes dislikes positive positives negative negatives strengths weaknesses expectations reactions reaction
break music intro outro applause laughter laughs laughing silence pause inaudible crosstalk unclear noise sigh sighs
"""
#: Words that head a note, or stand for a sound, and never speak.
_NEVER = frozenset(_HEADS_OF_NOTES.split())
_SPEAKER_N = re.compile(
    r"(?:speaker|spk|sprecher(?:in)?|orador|locuteur|hablante|relatore|falante|voice|person)[ _]?#?\w{1,3}", re.I
)
_PARTICLES = "van von de der den di da del della la le du dos das bin al el ter ten zu und y e the of and & -"
_SMALL = frozenset(_PARTICLES.split())
#: Addresses and times.
_NO_NAME = re.compile(r"://|\d:\d\d")
#: Who phones in.
_PHONE = re.compile(r"\+[\d*][\d*() .-]{6,20}|(?=[\d()-]*\*)[\d*()-]{7,20}|\d{9,15}")
_INNER = re.compile(r"[(\[].*?[)\]]")
#: Words of the longest name believed, and of the longest label that is not written like a name.
_MOST_NAMES, _MOST_WORDS = 10, 4


def is_known(label: str) -> bool:
    """Say whether a label is a speaker's by itself: P07, Interviewer, Speaker 2."""
    return role_of_label(label) is not Role.UNKNOWN or _SPEAKER_N.fullmatch(label.strip()) is not None


def heads_notes(label: str) -> bool:
    """Say whether a label is one of a note's or a form's: Date, Duration, Pain."""
    return label.strip(" *_-•").casefold() in _NEVER


def is_possible(label: str) -> bool:
    """Say whether a label can be a speaker's at all: it has a letter, is no note's head, no address and no sentence.

    >>> [is_possible(x) for x in ("Ana Pérez", "O'Neil, Dana (Guest) [EXT]", "Note", "10", "https", "and so he said this")]
    [True, True, False, False, False, False]
    """
    if _PHONE.fullmatch(label):
        return True
    bare = _INNER.sub("", label).strip(" *_-•").casefold()
    words = bare.split()
    if not words or not any(c.isalpha() for c in bare) or len(words) > _MOST_NAMES or _NO_NAME.search(label):
        return False
    if bare in _NEVER or (words[0] in _NEVER and len(words) <= 3 and words[-1].strip("#.0123456789") in _NEVER | {""}):
        return False
    if bare.endswith(("?", "!", ";")) or (bare.endswith(".") and len(words[-1]) > 3):
        return False
    return len(words) <= _MOST_WORDS or is_name_like(label)


def is_name_like(label: str) -> bool:
    """Say whether a label is written like a name: each word begins with a capital, a digit or a letter without case."""
    words = [word.lstrip("'’\"#@(") for word in _INNER.sub("", label).replace(",", " ").split()]
    words = [word for word in words if word]
    if not words or len(words) > _MOST_NAMES or _INNER.sub("", label).strip().casefold() in _NEVER:
        return False
    written = (not word[0].islower() or word[1:2].isupper() or word.casefold() in _SMALL for word in words)  # iPhone
    return all(written) and not words[0][0].isdigit()


def speakers_among(
    labels: Sequence[str], *, trusted: Collection[str] = (), uniform: bool, all_headed: bool
) -> set[str]:
    """Choose the labels that are speakers.

    `labels` are all candidates in order, repeats included; `trusted` are set in bold or otherwise marked. One that
    appears once is believed if it looks like a name and the file is `uniform` (headers always in the same place), or,
    whatever its case, if it is one word and everything in the file is headed (`all_headed`).
    """
    counts = {label: n for label, n in Counter(labels).items() if is_possible(label) or is_known(label)}
    sure = {label for label, count in counts.items() if count > 1 or is_known(label) or label in trusted}
    singles = set(counts) - sure
    if uniform:
        sure |= {label for label in singles if is_name_like(label)}
    if all_headed:
        sure |= {label for label in singles if len(label.split()) == 1 or is_name_like(label)}
    return sure
