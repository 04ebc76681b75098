"""The pages that correct a transcript: editing in boxes, history, corrected files, highlights to look at."""

import html
import io
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from repository import coding, revising
from repository.codebook import starter
from repository.domain.access import LOCAL_ADMIN
from repository.domain.study import Session
from repository.store import tables as t
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study

SLUG = starter()[1].slug


@pytest.fixture
def session(workspace: Workspace) -> Session:
    return a_session(workspace, a_study(workspace))


def marked(workspace: Workspace, session: Session, quote: str) -> int:
    """Highlight and code some words as a person does."""
    text = revising.draft(workspace, LOCAL_ADMIN, session.id).text
    start = text.body.index(quote)
    done = coding.highlight(
        workspace,
        LOCAL_ADMIN,
        session.id,
        text_id=text.id,
        start=start,
        end=start + len(quote),
        code_slugs=[SLUG],
    )
    assert done.highlight_id is not None
    return done.highlight_id


def fields(page: str) -> list[tuple[str, str]]:
    """Give what a browser would send for the form that edits turns."""
    form = page[page.index('id="edit-turns"') : page.index("</form>", page.index('id="edit-turns"'))]
    found = []
    pattern = r'<input([^>]*)>|<select[^>]*name="(\w+)"[^>]*>(.*?)</select>|<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>'
    for attributes, select, options, area, words in re.findall(pattern, form, re.S):
        if area:
            found.append((area, html.unescape(words).replace("\n", "\r\n")))
        elif select:
            chosen = re.search(r'<option value="([^"]*)" selected', options)
            found.append((select, chosen[1] if chosen else ""))
        else:
            name, value = re.search(r'name="(\w+)"', attributes), re.search(r'value="([^"]*)"', attributes)
            assert name
            found.append((name[1], html.unescape(value[1]) if value else ""))
    return found


def page_of(client: FlaskClient, session: Session, **asked: int) -> str:
    answer = client.get(f"/transcripts/{session.id}/edit", query_string=asked)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def send(client: FlaskClient, session: Session, form: list[tuple[str, str]], do: str = "save") -> TestResponse:
    data: dict[str, list[str]] = {}
    for name, value in [*form, ("do", do)]:
        data.setdefault(name, []).append(value)
    return client.post(f"/transcripts/{session.id}/edit", data=data)


def written(form: list[tuple[str, str]], place: int, words: str) -> list[tuple[str, str]]:
    boxes = [at for at, (name, _) in enumerate(form) if name == "words"]
    return [(name, words if at == boxes[place] else value) for at, (name, value) in enumerate(form)]


def words_of(form: list[tuple[str, str]]) -> list[str]:
    return [value for name, value in form if name == "words"]


def post(client: FlaskClient, address: str, **data: object) -> TestResponse:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/studies/new").get_data(as_text=True))
    assert found
    form = {**data, "csrf_token": found[1]}
    return client.post(address, data=form, content_type="multipart/form-data")


def text_id(workspace: Workspace, session: Session) -> int:
    return revising.draft(workspace, LOCAL_ADMIN, session.id).text.id


def test_a_word_is_fixed_and_the_history_shows_it(client: FlaskClient, workspace: Workspace, session: Session) -> None:
    form = fields(page_of(client, session))
    assert len(words_of(form)) == 6
    form = [(n, "Misheard a name" if n == "note" else v) for n, v in form]
    answer = send(client, session, written(form, 3, words_of(form)[3].replace("Petra", "Petronella <b>")))
    assert answer.status_code == 303 and answer.location.endswith(f"/transcripts/{session.id}")
    history = client.get(f"/transcripts/{session.id}/history").get_data(as_text=True)
    assert "Version 2 is saved." in history
    assert "Misheard a name" in history and "read from p01.txt" in history
    change = client.get(f"/transcripts/{session.id}/history/{text_id(workspace, session)}").get_data(as_text=True)
    assert "<del>Petra</del>" in change and "<ins>Petronella &lt;b&gt;</ins>" in change


