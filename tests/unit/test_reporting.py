"""Reports: every number equals a query written here, not the code that made it; quotes are fair; versions stay."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from repository import report_keeping as keeping
from repository import studies
from repository.consent import may_quote
from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.report import Contents, Place, ReportScope, Share, Template
from repository.errors import Conflict, Forbidden, NotFound, Rejected
from repository.report_comparing import compare
from repository.report_counting import share
from repository.report_reading import read_quotes
from repository.report_rows import behind
from repository.reporting import compile_report
from repository.store import report_tables as r
from repository.store import tables as t
from repository.workspace import Workspace
from tests.builders import a_session, a_study
from tests.conftest import Clock

COHORTS = ("small practice", "hospital", "group practice")
READER = Viewer("rae", PersonRole.READER, frozenset())


def talk(one: str, other: str, number: int) -> str:
    turns = [f"Interviewer: What about part {number}?"]
    for n in range(4):
        turns.append(f"{one}: In week {n} of {number} I typed the list again, and nobody in the office could say why.")
        turns.append(f"{other}: For us part {n} of {number} went well, though the {n + 2} screens were slow on Monday.")
    return "\n".join(turns) + "\n"


@pytest.fixture
def world(workspace: Workspace) -> Iterator[Workspace]:
    """Three studies, nine sessions with two people each, of accounts and cohorts, and codings by chance."""
    chance = random.Random(6)
    workspace.settings = replace(workspace.settings, suggesting=replace(workspace.settings.suggesting, enabled=False))
    people = [f"P{n:02}" for n in range(1, 13)]
    with workspace.write() as unit:
        accounts = {n: unit.people.add_account(f"A{n}", f"=Account <b>{n}</b>", COHORTS[n % 3]) for n in range(5)}
        numbers = {
            label: unit.people.add_participant(label, "clerk", accounts.get(n % 6)) for n, label in enumerate(people)
        }
    for n in range(3):
        study = a_study(
            workspace, f"Study {n}", cohort="mixed", method=("interview", "survey")[n % 2], product_area=f"area {n % 2}"
        )
        for m in range(3):
            pair = chance.sample(people, 2)
            on = None if (n, m) == (2, 2) else date(2025, 1 + 4 * n + m, 3)
            session = a_session(workspace, study, talk(*pair, 10 * n + m), name=f"{n}{m}.txt", on=on)
            with workspace.write() as unit:
                for label in pair:
                    unit.people.link(session.id, label, numbers[label])
            code_by_chance(workspace, session.id, chance)
    yield workspace


def code_by_chance(workspace: Workspace, session_id: int, chance: random.Random) -> None:
    with workspace.write() as unit:
        codes = unit.codes.all()
        session = next(iter(unit.sessions.some(LOCAL_ADMIN, [session_id])))
        assert session.text_id is not None
        turns = list(unit._sql.execute(sa.select(t.turn).where(t.turn.c.text_id == session.text_id)))
        for _ in range(6):
            first = chance.randrange(len(turns))
            last = min(len(turns) - 1, first + chance.choice((0, 0, 1)))
            mark = unit.codings.highlight(
                session_id=session_id,
                text_id=session.text_id,
                start=turns[first].start,
                end=turns[last].end,
                by=chance.choice(("ana", "bo")),
                now=workspace.clock(),
            )
            code = chance.choice(codes[:12])
            unit.codings.code(highlight_id=mark.id, code_id=code.id, coder=mark.created_by, now=workspace.clock())


#: Who says what was coded with a code or one below it, row by row.
SAID = """
WITH RECURSIVE under(id, theme) AS (
  SELECT id, slug FROM code WHERE parent_id IS NULL
  UNION ALL SELECT code.id, under.theme FROM code JOIN under ON code.parent_id = under.id)
SELECT under.theme, coalesce('p' || speaker.participant_id, 's' || speaker.id) AS person, account.id AS account,
       coalesce(nullif(account.cohort, ''), study.cohort) AS cohort, study.id AS study, study.product_area AS area,
       session.occurred_on AS day, highlight.text_id || ':' || highlight.start || ':' || highlight."end" AS quote
FROM coding JOIN highlight ON highlight.id = coding.highlight_id JOIN under ON under.id = coding.code_id
JOIN session ON session.id = highlight.session_id JOIN study ON study.id = session.study_id
JOIN turn ON turn.text_id = highlight.text_id AND turn.start < highlight."end" AND turn."end" > highlight.start
JOIN speaker ON speaker.id = turn.speaker_id
LEFT JOIN participant ON participant.id = speaker.participant_id LEFT JOIN account ON account.id = participant.account_id
WHERE speaker.role = 'participant' AND highlight.lost_at IS NULL
"""
HEARD = """
SELECT coalesce('p' || speaker.participant_id, 's' || speaker.id) AS person, account.id AS account,
       coalesce(nullif(account.cohort, ''), study.cohort) AS cohort, study.id AS study, study.product_area AS area,
       session.occurred_on AS day, session.id AS session
