"""Bytes to text: which encoding, and the normalisation that every text gets once."""

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BREAKS = re.compile("\r\n?|[\u2028\u2029\v\f]")
_DROPPED = re.compile("[\x00-\x08\x0e-\x1f\ufeff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
_HIGH = re.compile(rb"[\x80-\xff]+")
#: Share of characters no text has, beyond which a file is not text (random bytes: 0.1), and how few are no sign.
_ODD, _FEW = 0.02, 2
#: Letters beyond ASCII in the languages that cp1252 was made for, their signs, and signs that no word has inside.
_LANGUAGES = tuple(
    map(frozenset, ("äöüßé", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "áàâãçéêíóôõúü", "àèéìíòóùú", "éëïöüèê", "åäöæøéü"))
)
_SIGNS = frozenset("€‚„…†•–—‘’“”‹›«»°§©®™´·¡¿ªº½¼\xa0")
_SIGN_IN_WORD = re.compile("[A-Za-z\xc0-\xff][‚„‹›«»°§©®™´¡¿ªº½¼“”•†][a-z\xc0-\xff]")
#: Share of letters beyond ASCII that none of these languages has.
_FOREIGN = 0.2
#: Bytes shown to the guesser, and those round a byte beyond ASCII of which they are made.
_SAMPLE, _ROUND = 60_000, 100


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, where its encoding is from, and how many characters had to be replaced or dropped."""

    text: str
    encoding: str
    guessed: bool = False
    damaged: int = 0


def decode(data: bytes, encoding: str = "") -> Decoded | None:
    """Give the normalised text of some bytes, None if they are not text; `encoding` is what a person chose.

    Otherwise, in order: byte order mark, UTF-16 without a mark (by its NULs: plain English in it is valid UTF-8, too), strict
    UTF-8, chardet, cp1252. A guesser is never asked about valid UTF-8: it turns an emoji into mojibake.
    """
    found = _as_chosen(data, encoding) or _by_mark(data) or _utf16(data) or _utf8(data) or _guess(data)
    if found is None or len(_NOT_TEXT.findall(found.text)) > max(_ODD * len(found.text), _FEW):
        return None
    text = normalise(found.text)
    nuls = found.text.count("\0")
    return Decoded(text, found.encoding, found.guessed, found.damaged + nuls)


def normalise(text: str) -> str:
    """Make every line end a LF; drop control characters but TAB and LF; replace lone surrogates. Nothing else changes.

    >>> normalise("\\ufeffa\\r\\nb\\x00\\x0bc\\ud800")
    'a\\nb\\nc�'
    """
    return _SURROGATES.sub("\ufffd", _DROPPED.sub("", _BREAKS.sub("\n", text)))


def _as_chosen(data: bytes, encoding: str) -> Decoded | None:
    try:
        text = data.decode(encoding, "replace") if encoding else ""
    except LookupError:
        return None
    return Decoded(text, encoding, damaged=text.count("\ufffd")) if text else None


def _by_mark(data: bytes) -> Decoded | None:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            if encoding == "utf-8":
                return _utf8(data[len(mark) :])
            text = data.decode(encoding, "replace")
            return Decoded(text, encoding, damaged=text.count("\ufffd"))
    return None


def _utf8(data: bytes) -> Decoded | None:
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    try:  # half surrogates, written by programs that think in UTF-16
        halves = data.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        text = halves.decode("utf-16-le", "replace")
        return Decoded(text, "utf-8", damaged=text.count("\ufffd"))
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    cut_short = bad == 1 and text.endswith("\ufffd")
    good = len(data) - len(data.translate(None, bytes(range(128, 256)))) - bad
    if (cut_short and good > 3) or good > 20 * bad:  # cp1252 has hardly a sequence that happens to be UTF-8
        return Decoded(text, "utf-8", guessed=not cut_short, damaged=bad)
    return None


def _utf16(data: bytes) -> Decoded | None:
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        places = data[first::2]
        if places and places.count(0) >= 0.3 * len(places) and data[1 - first :: 2].count(0) < 0.1 * len(places):
            text = data.decode(encoding, "replace")
            return Decoded(text, encoding, guessed=True, damaged=text.count("\ufffd"))
    return None


def _guess(data: bytes) -> Decoded | None:
    if data.count(0) > 0.01 * len(data):
        return None
    if _is_western(data):
        return Decoded(data.decode("cp1252"), "cp1252", guessed=True)
    import chardet

    encoding = chardet.detect(_telling(data))["encoding"] or "cp1252"
    for candidate in (encoding, "cp1252"):
        try:
            return Decoded(data.decode(candidate), candidate.lower(), guessed=True)
        except (UnicodeDecodeError, LookupError):
            continue
    text = data.decode("cp1252", "replace")
    return Decoded(text, "cp1252", guessed=True, damaged=text.count("\ufffd"))


def _is_western(data: bytes) -> bool:
    """Say whether bytes read as cp1252 are one of its languages: chardet errs where there are few of them."""
    try:
        text = _telling(data).decode("cp1252")
    except UnicodeDecodeError:
        return False
    high = {c for c in text.lower() if c > "\x7f"}
    letters = {c for c in high if c.isalpha()}
    foreign = sum(c > "\x7f" and c.isalpha() for c in text) > _FOREIGN * sum(c.isalpha() for c in text)
    if foreign or not high - letters <= _SIGNS or _SIGN_IN_WORD.search(text):
        return False
    return any(letters <= language for language in _LANGUAGES)


def _telling(data: bytes) -> bytes:
    """Give the parts of some bytes in which an encoding shows: those beyond ASCII, with what is round them."""
    parts: list[bytes] = []
    size = end = 0
    for found in _HIGH.finditer(data):
        if size > _SAMPLE:
            break
        start = max(end, found.start() - _ROUND)
        end = max(end, found.end() + _ROUND)
        parts.append(data[start:end])
        size += end - start
    return b"".join(parts)[:_SAMPLE]