def test_saving_untouched_boxes_changes_nothing(client: FlaskClient, workspace: Workspace, session: Session) -> None:
    before = text_id(workspace, session)
    assert send(client, session, fields(page_of(client, session))).status_code == 303
    assert text_id(workspace, session) == before
    assert "Nothing was changed" in client.get("/").get_data(as_text=True)


def test_one_turn_is_edited_alone(client: FlaskClient, workspace: Workspace, session: Session) -> None:
    form = fields(page_of(client, session, turn=4))
    assert words_of(form) == [INTERVIEW.splitlines()[3].removeprefix("P01: ")]
    answer = send(client, session, written(form, 0, "I phoned support thrice."))
    assert answer.location.endswith(f"/transcripts/{session.id}#t4")
    text = revising.draft(workspace, LOCAL_ADMIN, session.id).text
    assert [text.words(turn) for turn in text.turns][2:5] == [
        "And what happened then?",
        "I phoned support thrice.",
        "Did anything go wrong?",
    ]


def test_turns_are_split_joined_and_given_to_somebody_new(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    form = fields(page_of(client, session))
    split = send(client, session, written(form, 3, "I phoned support twice.\r\n\r\nIt only reads."), "split:3")
    form = fields(split.get_data(as_text=True))
    assert split.status_code == 200 and words_of(form)[3:5] == ["I phoned support twice.", "It only reads."]
    form = fields(send(client, session, form, "join:1").get_data(as_text=True))
    assert words_of(form)[0].startswith("What keeps you from connecting your calendar? I was afraid")
    form = [(n, "Petra" if (n, v) == ("new", "") else v) for n, v in form]
    form = fields(send(client, session, form, "new").get_data(as_text=True))
    assert ("new", "Petra") in form
    boxes = [at for at, (name, _) in enumerate(form) if name == "speaker"]
    form[boxes[3]] = ("speaker", "-1")
    assert send(client, session, form).status_code == 303
    text = revising.draft(workspace, LOCAL_ADMIN, session.id)
    names = {who.id: who.label for who in text.speakers}
    said = [(names.get(turn.speaker_id or 0), text.text.words(turn)) for turn in text.text.turns]
    assert ("Petra", "It only reads.") in said and len(said) == 6


def test_whoever_is_second_gets_the_form_back_filled(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    mine = written(fields(page_of(client, session, turn=4)), 0, "I phoned support thrice.")
    send(client, session, written(fields(page_of(client, session, turn=1)), 0, "Why not?"))
    answer = send(client, session, mine)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "Nothing of yours is lost" in page
    assert words_of(fields(page)) == ["I phoned support thrice."]
    assert "I phoned support twice, and the second time" in page  # what the newest version says there
    assert send(client, session, fields(page)).status_code == 303
    text = revising.draft(workspace, LOCAL_ADMIN, session.id).text
    assert [text.words(turn) for turn in text.turns][::3] == ["Why not?", "I phoned support thrice."]


@pytest.mark.parametrize(
    "change", [{"speaker": "999"}, {"words": ""}, {"first": "99", "until": "2"}, {"from": "77"}, {"on": "x"}]
)
def test_odd_forms_do_no_harm(
    client: FlaskClient, workspace: Workspace, session: Session, change: dict[str, str]
) -> None:
    form = [(name, change.get(name, value)) for name, value in fields(page_of(client, session))]
    before = text_id(workspace, session)
    answer = send(client, session, form)
    assert answer.status_code in (303, 422, 404)
    text = revising.draft(workspace, LOCAL_ADMIN, session.id).text
    assert text.id == before or all(text.words(turn).strip() for turn in text.turns)


def test_lost_highlights_are_listed_with_their_remedies(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    marks = [
        marked(workspace, session, q) for q in ("afraid it would overwrite", "phoned support twice", "No. But the")
    ]
    form = fields(page_of(client, session))
    form = written(form, 1, words_of(form)[1].replace("overwrite", "override"))
    form = written(written(form, 3, "We connected it."), 5, "Nothing did.")
    answer = send(client, session, form)
    address = f"/transcripts/{session.id}/highlights"
    assert answer.location.endswith(address)
    page = client.get(address).get_data(as_text=True)
    assert "3 highlights have lost the words." in page and page.count('id="h') == 3
    assert '<mark class="found">phoned support twice</mark>' in page  # the old context
    assert '<mark class="found">afraid it would override</mark>' in page  # where it could be
    settle = f"{address}/{{}}/settle"
    place = re.search(r'name="start" value="(\d+)"><input type="hidden" name="end" value="(\d+)"', page)
    assert place
    on = text_id(workspace, session)
    assert post(client, settle.format(marks[0]), do="put", on=on, start=place[1], end=place[2]).status_code == 303
    assert post(client, settle.format(marks[1]), do="keep").status_code == 303
    assert post(client, settle.format(marks[2]), do="remove").status_code == 303
    assert post(client, settle.format(marks[2]), do="keep").status_code == 404
    assert post(client, settle.format(marks[1]), do="shred").status_code == 422
    page = client.get(address).get_data(as_text=True)
    assert "Lost:" not in page and "1 highlight kept with an older version" in page
    with workspace.database.read() as sql:
        quotes = set(sql.scalars(sa.select(t.highlight.c.quote)))
    assert quotes == {"afraid it would override", "phoned support twice"}


def test_what_was_put_elsewhere_or_removed_can_be_undone(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    mark = marked(workspace, session, "phoned support twice")
    send(client, session, written(fields(page_of(client, session)), 3, "We connected it."))
    address = f"/transcripts/{session.id}/highlights"
    for form in ({"do": "put", "on": text_id(workspace, session), "start": 0, "end": 4}, {"do": "remove"}):
        post(client, f"{address}/{mark}/settle", **form)
        undo = re.search(r'action="([^"]+/undo)"', client.get(address).get_data(as_text=True))
        assert undo
        post(client, undo[1])
        page = client.get(address).get_data(as_text=True)
        assert "Lost: 1 highlight" in page


def test_an_older_version_is_restored(client: FlaskClient, workspace: Workspace, session: Session) -> None:
    mark = marked(workspace, session, "phoned support twice")
    first = text_id(workspace, session)
    send(client, session, written(fields(page_of(client, session)), 3, "We connected it."))
    page = client.get(f"/transcripts/{session.id}/history/{first}").get_data(as_text=True)
    assert "Restore this version" in page and "phoned support twice" in page
    restore = f"/transcripts/{session.id}/history/{first}/restore"
    assert post(client, restore, on=first).location.endswith("/history")  # not the newest any more
    assert post(client, restore, on=text_id(workspace, session)).location.endswith("/highlights")
    page = client.get(f"/transcripts/{session.id}/highlights").get_data(as_text=True)
    assert "Found again: 1 highlight" in page and f'id="h{mark}"' in page
    assert post(client, f"/transcripts/{session.id}/highlights/{mark}/settle", do="keep").status_code == 303
    assert "Nothing else needs a look" in client.get(f"/transcripts/{session.id}/highlights").get_data(as_text=True)


def test_a_corrected_file_is_looked_at_and_then_kept_or_let_go(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    address, on = f"/transcripts/{session.id}/corrected", text_id(workspace, session)
    marked(workspace, session, "phoned support twice")
    data = INTERVIEW.replace("Petra", "Pia").replace("phoned support twice", "phoned <b>them</b>").encode()
    assert post(client, address, file=(io.BytesIO(b""), "a.txt")).location.endswith("/history")
    assert "The file is empty." in client.get("/").get_data(as_text=True)
    assert post(client, address).location.endswith("/history")
    here = post(client, address, file=(io.BytesIO(data), "fixed.txt")).location
    page = client.get(here).get_data(as_text=True)
    assert "Plain text with speakers" in page and "1 of 6 turns is new or different" in page
    assert "1 highlight loses the words" in page and "“phoned support twice”" in page
    assert "<ins>Pia</ins>" in page and "<b>them" not in page and "3 turns" in page
    assert text_id(workspace, session) == on
    assert here in client.get(f"/transcripts/{session.id}/history").get_data(as_text=True)
    assert post(client, here, do="discard").location.endswith("/history")
    assert client.get(here).status_code == 404
    here = post(client, address, file=(io.BytesIO(data), "fixed.txt")).location
    assert post(client, here, do="keep", on=on + 1_000).location == here  # somebody was quicker
    answer = post(client, here, do="keep", on=on, note="Names")
    assert answer.location.endswith(f"/transcripts/{session.id}/highlights")
    assert "Pia" in client.get(f"/transcripts/{session.id}").get_data(as_text=True)
    assert "Names" in client.get(f"/transcripts/{session.id}/history").get_data(as_text=True)
    here = post(client, address, file=(io.BytesIO(data), "fixed.txt")).location
    assert "Nothing differs" in client.get(here).get_data(as_text=True)


def test_a_corrected_file_that_names_nobody_is_told_and_read_otherwise(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    data = io.BytesIO(b"# Talk\n\n**Interviewer:** What do you do?\n\n**Merle:** I count the slots twice a day.\n" * 3)
    here = post(client, f"/transcripts/{session.id}/corrected", file=(data, "fixed.txt")).location
    assert "is read as if it did not" not in client.get(here).get_data(as_text=True)
    assert post(client, here, **{"file-reader": "plain", "do": "look"}).location == here
    page = client.get(here).get_data(as_text=True)
    assert '<option value="plain" selected>' in page and "is read as if it did not" in page
    assert post(client, here, **{"file-reader": "word", "do": "look"}).location == here  # it cannot be read so
    assert '<option value="plain" selected>' in client.get(here).get_data(as_text=True)


def test_columns_of_a_corrected_table_are_mapped_on_its_page(client: FlaskClient, workspace: Workspace) -> None:
    table = "Who,Said,Mood\nAna,The export takes an hour of my Monday.,3\nBen,I gave up on it long ago.,1\n"
    session = a_session(workspace, a_study(workspace), table, name="notes.csv")
    data = io.BytesIO(table.replace("hour", "day").encode())
    here = post(client, f"/transcripts/{session.id}/corrected", file=(data, "fixed.csv")).location
    page = client.get(here).get_data(as_text=True)
    names = re.findall(r'name="file-c(\d)-name" value="(\w+)"', page)
    proposed = dict(re.findall(r'name="file-c(\d)-proposed" value="(\w*)"', page))
    assert [name for _, name in names] == ["Who", "Said", "Mood"]
    uses = {"Who": "", "Said": "text", "Mood": "text"}
    form = {f"file-c{n}-name": name for n, name in names} | {f"file-c{n}-proposed": use for n, use in proposed.items()}
    form |= {f"file-c{n}-use": uses[name] for n, name in names}
    on = text_id(workspace, session)
    assert post(client, here, do="keep", on=on, **form).location == here  # it is read otherwise: look once more
    assert text_id(workspace, session) == on
    page = client.get(here).get_data(as_text=True)
    assert dict(re.findall(r'name="file-c(\d)-proposed" value="(\w*)"', page)) == {n: uses[name] for n, name in names}
    form |= {f"file-c{n}-proposed": uses[name] for n, name in names}
    assert post(client, here, do="keep", on=on, **form).location != here
    assert text_id(workspace, session) != on


def test_a_long_transcript_is_edited_in_parts(client: FlaskClient, workspace: Workspace) -> None:
    lines = "".join(f"{'P1' if n % 2 else 'I'}: Turn {n} of a long talk about the calendar.\n" for n in range(700))
    session = a_session(workspace, a_study(workspace), lines)
    page = page_of(client, session, part=3)
    form = fields(page)
    assert "Part 3 of 3" in page and words_of(form)[0] == "Turn 600 of a long talk about the calendar."
    send(client, session, written(form, 99, "The end."))
    text = revising.draft(workspace, LOCAL_ADMIN, session.id).text
    assert len(text.turns) == 700 and text.words(text.turns[-1]) == "The end."


def test_what_people_said_is_never_markup_in_a_box(client: FlaskClient, workspace: Workspace) -> None:
    text = "I: </textarea><script>alert(1)</script>\nP1: Fine & dandy.\n" * 2
    session = a_session(workspace, a_study(workspace), text)
    page = page_of(client, session)
    assert "<script>alert" not in page and words_of(fields(page))[1] == "Fine & dandy."
