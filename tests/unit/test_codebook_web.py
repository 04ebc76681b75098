"""The codebook's pages: the tree, forms that lose nothing, acts that say first what they touch, and the way back."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from repository import codebook_changes as changes
from repository import codebook_importing, codebook_merging, codebook_tree
from repository.codebook import Codebook, seen
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.coding import Code, CodeFacts, CodeMode
from repository.domain.study import Session
from repository.errors import Rejected
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.conftest import Clock
from tests.unit.test_codebook_changes import put
from tests.unit.test_web import token
from web.branches import DEEPEST, MOST, branches

ANA = Viewer("Ana", PersonRole.RESEARCHER)
BEN = Viewer("Ben", PersonRole.RESEARCHER)
READER = Viewer("Rea", PersonRole.READER)


@pytest.fixture
def session(workspace: Workspace) -> Session:
    return a_session(workspace, a_study(workspace))


def get(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return html.unescape(answer.get_data(as_text=True))


def post(client: FlaskClient, address: str, status: int = 200, **form: object) -> str:
    answer = client.post(address, data={"csrf_token": token(client), **form}, follow_redirects=True)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return html.unescape(answer.get_data(as_text=True))


def book(workspace: Workspace) -> Codebook:
    with workspace.read() as unit:
        return seen(unit, LOCAL_ADMIN)


def code(workspace: Workspace, slug: str) -> Code:
    return book(workspace).named(slug)


def filled(client: FlaskClient, slug: str) -> dict[str, str]:
    """Give the boxes of a code's form, as a browser would send them back."""
    page = client.get(f"/codebook/{slug}").get_data(as_text=True)
    form = page[page.index('class="code-form"') : page.index("Leave it as it was")]
    boxes = {
        name: html.unescape(value)
        for name, value in re.findall(
            r'<input (?:class="form-control" |type="hidden" )name="(\w+)"[^>]*?value="([^"]*)"', form
        )
    }
    boxes |= {
        name: html.unescape(words)
        for name, words in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n(.*?)</textarea>', form, re.S)
    }
    mode = re.search(r'name="mode" value="(\w+)" checked', form)
    assert mode and {"edition", "since", "name", "definition", "owner"} <= boxes.keys()
    return {name: value for name, value in boxes.items() if name != "colour"} | {"mode": mode[1]}


# The tree


