"""The codes of CHAT's main lines: what was said is kept, what only describes it is dropped."""

import re

#: A time in the line: `\x15125_475\x15`, in older files with the name of the recording in front.
BULLET = re.compile(r"\x15[^\x15\n]{0,200}?(\d{1,10})[_-](\d{1,10})[^\x15\n\d]{0,20}\x15")
_OTHER_BULLET = re.compile(r"\x15[^\x15\n]{0,300}\x15?|\u2022[^\u2022\n]{0,200}?\d{1,10}_\d{1,10}\u2022")
#: Words that somebody else puts in: `&*INV:mhm`.
INTERPOSED = re.compile(r"&\*([A-Za-z0-9_-]{1,20}):([^\s\x15]{1,100})")
_BRACKETS = re.compile(r"\[[^\[\]\n]{0,1000}\]")
#: How deep brackets lie in brackets at most.
_NESTED = 3
_PAUSE = re.compile(r"\((?:\.{1,3}|\d{1,4}(?:[:.]\d{0,4}){0,2}\.?)\)|(?<!\S)#{1,3}(?:\d[\d_:.]{0,10})?(?!\S)")
_EVENT = re.compile(r"&=[^\s\x15<>]{1,120}|&[{}][ln]=\S{1,60}")
_OMITTED = re.compile(r"(?<!\S)0[^\W\d_]{0,40}(?:'\w{1,4})?(?!\S)")
_FRAGMENT = re.compile(r"(?<![^\s<(\"“])&[-~+]?(?=[^\W\d_'])")
_FORM = re.compile(r"(?<=\w)@[a-z]{1,2}(?:[:$&+][\w&+:]{1,20})?(?!\w)")
_MARKS = str.maketrans(
    dict.fromkeys("↑↓⇗↗→↘⇘∞≈≋≡∙⌈⌉⌊⌋∆∇⁎⁇°▁▔☺♋∬∮§∾↻≠↫ˈˌː⟨⟩‹›❬❭〔〕⤆⤇^\x01\x02\x03\x04", "")
    | {"„": ",", "‡": ",", "<": "", ">": ""}
)
_LINKER = re.compile(r"(?<!\S)\+(?:[<^,+\"≈≋]|/(?=\s))(?=\s|\"|[^\W\d_])")
_TRAILING = re.compile(r"\+(?:\"?/?/?\.\.?\??|\.\.\.|\.\.\?|/{0,2}[.?]|!\?|\"\.)(?!\S)")
_INSIDE = re.compile(r"(?<=\w)\(([^\W\d_'’]{1,30})\)|(?<!\S)\(([^\W\d_'’]{1,30})\)(?=[\w'’])|\(('?[^\W\d_]{1,30})\)")
_LENGTHENED = re.compile(r"(?<=[^\W\d_]):{1,4}(?=[^\W\d_]|\s|$|[.?!,])")
_JOINED = re.compile(r"(?<=[^\W\d_])_(?=[^\W\d_])")
_UNSPACED = re.compile(r"\s+([.?!,;:…])(?=\s|$|[.?!])")
_EMPTY = re.compile(r"[\s.?!,;:…+/\"“”'–-]*")


def spoken(line: str) -> str:
    """Give what was said in a main line.

    Fillers and broken words stay (`&-um` is "um"), words in repetitions and corrections stay, letters that a child left
    out stay (`(be)cause`), with a known word's other reading (`gonna [: going to]`) what was said stays.

    >>> spoken("&-um <i like> [/] i like ice_cream &=laughs (.) (be)cause it's 0is goo:d@q [: good] +...")
    "um i like i like ice cream because it's good..."
    >>> spoken("what [?] ?"), spoken("&=laughs ."), spoken('+" no , mum .')
    ('what?', '', 'no, mum.')
    """
    words = _OTHER_BULLET.sub(" ", line)
    for _ in range(_NESTED):
        words = _BRACKETS.sub(" ", words)
    words = _EVENT.sub(" ", INTERPOSED.sub(" ", words))
    words = _OMITTED.sub(" ", _PAUSE.sub(" ", words))
    words = _FRAGMENT.sub("", words)
    words = _TRAILING.sub(_terminator, _LINKER.sub(" ", words)).translate(_MARKS)
    words = _INSIDE.sub(lambda found: next(filter(None, found.groups()), ""), words)
    words = _LENGTHENED.sub("", _JOINED.sub(" ", _FORM.sub("", words)))
    words = _UNSPACED.sub(r"\1", " ".join(words.split()))
    return "" if _EMPTY.fullmatch(words) else words


def _terminator(mark: re.Match[str]) -> str:
    return "?" if "?" in mark.group() else "." if mark.group() == '+".' else "..."
