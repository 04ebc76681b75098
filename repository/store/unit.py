"""Everything kept, seen through one transaction."""

from collections.abc import Callable
from functools import cached_property

import sqlalchemy as sa

from repository.store.acts import ActStore
from repository.store.assignments import AssignmentStore
from repository.store.candidates import CandidateStore
from repository.store.codes import CodeStore
from repository.store.codings import CodingStore
from repository.store.discovery import DiscoveryStore
from repository.store.evidence import EvidenceStore
from repository.store.examples import ExampleStore
from repository.store.facts import FactStore
from repository.store.fulltext import FulltextStore
from repository.store.gaps import GapStore
from repository.store.hearing import HearingStore
from repository.store.insights import InsightStore
from repository.store.jobs import JobStore
from repository.store.likeness import LikenessStore
from repository.store.needs import NeedStore
from repository.store.notices import NoticeStore
from repository.store.people import PeopleStore
from repository.store.places import PlaceStore
from repository.store.plans import PlanStore
from repository.store.prevalence import PrevalenceStore
from repository.store.proposals import ProposalStore
from repository.store.reports import ReportStore
from repository.store.review import ReviewStore
from repository.store.revisions import RevisionStore
from repository.store.roster import RosterStore
from repository.store.sayings import SayingStore
from repository.store.searches import SearchStore
from repository.store.segments import SegmentStore
from repository.store.sessions import SessionStore
from repository.store.sources import SourceStore
from repository.store.speakers import SpeakerStore
from repository.store.studies import StudyStore
from repository.store.tallies import TallyStore
from repository.store.upkeep import UpkeepStore
from repository.store.usage import UsageStore
from repository.store.vectors import VectorStore
from repository.store.vocabulary import VocabularyStore


class Unit:
    """One transaction; what is written through it is kept together or not at all."""

    def __init__(self, connection: sa.Connection) -> None:
        """Wrap an open transaction."""
        self._sql = connection
        #: What is done once the transaction is kept.
        self.afterwards: list[Callable[[], None]] = []

    @cached_property
    def studies(self) -> StudyStore:
        """Studies."""
        return StudyStore(self._sql)

    @cached_property
    def sources(self) -> SourceStore:
        """Sources."""
        return SourceStore(self._sql)

    @cached_property
    def sessions(self) -> SessionStore:
        """Sessions, texts, turns."""
        return SessionStore(self._sql)

    @cached_property
    def revisions(self) -> RevisionStore:
        """Corrected texts, and highlights carried to them."""
        return RevisionStore(self._sql)

    @cached_property
    def speakers(self) -> SpeakerStore:
        """Who speaks."""
        return SpeakerStore(self._sql)

    @cached_property
    def roster(self) -> RosterStore:
        """Whom a study knows."""
        return RosterStore(self._sql)

    @cached_property
    def likeness(self) -> LikenessStore:
        """Signatures of texts."""
        return LikenessStore(self._sql)

    @cached_property
    def places(self) -> PlaceStore:
        """Where spans stand."""
        return PlaceStore(self._sql)

    @cached_property
    def people(self) -> PeopleStore:
        """Participants and accounts."""
        return PeopleStore(self._sql)

    @cached_property
    def segments(self) -> SegmentStore:
        """Segments and tombstones."""
        return SegmentStore(self._sql)

    @cached_property
    def vectors(self) -> VectorStore:
        """Vectors."""
        return VectorStore(self._sql)

    @cached_property
    def fulltext(self) -> FulltextStore:
        """Keyword search."""
        return FulltextStore(self._sql)

    @cached_property
    def searches(self) -> SearchStore:
        """Saved searches."""
        return SearchStore(self._sql)

    @cached_property
    def hearing(self) -> HearingStore:
        """Who is heard where."""
        return HearingStore(self._sql)

    @cached_property
    def vocabulary(self) -> VocabularyStore:
        """Words and names."""
        return VocabularyStore(self._sql)

    @cached_property
    def gaps(self) -> GapStore:
        """What was asked and not found."""
        return GapStore(self._sql)

    @cached_property
    def codes(self) -> CodeStore:
        """The codebook."""
        return CodeStore(self._sql)

    @cached_property
    def codings(self) -> CodingStore:
        """Suggestions, highlights, codings."""
        return CodingStore(self._sql)

    @cached_property
    def review(self) -> ReviewStore:
        """The queue of open suggestions."""
        return ReviewStore(self._sql)

    @cached_property
    def candidates(self) -> CandidateStore:
        """Proposed themes."""
        return CandidateStore(self._sql)

    @cached_property
    def discovery(self) -> DiscoveryStore:
        """What no code covers."""
        return DiscoveryStore(self._sql)

    @cached_property
    def assignments(self) -> AssignmentStore:
        """Who codes what."""
        return AssignmentStore(self._sql)

    @cached_property
    def examples(self) -> ExampleStore:
        """What people decided about codes."""
        return ExampleStore(self._sql)

    @cached_property
    def acts(self) -> ActStore:
        """What was done, and how to undo it."""
        return ActStore(self._sql)

    @cached_property
    def tallies(self) -> TallyStore:
        """Counts."""
        return TallyStore(self._sql)

    @cached_property
    def prevalence(self) -> PrevalenceStore:
        """Who speaks of what."""
        return PrevalenceStore(self._sql)

    @cached_property
    def usage(self) -> UsageStore:
        """How codes are used."""
        return UsageStore(self._sql)

    @cached_property
    def insights(self) -> InsightStore:
        """Insights and their history."""
        return InsightStore(self._sql)

    @cached_property
    def evidence(self) -> EvidenceStore:
        """What insights rest on."""
        return EvidenceStore(self._sql)

    @cached_property
    def proposals(self) -> ProposalStore:
        """What may speak against insights."""
        return ProposalStore(self._sql)

    @cached_property
    def needs(self) -> NeedStore:
        """What needs hands."""
        return NeedStore(self._sql)

    @cached_property
    def notices(self) -> NoticeStore:
        """What people should know."""
        return NoticeStore(self._sql)

    @cached_property
    def plans(self) -> PlanStore:
        """Plans, their checks and decisions."""
        return PlanStore(self._sql)

    @cached_property
    def jobs(self) -> JobStore:
        """Jobs."""
        return JobStore(self._sql)

    @cached_property
    def reports(self) -> ReportStore:
        """Reports and their versions."""
        return ReportStore(self._sql)

    @cached_property
    def facts(self) -> FactStore:
        """Single facts."""
        return FactStore(self._sql)

    @cached_property
    def sayings(self) -> SayingStore:
        """Who said what."""
        return SayingStore(self._sql)

    @cached_property
    def upkeep(self) -> UpkeepStore:
        """The database's own health."""
        return UpkeepStore(self._sql)