FROM speaker JOIN session ON session.id = speaker.session_id JOIN study ON study.id = session.study_id
LEFT JOIN participant ON participant.id = speaker.participant_id LEFT JOIN account ON account.id = participant.account_id
WHERE speaker.role = 'participant'
"""


def rows(workspace: Workspace, query: str, scope: ReportScope) -> list[Any]:
    with workspace.read() as unit:
        found = list(unit._sql.execute(sa.text(query)))

    def fits(row: Any) -> bool:
        day = date.fromisoformat(row.day) if row.day else None
        if (scope.since or scope.until) and day is None:
            return False
        return (
            (not scope.studies or row.study in scope.studies)
            and (not scope.cohorts or row.cohort in scope.cohorts)
            and (not scope.accounts or row.account in scope.accounts)
            and (not scope.product_areas or row.area in scope.product_areas)
            and (not scope.since or (day or date.max) >= scope.since)
            and (not scope.until or (day or date.max) <= scope.until)
        )

    return [row for row in found if fits(row)]


def quarter(row: Any) -> str:
    day = date.fromisoformat(row.day)
    return f"Q{(day.month + 2) // 3} {day.year}"


def month(row: Any) -> str:
    return f"{date.fromisoformat(row.day):%b %Y}"


SCOPES = [
    ReportScope(),
    ReportScope(cohorts=("hospital",)),
    ReportScope(accounts=(1, 3)),
    ReportScope(product_areas=("area 0",)),
    ReportScope(studies=(2,)),
    ReportScope(since=date(2025, 2, 1), until=date(2025, 6, 30)),
    ReportScope(since=date(2025, 3, 3), cohorts=("small practice", "hospital")),
]


@pytest.mark.parametrize("scope", SCOPES, ids=[str(n) for n in range(len(SCOPES))])
def test_every_number_is_that_of_a_query(world: Workspace, scope: ReportScope) -> None:
    contents = compile_report(world, LOCAL_ADMIN, "All", Template.THEMES, scope)
    heard, said = rows(world, HEARD, scope), rows(world, SAID, scope)
    assert contents.participants == len({row.person for row in heard})
    assert contents.accounts == len({row.account for row in heard if row.account})
    assert contents.sessions == len({row.session for row in heard})
    when = quarter if any(period.startswith("Q") for period in contents.periods) else month
    for theme in contents.themes:
        mine = [row for row in said if row.theme == theme.slug]
        people, accounts = {row.person for row in mine}, {row.account for row in mine if row.account}
        assert theme.participants == share(len(people), contents.participants)
        assert theme.accounts == share(len(accounts), contents.accounts)
        assert theme.quotes == len({row.quote for row in mine})
        assert theme.studies == len({row.study for row in mine})
        for cohort, one in zip(contents.cohorts, theme.cohorts, strict=True):
            of = {row.person for row in heard if row.cohort == cohort}
            assert (one.count, one.of) == (len({row.person for row in mine if row.cohort == cohort}), len(of))
        for period, one in zip(contents.periods, theme.periods, strict=True):
            of = {row.person for row in heard if row.day and when(row) == period}
            assert (one.count, one.of) == (len({r.person for r in mine if r.day and when(r) == period}), len(of))
        shown = behind(world, LOCAL_ADMIN, scope, theme.slug)
        assert {row.person for row in shown.people} == people and shown.quotes == theme.quotes
    counted = {(one, other): n for one, other, n in contents.together}
    slugs = [theme.slug for theme in contents.themes]
    for one in slugs:
        for other in slugs[slugs.index(one) + 1 :]:
            both = {r.person for r in said if r.theme == one} & {r.person for r in said if r.theme == other}
            assert counted.get((one, other), counted.get((other, one), 0)) == len(both)


def test_shares_have_the_intervals_of_the_textbook() -> None:
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29, by Wilson's method without continuity correction.
    known = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0, 0.1611), (1, 29): (0.0061, 0.1718)}
    for (count, of), (low, high) in known.items():
        one = share(count, of)
        assert (one.low, one.high) == pytest.approx((low, high), abs=0.0006)
    assert share(0, 0) == Share(0, 0)


def quoted(contents: Contents) -> list[Place]:
    return [place for theme in contents.themes for place in theme.places]


def test_quotes_are_slices_of_the_texts_and_nobody_has_two_before_everybody_has_one(world: Workspace) -> None:
    contents = compile_report(world, LOCAL_ADMIN, "All", Template.THEMES, ReportScope())
    read = read_quotes(world, LOCAL_ADMIN, contents)
    assert quoted(contents)
    with world.read() as unit:
        for place in quoted(contents):
            revision = unit.sessions.revision(place.text_id)
            assert revision is not None
            assert read[place].words == revision.body[place.start : place.end] and not read[place].removed
    for theme in contents.themes:
        names = [read[place].speaker for place in theme.places]
        counts = {name: names.count(name) for name in names}
        assert not counts or max(counts.values()) - min(counts.values()) <= 1


def test_who_did_not_agree_is_counted_and_not_quoted(world: Workspace) -> None:
    before = compile_report(world, LOCAL_ADMIN, "All", Template.THEMES, ReportScope())
    with world.write() as unit:
        unit._sql.execute(sa.update(t.session).values(consent="Notes only, may not be quoted."))
    after = compile_report(world, LOCAL_ADMIN, "All", Template.THEMES, ReportScope())
    assert quoted(before) and not quoted(after)
    assert [theme.participants for theme in after.themes] == [theme.participants for theme in before.themes]
    assert any("did not agree" in sentence for sentence in after.method_note)
    assert may_quote("research within the company") and not may_quote("consent withdrawn on 3 May")


def test_a_consent_that_forbids_quotes_reaches_what_was_frozen(world: Workspace) -> None:
    kept = keeping.keep(world, LOCAL_ADMIN, "Quarter", Template.THEMES, ReportScope())
    keeping.freeze(world, LOCAL_ADMIN, kept.id)
    with world.write() as unit:
        unit._sql.execute(sa.update(t.session).values(consent="May not be quoted."))
    frozen = keeping.frozen(world, LOCAL_ADMIN, kept.id, 1)[2]
    read = read_quotes(world, LOCAL_ADMIN, frozen)
    assert read and all(one.removed and not one.words for one in read.values())
    rows = behind(world, LOCAL_ADMIN, ReportScope(), next(x.slug for x in frozen.themes if x.quotes))
    assert all(one.words for person in rows.people for _, one in person.quotes)  # whoever may read may look


def test_a_version_stays_what_it_is_and_erased_words_are_gone_from_it(world: Workspace, clock: Clock) -> None:
    kept = keeping.keep(world, LOCAL_ADMIN, "Quarter", Template.THEMES, ReportScope())
    version = keeping.freeze(world, LOCAL_ADMIN, kept.id, "  for   the board ")
    _, _, frozen = keeping.frozen(world, LOCAL_ADMIN, kept.id, 1)
    words = read_quotes(world, LOCAL_ADMIN, frozen)
    clock.forward(days=1)
    with world.write() as unit:
        unit._sql.execute(sa.delete(t.coding))
    again = keeping.frozen(world, LOCAL_ADMIN, kept.id, 1)[2]
    assert again == frozen and version.note == "for the board" and version.digest == keeping.digest(again)
    assert read_quotes(world, LOCAL_ADMIN, again) == words
    place = quoted(frozen)[0]
    studies.bin_session(world, LOCAL_ADMIN, place.session_id)
    gone = read_quotes(world, LOCAL_ADMIN, keeping.frozen(world, LOCAL_ADMIN, kept.id, 1)[2])
    assert gone[place].removed and gone[place].words == "" == gone[place].citation
    assert {p for p in gone if gone[p].removed} == {p for p in gone if p.session_id == place.session_id}
    with world.read() as unit:
        [(row,)] = unit._sql.execute(sa.select(sa.cast(r.report_version.c.contents, sa.Text)))
    assert "typed the list" not in row and "P0" not in row  # neither words nor people's names


def test_a_version_that_was_tampered_with_is_refused(world: Workspace) -> None:
    kept = keeping.keep(world, LOCAL_ADMIN, "Quarter", Template.THEMES, ReportScope())
    keeping.freeze(world, LOCAL_ADMIN, kept.id)
    with world.write() as unit:
        [held] = unit._sql.execute(sa.select(r.report_version.c.contents)).scalars()
        unit._sql.execute(sa.update(r.report_version).values(contents={**held, "participants": 1_000}))
    with pytest.raises(Conflict, match="not what was frozen"):
        keeping.frozen(world, LOCAL_ADMIN, kept.id, 1)


def test_two_versions_are_compared_theme_by_theme(world: Workspace) -> None:
    before = compile_report(world, LOCAL_ADMIN, "All", Template.THEMES, ReportScope(studies=(1,)))
    after = compile_report(world, LOCAL_ADMIN, "All", Template.THEMES, ReportScope())
    changes = compare(before, after)
    assert changes.studies_new and not changes.studies_gone
    was, now = ({theme.slug: theme for theme in each.themes} for each in (before, after))
    for one in changes.themes:
        assert (one.before, one.after) == (was[one.slug].participants, now[one.slug].participants)
        assert set(one.quotes) == {*now[one.slug].places, *now[one.slug].against} - {
            *was[one.slug].places,
            *was[one.slug].against,
        }
    same = compare(after, after)
    assert {one.kind for one in same.themes} == {"same"} and not any(one.quotes for one in same.themes)


def test_links_lead_to_one_version_until_they_end(world: Workspace, clock: Clock) -> None:
    kept = keeping.keep(world, LOCAL_ADMIN, "Quarter", Template.THEMES, ReportScope())
    keeping.freeze(world, LOCAL_ADMIN, kept.id)
    token, _ = keeping.share(world, LOCAL_ADMIN, kept.id, 1, days=2)
    assert keeping.shared(world, token)[0].number == 1
    other, second = keeping.share(world, LOCAL_ADMIN, kept.id, 1, days=30)
    keeping.revoke(world, LOCAL_ADMIN, kept.id, second.id)
    clock.forward(days=3)
    for bad in (token, other, "", "x" * 500):
        with pytest.raises(NotFound):
            keeping.shared(world, bad)
    with world.read() as unit:
        assert token not in str(list(unit._sql.execute(sa.select(r.shared_link))))
    with pytest.raises(Rejected):
        keeping.share(world, LOCAL_ADMIN, kept.id, 1, days=0)


def test_changing_needs_the_edition_that_was_seen_and_somebody_who_may(world: Workspace) -> None:
    kept = keeping.keep(world, LOCAL_ADMIN, "Quarter", Template.THEMES, ReportScope())
    scope = ReportScope(cohorts=("hospital",))
    changed = keeping.change(world, LOCAL_ADMIN, kept.id, "Quarter 2", Template.LANDSCAPE, scope, edition=kept.edition)
    assert (changed.scope, changed.template, changed.edition) == (scope, Template.LANDSCAPE, 2)
    with pytest.raises(Conflict):
        keeping.change(world, LOCAL_ADMIN, kept.id, "Mine", Template.THEMES, scope, edition=kept.edition)
    with pytest.raises(Forbidden):
        keeping.keep(world, READER, "Mine", Template.THEMES, scope)
    with pytest.raises(Rejected):
        keeping.keep(world, LOCAL_ADMIN, " ", Template.THEMES, scope)
    with pytest.raises(Rejected):
        keeping.keep(
            world, LOCAL_ADMIN, "x", Template.THEMES, ReportScope(since=date(2026, 2, 1), until=date(2026, 1, 1))
        )
    keeping.remove(world, LOCAL_ADMIN, kept.id)
    assert keeping.reports(world, LOCAL_ADMIN) == ()
    assert keeping.restore(world, LOCAL_ADMIN, kept.id).name == "Quarter 2"


def test_a_viewer_counts_and_reads_only_what_they_may_see(world: Workspace) -> None:
    viewer = Viewer("ana", PersonRole.RESEARCHER, frozenset({1}))
    mine = compile_report(world, viewer, "All", Template.THEMES, ReportScope())
    whole = compile_report(world, LOCAL_ADMIN, "All", Template.THEMES, ReportScope())
    assert [study.id for study in mine.studies] == [1]
    assert mine == replace(
        compile_report(world, LOCAL_ADMIN, "All", Template.THEMES, ReportScope(studies=(1,))),
        scope=mine.scope,
        as_of=mine.as_of,
    )
    read = read_quotes(world, viewer, whole)
    assert any(one.removed for one in read.values()) and not all(one.removed for one in read.values())
    empty = compile_report(world, READER, "All", Template.THEMES, ReportScope())
    assert (empty.participants, empty.sessions, quoted(empty)) == (0, 0, [])


def test_an_empty_period_is_an_empty_report(world: Workspace) -> None:
    scope = ReportScope(since=date(2030, 1, 1), until=date(2030, 2, 1))
    contents = compile_report(world, LOCAL_ADMIN, "All", Template.THEMES, scope)
    assert (contents.participants, contents.sessions, contents.periods) == (0, 0, ())
    assert all(theme.participants == Share(0, 0) for theme in contents.themes)
    assert any("1 session without a day is left out" in sentence for sentence in contents.method_note)
