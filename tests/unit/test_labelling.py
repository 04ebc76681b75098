"""Scores of labels: monotone, stable, learnt from examples; and reasons that really are the reasons."""

import re

import numpy as np
import pytest

from nlp.embedding import Embedder
from nlp.hashing import HashingEmbedder
from nlp.labelling import BESIDE, Label, Labeller, mean_of
from repository.codebook import starter

LABELS = [
    Label("price", "Price and invoices", "The speaker talks about what it costs, invoices, licences or budgets."),
    Label("calendar", "Calendar link", "The speaker connects a calendar, or is afraid to.", cues=("calendar", "sync")),
    Label("training", "Training", "The speaker tells how they learnt to use it, in courses or from colleagues."),
    Label(
        "phone", "Phone calls", "Patients or customers telephone the desk.", examples=("They ring us all day long.",)
    ),
]
TEXTS = [
    "The invoice is too high for a practice of two.",
    "I connected my calendar on a Friday and the sync overwrote two appointments.",
    "Nobody explained the licences to us.",
    "We had one course in May and my colleague slept through it.",
    "They ring the desk from eight in the morning.",
    "The weather was fine.",
]


@pytest.fixture(params=["hashing", "minilm"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    found: Embedder = HashingEmbedder() if request.param == "hashing" else request.getfixturevalue("minilm")
    return found


def test_scores_are_between_none_and_one_and_rise_with_the_evidence(embedder: Embedder) -> None:
    judge = Labeller(LABELS, embedder)
    vectors = embedder.embed(TEXTS)
    scores, evidence = judge.score(TEXTS, vectors), judge.evidence(TEXTS, vectors)
    assert scores.shape == (len(TEXTS), len(LABELS))
    assert ((scores >= 0) & (scores <= 1)).all()
    order = np.argsort(evidence, axis=None)
    assert (np.diff(scores.reshape(-1)[order]) >= 0).all()


def test_texts_get_the_label_they_are_about(minilm: Embedder) -> None:
    best = Labeller(LABELS, minilm).score(TEXTS, minilm.embed(TEXTS)).argmax(1)
    assert [LABELS[i].key for i in best[:5]] == ["price", "calendar", "price", "training", "phone"]


def test_a_score_does_not_depend_on_what_else_is_scored_or_in_which_order(embedder: Embedder) -> None:
    judge = Labeller(LABELS, embedder)
    together = judge.score(TEXTS, embedder.embed(TEXTS))
    alone = np.vstack([judge.score([text], embedder.embed([text])) for text in TEXTS])
    assert np.allclose(together, alone, atol=1e-4)
    backwards = judge.score(TEXTS[::-1], embedder.embed(TEXTS[::-1]))
    assert np.allclose(together, backwards[::-1], atol=1e-4)


def test_a_shared_word_more_never_lowers_what_words_tell(embedder: Embedder) -> None:
    judge = Labeller(LABELS, embedder)
    same = embedder.embed(["anything"])
    told = ["it was bad", "it was bad, the calendar", "it was bad, the calendar sync"]
    place = 1
    scores = [float(judge.score([text], same)[0, place]) for text in told]
    assert scores[0] < scores[1] < scores[2]


def without(text: str, words: list[str]) -> str:
    return re.sub(r"\b(" + "|".join(map(re.escape, words)) + r")\b", " ", text, flags=re.IGNORECASE)


def test_the_words_named_as_reason_are_the_reason(minilm: Embedder) -> None:
    """Without the cue words a text's score falls: each named loss with its vector kept, and all of it computed anew."""
    codes = [code for code in starter() if code.parent]
    labels = [Label(c.slug, c.name, c.definition, c.use_when, c.not_when, c.examples, c.cues, c.parent) for c in codes]
    judge = Labeller(labels, minilm)
    texts = [
        "There's a spreadsheet on the side, that's where the real list lives, by hand.",
        "Information security sat on the questionnaire for nine weeks, waiting for approval from legal.",
        "Half of the customers came across from the old system without their phone numbers when we imported them.",
        "I phoned support twice before anybody could tell me what happens to the appointments.",
    ]
    fell = named = 0
    for text in texts:
        [vector] = minilm.embed([text])
        place = int(judge.score([text], vector[None])[0].argmax())
        why = judge.explain(text, vector, labels[place].key)
        assert why.score == pytest.approx(float(judge.score([text], vector[None])[0, place]), abs=1e-4)
        assert why.cues, text
        assert [loss for _, loss in why.cues] == sorted((loss for _, loss in why.cues), reverse=True)
        for word, loss in why.cues:
            assert re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE), "a cue is a word of the text"
            kept = float(judge.score([without(text, [word])], vector[None])[0, place])
            assert why.score - kept == pytest.approx(loss, abs=2e-4)
        bare = without(text, [word for word, _ in why.cues])
        named += 1
        fell += float(judge.score([bare], minilm.embed([bare]))[0, place]) < why.score
    assert fell == named


def test_a_text_that_shares_no_word_names_none_and_still_has_its_nearest_example(embedder: Embedder) -> None:
    judge = Labeller(LABELS, embedder)
    text = "Nobody there."
    why = judge.explain(text, embedder.embed([text])[0], "phone")
    assert why.cues == ()
    assert why.nearest == "They ring us all day long."
    assert judge.explain(text, embedder.embed([text])[0], "price").nearest == ""


def test_suggestions_are_few_above_the_threshold_and_beside_the_best(embedder: Embedder) -> None:
    judge = Labeller(LABELS, embedder)
    vectors = embedder.embed(TEXTS)
    evidence = judge.evidence(TEXTS, vectors)
    for threshold, most in ((0.0, 2), (0.5, 3), (0.9, 1)):
        for row, picks in zip(evidence, judge.suggest(TEXTS, vectors, most=most, threshold=threshold), strict=True):
            assert len(picks) <= most
            assert all(score >= threshold for _, score in picks)
            assert all(row[place] >= row.max() - BESIDE for place, _ in picks)
            assert [score for _, score in picks] == sorted((score for _, score in picks), reverse=True)


def test_examples_move_a_label_towards_them(minilm: Embedder) -> None:
    judge = Labeller(LABELS, minilm)
    said = ["My screen reader skips the second button.", "With the screen switched off I could not find the slot."]
    probe = "The screen reader said nothing at the second step."
    vector = minilm.embed([probe])
    before = judge.score([probe], vector)[0]
    judge.fit(minilm.embed(said), ["training", "training"])
    after = judge.score([probe], vector)[0]
    assert after[2] > before[2]
    judge.fit(minilm.embed(said)[:0], [])
    assert np.allclose(judge.score([probe], vector)[0], before, atol=1e-6)


def test_texts_are_measured_from_what_the_material_has_in_common(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert mean_of(vectors) is None  # too few to tell
    many = np.vstack([vectors] * 5)
    mean = mean_of(many)
    assert mean is not None and mean.shape == (embedder.dimension,)
    own, measured = Labeller(LABELS, embedder), Labeller(LABELS, embedder, mean=mean)
    assert np.array_equal(own.score(TEXTS, vectors), Labeller(LABELS, embedder, mean=None).score(TEXTS, vectors))
    assert not np.allclose(own.score(TEXTS, vectors), measured.score(TEXTS, vectors), atol=1e-3)


def test_one_label_and_no_text_do_no_harm(embedder: Embedder) -> None:
    judge = Labeller(LABELS[:1], embedder)
    assert np.isfinite(judge.score(TEXTS, embedder.embed(TEXTS))).all()
    assert judge.score([], embedder.embed([])).shape == (0, 1)
    assert judge.suggest([], embedder.embed([]), most=3, threshold=0.5) == []
