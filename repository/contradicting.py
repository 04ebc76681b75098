"""Quotes that may contradict a code: looked for by plain means, each with what was found, never claimed to be sure.

What says the opposite of a code is nowhere written down. What is known: words that a person would not have coded so,
words nearer to a code's counter-examples than to what it means, and words that deny the very thing most others affirm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.negation import denied, denies, stem_of
from nlp.words import WORD, stems, subject_words
from repository.codebook import Codebook
from repository.domain.access import Viewer
from repository.domain.coding import Code
from repository.meanings import matrix, meanings
from repository.quoting import Words, grouped, strongest
from repository.store.prevalence import Key, Mention
from repository.store.unit import Unit
from repository.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Against:
    """Words that may contradict, with why; `spot` is where in the words it shows, (0, 0): nowhere in particular."""

    words: Words
    why: str
    spot: tuple[int, int] = (0, 0)


#: Quotes looked at, the strongest.
LOOKED_AT = 500
#: Cosine from which words are about a counter-example at all.
NEAR = 0.3


def contradicting(
    workspace: Workspace,
    unit: Unit,
    viewer: Viewer,
    codebook: Codebook,
    words: Sequence[Words],
    rejected: Sequence[Mention],
    main: Mapping[Key, str],
) -> list[Against]:
    """Give quotes that may contradict their code, with why: those that deny it first, those turned down last."""
    looked_at = strongest(words)[:LOOKED_AT]
    found = {one.words.span: one for one in _denying(unit, codebook, looked_at)}
    for against in _against(workspace, unit, viewer, codebook, looked_at):
        found.setdefault(against.words.span, against)
    coded = [(one, mention.code_id) for one in words for mention in one.mentions if not mention.machine]
    for one in grouped((m for m in rejected if not _coded_so(m, coded)), main):
        names = ", ".join(f"“{codebook.by_id[mention.code_id].facts.name}”" for mention in one.mentions)
        told = f"{one.mentions[0].coder} turned down {names} for these words"
        found.setdefault(one.span, Against(one, told))
    return list(found.values())


def _coded_so(mention: Mention, coded: Sequence[tuple[Words, int]]) -> bool:
    """Say whether somebody else put the very code on these words that was turned down for them."""
    return any(
        code_id == mention.code_id
        and one.text_id == mention.text_id
        and one.start < mention.end
        and one.end > mention.start
        for one, code_id in coded
    )


def _denying(unit: Unit, codebook: Codebook, words: Sequence[Words]) -> list[Against]:
    """Find, code by code, the few that deny the code's own words where most affirm them, or the other way round."""
    said = _answers(unit, words)
    found: list[tuple[float, Against]] = []
    for code_id in dict.fromkeys(mention.code_id for one in words for mention in one.mentions):
        code = codebook.by_id[code_id]
        if any(denies(word.group()) for word in WORD.finditer(code.facts.name)):
            continue  # "Figures not believed" is said by denying
        subject = _subject(code)
        mine = [one for one in words if any(mention.code_id == code_id for mention in one.mentions)]
        speak = [one for one in mine if _speaks(said[one.span][1], subject)]
        deny = {one.span: spans[0] for one in speak if (spans := denied(said[one.span][1], subject))}
        few = min(len(deny), len(speak) - len(deny))
        if 2 * few >= len(speak):
            continue  # as many deny as affirm: neither is the exception
        of = f"as {few} of the {len(speak)} quotes of “{code.facts.name}” with its words"
        for one in speak:
            asked, text = said[one.span]
            if one.span in deny and few == len(deny):
                start, end = deny[one.span]
                against = Against(one, f"says “{text[start:end]}”, {of} do", (asked + start, asked + end))
                found.append((few / len(speak), against))
            elif one.span not in deny and few < len(deny):
                found.append((few / len(speak), Against(one, f"does not deny what the others deny, {of} do")))
    return [against for _, against in sorted(found, key=lambda row: row[0])]


def _answers(unit: Unit, words: Sequence[Words]) -> dict[tuple[int, int, int], tuple[int, str]]:
    """Give, by span, how long the interviewer's question at its beginning is, and what is said after it."""
    texts = unit.places.spans([one.span for one in words])
    keys = {one.span: (one.text_id, one.start, *texts[one.span].turns) for one in words}
    places = unit.places.of(list(keys.values()))
    found = {}
    for span, key in keys.items():
        asked = max(0, places[key].answered_at - span[1])
        found[span] = asked, texts[span].words[asked:]
    return found


def _subject(code: Code) -> set[str]:
    """Give the stems a code is told by: those of its name, and cues of one word. Parts of phrases are chance."""
    cues = [cue for cue in code.facts.cues if len(WORD.findall(cue)) == 1]
    return set(stems(subject_words(" ".join((code.facts.name, *cues)))))


def _speaks(text: str, subject: set[str]) -> bool:
    return any(stem_of(word.group()) in subject for word in WORD.finditer(text))


def _against(
    workspace: Workspace, unit: Unit, viewer: Viewer, codebook: Codebook, words: Sequence[Words]
) -> list[Against]:
    """Find what is nearer to a counter-example of its code than to the code's examples and meaning."""
    codes = {mention.code_id: codebook.by_id[mention.code_id] for one in words for mention in one.mentions}
    codes = {code_id: code for code_id, code in codes.items() if code.facts.counter_examples}
    if not codes or workspace.embedder_if_ready() is None:
        return []
    vectors = unit.prevalence.vectors(workspace.embedder().fingerprint, viewer, codes)
    fors = {code.id: (f"{code.facts.name}: {code.facts.definition}", *code.facts.examples) for code in codes.values()}
    texts = {text for own in fors.values() for text in own}
    known = meanings(workspace, texts | {text for code in codes.values() for text in code.facts.counter_examples})
    found = []
    for one in words:
        for mention in one.mentions:
            if mention.code_id not in codes or mention.key not in vectors:
                continue
            facts, vector = codes[mention.code_id].facts, np.frombuffer(vectors[mention.key], "<f4")
            against = matrix([known[text] for text in facts.counter_examples]) @ vector
            if against.max() >= max(NEAR, (matrix([known[text] for text in fors[mention.code_id]]) @ vector).max()):
                nearest = facts.counter_examples[int(against.argmax())]
                told = f"is nearer to a counter-example of “{facts.name}”, “{nearest}”, than to its examples"
                found.append(Against(one, told))
    return found
