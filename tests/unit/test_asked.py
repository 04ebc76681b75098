"""Has this been asked before? With the real model where meaning matters."""

import numpy as np
import pytest

from nlp.asked import Match, Stored
from nlp.embedding import Embedder
from nlp.hashing import HashingEmbedder
from nlp.wording import Differences, differences, exchanged, wording

QUESTIONS = (
    "Why do patients miss their appointments?",
    "How do clinics remind patients by SMS?",
    "How do receptionists fill a slot after a late cancellation?",
    "What stops older patients from booking online?",
    "How do clinicians use their calendar on the phone?",
    "How do clinics handle the waiting list?",
    "Do patients understand the intake form?",
    "What do managers need from reports?",
    "How do clinics share calendars between sites?",
    "What makes a clinic cancel its subscription?",
    "How do patients reschedule an appointment?",
    "What keeps clinics from linking their Google calendar?",
    "Is the price of the plan clear?",
)

#: A question, the same in other words, and one that is worded like it and asks something else.
MINIMAL = (
    (
        1,
        "In what way are text message reminders sent to patients by clinics?",
        "How do hospitals remind patients by phone?",
    ),
    (1, "How are patients reminded by text message?", "How do clinics remind patients by e-mail?"),
    (3, "Why don't elderly patients use online booking?", "What stops older patients from paying online?"),
    (
        4,
        "How do doctors and nurses work with the calendar on their mobile?",
        "How do clinicians use their calendar on the desktop?",
    ),
    (5, "How is the waitlist managed in clinics?", "How do patients get on the waiting list?"),
    (6, "Is the intake form clear to patients?", "Do patients understand the invoice?"),
    (7, "Which reports do managers need?", "What do receptionists need from reports?"),
    (9, "Why do clinics stop paying for the product?", "What makes a clinic upgrade its subscription?"),
    (12, "Do customers understand what the plan costs?", "Is the price of the plan fair?"),
    (10, "How do people move their appointment to another time?", "How do patients confirm an appointment?"),
    (11, "Why don't clinics connect Google Calendar?", "What keeps clinics from linking their Outlook calendar?"),
)


@pytest.fixture(scope="module")
def stored(minilm: Embedder) -> Stored:
    return Stored(QUESTIONS, minilm.embed(QUESTIONS))


def ask(stored: Stored, embedder: Embedder, question: str) -> Match:
    return stored.match(question, embedder.embed([question])[0])


@pytest.mark.parametrize(("place", "same", "miss"), MINIMAL)
def test_the_same_in_other_words_is_likelier_than_a_near_miss(
    stored: Stored, minilm: Embedder, place: int, same: str, miss: str
) -> None:
    again, near = ask(stored, minilm, same), ask(stored, minilm, miss)
    assert again.order[0] == place
    assert again.asked > 0.35
    assert again.probability[place] > near.probability[place]
    assert differences(miss, QUESTIONS[place]).new


def test_meaning_alone_takes_near_misses_for_the_same(stored: Stored, minilm: Embedder) -> None:
    """Or else what is done about them would be for nothing."""
    told = minilm.embed([text for _, *pair in MINIMAL for text in pair]).reshape(len(MINIMAL), 2, -1)
    original = minilm.embed([QUESTIONS[place] for place, *_ in MINIMAL])
    same, miss = np.einsum("npd,nd->pn", told, original)
    assert (miss > same).sum() >= 3


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("Why do patients not use the app?", "Why do patients use the app?"),
        ("How do clinics with 20 sites plan shifts?", "How do clinics with 1 site plan shifts?"),
        ("How many patients miss their appointments?", "Why do patients miss their appointments?"),
    ],
)
def test_a_denial_a_number_and_what_is_wanted_tell_questions_apart(minilm: Embedder, new: str, old: str) -> None:
    texts = [*QUESTIONS[1:], old]
    match = ask(Stored(texts, minilm.embed(texts)), minilm, new)
    assert texts[match.order[0]] == old
    assert exchanged(wording(new), wording(old)) == 1
    again = ask(Stored(texts, minilm.embed(texts)), minilm, old)
    assert match.asked < again.asked - 0.2


def test_what_nobody_asked_is_unlikely_and_its_words_are_named(stored: Stored, minilm: Embedder) -> None:
    match = ask(stored, minilm, "Which accounting software do dentists export invoices to?")
    assert match.asked < 0.1
    assert set(match.uncovered) == {"accounting", "software", "dentists", "export", "invoices"}


