"""The drift queue: each kind of rot is found with its numbers, a sound codebook is left in peace, dismissals hold."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import sqlalchemy as sa

from nlp.embedding import Embedder
from nlp.twins import closeness, pairs
from repository import agreeing, coding, drifting, meanings
from repository import codebook_changes as changes
from repository.codebook import Codebook
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.coding import CodeFacts, CodeMode, Reason, Suggestion
from repository.domain.study import Session
from repository.drift_signs import Finding, Kind, Use, overgrown
from repository.drifting import drift
from repository.errors import Forbidden, NotFound
from repository.store import tables as t
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.conftest import Clock

READER = Viewer("Ria", PersonRole.READER)
TEXT = "Interviewer: And?\n" + "".join(
    f"P1: Sentence number {n}, about this and that.\nInterviewer: So?\n" for n in range(40)
)


@pytest.fixture
def session(workspace: Workspace) -> Session:
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, enabled=False))
    return a_session(workspace, a_study(workspace), TEXT, on=date(2026, 3, 1))


def code_up(workspace: Workspace, session: Session, number: int, *slugs: str, by: Viewer = LOCAL_ADMIN) -> None:
    """Code the sentence of this number."""
    assert session.text_id is not None
    with workspace.read() as unit:
        revision = unit.sessions.revision(session.text_id)
    assert revision is not None
    words = f"Sentence number {number},"
    start = revision.body.index(words)
    coding.highlight(
        workspace, by, session.id, text_id=revision.id, start=start, end=start + len(words), code_slugs=slugs
    )


def make(workspace: Workspace, name: str, definition: str = "", **facts: object) -> str:
    mode = CodeMode.MANUAL
    return changes.create(workspace, LOCAL_ADMIN, CodeFacts("", name, definition, mode=mode, **facts)).slug  # type: ignore[arg-type]


def found(workspace: Workspace, kind: Kind, viewer: Viewer = LOCAL_ADMIN) -> list[Finding]:
    return [finding for finding in drift(workspace, viewer).findings if finding.kind is kind]


def slugs(finding: Finding) -> list[str]:
    return [code.facts.slug for code in finding.codes]


def test_the_starter_codebook_has_not_drifted(workspace: Workspace, minilm: Embedder) -> None:
    workspace._embedder = minilm
    assert drift(workspace, LOCAL_ADMIN).findings == ()


def test_a_paraphrase_of_a_code_is_found_by_meaning(workspace: Workspace, minilm: Embedder) -> None:
    workspace._embedder = minilm
    make(workspace, "Afraid of losing data", "People are scared that what they entered is deleted or overwritten.")
    make(workspace, "Parking", "Where people leave their car when they come to the clinic.")
    [twins] = found(workspace, Kind.ALIKE)
    assert slugs(twins) == ["afraid-of-losing-data", "fear-of-data-loss"]  # nothing is coded: the older one is kept
    assert [name for name, _ in twins.parts] == ["names alike by", "definitions by"]


def test_codes_on_the_same_words_are_alike_whatever_they_are_called(workspace: Workspace, session: Session) -> None:
    make(workspace, "Quartz", "A first thing that has its own definition.")
    make(workspace, "Basalt", "Wholly other words were chosen for describing it.")
    for n in range(6):
        code_up(workspace, session, n, "quartz", "basalt")
    code_up(workspace, session, 7, "quartz")
    [twins] = found(workspace, Kind.ALIKE)
    assert slugs(twins) == ["basalt", "quartz"]  # the one that is used more is kept
    assert ("on the same words", "6 of 7 codings") in twins.parts and "same words" in twins.told


def test_over_and_under_is_not_alike(workspace: Workspace, session: Session) -> None:
    make(workspace, "Minerals", "All the stones that people speak of at work.")
    make(workspace, "Mineral", "All the stones that people speak of at work.", parent="minerals")
    for n in range(6):
        code_up(workspace, session, n, "minerals", "mineral")
    assert found(workspace, Kind.ALIKE) == []


def test_one_name_at_two_places_is_found_by_aliases_too(workspace: Workspace) -> None:
    make(workspace, "WORKAROUND", "Something else that people do to get by.", parent="roles-and-teamwork")
    make(workspace, "Stopgap", "What people use until there is a better thing.", aliases=("Double  wórk",))
    names = {finding.told: slugs(finding) for finding in found(workspace, Kind.SAME_NAME)}
    assert sorted(map(sorted, names.values())) == [["double-work", "stopgap"], ["workaround", "workaround-2"]]
    assert found(workspace, Kind.ALIKE) == []  # told once


def test_no_definition_and_one_that_repeats_the_name(workspace: Workspace, session: Session) -> None:
    make(workspace, "Empty")
    make(workspace, "Parrot", "  parrot ")
    make(workspace, "Short", "Too short.")
    code_up(workspace, session, 1, "parrot")
    assert [slugs(finding) for finding in found(workspace, Kind.UNDEFINED)] == [["parrot"], ["empty"], ["short"]]


def test_unused_is_what_was_not_used_for_months(workspace: Workspace, session: Session, clock: Clock) -> None:
    assert found(workspace, Kind.UNUSED) == []  # nobody has coded anything yet
    make(workspace, "Old", "Something that was of interest once.")
    code_up(workspace, session, 1, "old", "workaround")
    assert "old" not in [slugs(f)[0] for f in found(workspace, Kind.UNUSED)]
    clock.forward(days=200)
    code_up(workspace, session, 2, "workaround")
    make(workspace, "New", "Something that has only just been made.")
    unused = {slugs(finding)[0]: finding.told for finding in found(workspace, Kind.UNUSED)}
    assert "since 23 November 2026" in unused["old"]
    assert "never" in unused["trust-and-privacy"] and "4 codes below" in unused["trust-and-privacy"]
    assert not {"workaround", "everyday-workflow", "new", "fear-of-data-loss"} & unused.keys()
    with workspace.write() as unit:  # lost words are no use
        unit._sql.execute(sa.update(t.highlight).values(lost_at=workspace.clock()))
    assert found(workspace, Kind.UNUSED) == []


def test_a_code_whose_suggestions_are_turned_down_misleads(workspace: Workspace, session: Session) -> None:
    with workspace.write() as unit:
        code = next(code for code in unit.codes.all() if code.facts.slug == "workaround")
        for n, segment in enumerate(unit.segments.of_session(session.id)[:5]):
            where = (segment.study_id, session.id, segment.text_id, segment.start, segment.end)
            row = Suggestion(0, *where, code.id, 1, segment.words_sha, 0.6 + n / 100, Reason(), "machine:x")
            unit.codings.replace_pending([*unit.codings.pending(LOCAL_ADMIN), row], session_ids=[session.id])
        opened = unit.codings.pending(LOCAL_ADMIN)
    if len(opened) < 5:
        pytest.fail("the transcript has too few passages for this test")
    for one in opened[:4]:
        coding.reject(workspace, LOCAL_ADMIN, session.id, one.id)
    assert found(workspace, Kind.TURNED_DOWN) == []
    coding.accept(workspace, LOCAL_ADMIN, session.id, opened[4].id)
    [misleading] = found(workspace, Kind.TURNED_DOWN)
    assert misleading.parts == (("turned down", "4"), ("accepted", "1"))
    changes.edit(workspace, LOCAL_ADMIN, "workaround", replace(code.facts, definition="It means something else now."))
    assert found(workspace, Kind.TURNED_DOWN) == []  # what was decided about the old meaning says nothing of the new


def test_coders_who_do_not_agree_are_named(workspace: Workspace, session: Session) -> None:
    ana, ben = Viewer("Ana", PersonRole.RESEARCHER), Viewer("Ben", PersonRole.RESEARCHER)
    for n in range(8):
        code_up(workspace, session, n, "workaround", by=ana if n % 2 else ben)
        code_up(workspace, session, n + 10, "double-work", by=ana)
        code_up(workspace, session, n + 10, "double-work", by=ben)
    for coder in (ana, ben):
        agreeing.finish(workspace, coder, session.id)
    [low] = found(workspace, Kind.DISAGREED)
    assert slugs(low) == ["workaround"] and low.coders is not None and set(low.coders) == {"Ana", "Ben"}


def test_one_code_that_holds_most_is_overgrown(workspace: Workspace, session: Session) -> None:
    make(workspace, "Everything", "Whatever anybody says about anything at all.")
    for n in range(31):
        code_up(workspace, session, n, "everything")
    for n, slug in enumerate(("workaround", "double-work", "double-work")):
        code_up(workspace, session, 32 + n, slug)
    [grown] = found(workspace, Kind.OVERGROWN)
    assert slugs(grown) == ["everything"] and "31 of all 34" in grown.told


def test_quotes_far_apart_are_told_by_those_of_other_codes(workspace: Workspace) -> None:
    with workspace.read() as unit:
        codebook = Codebook(unit.codes.all())
    chance = np.random.default_rng(1)
    axis = np.eye(16, dtype=np.float32)

    def cloud(spread: float, n: int) -> np.ndarray:
        vectors = axis[n % 16] + spread * chance.normal(size=(30, 16)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    codes = [code for code in codebook.codes if not code.is_theme][:6]
    quoted = {code.id: cloud(0.2 if n else 3.0, n) for n, code in enumerate(codes)}
    use = Use({code.id: 30 for code in codes}, {}, {}, {}, {}, {})
    [wide] = overgrown(codebook, use, quoted)
    assert wide.codes == (codes[0],) and "far apart" in wide.told
    assert list(overgrown(codebook, use, dict(list(quoted.items())[:4]))) == []  # too few codes to compare with


# What people do with findings


def test_a_dismissal_is_remembered_until_a_code_means_something_else(workspace: Workspace) -> None:
    make(workspace, "Empty")
    [empty] = found(workspace, Kind.UNDEFINED)
    assert "Empty" in drifting.dismiss(workspace, Viewer("Ana", PersonRole.RESEARCHER), empty.key)
    left = drift(workspace, LOCAL_ADMIN)
    assert left.findings == () and [f.dismissed_by for f in left.dismissed] == ["Ana"]
    drifting.restore(workspace, LOCAL_ADMIN, empty.key)
    assert [f.key for f in found(workspace, Kind.UNDEFINED)] == [empty.key]
    drifting.dismiss(workspace, LOCAL_ADMIN, empty.key)
    changes.edit(workspace, LOCAL_ADMIN, "empty", replace(empty.codes[0].facts, definition="Short still."))
    assert [f.key for f in found(workspace, Kind.UNDEFINED)] == [empty.key]


def test_readers_dismiss_nothing_and_unknown_findings_are_not_found(workspace: Workspace) -> None:
    with pytest.raises(Forbidden):
        drifting.dismiss(workspace, READER, "undefined:workaround")
    for key in ("", "undefined", "nonsense:workaround", "undefined:no-such-code"):
        with pytest.raises(NotFound):
            drifting.dismiss(workspace, LOCAL_ADMIN, key)


def test_a_viewer_sees_no_use_of_studies_that_are_not_theirs(workspace: Workspace, session: Session) -> None:
    make(workspace, "Everything", "Whatever anybody says about anything at all.")
    for n in range(31):
        code_up(workspace, session, n, "everything")
    stranger = Viewer("Stranger", PersonRole.RESEARCHER, frozenset({session.study_id + 1}))
    assert found(workspace, Kind.OVERGROWN, stranger) == []


# Arithmetic


def test_pairs_are_those_of_comparing_all_with_all() -> None:
    chance = np.random.default_rng(3)
    names, told = (chance.normal(size=(2_300, 8)).astype(np.float32) for _ in range(2))
    names /= np.linalg.norm(names, axis=1, keepdims=True)
    told /= np.linalg.norm(told, axis=1, keepdims=True)
    told[::3] = 0
    expected = set()
    for one in range(0, 2_300, 7):
        for other in range(one + 1, 2_300):
            cosine = float(names[one] @ names[other])
            if told[one].any() and told[other].any():
                if (cosine + float(told[one] @ told[other])) / 2 >= 0.93:
                    expected.add((one, other))
            elif cosine >= 0.985:
                expected.add((one, other))
    all_pairs = pairs(names, told, both=0.93, name=0.985)
    assert len(all_pairs) < 1_000 and expected
    assert {(p.first, p.second) for p in all_pairs if p.first % 7 == 0} == expected
    assert [p.alike for p in all_pairs] == sorted((p.alike for p in all_pairs), reverse=True)


def test_closeness_is_the_mean_cosine_of_two() -> None:
    vectors = np.eye(3, dtype=np.float32)[[0, 0, 1]]
    assert closeness(vectors) == pytest.approx(1 / 3) and closeness(vectors[:1]) == 1.0


def test_texts_are_embedded_once_and_time_is_kept(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    embedder = workspace.embedder()
    real = embedder.embed
    monkeypatch.setattr(embedder, "embed", lambda texts, **more: asked.extend(texts) or real(texts, **more))
    monkeypatch.setattr(meanings, "_go_on", lambda *_: None)
    texts = {f"only of this test, {n}" for n in range(100)}
    assert len(meanings.meanings(workspace, texts, seconds=-1)) == 0
    assert len(meanings.meanings(workspace, texts)) == 100 and sorted(asked) == sorted(texts)
    meanings.meanings(workspace, texts, seconds=-1)
    assert len(asked) == 100