def test_the_tree_shows_every_code_with_its_counts_and_what_it_lacks(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    put(workspace, session, "I phoned support twice", "workaround")
    changes.create(workspace, ANA, CodeFacts("", "Petra knows", "", aliases=("ask Petra",), parent="workaround"))
    changes.create(workspace, ANA, CodeFacts("", "Hidden away", "Kept.", locked=True, mode=CodeMode.MANUAL))
    page = get(client, "/codebook/")
    for one in book(workspace).codes:
        assert f">{one.facts.name}</a>" in page
    assert page.count("Cannot suggest yet") == 2, "the code, and the filter"
    theme = page[page.index("Everyday workflow</a>") :]
    assert re.search(r"1 participant\b.*?</svg> 1<span", theme[:2500], re.S), "a theme counts what is under it"
    assert "also ask Petra" in page and "locked" in page and "by hand" in page and "Ana" in page
    assert '/codebook/export.csv"' in page and '/codebook/export.qdc"' in page
    assert re.search(r'action="/codebook/import".*?type="file" name="file"', page, re.S)


def test_codes_are_found_by_name_other_name_definition_study_mode_and_what_they_lack(
    client: FlaskClient, workspace: Workspace
) -> None:
    study = a_study(workspace, "Only here")
    changes.create(workspace, ANA, CodeFacts("", "Petra", "", aliases=("Zauberin",), parent="workaround"))
    changes.create(workspace, ANA, CodeFacts("", "Theirs", "Xylophones ring.", study_id=study.id, mode=CodeMode.AUTO))

    def names(query: str) -> set[str]:
        rows = re.findall(r'class="branch-name">.*?</span>([^<]+)</a>', get(client, f"/codebook/?{query}"), re.S)
        return set(rows)

    assert names("q=PETRA") == names("q=zauberin") == names("lacking=1") == {"Petra"}
    assert names("q=xylophones") == names(f"study={study.id}") == names("mode=auto") == {"Theirs"}
    assert "Everyday workflow › " in get(client, "/codebook/?q=petra")
    assert "No code is like that" in get(client, "/codebook/?q=%00nothing-like-it<b>")
    get(client, "/codebook/?mode=wild", 422)
    get(client, "/codebook/?as_of=yesterday", 422)


def test_a_large_codebook_is_drawn_in_parts(client: FlaskClient, workspace: Workspace) -> None:
    facts = [CodeFacts("many", "Many", "All.")]
    facts += [CodeFacts(f"m{n}", f"Number {n}", "One.", parent="many") for n in range(400)]
    facts += [CodeFacts(f"d{n}", f"Deep {n}", "In.", parent=f"d{n - 1}" if n else "") for n in range(DEEPEST + 3)]
    codebook_importing.import_codes(workspace, ANA, facts)
    page = get(client, "/codebook/")
    assert page.count('class="branch-row"') <= MOST and "Number 0" not in page and "Show 400 codes under it" in page
    assert f"Deep {DEEPEST - 1}</a>" in page and f"Deep {DEEPEST}</a>" not in page
    under = get(client, "/codebook/?under=many&page=8")
    assert "Number 399" in under and "Number 0<" not in under and "Page 8 of 8" in under
    part = client.get("/codebook/?under=many", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<html" not in part and "Number 49<" in part and "Number 50<" not in part and "page=2" in part
    assert f"Deep {DEEPEST + 2}</a>" in get(client, "/codebook/?q=deep+10")
    rows = branches(book(workspace), book(workspace).themes, {})
    deep = next(row for row in rows if row.code.facts.name == "Deep 0")
    for _ in range(DEEPEST - 1):
        [deep] = deep.under
    assert deep.more == 1 and not deep.under


def test_a_code_is_meant_by_its_name_another_name_or_the_path_to_it(workspace: Workspace) -> None:
    changes.create(workspace, ANA, CodeFacts("", "Workaround", "", parent="trust-and-privacy"))
    codebook = book(workspace)
    theirs = codebook_tree.pointed_at(codebook, "Trust and privacy > workaround")
    assert theirs.facts.parent == "trust-and-privacy"
    assert codebook_tree.pointed_at(codebook, "Everyday workflow › Workaround").facts.slug == "workaround"
    with pytest.raises(Rejected, match=r"2 codes are called.*whole path"):
        codebook_tree.pointed_at(codebook, "WORKAROUND")
    with pytest.raises(Rejected, match="No code is called"):
        codebook_tree.pointed_at(codebook, "Reminders › Workaround")
    for one in codebook.codes:
        assert codebook_tree.pointed_at(codebook, codebook_tree.path_name(codebook, one)) == one


# Making and changing


def test_a_theme_and_a_code_are_made_and_taken_back(client: FlaskClient, workspace: Workspace) -> None:
    assert "New theme" in get(client, "/codebook/new")
    page = post(
        client, "/codebook/new", name="Weather", examples="It rained\r\n\r\nIt  snowed\r\n", why="They ask", mode="auto"
    )
    assert "Made “Weather”." in page and code(workspace, "weather").facts.examples == ("It rained", "It snowed")
    assert code(workspace, "weather").facts.mode is CodeMode.AUTO
    page = post(client, "/codebook/new", name="History", parent="weather", own_colour="1", colour="#102030")
    assert code(workspace, "history-2").facts.colour == "#102030", "its address is not that of a page"
    assert "add a definition, or an example" in page
    undo = re.search(r'action="(/codebook/acts/\d+/undo)"', page)
    assert undo
    assert "Undone: Made “History”." in post(client, undo[1])
    assert "history-2" not in {one.facts.slug for one in book(workspace).everything}


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (
            {"name": "wórkaround", "parent": "everyday-workflow"},
            "There is a code “Workaround” under “Everyday workflow” already.",
        ),
        ({"name": " ", "parent": "everyday-workflow"}, "A code needs a name."),
        ({"name": "x" * 201}, "A name has at most 200 characters."),
        ({"name": "Red", "own_colour": "1", "colour": "red}body{display:none"}, "is not a colour"),
    ],
)
def test_what_cannot_be_made_is_said_in_the_form_and_kept_there(
    client: FlaskClient, workspace: Workspace, form: dict[str, str], sentence: str
) -> None:
    before = len(book(workspace).everything)
    page = post(
        client, "/codebook/new", 409 if "already" in sentence else 422, definition="Written down.", why="So", **form
    )
    assert sentence in page and "Written down.</textarea>" in page and 'value="So"' in page
    assert len(book(workspace).everything) == before


