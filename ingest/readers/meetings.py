"""What meeting tools write: Fireflies, Gong, Fathom, Otter, Microsoft's players; who is who where they say so."""

from dataclasses import replace
from datetime import date

from ingest.readers.assembling import Piece, clean_label
from ingest.readers.dating import day_of
from ingest.readers.json_values import (
    MILLISECONDS,
    Row,
    at,
    first,
    label_of,
    language_of,
    line_of,
    moment_of,
    rows,
    share_of,
    text_of,
    time_of,
)
from ingest.readers.spoken_words import Heard, ordered
from ingest.readers.stated_roles import stated_role
from repository.domain.transcript import ReadingWarning, Role

#: Where people are listed beside a transcript.
_PEOPLE = ("speakers", "parties", "participants", "attendees", "meeting_attendees", "calendar_invitees", "people")
_INSIDE, _OUTSIDE = ("internal", "host", "agent"), ("external", "customer", "guest")
#: Otter counts in samples of its recordings.
_SAMPLES = 1 / 16


def people_in(*places: object) -> dict[str, Row]:
    """Give the people listed at some places, by each of their ids."""
    found: dict[str, Row] = {}
    for place in places:
        for key in _PEOPLE:
            listed = at(place, key)
            if isinstance(listed, dict):
                listed = [
                    {"id": id_, **each} if isinstance(each, dict) else {"id": id_, "name": each}
                    for id_, each in listed.items()
                ]
            for row in rows(listed):
                for id_ in ("speakerId", "speaker_id", "id", "uuid", "participant_id", "spkid"):
                    if name := text_of(row.get(id_)):
                        found.setdefault(name, row)
    return found


def name_of(row: Row) -> str:
    """Give the name under which somebody is listed."""
    keys = (
        "matched_speaker_display_name",
        "name",
        "speaker_name",
        "speakerName",
        "displayName",
        "display_name",
        "full_name",
        "emailAddress",
        "email",
    )
    return line_of(first(row, *keys))


def roles_in(*places: object) -> dict[str, Role]:
    """Give the roles that lists of people state: who is internal asks, who is external is asked."""
    roles: dict[str, Role] = {}
    for place in places:
        for key in _PEOPLE:
            for row in rows(at(place, key)):
                role, name = _role(row), clean_label(name_of(row))
                if role and name:
                    roles[name] = role
    return roles


def _role(row: Row) -> Role | None:
    affiliation = text_of(first(row, "affiliation", "party_type")).casefold()
    outside = row.get("is_external", row.get("isExternal"))
    if affiliation in _INSIDE or outside is False or row.get("is_rep") is True:
        return Role.INTERVIEWER
    if affiliation in _OUTSIDE or outside is True or row.get("is_rep") is False:
        return Role.PARTICIPANT
    return stated_role(text_of(row.get("role"))) if isinstance(row.get("role"), str) else None


def day_at(*values: object) -> date | None:
    """Give the first of these values that is a day."""
    for value in values:
        if day := (day_of(value) if isinstance(value, str) else None):
            return day
        if moment := moment_of(value):
            return moment.date()
    return None


def title_of(*places: object) -> str:
    """Give the title that a file states for itself."""
    for place in places:
        if title := line_of(first(place, "title", "meeting_title", "meetingTitle", "topic", "subject")):
            return title
    return ""


# Fireflies


def is_fireflies(data: object) -> bool:
    """Know Fireflies' sentences, from its API or from its download."""
    found = _sentences(data)[:3]
    return any(
        ("speaker_name" in row or "speaker_id" in row) and ("text" in row or "sentence" in row) for row in found
    ) and (
        any(key in row for row in found for key in ("raw_text", "ai_filters", "sentence", "start_time", "startTime"))
    )


def _fireflies(data: object) -> object:
    return at(data, "data", "transcript") or at(data, "transcript") or data


def _sentences(data: object) -> list[Row]:
    inside = _fireflies(data)
    if isinstance(inside, list):
        return [row for row in rows(inside) if "sentence" in row]
    return rows(at(inside, "sentences"))


def hear_fireflies(data: object) -> Heard:
    """Read the sentences; times are seconds, or stamps in the download."""
    inside = _fireflies(data)
    people = people_in(inside)
    pieces = []
    for row in _sentences(data):
        speaker = label_of(row.get("speaker_name"))
        if speaker is None:
            id_ = text_of(row.get("speaker_id"))
            speaker = (name_of(people[id_]) if id_ in people else "") or label_of(row.get("speaker_id"))
        start, end = time_of(first(row, "start_time", "startTime")), time_of(first(row, "end_time", "endTime"))
        text = text_of(first(row, "text", "sentence", "raw_text"))
        pieces.append(Piece(text, speaker, start_ms=start, end_ms=end))
    pieces, mixed = ordered(pieces)
    return Heard(
        pieces,
        "Fireflies JSON",
        title=title_of(inside),
        occurred_on=day_at(at(inside, "dateString"), at(inside, "date")),
        roles=roles_in(inside),
        warnings=mixed,
    )


# Gong


def is_gong(data: object) -> bool:
    """Know Gong's call transcripts."""
    return any("transcript" in row for row in rows(at(data, "callTranscripts"))[:3])


