"""Reading a REFI-QDA project, of whatever dialect: what is sound comes in, every loss is listed with its GUID."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ingest.exchange.calibrating import Selected, calibrated
from ingest.exchange.code_lists import CodeList
from ingest.exchange.codebook_qdc import codes_in, guid
from ingest.exchange.project_archives import ProjectArchive
from ingest.exchange.projects import Project, ProjectCoding, ProjectMark, ProjectText
from ingest.exchange.qda_xml import Node, parse
from ingest.readers.decoding import normalise
from repository.errors import UnreadableSource

#: Who coded, where the file does not say; and what a person's name must not begin with, as the machine's does.
NOBODY, _MACHINE = "unknown", "machine:"
#: Elements that hold something coded which is no text, in words.
_NOT_TEXT = {
    "PictureSelection": "A part of a picture",
    "PDFSelection": "An area of a page",
    "AudioSelection": "A stretch of sound",
    "VideoSelection": "A stretch of a video",
}
#: What a project holds besides and Cairn has no place for, in words.
_WITHOUT_PLACE = ("Variable", "Case", "Set", "Graph")
_PLAIN = "PlainTextSelection"
_AGAIN = "Export the project again from the program that made it."


@dataclass(slots=True)
class _Text:
    """A text as found: where it stands in the file, the raw text, and what is selected."""

    guid: str
    name: str
    raw: str
    whole: Node
    selections: list[tuple[Node, int, int]]
    remarks: list[str] = field(default_factory=list)


def read_project(data: bytes) -> Project:
    """Read a .qdpx. Raises UnreadableSource for what is no project, damaged, or not well-formed (with line and column)."""
    archive = ProjectArchive(data)
    root = parse(archive.xml)
    if root.name != "Project":
        raise UnreadableSource(f"<{root.name}> is no project.", line=root.line, slug="invalid-project", hint=_AGAIN)
    return _Reading(archive, root).project()


class _Reading:
    """One project while it is read."""

    def __init__(self, archive: ProjectArchive, root: Node) -> None:
        self._archive, self._root = archive, root
        self._remarks: list[str] = []
        codes = next(root.below("Codes"), None)
        found = codes_in(codes) if codes else CodeList(())
        self._codes, self._known = found.codes, {code.slug for code in found.codes}
        self._remarks += found.remarks
        self._users = self._named_users()
        self._notes = {guid(note): note for notes in root.all("Notes") for note in notes.all("Note")}
        self._used_notes: set[str] = set()
        self._linked = self._linked_notes()
        self._code_memos(codes)

    def project(self) -> Project:
        texts = list(self._texts())
        selected = [[Selected(start, end, node.get("name")) for node, start, end in text.selections] for text in texts]
        told = [  # points in time say nothing of how characters are counted
            (text.raw, [one for one, (node, _, _) in zip(some, text.selections, strict=True) if node.name == _PLAIN])
            for text, some in zip(texts, selected, strict=True)
        ]
        ways = calibrated(told, origin=self._root.get("origin"))
        taken = []
        for text, some, (_, positions, believed) in zip(texts, selected, ways, strict=True):
            clean = normalise(text.raw)
            if some and not believed:
                text.remarks.append(
                    f"The positions in “{text.name}” ({text.guid}) are uncertain: too many begin or end inside words."
                )
            marks = []
            for (node, start, end), one in zip(text.selections, some, strict=True):
                span = self._span(
                    text, clean, one, positions.total, positions.span(min(start, end), max(start, end)), node
                )
                if span is not None:
                    marks.append(self._mark(text, node, *span))
            marks += self._whole(text, clean)
            taken.append(ProjectText(text.guid, text.name, clean, tuple(marks), tuple(text.remarks)))
        self._remarks += self._lost()
        name = " ".join(self._root.get("name").split()) or "Project"
        return Project(name, self._root.get("origin"), self._codes, tuple(taken), tuple(self._remarks))

    # Texts

    def _texts(self) -> Iterator[_Text]:
        names: dict[str, int] = {}
        seen: set[str] = set()
        for source in (child for sources in self._root.all("Sources") for child in sources.children):
            key, name = guid(source), " ".join(source.get("name").split()) or "Text without a name"
            if key in seen:
                self._remarks.append(f"“{name}” has the GUID of another source ({key}); both were taken.")
            seen.add(key)
            parts = [source] if source.name == "TextSource" else list(source.all("Representation", "Transcript"))
            self._not_text(source, name, has_text=bool(parts))
            for part in parts:
                names[name] = names.get(name, 0) + 1
                called = name if names[name] == 1 else f"{name} ({names[name]})"
                if called != name and part is source:
                    self._remarks.append(f"“{name}” ({key}) is called “{called}”: another source has that name.")
                if text := self._text(part, called):
                    yield text
            for note in source.all("NoteRef"):
                self._remarks.append(
                    f"The note on “{name}” was left out ({guid(note, 'targetGUID')}): transcripts have no notes."
                )
            if source.text_of("Description"):
                self._remarks.append(f"The description of “{name}” ({key}) was left out.")

    def _text(self, part: Node, name: str) -> _Text | None:
        key, raw = guid(part), self._words(part)
        selections = [*part.all(_PLAIN)]
        synced = [*part.all("TranscriptSelection")]
        if raw is None or not normalise(raw).strip():
            path = part.get("plainTextPath") or part.get("richTextPath") or "no path"
            why = (
                "has no words"
                if raw is not None
                else f"could not be taken: its text ({path[:80]}) is not in the project"
            )
            codings = [guid(coding) for one in (part, *selections, *synced) for coding in one.all("Coding")]
            self._remarks.append(f"“{name}” ({key}) {why}.{_with(codings)}")
            return None
        found = _Text(key, name, raw, part, [])
        for node in selections:
            try:
                found.selections.append((node, int(node.get("startPosition")), int(node.get("endPosition"))))
            except ValueError:
                self._drop(found, node, "has no positions")
        points = {guid(point): point.get("position") for point in part.all("SyncPoint")}
        for node in synced:
            ends = [points.get(guid(node, which), "") for which in ("fromSyncPoint", "toSyncPoint")]
            if all(end.isdecimal() for end in ends):
                found.selections.append((node, int(ends[0]), int(ends[1])))
            else:
                self._drop(found, node, "has no points in time that the transcript knows")
        return found

    def _words(self, part: Node) -> str | None:
        """Give a text as the file has it; its own file counts more than what stands in the XML."""
        text = self._archive.text(part.get("plainTextPath")) if part.get("plainTextPath") else None
        inline = part.first("PlainTextContent")
        return inline.content if text is None and inline is not None else text

    def _not_text(self, source: Node, name: str, *, has_text: bool) -> None:
        """List what is coded in pictures, sound and pages."""
        lost = [(one, [guid(coding) for coding in one.all("Coding")]) for one in source.all(*_NOT_TEXT)]
        if source.name != "TextSource" and not has_text:
            codings = [guid(coding) for coding in source.all("Coding")]
            self._remarks.append(
                f"{source.name.removesuffix('Source')} “{name}” ({guid(source)}) has no text and was left out.{_with(codings)}"
            )
        for one, codings in lost:
            self._remarks.append(f"{_NOT_TEXT[one.name]} in “{name}” ({guid(one)}) was left out.{_with(codings)}")

    # Selections

    def _span(
        self, text: _Text, clean: str, one: Selected, total: int, span: tuple[int, int], node: Node
    ) -> tuple[int, int] | None:
        low, high = min(one.start, one.end), max(one.start, one.end)
        if one.end < one.start:
            text.remarks.append(f"Selection {guid(node)} ends before it begins; its ends were swapped.")
        if low < 0 or low >= total:
            words = " ".join(one.name.split())
            if len(words) > 3 and clean.count(words) == 1:
                text.remarks.append(f"Selection {guid(node)} lies outside the text and was found again by its words.")
                return clean.index(words), clean.index(words) + len(words)
            self._drop(text, node, f"lies outside the text ({one.start} to {one.end} of {total})")
            return None
        if high > total:
            text.remarks.append(f"Selection {guid(node)} went beyond the end of the text and was cut there.")
        if span[0] >= span[1] or not clean[span[0] : span[1]].strip():
            self._drop(text, node, "has no words")
            return None
        return span

    def _drop(self, text: _Text, node: Node, why: str) -> None:
        codings = [guid(coding) for coding in node.all("Coding")]
        comment = self._comment(node)
        remark = f" Its remark: “{comment}”" if comment else ""
        text.remarks.append(f"Selection {guid(node)} in “{text.name}” {why} and was left out.{_with(codings)}{remark}")

    def _mark(self, text: _Text, node: Node, start: int, end: int) -> ProjectMark:
        codings = tuple(self._codings(text, node))
        coder = self._users.get(guid(node, "creatingUser")) or next(
            (one.coder for one in codings if one.coder != NOBODY), NOBODY
        )
        return ProjectMark(guid(node), start, end, coder, node.get("creationDateTime"), self._comment(node), codings)

    def _whole(self, text: _Text, clean: str) -> list[ProjectMark]:
        """Take codes on the text as a whole as codes on all its words."""
        if text.whole.first("Coding") is None:
            return []
        text.remarks.append(f"“{text.name}” ({text.guid}) is coded as a whole: the codes stand on all its words.")
        mark = self._mark(text, text.whole, 0, len(clean))
        return [replace(mark, comment="", at="")] if mark.codings else []

    def _codings(self, text: _Text, node: Node) -> Iterator[ProjectCoding]:
        maker = self._users.get(guid(node, "creatingUser"), "")
        for coding in node.all("Coding"):
            refs = [guid(ref, "targetGUID") for ref in coding.all("CodeRef")]
            for ref in refs:
                if ref not in self._known:
                    text.remarks.append(
                        f"Coding {guid(coding)} in “{text.name}” was left out: there is no code {ref or 'for it'}."
                    )
                    continue
                coder = self._users.get(guid(coding, "creatingUser")) or maker
                if not coder:
                    text.remarks.append(f"Coding {guid(coding)} in “{text.name}” does not say whose it is: “{NOBODY}”.")
                yield ProjectCoding(guid(coding), ref, coder or NOBODY, coding.get("creationDateTime"))
            if not refs:
                text.remarks.append(f"Coding {guid(coding)} in “{text.name}” was left out: it names no code.")

    def _comment(self, node: Node) -> str:
        """Give description and notes of a selection and of its codings, each once."""
        refs = [*node.all("NoteRef"), *(ref for coding in node.all("Coding") for ref in coding.all("NoteRef"))]
        keys = [*(guid(ref, "targetGUID") for ref in refs), *self._linked.get(guid(node), ())]
        found = [node.text_of("Description"), *(self._note(key) for key in keys)]
        return "\n\n".join(dict.fromkeys(words for words in found if words))

    # Users, notes and the rest

    def _named_users(self) -> dict[str, str]:
        users: dict[str, str] = {}
        for user in (one for all_ in self._root.all("Users") for one in all_.all("User")):
            name = " ".join((user.get("name") or user.get("id")).split())[:100] or f"coder {guid(user)[:8]}"
            name = f"imported {name}" if name.startswith(_MACHINE) else name
            if name in users.values():
                self._remarks.append(f"Two users are called “{name}” ({guid(user)}); they are one coder here.")
            users.setdefault(guid(user), name)
        return users

    def _linked_notes(self) -> dict[str, list[str]]:
        """Give the notes that links put beside something."""
        linked: dict[str, list[str]] = {}
        for link in (one for links in self._root.all("Links") for one in links.all("Link")):
            ends = guid(link, "originGUID"), guid(link, "targetGUID")
            for note, other in (ends, ends[::-1]):
                if note in self._notes and other not in self._notes:
                    linked.setdefault(other, []).append(note)
                    break
            else:
                self._remarks.append(f"Link “{link.get('name')}” ({guid(link)}) was left out: Cairn has no links.")
        return linked

    def _code_memos(self, codes: Node | None) -> None:
        """Put notes on codes behind their definitions."""
        memos = {
            guid(code): words
            for code in (codes.below("Code") if codes else ())
            if (
                words := "\n\n".join(filter(None, (self._note(guid(ref, "targetGUID")) for ref in code.all("NoteRef"))))
            )
        }
        self._codes = tuple(
            replace(code, definition=f"{code.definition}\n\n{memos[code.slug]}".strip()) if code.slug in memos else code
            for code in self._codes
        )

    def _note(self, key: str) -> str:
        note = self._notes.get(key)
        if note is None:
            return ""
        self._used_notes.add(key)
        return normalise(self._words(note) or note.text_of("Description")).strip()

    def _lost(self) -> Iterator[str]:
        for kind in _WITHOUT_PLACE:
            for one in self._root.below(kind):
                yield f"{kind} “{one.get('name')}” ({guid(one)}) was left out."
        for key, note in self._notes.items():
            if key not in self._used_notes:
                yield f"Note “{note.get('name')}” ({key}) was left out: it stands on no selection and no code."
        if self._root.text_of("Description"):
            yield "The description of the project was left out."


def _with(codings: list[str]) -> str:
    if not codings:
        return ""
    return f" With it {'a coding' if len(codings) == 1 else f'{len(codings)} codings'}: {', '.join(codings)}."