def test_a_form_that_is_sent_back_changes_nothing_and_one_that_was_changed_does(
    client: FlaskClient, workspace: Workspace
) -> None:
    before = code(workspace, "workaround")
    assert "That was so already." in post(client, "/codebook/workaround/edit", **filled(client, "workaround"))
    assert code(workspace, "workaround") == before
    boxes = filled(client, "workaround") | {"name": "Ways round", "not_when": "Not on\r\nMondays", "why": "Shorter"}
    page = post(client, "/codebook/workaround/edit", **boxes)
    assert "Renamed “Workaround” to “Ways round”." in page and 'value="Ways round"' in page
    now = code(workspace, "workaround").facts
    assert now == replace(before.facts, name="Ways round", not_when="Not on\nMondays", aliases=("Workaround",))
    long = "A sentence of the definition. " * 2_500
    post(client, "/codebook/workaround/edit", **(filled(client, "workaround") | {"definition": long}))
    assert code(workspace, "workaround").facts.definition == long.strip()
    assert "A long definition" in get(client, "/codebook/workaround")
    assert '<details class="long">' in get(client, "/codebook/workaround/history")
    too_long = filled(client, "workaround") | {"definition": "x" * 100_001}
    assert "at most 100,000 characters" in post(client, "/codebook/workaround/edit", 422, **too_long)


def test_of_two_who_edit_at_once_the_second_sees_both_and_loses_nothing(
    client: FlaskClient, workspace: Workspace
) -> None:
    mine = filled(client, "workaround") | {"definition": "Mine.", "cues": "my cue", "why": "I think so"}
    was = code(workspace, "workaround").facts
    changes.edit(workspace, BEN, "workaround", replace(was, definition="Ben's.", use_when="Ben says."), why="Agreed")
    page = post(client, "/codebook/workaround/edit", 409, **mine)
    assert code(workspace, "workaround").facts.definition == "Ben's.", "nothing was kept yet"
    for words in (
        "Somebody changed this code meanwhile",
        "Ben, <time",
        "“Agreed”",
        ">\nMine.</textarea>",
        ">\nmy cue</textarea>",
    ):
        assert words in page, words
    assert 'Saved meanwhile:</strong> <span class="long-text">Ben\'s.' in page
    assert ">\nBen says.</textarea>" in page, "what only Ben changed is taken over"
    hidden = dict(re.findall(r'name="(edition|since)" value="(\d+)"', page))
    again = mine | hidden | {"use_when": "Ben says."}
    assert "Changed “Workaround”." in post(client, "/codebook/workaround/edit", **again)
    now = code(workspace, "workaround").facts
    assert (now.definition, now.cues, now.use_when) == ("Mine.", ("my cue",), "Ben says.")


def test_a_form_older_than_something_undone_is_told_too(client: FlaskClient, workspace: Workspace) -> None:
    facts = code(workspace, "workaround").facts
    first = changes.edit(workspace, BEN, "workaround", replace(facts, definition="First."))
    mine = filled(client, "workaround") | {"cues": "mine"}
    assert first.act is not None
    post(client, f"/codebook/acts/{first.act}/undo")
    changes.edit(workspace, BEN, "workaround", replace(facts, definition="Second."))
    assert str(code(workspace, "workaround").edition) == mine["edition"], "the edition alone would not tell"
    page = post(client, "/codebook/workaround/edit", 409, **mine)
    assert ">\nSecond.</textarea>" in page and ">\nmine</textarea>" in page
    changes.move(workspace, BEN, "double-work", under="everyday-workflow", before="workaround")
    again = mine | dict(re.findall(r'name="(edition|since)" value="(\d+)"', page))
    post(client, "/codebook/workaround/edit", **again)  # another's place among the siblings is no change of this one


