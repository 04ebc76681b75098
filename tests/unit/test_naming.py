"""Names: what sets a group apart, spelled as people do, no two the same, no person and no empty word; and exemplars."""

import numpy as np

from nlp.language import noun_phrases
from nlp.naming import exemplars, name_groups
from nlp.neighbours import unit
from nlp.words import STOP, WORD

TEXTS = [
    "Exporting reports fails whenever I want a CSV.",
    "We export the reports to CSV every Monday, and Maria checks them.",
    "The CSV export of my reports is empty.",
    "My calendar does not sync with the phone.",
    "The calendar sync overwrote two appointments, Maria said.",
    "I am afraid of the calendar sync.",
    "Invoices are too high for a small clinic.",
    "Nobody at the clinic understands the invoices.",
    "Yeah, the invoices.",
]
LABELS = np.repeat([4, 7, 9], 3)


def test_names_tell_what_sets_a_group_apart_in_its_own_spelling() -> None:
    names = name_groups(TEXTS, LABELS)
    assert set(names) == {4, 7, 9}
    assert "CSV" in names[4] and "calendar sync" in names[7] and "invoices" in names[9]


def test_some_groups_are_named_by_what_sets_them_apart_from_all() -> None:
    assert name_groups(TEXTS, LABELS, only={7}) == {7: name_groups(TEXTS, LABELS)[7]}
    assert name_groups(TEXTS, LABELS, only=()) == {}


def test_names_are_never_a_person_nor_a_stop_word() -> None:
    texts = ["Maria told the board about Maria Lopez and the budget", "Maria, Maria, and you know, the budget!"] * 2
    name = name_groups(texts, np.zeros(4, np.int64), people=["Maria Lopez"])[0]
    assert "budget" in name and "Maria" not in name and "Lopez" not in name
    for name in name_groups(TEXTS, LABELS).values():
        assert not {word.lower() for word in WORD.findall(name)} & STOP


def test_no_two_names_are_the_same_and_none_is_empty() -> None:
    texts = ["the same words"] * 4 + ["You know what I mean."] * 4 + ["", "?", "12 34", "..."]
    names = list(name_groups(texts, np.repeat([0, 1, 2, 3, 4, 5], 2)).values())
    assert len(names) == 6 == len({name.casefold() for name in names}) and all(name.strip() for name in names)
    assert name_groups([], np.zeros(0, np.int64)) == {}
    assert name_groups(["a text"], np.array([-1])) == {}


def test_the_same_texts_have_the_same_names() -> None:
    assert name_groups(TEXTS, LABELS) == name_groups(list(TEXTS), LABELS.copy())


def test_exemplars_are_central_and_each_from_another_owner() -> None:
    middle = np.eye(8, dtype=np.float32)[0]
    vectors = unit(middle + np.arange(8)[:, None] * 0.2 * np.eye(8, dtype=np.float32))
    owners = ["P1", "P1", "P1", "P2", "P2", "P3", "P3", "P3"]
    assert exemplars(vectors, owners, 3) == [0, 3, 5]
    chosen = exemplars(vectors, owners, 5)
    assert chosen[:3] == [0, 3, 5] and len(set(chosen)) == 5
    assert sorted(exemplars(vectors, owners, 20)) == list(range(8))
    assert exemplars(vectors[:0], [], 3) == []


def test_exemplars_do_not_repeat_the_same_words() -> None:
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 0, 1]]
    assert exemplars(vectors, ["P1", "P2", "P3", "P4"], 2) == [0, 3]


def test_noun_phrases_hold_no_names_of_persons() -> None:
    texts = ["Maria Lopez sent the monthly reports to the front desk.", "", "I am afraid."]
    spans = noun_phrases(texts)
    assert [texts[0][start:end] for start, end in spans[0]] == ["monthly reports", "front desk"]
    assert spans[1:] == [[], []]