def hear_gong(data: object) -> Heard:
    """Read each call; names and roles from the parties of the call's record where the file has them."""
    calls = rows(at(data, "callTranscripts"))
    records = [data, at(data, "call"), *rows(at(data, "calls")), *calls]
    people = people_in(*records)
    pieces: list[Piece] = []
    for call in calls:
        said: list[Piece] = []
        for block in rows(call.get("transcript")):
            id_ = text_of(block.get("speakerId"))
            speaker = (name_of(people[id_]) if id_ in people else "") or id_ or None
            for row in rows(block.get("sentences")):
                start, end = time_of(row.get("start"), MILLISECONDS), time_of(row.get("end"), MILLISECONDS)
                said.append(Piece(text_of(row.get("text")), speaker, start_ms=start, end_ms=end))
        said = ordered(said)[0]
        pieces += [replace(piece, breaks=True) if not index and pieces else piece for index, piece in enumerate(said)]
    warnings = []
    if len(calls) > 1:
        warnings.append(ReadingWarning(f"The file holds {len(calls)} calls; they are read one after the other."))
    if pieces and not people:
        warnings.append(ReadingWarning("Gong keeps names elsewhere: speakers are called by their numbers."))
    meta = [at(row, "metaData") for row in records]
    return Heard(
        pieces,
        "Gong JSON",
        title=title_of(*meta),
        occurred_on=day_at(*(at(row, "started") for row in meta)),
        roles=roles_in(*records),
        warnings=warnings,
    )


# Fathom


def is_fathom(data: object) -> bool:
    """Know Fathom: what each speaker, an object with a display name, says at a time of day's form."""
    return any(
        isinstance(at(row, "speaker", "display_name"), str) and "timestamp" in row for row in _fathom(data)[1][:3]
    )


def _fathom(data: object) -> tuple[object, list[Row]]:
    meeting = at(data, "items", 0) or data
    return meeting, rows(at(meeting, "transcript"))


def hear_fathom(data: object) -> Heard:
    """Read the first meeting's transcript; who is invited from outside is asked."""
    meeting, said = _fathom(data)
    pieces = [
        Piece(text_of(row.get("text")), label_of(row.get("speaker")), start_ms=time_of(row.get("timestamp")))
        for row in said
    ]
    more = sum(bool(rows(row.get("transcript"))) for row in rows(at(data, "items"))[1:])
    warnings = [ReadingWarning(f"The file holds {more} more meetings, which were left out.")] if more else []
    return Heard(
        pieces,
        "Fathom JSON",
        title=title_of(meeting),
        language=language_of(at(meeting, "transcript_language")),
        occurred_on=day_at(
            *(at(meeting, key) for key in ("recording_start_time", "scheduled_start_time", "created_at"))
        ),
        roles=roles_in(meeting),
        recorder=name_of(recorded) if isinstance(recorded := at(meeting, "recorded_by"), dict) else "",
        warnings=warnings,
    )


# Otter


def is_otter(data: object) -> bool:
    """Know Otter's speech: transcripts that count in samples."""
    return any("transcript" in row and "start_offset" in row for row in _otter(data)[1][:3])


def _otter(data: object) -> tuple[object, list[Row]]:
    speech = at(data, "speech") or data
    return speech, rows(at(speech, "transcripts"))


def hear_otter(data: object) -> Heard:
    """Read the transcripts; names are listed beside them."""
    speech, said = _otter(data)
    people = people_in(speech)
    pieces = []
    for row in said:
        id_ = text_of(row.get("speaker_id"))
        speaker = (name_of(people[id_]) if id_ in people else "") or line_of(row.get("speaker_name"))
        speaker = speaker or label_of(first(row, "label", "speaker_model_label")) or ""
        start, end = time_of(row.get("start_offset"), _SAMPLES), time_of(row.get("end_offset"), _SAMPLES)
        pieces.append(Piece(text_of(row.get("transcript")), speaker or None, start_ms=start, end_ms=end))
    pieces, mixed = ordered(pieces)
    day = day_at(at(speech, "start_time"), at(speech, "created_at"))
    return Heard(pieces, "Otter JSON", title=title_of(speech), occurred_on=day, roles=roles_in(speech), warnings=mixed)


# Microsoft


def is_stream(data: object) -> bool:
    """Know the transcripts of Microsoft Stream and Teams (`transcript.json`), and Video Indexer's."""
    return any(
        "text" in row and ("startOffset" in row or "speakerDisplayName" in row) for row in _entries(data)[:3]
    ) or bool(_insights(data))


def _entries(data: object) -> list[Row]:
    return rows(at(data, "entries"))


def _insights(data: object) -> list[Row]:
    inside = at(data, "videos", 0, "insights") or at(data, "insights")
    return [row for row in rows(at(inside, "transcript")) if "instances" in row]


def hear_stream(data: object) -> Heard:
    """Read the entries; times are stamps."""
    people = people_in(at(data, "videos", 0, "insights"), at(data, "insights"))
    pieces = []
    for row in _entries(data) or _insights(data):
        about = at(row, "instances", 0) or row
        id_ = text_of(row.get("speakerId"))
        speaker = label_of(row.get("speakerDisplayName")) or (name_of(people[id_]) if id_ in people else None)
        start, end = time_of(first(about, "startOffset", "start")), time_of(first(about, "endOffset", "end"))
        sure = share_of(row.get("confidence"))
        pieces.append(
            Piece(text_of(row.get("text")), speaker or label_of(id_), start_ms=start, end_ms=end, confidence=sure)
        )
    pieces, mixed = ordered(pieces)
    shape = "Microsoft Stream transcript (JSON)" if _entries(data) else "Azure Video Indexer JSON"
    entry = next(iter(_entries(data) or _insights(data)), {})
    return Heard(pieces, shape, language=language_of(first(entry, "spokenLanguageTag", "language")), warnings=mixed)
