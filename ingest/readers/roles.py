"""Who asks and who answers: roles proposed from what the file says, from labels, and from who asks questions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from repository.domain.transcript import Role, RoleSource, Speaker, Turn, TurnKind

_INTERVIEWER = """
i iv int intv interviewer interviewers q question moderator mod facilitator researcher ux-researcher
interviewerin interviewende interviewender moderatorin moderation forscher forscherin fragesteller fragestellerin
intervieweur intervieweuse enquêteur enquêteuse enquêtrice modérateur modératrice animateur animatrice chercheur
chercheuse entrevistador entrevistadora moderadora moderador investigador investigadora encuestador encuestadora
intervistatore intervistatrice moderatore moderatrice ricercatore ricercatrice pesquisador pesquisadora
"""
_PARTICIPANT = """
p pt part participant participants respondent resp r a answer interviewee informant user customer client tester
teilnehmer teilnehmerin teilnehmende tn befragte befragter interviewpartner interviewpartnerin proband probandin
nutzer nutzerin kunde kundin interviewte interviewter
participante répondant répondante enquêté enquêtée interviewé interviewée utilisateur utilisatrice cliente
entrevistado entrevistada encuestado encuestada usuario usuaria
intervistato intervistata partecipante rispondente utente
respondente utilizador utilizadora usuário usuária
"""
_OTHER = "observer notetaker note-taker scribe interpreter translator beobachter observateur observatrice traductora traductor"
_WORDS: dict[str, Role] = {
    **dict.fromkeys(_INTERVIEWER.split(), Role.INTERVIEWER),
    **dict.fromkeys(_PARTICIPANT.split(), Role.PARTICIPANT),
    **dict.fromkeys(_OTHER.split(), Role.OTHER),
}
#: Letters that also stand for "speaker A": they count only beside somebody of the other role.
_SHAKY = frozenset({"a", "r", "p"})
_PLAIN = re.compile(r"([^\W\d_][\w-]*?)[\s#.-]*(\d{1,4}[a-z]?)?\s*(?:[,(\[/].*)?", re.S)
_ASIDE = re.compile(r"[(\[]\s*([^\W\d_][\w-]*?)\s*\d{0,4}\s*[)\]]\s*$")
_NAMELESS = re.compile(r"(unknown|unidentified|speaker|sprecher|orador|locuteur|relatore|falante)\b", re.I)
#: The share of turns with a question from which somebody may be asking, and how far below that the others must stay.
_ASKS, _APART = 0.3, 0.5
_FEWEST_TURNS, _FEWEST_QUESTIONS = 6, 3


@dataclass(frozen=True, slots=True)
class _Habit:
    """How a speaker speaks: turns, turns with a question, characters."""

    turns: int = 0
    questions: int = 0
    length: int = 0

    @property
    def asking(self) -> float:
        return self.questions / self.turns if self.turns else 0.0


def role_of_label(label: str) -> Role:
    """Give the role a label names by itself, UNKNOWN if none.

    >>> [role_of_label(x).value for x in ("I", "P12", "Interviewer, First", "Dana (Researcher)", "Dana", "User Research")]
    ['interviewer', 'participant', 'interviewer', 'interviewer', 'unknown', 'unknown']
    """
    folded = label.casefold().strip(" .:*")
    for found in (_PLAIN.fullmatch(folded), _ASIDE.search(folded)):
        if found and found.group(1) in _WORDS:
            return _WORDS[found.group(1)]
    return Role.UNKNOWN


def propose_roles(
    speakers: Sequence[Speaker], turns: Sequence[Turn], text: str, stated: Mapping[str, Role]
) -> tuple[Speaker, ...]:
    """Give each speaker a role with its source and confidence; `stated` is what the file says about labels.

    The more certain source wins: file, then words in the label, then the habit of asking. In doubt UNKNOWN: suggestions
    are made from participants' words only where roles are known.
    """
    given: list[Speaker] = []
    for speaker in speakers:
        if speaker.label in stated:
            given.append(replace(speaker, role=stated[speaker.label], role_source=RoleSource.FILE, role_confidence=1.0))
        elif (role := role_of_label(speaker.label)) is not Role.UNKNOWN:
            given.append(replace(speaker, role=role, role_source=RoleSource.LEXICON, role_confidence=0.95))
        else:
            given.append(speaker)
    given = [_doubted(speaker, given) for speaker in given]
    asking = {speaker.role for speaker in given}
    if Role.INTERVIEWER in asking:
        return tuple(_else(speaker, Role.PARTICIPANT, 0.6) for speaker in given)
    asker = _asker(given, _habits(given, turns, text))
    if asker is None:
        return tuple(given)
    return tuple(
        _else(speaker, Role.INTERVIEWER if index == asker else Role.PARTICIPANT, 0.5)
        for index, speaker in enumerate(given)
    )


def _doubted(speaker: Speaker, all_of_them: Sequence[Speaker]) -> Speaker:
    if speaker.role_source is not RoleSource.LEXICON or speaker.label.casefold() not in _SHAKY:
        return speaker
    if any(other.role is Role.INTERVIEWER for other in all_of_them):
        return speaker
    return Speaker(speaker.label)


def _else(speaker: Speaker, role: Role, confidence: float) -> Speaker:
    if speaker.role is not Role.UNKNOWN or _NAMELESS.match(speaker.label):
        return speaker
    return replace(speaker, role=role, role_source=RoleSource.HEURISTIC, role_confidence=confidence)


def _habits(speakers: Sequence[Speaker], turns: Sequence[Turn], text: str) -> list[_Habit]:
    habits = [_Habit() for _ in speakers]
    for turn in turns:
        if turn.speaker is not None and turn.kind is TurnKind.SPEECH:
            old = habits[turn.speaker]
            asked = "?" in text[turn.start : turn.end] or "？" in text[turn.start : turn.end]
            habits[turn.speaker] = _Habit(old.turns + 1, old.questions + asked, old.length + turn.end - turn.start)
    return habits


def _asker(speakers: Sequence[Speaker], habits: Sequence[_Habit]) -> int | None:
    """Name the one who asks: questions in many turns, others in at most half as many, and less than half of the talk."""
    if len(speakers) < 2 or sum(habit.turns for habit in habits) < _FEWEST_TURNS:
        return None
    best = max(range(len(habits)), key=lambda index: habits[index].asking)
    habit = habits[best]
    rest = max(other.asking for index, other in enumerate(habits) if index != best)
    quiet = habit.length < 0.5 * sum(other.length for other in habits)
    if speakers[best].role is not Role.UNKNOWN or habit.questions < _FEWEST_QUESTIONS or not quiet:
        return None
    return best if habit.asking >= _ASKS and rest <= _APART * habit.asking else None
