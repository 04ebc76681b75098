"""Scores of labels: monotone, stable, learnt from examples; and reasons that really are the reasons."""

import re
from collections.abc import Sequence

import numpy as np
import pytest

from nlp.embedding import Embedder
from nlp.hashing import HashingEmbedder
from nlp.labelling import BESIDE, WARM, Label, Labeller, mean_of
from nlp.learning import Example
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
    for row, told in zip(scores, evidence, strict=True):  # comparable within a text
        assert (np.diff(row[np.argsort(told)]) >= 0).all()


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
    judge.learn([Example(text, told, "training") for text, told in zip(said, minilm.embed(said), strict=True)])
    after = judge.score([probe], vector)[0]
    assert after[2] > before[2]
    judge.learn([])
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


SAID = {
    "training": [
        "My screen reader skips the second button.",
        "With the screen switched off I could not find the slot.",
        "The reader never announces which field has the focus.",
    ],
    "price": ["We pay far too much per seat.", "The quote doubled after the first year.", "Our budget ends in June."],
}


def examples(embedder: Embedder, *, accepted: bool = True) -> list[Example]:
    return [
        Example(text, vector, key, accepted)
        for key, texts in SAID.items()
        for text, vector in zip(texts, embedder.embed(texts), strict=True)
    ]


def test_rejections_lower_a_label_for_texts_like_them_and_need_no_accepted_example(minilm: Embedder) -> None:
    judge = Labeller(LABELS, minilm)
    probe = "The invoice is too high for a practice of two."
    vector = minilm.embed([probe])
    before = judge.score([probe], vector)[0, 0]
    judge.learn(
        [
            Example(
                "The invoice is too high for us.", minilm.embed(["The invoice is too high for us."])[0], "price", False
            )
        ]
    )
    assert judge.score([probe], vector)[0, 0] < before
    judge.learn(examples(minilm))
    taught = judge.score([probe], vector)[0, 0]
    judge.learn([*examples(minilm), Example(probe, vector[0], "price", accepted=False)])
    assert judge.score([probe], vector)[0, 0] < taught


def test_a_text_of_two_labels_counts_for_both(minilm: Embedder) -> None:
    both = "We never had a course because the budget was gone."
    [vector] = minilm.embed([both])
    judge = Labeller(LABELS, minilm)
    judge.learn([*examples(minilm), Example(both, vector, "training"), Example(both, vector, "price")])
    two = judge.score([both], vector[None])[0]
    judge.learn([*examples(minilm), Example(both, vector, "training")])
    one = judge.score([both], vector[None])[0]
    assert two[0] > one[0]
    assert sorted(np.argsort(-two)[:2]) == [0, 2]


def test_a_contradiction_lies_between_yes_and_no(embedder: Embedder) -> None:
    [vector] = embedder.embed([TEXTS[5]])
    found = []
    for answers in ((True,), (True, False), (False,)):
        judge = Labeller(LABELS, embedder)
        judge.learn([*examples(embedder), *(Example(TEXTS[5], vector, "price", answer) for answer in answers)])
        found.append(float(judge.evidence([TEXTS[5]], vector[None])[0, 0]))
    assert found[0] > found[1] > found[2]


def test_nothing_raises_where_there_is_little_or_far_too_much(embedder: Embedder) -> None:
    pages = " ".join(f"page{n} calendar invoice costs {n}" for n in range(4_000))
    labels = [*LABELS, Label("bare", "Bare"), Label("twin", "Bare"), Label("long", "Long", pages)]
    judge = Labeller(labels, embedder)
    vectors = embedder.embed(TEXTS)
    one = examples(embedder)[:1]
    stranger = Example("Who?", vectors[0], "gone")
    for told in ([], one, one * 3, [*one, stranger], [Example(TEXTS[0], vectors[0], "bare", accepted=False)]):
        judge.learn(told)
        scores = judge.score(TEXTS, vectors)
        assert np.isfinite(scores).all() and ((scores >= 0) & (scores <= 1)).all()
        assert 0 <= judge.threshold(0.8) <= 1
        assert judge.explain(TEXTS[0], vectors[0], "bare").score == pytest.approx(float(scores[0, 4]), abs=1e-5)
    assert Labeller([], embedder).score(TEXTS, vectors).shape == (len(TEXTS), 0)
    assert Labeller([], embedder).suggest(TEXTS, vectors, most=3, threshold=0.5) == [[]] * len(TEXTS)


