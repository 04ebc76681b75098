"""Words from pages and letters in a table's cells: without tags, and without what they quote."""

import html
import re

_HTML = re.compile(
    r"</?(?:p|br|div|span|a|ul|ol|li|table|td|tr|b|i|strong|em|img|html|body|blockquote|h[1-6])\b[^<>]{0,2000}>", re.I
)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6]|/blockquote)\b[^<>]{0,2000}>", re.I)
_TAG = re.compile(r"</?[a-z!][^<>]{0,5000}>", re.I)
_HISTORY = re.compile(
    r"^(?:>|-{2,} ?(?:Original Message|Ursprüngliche Nachricht|Message d'origine)|On [^\n]{5,200} wrote:|Am [^\n]{5,200} schrieb[^\n]{0,100}:"
    r"|Le [^\n]{5,200} a écrit ?:|El [^\n]{5,200} escribió:|_{20,})",
    re.M,
)


def without_markup(words: str) -> str:
    """Take the tags out of words that were a page's."""
    if "<" not in words or not _HTML.search(words):
        return words
    for name in ("script", "style"):
        kept, at = [], 0
        low = words.casefold() if len(words.casefold()) == len(words) else words
        while (start := low.find(f"<{name}", at)) >= 0 and (end := low.find(f"</{name}", start)) >= 0:
            kept.append(words[at:start])
            at = end
        words = "".join(kept) + words[at:]
    words = html.unescape(_TAG.sub("", _BREAK.sub("\n", words)))
    return "\n".join(line for line in (" ".join(line.split()) for line in words.split("\n")) if line)


def without_history(words: str) -> tuple[str, str]:
    """Split a message from the earlier ones that it quotes.

    >>> without_history("Thanks!\\n> Did it work?")
    ('Thanks!', '> Did it work?')
    """
    found = _HISTORY.search(words)
    return (words[: found.start()].strip(), words[found.start() :].strip()) if found else (words, "")