# Moving, merging, splitting, retiring, promoting: said first


def test_every_act_says_first_what_it_touches_and_does_it_on_a_yes(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    put(workspace, session, "I phoned support twice", "workaround", "double-work")
    put(workspace, session, "I was afraid", "workaround", by=BEN)
    changes.create(workspace, ANA, CodeFacts("", "Petra's way", "", parent="workaround"))
    before = code(workspace, "workaround")
    for act in ("move", "retire", "split"):
        page = get(client, f"/codebook/workaround/{act}")
        figures = re.findall(r'<span class="figure">([\d,]+)</span>', page)
        assert figures[:2] == ["2", "2"] and figures[4] == "1" and "by 2 coders" in page and "Petra's way" in page
        assert 'name="why"' in page
    merging = get(client, "/codebook/merge?code=workaround&code=double-work&into=paper-and-old-habits")
    assert re.findall(r'<span class="figure">([\d,]+)</span>', merging)[:2] == ["2", "3"], "each thing once"
    assert "Merge into “Paper and old habits”" in merging
    assert code(workspace, "workaround") == before

    page = post(client, "/codebook/workaround/move", under="Trust and privacy", before="", why="Fits")
    assert "Moved “Workaround” under “Trust and privacy”." in page
    assert code(workspace, "workaround").facts.parent == "trust-and-privacy"
    page = post(client, "/codebook/merge", code=["double-work"], into_name="Trust and privacy › Workaround", why="Same")
    assert "Merged “Double work” into “Workaround”." in page and "Double work</textarea>" in page
    page = post(client, "/codebook/workaround/retire", why="Over")
    assert "Retired “Workaround”, “Petra's way”." in page and "Retired on 23 November 2026" in page
    listed = get(client, "/codebook/")
    assert "Retired and merged: 3" in listed and "merged into Workaround" in listed
    assert "is in use again" in post(client, "/codebook/workaround/revive")
    history = get(client, "/codebook/workaround/history")
    for words in ("“Fits”", "“Same”", "“Over”", "went along"):
        assert words in history


def test_a_merged_codes_address_leads_to_what_took_its_place(client: FlaskClient, workspace: Workspace) -> None:
    codebook_merging.merge(workspace, ANA, ["double-work"], "workaround")
    answer = client.get("/codebook/double-work")
    assert answer.status_code == 302 and answer.location == "/codebook/workaround"
    assert "“Double work” was merged into “Workaround”." in get(client, "/codebook/double-work")
    assert "Merged “Double work”" in get(client, "/codebook/double-work/history")
    get(client, "/codebook/never-was", 404)
    get(client, "/codebook/never-was/history", 404)


@pytest.mark.parametrize(
    ("address", "form", "status", "sentence"),
    [
        ("everyday-workflow/move", {"under": "Workaround"}, 422, "cannot stand under itself"),
        ("workaround/move", {"under": "Nowhere"}, 422, "No code is called “Nowhere”"),
        (
            "workaround/move",
            {"under": "Trust and privacy"},
            409,
            "There is a code “workaround” under “Trust and privacy” already.",
        ),
        ("merge", {"code": "everyday-workflow", "into_name": "Workaround"}, 422, "stands under"),
        ("merge", {"code": "double-work"}, 422, "Say into which code."),
        ("merge", {"code": "double-work", "into": "double-work"}, 422, "Nothing to merge was chosen."),
        ("workaround/promote", {}, 409, "is for all studies already"),
        ("workaround/split", {"do": "split"}, 422, "A split needs at least one new code."),
        ("workaround/split", {"do": "propose"}, 422, "do not fall apart"),
        (
            "workaround/split",
            {"do": "split", "part_name": "Double work", "part_definition": "x"},
            409,
            "There is a code “Double work”",
        ),
        (
            "workaround/split",
            {"do": "split", "part_name": "A", "part_definition": "", "q-999": "1"},
            409,
            "not under this code any more",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_the_page(
    client: FlaskClient, workspace: Workspace, address: str, form: dict[str, str], status: int, sentence: str
) -> None:
    changes.create(workspace, ANA, CodeFacts("", "workaround", "", parent="trust-and-privacy"))
    before = book(workspace).everything
    typed = {name: value if value != "Workaround" else "Everyday workflow › Workaround" for name, value in form.items()}
    page = post(client, f"/codebook/{address}", status, why="Because", **typed)
    assert sentence in page and 'role="alert"' in page and "<form" in page
    assert book(workspace).everything == before


def test_a_split_keeps_what_was_chosen_from_page_to_page(
    client: FlaskClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = a_session(
        workspace, a_study(workspace), "".join(f"P{n:02}: I said thing number {n}.\n" for n in range(60))
    )
    marks = [put(workspace, session, f"thing number {n}.", "workaround") for n in range(60)]
    page = get(client, "/codebook/workaround/split")
    assert "Quotes: 60" in page and "thing number 49." in page and "thing number 50." not in page
    assert "P07" in page and "Calendars in the trial" in page and "coded by Ana" in page
    boxes: dict[str, object] = {"part_name": ["Odd", ""], "part_definition": ["Not even.", ""], "page": "1"}
    boxes |= {f"q-{mark}": "1" if n % 2 else "" for n, mark in enumerate(marks[:50])}
    page = post(client, "/codebook/workaround/split", **boxes, do="page:2")
    assert "thing number 59." in page and 'value="Odd"' in page and "25 quotes" in page
    kept = dict(re.findall(r'type="hidden" name="(q-\d+)" value="(\d)"', page))
    assert kept == {f"q-{mark}": "1" for mark in marks[1:50:2]}
    more = {**boxes, **kept, f"q-{marks[55]}": "1", f"q-{marks[56]}": "2", "page": "2"}
    assert "A code needs a name." in post(client, "/codebook/workaround/split", 422, **more, do="split")
    page = post(client, "/codebook/workaround/split", **{**more, f"q-{marks[56]}": ""}, do="part")
    assert page.count('name="part_name"') == 3
    page = post(client, "/codebook/workaround/split", **{**more, f"q-{marks[56]}": "", "place": "under"}, do="split")
    assert "Split “Odd” off “Workaround”." in page
    with workspace.read() as unit:
        assert len(unit.codes.codings_of([code(workspace, "odd").id])) == 26
        assert len(unit.codes.codings_of([code(workspace, "workaround").id])) == 34
    assert code(workspace, "odd").facts.parent == "workaround"


def test_a_split_is_proposed_from_the_quotes(client: FlaskClient, workspace: Workspace) -> None:
    calls = [f"we phoned support about the calendar again, call {n}" for n in range(6)]
    paper = [f"the printed paper list hangs on the wall, sheet {n}" for n in range(5)]
    session = a_session(workspace, a_study(workspace), "".join(f"P01: {said}.\n\n" for said in (*calls, *paper)))
    marks = {put(workspace, session, said, "workaround"): said for said in (*calls, *paper)}
    chosen, names = codebook_merging.proposal(workspace, ANA, "workaround")
    kinds = {part: {marks[mark].split()[0] for mark, to in chosen.items() if to == part} for part in chosen.values()}
    assert chosen and all(len(kind) == 1 for kind in kinds.values()) and len(names) == max(chosen.values())
    page = post(client, "/codebook/workaround/split", do="propose", part_name=["", ""], part_definition=["", ""])
    assert f'value="{names[0]}"' in page and page.count('value="1" checked') == list(chosen.values()).count(1)
    page = post(client, "/codebook/workaround/split", do="propose", part_name="My name", part_definition="")
    assert 'value="My name"' in page, "what somebody wrote stays"


def test_a_studys_code_is_promoted(client: FlaskClient, workspace: Workspace) -> None:
    study = a_study(workspace, "Only here")
    page = post(client, "/codebook/new", name="Theirs", study=study.id, definition="x")
    assert "only for Only here" in page and "Promote to all studies" in page
    assert "in every study" in get(client, "/codebook/theirs/promote")
    page = post(client, "/codebook/theirs/promote", why="Seen elsewhere")
    assert "is for all studies now" in page and code(workspace, "theirs").facts.study_id is None
    post(client, "/codebook/new", name="Below", parent="workaround", study="")
    assert "is for one study only" in post(
        client,
        "/codebook/new",
        422,
        name="Not there",
        study="",
        parent=changes.create(workspace, ANA, CodeFacts("", "Another", "", study_id=study.id)).slug,
    )


# Looking back


def test_the_history_tells_and_each_change_can_be_undone(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    put(workspace, session, "I phoned support twice", "double-work")
    start = book(workspace).everything
    post(
        client,
        "/codebook/workaround/edit",
        **(filled(client, "workaround") | {"definition": "Other.", "why": "Sharper"}),
    )
    post(client, "/codebook/merge", code="double-work", into_name="Everyday workflow › Workaround")
    page = get(client, "/codebook/history")
    assert page.index("Merged “Double work”") < page.index("Changed “Workaround”.")
    assert (
        "“Sharper”" in page
        and '<ins><span class="long-text">Other.</span></ins>' in page
        and "1 coding went along" in page
    )
    assert "Your last change: Merged “Double work”" in get(client, "/codebook/")
    merged, edited = re.findall(r'action="(/codebook/acts/\d+/undo)"', page)
    assert "changed since" in post(client, edited, back="history"), "in their order"
    assert "Undone: Merged" in post(client, merged, back="history")
    assert "Your last change: Changed “Workaround”." in get(client, "/codebook/")
    page = post(client, edited, back="workaround")
    assert "Undone: Changed" in page and "History of “Workaround”" in page
    assert book(workspace).everything == start
    assert "This was undone already." in post(client, edited)
    post(client, "/codebook/acts/999/undo", 404)


def test_any_day_can_be_looked_at_and_nothing_changed_there(
    client: FlaskClient, workspace: Workspace, clock: Clock
) -> None:
    changes.retire(workspace, ANA, "double-work")
    clock.forward(days=2)
    changes.create(workspace, ANA, CodeFacts("", "Brand new", ""))
    changes.revive(workspace, ANA, "double-work")
    day = (clock.now - timedelta(days=1)).date()
    page = get(client, f"/codebook/?as_of={day}")
    assert "as it was at the end of 24 November 2026" in page and "Brand new" not in page
    assert "Retired and merged: 1" in page and 'method="post"' not in page[page.index("<h1>") :]
    assert "Brand new" in get(client, f"/codebook/?as_of={clock.now.date()}")
    before = get(client, "/codebook/?as_of=2026-11-22")
    assert "<strong>Double work</strong>" in before and "Retired and merged" not in before


def test_readers_look_and_change_nothing_and_a_lock_holds(
    client: FlaskClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = code(workspace, "workaround").facts
    locked = changes.edit(workspace, LOCAL_ADMIN, "workaround", replace(facts, locked=True, owner="Ana"))
    boxes = filled(client, "workaround")
    for module in ("codebook", "codebook_acts"):
        monkeypatch.setattr(f"web.pages.{module}.viewer", lambda: BEN)
    page = get(client, "/codebook/workaround")
    assert "only Ana and product operations change it" in page and "code-form" not in page and "Retire" not in page
    assert "is locked" in post(client, "/codebook/workaround/edit", 403, **boxes)
    assert "is locked" in post(client, "/codebook/workaround/retire", 403)
    assert "is locked" in post(client, f"/codebook/acts/{locked.act}/undo"), "a lock is not undone by others"
    assert code(workspace, "workaround").facts.locked
    for module in ("codebook", "codebook_acts"):
        monkeypatch.setattr(f"web.pages.{module}.viewer", lambda: READER)
    for address in ("", "workaround", "history"):
        page = get(client, f"/codebook/{address}")
        assert 'method="post"' not in page[page.index("<h1>") :] and "Bring in" not in page
    post(client, "/codebook/new", 403, name="No")