def test_ten_thousand_labels_are_learnt_within_memory() -> None:
    embedder = HashingEmbedder()
    labels = [Label(f"l{n}", f"Label {n}", f"about subject{n} and more") for n in range(10_000)]
    judge = Labeller(labels, embedder)
    said = [f"we spoke of subject{n} today" for n in range(10_000)]
    vectors = embedder.embed(said)
    judge.learn([Example(text, vector, f"l{n}") for n, (text, vector) in enumerate(zip(said, vectors, strict=True))])
    assert judge.score(said[:3], vectors[:3]).argmax(1).tolist() == [0, 1, 2]


def test_a_bare_name_cannot_suggest_until_it_has_an_example(minilm: Embedder) -> None:
    judge = Labeller([*LABELS, Label("bare", "Weather")], minilm)
    vectors = minilm.embed(TEXTS)
    assert not judge.can_suggest("bare") and judge.can_suggest("price")
    picks = judge.suggest(TEXTS, vectors, most=5, threshold=0.0)
    assert all(place != 4 for row in picks for place, _ in row)
    judge.learn([Example(TEXTS[5], vectors[5], "bare")])
    assert judge.can_suggest("bare")
    assert 4 in [place for place, _ in judge.suggest(TEXTS, vectors, most=5, threshold=0.0)[5]]


def test_each_label_may_have_a_threshold_of_its_own(embedder: Embedder) -> None:
    judge = Labeller(LABELS, embedder)
    picks = judge.suggest(TEXTS, embedder.embed(TEXTS), most=4, threshold=[0.0, 2.0, 2.0, 2.0])
    assert {place for row in picks for place, _ in row} <= {0}


def test_the_nearest_reason_is_an_accepted_example_and_says_which(minilm: Embedder) -> None:
    judge = Labeller(LABELS, minilm)
    told = examples(minilm)
    judge.learn([*told, Example("No budget?", minilm.embed(["No budget?"])[0], "price", accepted=False)])
    text = "There is no budget left this year."
    why = judge.explain(text, minilm.embed([text])[0], "price")
    assert why.place is not None and told[why.place].text == why.nearest and told[why.place].key == "price"


def test_words_named_on_rereading_lower_the_score_with_the_vector_made_anew(minilm: Embedder) -> None:
    judge = Labeller(LABELS, minilm)
    judge.learn(examples(minilm))
    for text, key in (("The bill for each licence is too much money for us.", "price"), (TEXTS[3], "training")):
        [vector] = minilm.embed([text])
        why = judge.explain(text, vector, key, reread=True)
        assert why.cues
        place = [label.key for label in LABELS].index(key)
        for word, loss in why.cues:
            kept = without(text, [word])
            assert why.score - float(judge.score([kept], minilm.embed([kept]))[0, place]) == pytest.approx(
                loss, abs=1e-3
            )
        bare = without(text, [word for word, _ in why.cues])
        assert float(judge.score([bare], minilm.embed([bare]))[0, place]) < why.score


def test_a_label_over_all_material_agrees_with_its_scores_where_texts_are_read(embedder: Embedder) -> None:
    judge = Labeller(LABELS, embedder)
    judge.learn(examples(embedder))
    vectors = embedder.embed(TEXTS)
    asked: list[int] = []

    def texts_of(places: Sequence[int]) -> list[str]:
        asked.extend(places)
        return [TEXTS[place] for place in places]

    scores = judge.score(TEXTS, vectors)[:, 0]
    assert np.allclose(judge.column("price", vectors, texts_of), scores, atol=1e-5)
    asked.clear()
    some = judge.column("price", vectors, texts_of, read=2)
    assert len(asked) == 2 and np.allclose(some[asked], scores[asked], atol=1e-5)
    assert judge.column("price", vectors[:0], texts_of).shape == (0,)


def test_a_copy_with_another_mean_keeps_what_was_learnt_and_leaves_the_first_alone(embedder: Embedder) -> None:
    judge = Labeller(LABELS, embedder)
    judge.learn(examples(embedder))
    vectors = embedder.embed(TEXTS)
    before = judge.score(TEXTS, vectors)
    other = judge.measured_from(vectors.mean(0))
    assert not np.allclose(other.score(TEXTS, vectors), Labeller(LABELS, embedder).score(TEXTS, vectors), atol=1e-3)
    judge.measured_from(None).learn([])
    assert np.array_equal(judge.score(TEXTS, vectors), before)


def test_the_same_examples_give_the_same_bytes(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    made = []
    for _ in range(2):
        judge = Labeller(LABELS, embedder)
        judge.learn(examples(embedder))
        made.append(judge.score(TEXTS, vectors).tobytes())
    assert made[0] == made[1]
    assert WARM.lead > 0
