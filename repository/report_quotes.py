"""Which quotes stand in a report: everybody's strongest before anybody's second, and those that speak against."""

from collections.abc import Collection, Mapping, Sequence

from repository.codebook import Codebook
from repository.consent import may_quote
from repository.contradicting import contradicting
from repository.domain.access import Viewer
from repository.domain.report import Place
from repository.domain.study import Session
from repository.quoting import Words, apart, balanced, grouped, strongest
from repository.store.prevalence import Mention
from repository.store.unit import Unit
from repository.voices import Voices
from repository.workspace import Workspace

#: Quotes of a theme, and of those that speak against it.
QUOTES, AGAINST = 5, 2


def chosen(
    workspace: Workspace,
    unit: Unit,
    viewer: Viewer,
    codebook: Codebook,
    code_ids: Collection[int],
    mentions: Sequence[Mention],
    voices: Voices,
    sessions: Mapping[int, Session],
) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Give (quotes, quotes that speak against) of some codes among mentions; only what may be quoted."""
    mine = [
        one
        for one in mentions
        if one.code_id in code_ids and one.session_id in sessions and may_quote(sessions[one.session_id].consent)
    ]
    words = grouped(mine, voices.main)
    told = balanced(apart(strongest(words)), lambda one: one.person)[:QUOTES]
    against = contradicting(workspace, unit, viewer, codebook, words, (), voices.main)
    other = balanced([one.words for one in against], lambda one: one.person)[:AGAINST]
    return (
        tuple(_place(one, voices) for one in told),
        tuple(_place(one, voices, "contradicts") for one in other),
    )


def _place(words: Words, voices: Voices, stance: str = "") -> Place:
    speaker = next((speaker for one in words.mentions if (speaker := voices.speaker(one.key)) is not None), None)
    return Place(words.session_id, words.text_id, words.start, words.end, speaker, stance)
