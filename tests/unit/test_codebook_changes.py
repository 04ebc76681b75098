"""Changing the codebook: what it touches is said, codings go with their codes, undoing gives back just what was."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from repository import codebook_changes as changes
from repository import codebook_history, codebook_importing, codebook_merging, coding
from repository.codebook import Codebook, seen
from repository.codebook_rules import CodeChanged
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.coding import Code, CodeFacts, CodeMode
from repository.domain.study import Session
from repository.errors import CairnError, Conflict, Forbidden, NotFound, Rejected
from repository.store import tables as t
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study

ANA = Viewer("Ana", PersonRole.RESEARCHER)
BEN = Viewer("Ben", PersonRole.RESEARCHER)


@pytest.fixture
def session(workspace: Workspace) -> Session:
    return a_session(workspace, a_study(workspace))


def put(workspace: Workspace, session: Session, words: str, *slugs: str, by: Viewer = ANA) -> int:
    """Highlight the first `words` of the transcript and code them; give the highlight."""
    assert session.text_id is not None
    with workspace.read() as unit:
        revision = unit.sessions.revision(session.text_id)
    assert revision is not None
    start = revision.body.index(words)
    done = coding.highlight(
        workspace, by, session.id, text_id=revision.id, start=start, end=start + len(words), code_slugs=slugs
    )
    assert done.highlight_id is not None
    return done.highlight_id


def book(workspace: Workspace, viewer: Viewer = LOCAL_ADMIN) -> Codebook:
    with workspace.read() as unit:
        return seen(unit, viewer)


def codes_on(workspace: Workspace) -> list[tuple[str, str]]:
    """Give (words, name of the code) of every coding."""
    named = {code.id: code.facts.name for code in book(workspace).everything}
    query = sa.select(t.highlight.c.quote, t.coding.c.code_id).join(
        t.coding, t.coding.c.highlight_id == t.highlight.c.id
    )
    with workspace.database.read() as sql:
        return sorted((words, named[code_id]) for words, code_id in sql.execute(query))


def everything(workspace: Workspace) -> dict[str, list[Any]]:
    """Give every row a change of the codebook may touch; decisions of the machine are made anew, and left out."""
    with workspace.database.read() as sql:
        return {
            table.name: [tuple(row) for row in sql.execute(sa.select(table).order_by(table.c.id))]
            for table in (t.code, t.highlight, t.coding)
        }


def test_a_renamed_code_keeps_its_address_and_its_old_name_finds_it(workspace: Workspace) -> None:
    before = book(workspace).named("workaround").facts
    changes.edit(workspace, ANA, "workaround", replace(before, name="Own ways round it"), why="clearer")
    now = book(workspace).named("workaround")
    assert now.facts.name == "Own ways round it" and now.facts.aliases == (before.name,)
    assert [code.id for code in book(workspace).called("WORKAROUND")] == [now.id]
    assert now.version == 1, "the meaning is the same"
    changes.edit(workspace, ANA, "workaround", replace(now.facts, name=before.name))
    assert book(workspace).named("workaround").facts.aliases == ("Own ways round it",)


def test_another_definition_is_another_version(workspace: Workspace) -> None:
    code = book(workspace).named("workaround")
    changes.edit(workspace, ANA, "workaround", replace(code.facts, definition="Something else."))
    assert book(workspace).named("workaround").version == code.version + 1


def test_of_two_who_edit_at_once_the_second_is_told(workspace: Workspace) -> None:
    code = book(workspace).named("workaround")
    changes.edit(workspace, ANA, "workaround", replace(code.facts, use_when="Ana's"), edition=code.edition)
    with pytest.raises(CodeChanged):
        changes.edit(workspace, BEN, "workaround", replace(code.facts, use_when="Ben's"), edition=code.edition)
    now = book(workspace).named("workaround")
    assert now.facts.use_when == "Ana's"
    changes.edit(workspace, BEN, "workaround", replace(now.facts, use_when="Both's"), edition=now.edition)


def test_merging_takes_codings_examples_names_and_children_along(workspace: Workspace, session: Session) -> None:
    old = changes.create(workspace, ANA, CodeFacts("", "Tricks", "Ways round.", examples=("I cheat.",))).slug
    below = changes.create(workspace, ANA, CodeFacts("", "Paper", "On paper.", parent=old)).slug
    put(workspace, session, "afraid", old)
    put(workspace, session, "overwrite", old, "workaround")
    told = changes.impact(workspace, ANA, [old])
    assert (told.touched.highlights, told.touched.codings, told.touched.sessions) == (2, 2, 1)
    assert [code.facts.slug for code in told.below] == [below]
    before = everything(workspace)
    done = codebook_merging.merge(workspace, ANA, [old], "workaround", why="the same")
    now = book(workspace)
    target = now.named("workaround")
    assert codes_on(workspace) == [("afraid", target.facts.name), ("overwrite", target.facts.name)]
    assert now.named(old) == target and now.named(below).parent_id == target.id
    assert "Tricks" in target.facts.aliases and "I cheat." in target.facts.examples
    with pytest.raises(Conflict):
        codebook_merging.merge(workspace, ANA, [old], below)
    codebook_history.undo(workspace, ANA, done.act)
    assert everything(workspace) == before


def test_a_split_gives_chosen_quotes_to_new_codes(workspace: Workspace, session: Session) -> None:
    put(workspace, session, "afraid", "workaround")
    put(workspace, session, "overwrite", "workaround")
    with workspace.read() as unit:
        rows = unit.codes.codings_of([book(workspace).named("workaround").id])
    before = everything(workspace)
    parts = [CodeFacts("", "On paper", "Kept on paper."), CodeFacts("", "By phone", "", parent="workaround")]
    done = codebook_merging.split(workspace, ANA, "workaround", parts, {rows[0][0]: 0, rows[1][0]: 1})
    assert codes_on(workspace) == [("afraid", "On paper"), ("overwrite", "By phone")]
    made = {code.facts.name: code for code in book(workspace).codes}
    assert made["By phone"].facts.parent == "workaround" and made["By phone"].facts.mode is CodeMode.MANUAL
    assert made["On paper"].facts.mode is CodeMode.SUGGEST
    codebook_history.undo(workspace, ANA, done.act)
    assert everything(workspace) == before


def test_circles_and_merging_into_ones_own_child_are_refused(workspace: Workspace) -> None:
    top = changes.create(workspace, ANA, CodeFacts("", "Top", "")).slug
    below = changes.create(workspace, ANA, CodeFacts("", "Below", "", parent=top)).slug
    for place in (top, below):
        with pytest.raises(Rejected):
            changes.move(workspace, ANA, top, under=place)
    with pytest.raises(Rejected, match="stands under"):
        codebook_merging.merge(workspace, ANA, [top], below)
    codebook_merging.merge(workspace, ANA, [below], top)


def test_two_codes_of_one_name_stand_at_two_places_only(workspace: Workspace) -> None:
    changes.create(workspace, ANA, CodeFacts("", "Café", ""))
    with pytest.raises(Conflict, match="already"):
        changes.create(workspace, ANA, CodeFacts("", " CAFE ", ""))
    second = changes.create(workspace, ANA, CodeFacts("", "Café", "", parent="everyday-workflow")).slug
    assert second == "cafe-2"
    with pytest.raises(Conflict):
        changes.move(workspace, ANA, second)


def test_a_retired_code_keeps_its_codings_and_takes_no_new_ones(workspace: Workspace, session: Session) -> None:
    mark = put(workspace, session, "afraid", "workaround")
    done = changes.retire(workspace, ANA, "workaround")
    assert "workaround" not in [code.facts.slug for code in book(workspace).codes]
    assert [words for words, _ in codes_on(workspace)] == ["afraid"]
    with pytest.raises(Rejected, match="retired"):
        coding.code(workspace, BEN, session.id, mark, ["workaround"])
    changes.revive(workspace, ANA, "workaround")
    coding.code(workspace, BEN, session.id, mark, ["workaround"])
    with pytest.raises(Conflict):
        codebook_history.undo(workspace, ANA, done.act)


def test_a_locked_code_is_its_owners_and_ops(workspace: Workspace) -> None:
    slug = changes.create(workspace, ANA, CodeFacts("", "Mine", "", locked=True)).slug
    facts = book(workspace).named(slug).facts
    attempts: tuple[Callable[[], object], ...] = (
        lambda: changes.edit(workspace, BEN, slug, replace(facts, name="Yours")),
        lambda: changes.retire(workspace, BEN, slug),
        lambda: codebook_merging.merge(workspace, BEN, [slug], "workaround"),
    )
    for attempt in attempts:
        with pytest.raises(Forbidden, match="locked"):
            attempt()
    changes.edit(workspace, ANA, slug, replace(facts, locked=False))
    changes.edit(workspace, BEN, slug, replace(facts, name="Yours", locked=False))
    with pytest.raises(Forbidden):
        changes.create(workspace, Viewer("r", PersonRole.READER), CodeFacts("", "x", ""))


def test_a_studys_code_is_seen_by_its_viewers_and_can_be_promoted(workspace: Workspace) -> None:
    study, other = a_study(workspace), a_study(workspace, "Another")
    slug = changes.create(workspace, ANA, CodeFacts("", "Here", "Only here.", study_id=study.id)).slug
    stranger = Viewer("Zoe", PersonRole.RESEARCHER, frozenset({other.id}))
    with pytest.raises(NotFound):
        book(workspace, stranger).named(slug)
    changes.promote(workspace, ANA, slug)
    assert book(workspace, stranger).named(slug).facts.study_id is None


def test_history_says_who_and_why_and_shows_any_day(workspace: Workspace) -> None:
    start = workspace.clock()
    facts = book(workspace).named("workaround").facts
    changes.edit(workspace, ANA, "workaround", replace(facts, name="Tricks"), why="shorter")
    [act] = codebook_history.history(workspace, LOCAL_ADMIN, "workaround")
    assert (act.by, act.why, act.kind) == ("Ana", "shorter", "codebook.rename")
    then = codebook_history.as_of(workspace, LOCAL_ADMIN, start - timedelta(seconds=1))
    assert then.named("workaround").facts.name == facts.name
    codebook_history.undo(workspace, ANA)
    assert book(workspace).named("workaround").facts == facts
    assert [a.kind for a in codebook_history.history(workspace, LOCAL_ADMIN)] == ["codebook.undo", "codebook.rename"]


def test_codings_changed_since_are_left_alone(workspace: Workspace, session: Session) -> None:
    old = changes.create(workspace, ANA, CodeFacts("", "Tricks", "")).slug
    put(workspace, session, "afraid", old)
    mark = put(workspace, session, "overwrite", old)
    done = codebook_merging.merge(workspace, ANA, [old], "workaround")
    coding.delete(workspace, ANA, session.id, mark)
    undone = codebook_history.undo(workspace, ANA, done.act)
    assert "1 coding was changed since" in undone.told
    assert codes_on(workspace) == [("afraid", "Tricks")]


def a_change(workspace: Workspace, chance: random.Random, number: int, one: Code, other: Code) -> int | None:
    """Change something by chance; give the act."""
    slug, to = one.facts.slug, other.facts.slug
    match chance.choice(["merge", "split", "move", "retire", "edit"]):
        case "merge":
            return codebook_merging.merge(workspace, LOCAL_ADMIN, [slug], to).act
        case "split":
            with workspace.read() as unit:
                rows = [row[0] for row in unit.codes.codings_of([one.id])]
            part = CodeFacts("", f"Part {number}", "", parent=chance.choice(["", slug]))
            chosen = {row: 0 for row in rows if chance.random() < 0.5}
            return codebook_merging.split(workspace, LOCAL_ADMIN, slug, [part], chosen).act
        case "move":
            return changes.move(workspace, LOCAL_ADMIN, slug, under=chance.choice(["", to])).act
        case "retire":
            return changes.retire(workspace, LOCAL_ADMIN, slug).act
        case _:
            return changes.edit(workspace, LOCAL_ADMIN, slug, replace(one.facts, name=f"Name {number}")).act


@pytest.mark.parametrize("seed", range(4))
def test_any_changes_undone_one_after_another_leave_nothing_behind(
    workspace: Workspace, session: Session, seed: int
) -> None:
    chance = random.Random(seed)
    words = [word for word in dict.fromkeys(INTERVIEW.split("P01:")[1].split()) if word.isalpha()][:12]
    slugs = [code.facts.slug for code in book(workspace).codes]
    for word in words:
        put(workspace, session, word, *chance.sample(slugs, 2), by=chance.choice([ANA, BEN]))
    states, acts = [everything(workspace)], []
    for number in range(25):
        one, other = chance.sample(book(workspace).codes, 2)
        try:
            act = a_change(workspace, chance, number, one, other)
        except CairnError:
            assert everything(workspace) == states[-1], "what is refused changes nothing"
            continue
        if act:
            acts.append(act)
            states.append(everything(workspace))
    assert len(acts) > 10
    for act, state in zip(reversed(acts), reversed(states[:-1]), strict=True):
        codebook_history.undo(workspace, LOCAL_ADMIN, act)
        assert everything(workspace) == state


def test_a_lock_holds_against_undoing_and_what_one_may_not_see_is_not_undone(workspace: Workspace) -> None:
    facts = book(workspace).named("workaround").facts
    changes.edit(workspace, LOCAL_ADMIN, "workaround", replace(facts, definition="Sharper."))
    locked = changes.edit(
        workspace, LOCAL_ADMIN, "workaround", replace(facts, definition="Sharper.", owner="Ana", locked=True)
    )
    with pytest.raises(Forbidden, match="is locked"):
        codebook_history.undo(workspace, BEN, locked.act)
    study = a_study(workspace)
    theirs = changes.create(workspace, ANA, CodeFacts("", "Theirs", "", study_id=study.id))
    elsewhere = Viewer("Ben", PersonRole.RESEARCHER, frozenset())
    with pytest.raises(NotFound):
        codebook_history.undo(workspace, elsewhere, theirs.act)
    assert "Made “Theirs”." not in [act.told for act in codebook_history.history(workspace, elsewhere)]
    codebook_history.undo(workspace, ANA, theirs.act)
    told = [act.told for act in codebook_history.history(workspace, ANA)]
    assert told[:2] == ["Undone: Made “Theirs”.", "Made “Theirs”."], "what is gone is still told of"


def test_merging_never_lets_two_codes_of_one_name_stand_at_one_place(workspace: Workspace) -> None:
    for parent in ("workaround", "double-work"):
        changes.create(workspace, ANA, CodeFacts("", "By phone", "", parent=parent))
    before = everything(workspace)
    with pytest.raises(Conflict, match="Two codes “By phone” would stand under “Workaround”"):
        codebook_merging.merge(workspace, ANA, ["double-work"], "workaround")
    assert everything(workspace) == before
    inner = changes.create(workspace, ANA, CodeFacts("", "By phone", "", parent="by-phone"))
    codebook_merging.merge(workspace, ANA, ["by-phone"], "workaround")
    assert book(workspace).named(inner.slug).facts.parent == "workaround", "the one of its name is gone"


def test_a_code_for_all_studies_never_stands_under_one_studys(workspace: Workspace) -> None:
    above = changes.create(workspace, ANA, CodeFacts("", "Theirs", "", study_id=a_study(workspace).id))
    with pytest.raises(Rejected, match="for one study only"):
        changes.create(workspace, ANA, CodeFacts("", "Below", "", parent=above.slug))


def test_a_colour_is_a_colour(workspace: Workspace) -> None:
    for colour in ("red}body{", "#12", "url(x)"):
        with pytest.raises(Rejected, match="is not a colour"):
            changes.create(workspace, ANA, CodeFacts("", "Coloured", "", colour=colour))
    assert changes.create(workspace, ANA, CodeFacts("", "Coloured", "", colour="#aBc")).act


def test_many_codes_are_counted_not_named(workspace: Workspace) -> None:
    codebook_importing.import_codes(
        workspace,
        ANA,
        [CodeFacts("top", "Top", ""), *(CodeFacts(f"c{n}", f"C{n}", "", parent="top") for n in range(9))],
    )
    assert changes.retire(workspace, ANA, "top").told == "Retired “Top”, “C0”, “C1”, “C2”, “C3” and 5 more."


def test_what_others_saved_since_is_told_field_by_field(workspace: Workspace) -> None:
    start = book(workspace).named("workaround").facts
    first = changes.edit(workspace, ANA, "workaround", replace(start, definition="One."))
    assert first.act is not None
    was = book(workspace).named("workaround").facts
    changes.edit(workspace, BEN, "workaround", replace(was, definition="Two.", cues=("a", "b"), owner="Ben"))
    changes.move(workspace, ANA, "double-work", under="everyday-workflow", before="workaround")
    base, others = codebook_history.meanwhile(workspace, LOCAL_ADMIN, "workaround", first.act)
    assert base == was and [entry.act.by for entry in others] == ["Ben"], "a sibling's place is no change"
    assert {d.field: (d.before, d.after) for d in others[0].differences} == {
        "definition": ("One.", "Two."),
        "cues": ("\n".join(start.cues), "a\nb"),
        "owner": ("", "Ben"),
    }
    with pytest.raises(CodeChanged):
        changes.edit(workspace, LOCAL_ADMIN, "workaround", was, since=first.act)