def test_the_same_question_again_is_all_but_certain(stored: Stored, minilm: Embedder) -> None:
    match = ask(stored, minilm, QUESTIONS[8])
    assert match.order[0] == 8
    assert match.asked > 0.9
    assert match.uncovered == ()


def test_probabilities_are_probabilities_in_the_order_given(stored: Stored, minilm: Embedder) -> None:
    match = ask(stored, minilm, "How do nurses swap shifts?")
    assert match.probability.shape == (len(QUESTIONS),)
    assert ((match.probability >= 0) & (match.probability <= 1)).all()
    assert sorted(match.order.tolist()) == list(range(len(QUESTIONS)))
    assert (np.diff(match.probability[match.order]) <= 0).all()
    assert np.array_equal(match.probability, ask(stored, minilm, "How do nurses swap shifts?").probability)


def test_what_is_known_to_ask_the_same_answers_together(minilm: Embedder) -> None:
    """A wording that is far from the new one is carried by the others of its group, and nothing else is."""
    texts = [*QUESTIONS, "Why do people not turn up?"]
    new = "What are the reasons why patients miss visits?"
    alone = ask(Stored(texts, minilm.embed(texts)), minilm, new)
    groups = ["no-shows", *[None] * (len(QUESTIONS) - 1), "no-shows"]
    together = ask(Stored(texts, minilm.embed(texts), groups), minilm, new)
    assert together.probability[-1] > 2 * alone.probability[-1]
    assert together.probability[1:-1] == pytest.approx(alone.probability[1:-1])


def test_groups_teach_how_much_a_likeness_tells() -> None:
    """Twenty questions, each in three wordings at a cosine of about .55: strangers are seldom the same, these always."""
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(20, 64))
    vectors = (np.repeat(centres, 3, axis=0) + 0.9 * rng.normal(size=(60, 64))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    groups = np.repeat(np.arange(20), 3).tolist()
    texts = [f"word{place}" for place in range(60)]
    new = (centres[4] + 0.9 * rng.normal(size=64)).astype(np.float32)
    new /= np.linalg.norm(new)
    cold, taught = Stored(texts, vectors).match("word", new), Stored(texts, vectors, groups).match("word", new)
    assert set(taught.order[:3].tolist()) == {12, 13, 14}
    assert cold.asked < 0.5 < taught.asked
    stranger = rng.normal(size=64).astype(np.float32)
    assert Stored(texts, vectors, groups).match("word", stranger / np.linalg.norm(stranger)).asked < 0.1


def test_one_group_in_few_wordings_teaches_nothing_yet() -> None:
    hashing = HashingEmbedder()
    texts = ["Why do patients wait?", "Why is there a wait for patients?", "Who pays?"]
    vector = hashing.embed(["Who pays?"])[0]
    grouped = Stored(texts, hashing.embed(texts), [1, 1, None]).match("Who pays?", vector)
    assert grouped.probability[2] == Stored(texts, hashing.embed(texts)).match("Who pays?", vector).probability[2]


def test_nothing_stored_and_one_stored() -> None:
    hashing = HashingEmbedder()
    vector = hashing.embed(["Why do patients wait?"])[0]
    none = Stored([], np.zeros((0, hashing.dimension), np.float32)).match("Why do patients wait?", vector)
    assert (none.asked, len(none.order), none.uncovered) == (0.0, 0, ("why", "patients", "wait"))
    assert Stored(["Why do patients wait?"], vector[None]).match("Why do patients wait?", vector).asked > 0.9
    assert Stored(["Why do patients wait?"], vector[None], [None]).match("", vector).probability.shape == (1,)


def test_differences_are_told_by_stems_and_as_written() -> None:
    assert differences("Reminders for Clinics", "a reminder for the clinic") == Differences((), ())
    assert differences("Why are no-shows rare?", "Why don’t no-shows pay?") == Differences(("rare",), ("don't", "pay"))
    assert differences("Where do 2 sites meet?", "When do 2 sites meet?") == Differences(("where",), ("when",))


def test_other_words_are_not_an_exchanged_word() -> None:
    original = wording("How do clinics remind patients by SMS?")
    assert exchanged(original, wording("In what way are text messages sent to remind people?")) == 0
    assert exchanged(original, wording("How does a clinic remind its patients by SMS?")) == 0
    assert 0.4 < exchanged(original, wording("How do clinics remind patients by phone?")) < 1
    assert exchanged(original, wording("")) == 0
