"""Sound and film by their first bytes: which kind a file is, how it is unpacked and how a browser is told."""

from dataclasses import dataclass
from pathlib import Path, PurePath

#: Bytes from the beginning that tell.
HEAD = 64


@dataclass(frozen=True, slots=True)
class Media:
    """A kind of recording: what people call it, FFmpeg's name for the container, and its media type."""

    title: str
    container: str
    mimetype: str

    @property
    def is_video(self) -> bool:
        """Say whether there may be a picture."""
        return self.mimetype.startswith("video/")


_WAV = Media("WAV", "wav", "audio/wav")
_MP3 = Media("MP3", "mp3", "audio/mpeg")
_AAC = Media("AAC", "aac", "audio/aac")
_FLAC = Media("FLAC", "flac", "audio/flac")
_OGG = Media("Ogg", "ogg", "audio/ogg")
_OGV = Media("Ogg", "ogg", "video/ogg")
_M4A = Media("M4A", "mov", "audio/mp4")
_MP4 = Media("MP4", "mov", "video/mp4")
_MOV = Media("QuickTime", "mov", "video/quicktime")
_WEBM = Media("WebM", "matroska", "video/webm")
_WEBM_SOUND = Media("WebM", "matroska", "audio/webm")
_MKV = Media("Matroska", "matroska", "video/x-matroska")
_MKA = Media("Matroska", "matroska", "audio/x-matroska")
_WMA = Media("Windows Media", "asf", "audio/x-ms-wma")
_WMV = Media("Windows Media", "asf", "video/x-ms-wmv")
_AVI = Media("AVI", "avi", "video/x-msvideo")
_AMR = Media("AMR", "amr", "audio/amr")
_AIFF = Media("AIFF", "aiff", "audio/aiff")

#: First bytes of what is told by them alone.
_SIGNATURES: tuple[tuple[bytes, Media], ...] = (
    (b"fLaC\0", _FLAC),
    (b"#!AMR\n", _AMR),
    (b"#!AMR-WB\n", _AMR),
    *((b"ID3" + bytes([version]), _MP3) for version in (2, 3, 4)),
)
#: Extensions that say that a container which may hold a picture holds none.
_SOUND_ONLY = {".m4a": _M4A, ".m4b": _M4A, ".weba": _WEBM_SOUND, ".mka": _MKA, ".wma": _WMA}
#: Brands of MP4 that are pictures.
_PICTURES = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx ", b"jpeg")


def media_of(path: Path, name: str) -> Media | None:
    """Give the kind of recording of the file at `path`, known as `name`; None if it is no recording."""
    with path.open("rb") as file:
        return recognise_media(file.read(HEAD), name)


def recognise_media(head: bytes, name: str) -> Media | None:
    """Give the kind of recording that begins with these bytes; the name only tells sound alone from film.

    >>> recognise_media(b"OggS" + bytes(24) + b"OpusHead", "p01.opus").mimetype
    'audio/ogg'
    >>> recognise_media(b"RIFF is what we called the band.", "p01.txt") is None
    True
    """
    extension = PurePath(name).suffix.lower()
    for signature, media in _SIGNATURES:
        if head.startswith(signature):
            return media
    found = _boxes(head, extension) or _riff(head) or _frames(head)
    if head.startswith(b"OggS\0"):
        found = _OGV if b"theora" in head[28:] else _OGG
    elif head.startswith(b"\x1aE\xdf\xa3"):
        found = _WEBM if b"webm" in head else _MKV
    elif head.startswith(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"):
        found = _WMV
    only = _SOUND_ONLY.get(extension)
    return only if found and only and only.container == found.container else found


def _boxes(head: bytes, extension: str) -> Media | None:
    """Know MP4 and its kin by their first box: four bytes of length, four of name."""
    name, brand = head[4:8], head[8:12]
    if name == b"ftyp":
        if brand in _PICTURES:
            return None
        return _M4A if brand in (b"M4A ", b"M4B ") else _MOV if brand == b"qt  " else _MP4
    old = name in (b"moov", b"mdat", b"wide") and head[0] < ord(" ")
    return _MOV if old and extension in (".mov", ".mp4", ".m4a", ".m4v") else None


def _riff(head: bytes) -> Media | None:
    outer, inner = head[:4], head[8:12]
    if outer in (b"RIFF", b"RF64") and inner == b"WAVE":
        return _WAV
    if outer == b"RIFF" and inner == b"AVI ":
        return _AVI
    return _AIFF if outer == b"FORM" and inner in (b"AIFF", b"AIFC") else None


def _frames(head: bytes) -> Media | None:
    """Know MP3 and AAC without a header by the sync word, eleven or twelve bits, of their first frame."""
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return _AAC if head[2] >> 2 & 0xF < 13 else None
    layer_3, rate, frequency = head[1] & 0xE6 == 0xE2, head[2] >> 4, head[2] >> 2 & 3
    return _MP3 if layer_3 and head[1] & 0x18 != 0x08 and 0 < rate < 15 and frequency < 3 else None
