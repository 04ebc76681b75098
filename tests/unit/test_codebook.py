"""The codebook: a tree of themes and codes, each with what a person needs to apply it."""

import pytest

from repository.codebook import Codebook, ensure_codebook, names, starter
from repository.domain.coding import CodeFacts, CodeMode
from repository.errors import NotFound
from repository.workspace import Workspace


@pytest.fixture
def codebook(workspace: Workspace) -> Codebook:
    with workspace.read() as unit:
        return Codebook(unit.codes.all())


def test_the_starter_has_what_coding_needs() -> None:
    facts = starter()
    slugs = [fact.slug for fact in facts]
    assert len(slugs) == len(set(slugs))
    assert len({fact.name for fact in facts}) == len(facts)
    themes = {fact.slug for fact in facts if not fact.parent}
    for fact in facts:
        assert fact.definition
        if fact.parent:
            assert fact.parent in themes
            assert fact.use_when and fact.not_when and fact.examples and fact.cues
        else:
            assert fact.colour.startswith("#")


def test_a_theme_comes_before_its_codes(codebook: Codebook) -> None:
    seen: set[int] = set()
    for code in codebook.codes:
        assert code.parent_id is None or code.parent_id in seen
        seen.add(code.id)
    assert len(codebook.codes) == len(starter())


def test_codes_are_found_by_slug_and_know_their_theme(codebook: Codebook) -> None:
    workaround = codebook.named("workaround")
    theme = codebook.theme_of(workaround)
    assert theme.is_theme and workaround in codebook.under(theme)
    assert codebook.theme_of(theme) == theme
    assert codebook.colour(workaround) == theme.facts.colour
    assert codebook.ids_under(["everyday-workflow", "workaround"])[0] == theme.id
    assert set(codebook.ids_under(["everyday-workflow"])) == {theme.id, *(c.id for c in codebook.under(theme))}
    with pytest.raises(NotFound):
        codebook.named("no-such-code")
    with pytest.raises(NotFound):
        codebook.ids_under(["workaround", "no-such-code"])


def test_a_repository_with_codes_of_its_own_is_left_alone(workspace: Workspace) -> None:
    before = names(workspace)
    ensure_codebook(workspace)
    assert names(workspace) == before
    with workspace.write() as unit:
        assert unit.codes.add_missing(starter()) == []
        assert len(unit.codes.add_missing([CodeFacts("mine", "Mine", "My own.", parent="everyday-workflow")])) == 1
    ensure_codebook(workspace)
    assert names(workspace) == before | {"mine": "Mine"}


def test_what_is_said_about_a_code_comes_back_as_it_was(workspace: Workspace) -> None:
    fact = CodeFacts(
        "odd",
        "Odd “one” 😀",
        "Définition",
        "wenn",
        "not",
        ("an example",),
        ("none of it",),
        ("cue",),
        ("Strange",),
        CodeMode.MANUAL,
        "#123456",
        "Ana",
        True,
    )
    with workspace.write() as unit:
        unit.codes.add_missing([fact])
    with workspace.read() as unit:
        [found] = [code for code in unit.codes.all() if code.facts.slug == "odd"]
    assert found.facts == fact and found.version == 1 and found.is_theme
