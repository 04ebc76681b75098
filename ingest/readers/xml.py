"""XML without trusting it: no entities, no DTD, nothing fetched; what is broken is mended as far as it can be."""

import codecs
import html
import re
from collections.abc import Iterator
from html.entities import html5
from typing import Any

from ingest.readers.archives import MOST_XML
from ingest.readers.decoding import decode
from ingest.readers.received import Received
from repository.domain.transcript import ReadingWarning
from repository.errors import UnreadableSource

#: Where the root's name is looked for.
_HEAD = 8_000
_DECLARATION = re.compile(r"\A\s{0,1000}<\?xml\b[^>]{0,300}\?>")
_DECLARED = re.compile(rb"\s*<\?xml\b[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_BEFORE_ROOT = re.compile(
    r"\s+|<\?[^>]{0,500}>|<!--(?:(?!-->)[\s\S]){0,4000}-->|<!DOCTYPE\b[^\[>]{0,1000}(?:\[[^\]]{0,4000}\]\s*)?>", re.I
)
_ROOT = re.compile(r"<(?:[\w.-]{1,60}:)?([A-Za-z_][\w.-]{0,60})(?=[\s/>])")
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[>]{0,1000}(?:\[[^\]]{0,20000}\]\s*)?>", re.I)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_BARE = re.compile(r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)")
_INVALID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BROKEN = "The file is not well-formed XML; words near or behind this place may be missing."
#: How lxml parses: nothing is loaded or expanded, depth and length have limits.
_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "encoding": "utf-8",
}
#: Parsers take time by the square for the attributes of one element.
_HUGE_TAG = re.compile(r"<[A-Za-z_][^<>]{50000}")
_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})


def root_of(text: str) -> str:
    """Give the local name of the first element of XML, "" if the text does not begin as XML does.

    >>> root_of('<?xml version="1.0"?><!DOCTYPE Trans SYSTEM "trans-14.dtd"><Trans scribe="x">'), root_of("a < b")
    ('Trans', '')
    """
    head, at = text[:_HEAD], 0
    while found := _BEFORE_ROOT.match(head, at):
        at = found.end()
    root = _ROOT.match(head, at)
    return root.group(1) if root else ""


def tree_of(received: Received) -> tuple[Any, list[ReadingWarning]]:
    """Give the root element (lxml) and what was wrong. A declaration of entities is refused before a parser sees it."""
    from lxml import etree

    text = _made_safe(received)
    try:
        return etree.fromstring(text.encode(), _parser(recover=False)), []
    except (etree.LxmlError, ValueError) as error:
        line = getattr(error, "lineno", None)
    try:
        root = etree.fromstring(_BARE.sub("&amp;", text).encode(), _parser(recover=True))
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        raise UnreadableSource(
            "The file is damaged: it is no well-formed XML.", line=line, slug="damaged-file", hint="Export it again."
        )
    return root, [ReadingWarning(_BROKEN, line)]


def _made_safe(received: Received) -> str:
    """Give the text without declaration and DTD; refuse entities and what is too large."""
    text = _text_of(received)
    if len(text) > MOST_XML:
        raise UnreadableSource("The file is too large for XML.", slug="too-large", hint="Export it as WebVTT or SRT.")
    if _HUGE_TAG.search(text):
        raise UnreadableSource(
            "The file has a tag of absurd length.",
            slug="unsafe-xml",
            hint="Export it again from the program that made it.",
        )
    if re.search(r"<!ENTITY\b", text, re.I):
        raise UnreadableSource(
            "The file declares XML entities, which no transcription program writes.",
            slug="unsafe-xml",
            hint="Export it again from the program that made it.",
        )
    text = _DOCTYPE.sub(_line_ends, _DECLARATION.sub(_line_ends, text, count=1), count=1)
    return _NAMED.sub(_replaced, _INVALID.sub("", text))


def streamed(received: Received, *names: str) -> Iterator[Any]:
    """Give the elements with these names one after the other as they end, each only until the next is asked for.

    For formats whose trees would take much memory. What is not well-formed is passed over as far as can be; whether
    something was is the last thing given: a ReadingWarning.
    """
    from io import BytesIO

    from lxml import etree

    source = BytesIO(_BARE.sub("&amp;", _made_safe(received)).encode())
    events = etree.iterparse(source, events=("end",), tag=names, recover=True, **_SAFE)
    try:
        for _, element in events:
            yield element
            element.clear(keep_tail=False)
            while element.getprevious() is not None:
                del element.getparent()[0]
    except (etree.LxmlError, ValueError) as error:
        yield ReadingWarning(_BROKEN, getattr(error, "lineno", None))
        return
    errors = [entry for entry in events.error_log if entry.level >= etree.ErrorLevels.ERROR]
    if errors:
        yield ReadingWarning(_BROKEN, errors[0].line)


def _parser(*, recover: bool) -> Any:
    from lxml import etree

    return etree.XMLParser(recover=recover, **_SAFE)


def _text_of(received: Received) -> str:
    """Give the text in the encoding that a person chose, that is certain, or that the file declares."""
    if received.encoding_guessed and not received.choices.encoding:
        found = _DECLARED.match(received.data[:500])
        declared = found.group(1).decode() if found else ""
        try:
            codec = codecs.lookup(declared).name if declared else ""
        except LookupError:
            codec = ""
        if codec and not codec.startswith("utf"):
            again = decode(received.data, "cp1252" if codec == "iso8859-1" else codec)
            if again and not again.damaged:
                return again.text
    return received.text


def _line_ends(found: re.Match[str]) -> str:
    """Keep the line ends of what is dropped, so that the numbers of lines stay right."""
    return "\n" * found.group().count("\n")


def _replaced(entity: re.Match[str]) -> str:
    """Give the character of an entity that HTML knows and XML does not; others stay as they are written."""
    name = entity.group(1)
    if name in _OWN:
        return entity.group()
    return html.escape(html5[name + ";"]) if name + ";" in html5 else f"&amp;{name};"


def name_of(element: Any) -> str:
    """Give an element's name without its namespace."""
    tag = element.tag
    return str(tag).rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """Give an attribute by its name without regard to namespaces, "" if there is none."""
    found = element.get(name)
    if found is None:
        found = next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")
    return str(found).strip()


def attributes(element: Any) -> dict[str, str]:
    """Give an element's attributes by their names without regard to namespaces; {} if it has none."""
    return {key.rpartition("}")[2]: str(value).strip() for key, value in element.items()}


def walk(element: Any, *names: str) -> Iterator[Any]:
    """Give the elements below this one that have one of these names, in the order of the file."""
    for each in element.iter("{*}" + names[0] if len(names) == 1 else None):
        if not names or name_of(each) in names:
            yield each


def words_in(element: Any, leave: frozenset[str] = frozenset()) -> str:
    """Give the text inside an element as one line, but for what is inside elements named in `leave`."""
    return " ".join("".join(texts_in(element, leave)).split())


def texts_in(element: Any, leave: frozenset[str] = frozenset()) -> Iterator[str]:
    """Give the pieces of text inside an element in order, but for what is inside elements named in `leave`."""
    from lxml import etree

    skipping: Any = None
    for event, each in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if skipping is None and each is not element and name_of(each) in leave:
                skipping = each
            if skipping is None and each.text:
                yield each.text
        else:
            if skipping is each:
                skipping = None
            if skipping is None and each is not element and each.tail:
                yield each.tail
