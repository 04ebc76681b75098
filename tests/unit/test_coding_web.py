"""Coding over HTTP: forms without scripts, changed turns for the script, and what is drawn where."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from repository import reading
from repository.domain.access import LOCAL_ADMIN
from repository.domain.study import Session
from repository.reading import HighlightView
from repository.workspace import Workspace
from tests.builders import INTERVIEW, a_session, a_study
from tests.unit.test_web import token
from web.drawing import LAYERS, layers, rows, touched

PART = {"X-Cairn-Part": "1"}
EMOJI = "P01: Before 😀 the 👩🏽‍⚕️ nurse said שלום to us, twice.\nInterviewer: And then?\nP01: Nothing <b>much</b>.\n"


@pytest.fixture
def session(workspace: Workspace) -> Iterator[Session]:
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, threshold=0.001))
    yield a_session(workspace, a_study(workspace), INTERVIEW)


def view(workspace: Workspace, session: Session) -> reading.TranscriptView:
    return reading.transcript(workspace, LOCAL_ADMIN, session.id)


def marks(workspace: Workspace, session: Session) -> list[HighlightView]:
    return list(view(workspace, session).highlights)


def units(text: str, words: str) -> dict[str, int]:
    """Say where words stand, as a browser counts."""
    at = text.index(words)
    start = len(text[:at].encode("utf-16-le")) // 2
    return {"start": start, "end": start + len(words.encode("utf-16-le")) // 2}


def post(client: FlaskClient, address: str, *, part: bool = True, **form: object) -> tuple[int, str]:
    answer = client.post(
        address,
        data={"csrf_token": token(client), **form},
        headers=PART if part else {},
        follow_redirects=not part,
    )
    return answer.status_code, answer.get_data(as_text=True)


def put(client: FlaskClient, workspace: Workspace, session: Session, words: str, **form: object) -> str:
    place = units(view(workspace, session).text, words)
    status, page = post(client, f"/transcripts/{session.id}/highlights", text=session.text_id, **place, **form)
    assert status == 200, page
    return page


def test_what_a_browser_selected_is_what_is_kept(client: FlaskClient, workspace: Workspace) -> None:
    session = a_session(workspace, a_study(workspace), EMOJI)
    page = put(client, workspace, session, "👩🏽‍⚕️ nurse said שלום", code="workaround")
    [mark] = marks(workspace, session)
    assert mark.quote == "👩🏽‍⚕️ nurse said שלום" and mark.codings[0].code_slug == "workaround"
    assert f'data-highlight="{mark.id}">👩🏽‍⚕️ nurse said שלום</mark>' in page
    assert page.count('<li class="turn') == 1 and "Coded with" in page
    # Half of a woman health worker: kept as asked, drawn whole.
    status, page = post(
        client,
        f"/transcripts/{session.id}/highlights",
        text=session.text_id,
        **units(view(workspace, session).text, "👩🏽"),
    )
    assert status == 200 and marks(workspace, session)[1].quote == "👩🏽"
    assert "\u200d⚕️</mark>" in page and "</mark>\u200d" not in page
    assert "&lt;b&gt;much" in client.get(f"/transcripts/{session.id}").get_data(as_text=True)


def test_each_act_answers_with_its_turns_its_panel_and_its_undoing(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    here = f"/transcripts/{session.id}"
    put(client, workspace, session, "afraid it would overwrite the appointments")
    [mark] = marks(workspace, session)
    base, text = f"{here}/highlights/{mark.id}", session.text_id
    body = view(workspace, session).text
    steps: list[tuple[str, dict[str, object]]] = [
        (f"{base}/codes", {"code": ["workaround", "double-work"]}),
        (f"{base}/codes", {"new_code": "Fear of loss", "under": "trust-and-privacy"}),
        (f"{base}/comment", {"comment": "Who <b>else</b>?"}),
        (f"{base}/move", {"text": text, **units(body, "afraid it would overwrite the appointments we already have")}),
        (f"{base}/split", {"text": text, "at": units(body, "the appointments")["start"]}),
    ]
    for address, form in steps:
        status, page = post(client, address, **form)
        assert status == 200 and f'id="panel" data-highlight="{mark.id}"' in page, page
        assert '<li class="turn' in page and re.search(rf'formaction="{here}/acts/\d+/undo"', page)
    first, second = marks(workspace, session)
    assert (first.quote, second.quote) == ("afraid it would overwrite", "the appointments we already have")
    assert [c.code_name for c in second.codings][-1] == "Fear of loss"
    assert "Who &lt;b&gt;else&lt;/b&gt;?" in client.get(here).get_data(as_text=True)
    assert post(client, f"{base}/codes/{first.codings[0].id}/remove")[0] == 200
    assert post(client, f"{base}/delete")[0] == 200
    assert [m.id for m in marks(workspace, session)] == [second.id]
    for _ in range(len(steps) + 3):
        status, page = post(client, f"{here}/undo")
        assert status == 200 and "Undone: " in page
    assert marks(workspace, session) == [] and post(client, f"{here}/undo")[0] == 404


def test_suggestions_are_accepted_and_rejected_in_place(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    first, second = view(workspace, session).suggestions[:2]
    here = f"/transcripts/{session.id}/suggestions"
    assert f'data-suggestion="{first.id}"' in client.get(f"/transcripts/{session.id}").get_data(as_text=True)
    status, page = post(client, f"{here}/{first.id}/accept")
    assert status == 200 and f'data-suggestion="{first.id}"' not in page and f'data-suggestion="{second.id}"' in page
    status, page = post(client, f"{here}/{second.id}/reject", part=False)
    assert "Rejected “" in page and f'data-suggestion="{second.id}"' not in page
    assert marks(workspace, session)[0].codings[0].code_slug == first.code_slug
    assert post(client, f"{here}/{first.id}/reject")[0] == 409


def test_everything_works_without_scripts(client: FlaskClient, workspace: Workspace, session: Session) -> None:
    here = f"/transcripts/{session.id}"
    assert f'href="{here}/code?turn=2"' in client.get(here).get_data(as_text=True)
    form = client.get(f"{here}/code?turn=2").get_data(as_text=True)
    hidden = dict(re.findall(r'name="(text|start|end)" value="(\d+)"', form))
    fields = {**hidden, "words": "afraid it would\r\n", "code": "workaround", "comment": "Hm"}
    status, page = post(client, f"{here}/highlights", part=False, **{**fields, "words": "not said there"})
    assert status == 422 and "do not stand there" in page
    status, page = post(client, f"{here}/highlights", part=False, **fields)
    assert status == 200 and "Coded with “" in page and 'id="found"' in page
    [mark] = marks(workspace, session)
    assert (mark.quote, mark.comment) == ("afraid it would", "Hm")
    base = f"{here}/highlights/{mark.id}"
    assert "afraid it would" in client.get(base).get_data(as_text=True)
    post(client, f"{base}/move", part=False, text=session.text_id, words="afraid it would overwrite")
    post(client, f"{base}/split", part=False, text=session.text_id, words="would overwrite")
    assert [m.quote for m in marks(workspace, session)] == ["afraid it", "would overwrite"]
    undo = re.findall(rf'action="({here}/acts/\d+/undo)"', post(client, f"{base}/delete", part=False)[1])
    status, page = post(client, undo[0], part=False)
    assert "Undone: Deleted the highlight with 1 code." in page and len(marks(workspace, session)) == 2


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"text": 1, "start": 0}, 422),
        ({"text": 1, "start": 0, "end": 0}, 422),
        ({"text": 1, "start": "x", "end": 4}, 422),
        ({"text": 1, "start": 5, "end": 10**9}, 422),
        ({"text": 2, "start": 0, "end": 4}, 409),
        ({"text": 1, "start": 0, "end": 4, "code": "no-such-code"}, 404),
        ({"text": 1, "start": 0, "end": 4, "new_code": "x", "under": "nowhere"}, 404),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    client: FlaskClient, workspace: Workspace, session: Session, form: dict[str, object], status: int
) -> None:
    found, page = post(client, f"/transcripts/{session.id}/highlights", **form)
    assert found == status and "<h1>" in page
    assert marks(workspace, session) == []


def test_codes_are_offered_for_what_is_typed_and_a_new_one_where_none_is_called_so(client: FlaskClient) -> None:
    page = client.get("/transcripts/codes?q=everyd").get_data(as_text=True)
    assert 'role="option"' in page and "Everyday workflow ›" in page and "New code “everyd”" in page
    page = client.get("/transcripts/codes?q=<script>%00").get_data(as_text=True)
    assert 'role="option"' not in page and "New code “&lt;script&gt;”" in page
    assert "New code" not in client.get("/transcripts/codes?q=Workaround").get_data(as_text=True)
    assert "New code" not in client.get("/transcripts/codes").get_data(as_text=True)


# Drawing


def test_overlapping_highlights_are_drawn_in_layers_and_the_rest_counted(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    for words in (
        "afraid it would overwrite the appointments",
        "it would overwrite the appointments we",
        "would overwrite",
        "would overwrite the",
        "overwrite",
    ):
        put(client, workspace, session, words, code="workaround")
    page = view(workspace, session)
    drawn = rows(page, page.turns)[1]
    assert "".join(piece.text for piece in drawn.pieces) == page.turns[1].words
    deepest = next(piece for piece in drawn.pieces if piece.text == "overwrite")
    assert [layer.layer for layer in deepest.layers] == [1, 2, 3]
    assert sum(piece.more for piece in drawn.pieces) > 0 and len(drawn.bars) == LAYERS and len(drawn.begin) == 5
    html = client.get(f"/transcripts/{session.id}").get_data(as_text=True)
    assert 'data-more="+1"' in html and html.count('class="coding"') == 5


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=25))
def test_no_two_highlights_of_a_layer_overlap(spans: list[tuple[int, int]]) -> None:
    ordered = sorted((start, start + length) for start, length in spans)
    given_layers = layers(ordered)
    for one in range(len(ordered)):
        for other in range(one):
            if given_layers[one] == given_layers[other]:
                assert ordered[other][1] <= ordered[one][0]


def test_a_highlight_across_turns_is_drawn_in_each_and_changes_each(
    client: FlaskClient, workspace: Workspace, session: Session
) -> None:
    text = view(workspace, session).text
    words = text[text.index("tell me what") : text.index("happened then") + 8]
    page = put(client, workspace, session, words)
    assert re.findall(r'<li class="turn[^>]* id="(t\d+)"', page) == ["t2", "t3"]
    drawn = view(workspace, session)
    bars = [[(bar.goes_on, bar.mark.end > row.turn.end) for bar in row.bars] for row in rows(drawn, drawn.turns)]
    assert bars == [[], [(False, True)], [(True, False)], [], [], []]
    put(client, workspace, session, "overwrite the appointments we already have. Nobody could tell me")
    put(client, workspace, session, text[text.index("happened then") : text.index("phoned support") + 6])
    changed = touched(view(workspace, session), [(text.index("overwrite"), text.index("overwrite") + 3)])
    assert [turn.idx for turn in changed] == [1, 2, 3]  # through the one between them


def test_a_link_opens_at_its_words_once(client: FlaskClient, workspace: Workspace, session: Session) -> None:
    put(client, workspace, session, "afraid it would")
    at = view(workspace, session).text.index("was afraid it")
    page = client.get(f"/transcripts/{session.id}?from={at}&to={at + 200}").get_data(as_text=True)
    assert page.count('id="found"') == 1 and page.count('class="found"') > 2
    assert re.search(r'id="found">was </mark>', page)
