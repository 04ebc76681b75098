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
onderzoeker intervjuare badacz badaczka интервьюер модератор исследователь
インタビュアー 聞き手 司会 采访者 访谈者 主持人 访问者
"""
_PARTICIPANT = """
p pt part participant participants respondent resp r a answer interviewee informant user customer client tester
teilnehmer teilnehmerin teilnehmende tn befragte befragter interviewpartner interviewpartnerin proband probandin
nutzer nutzerin kunde kundin interviewte interviewter
participante répondant répondante enquêté enquêtée interviewé interviewée utilisateur utilisatrice cliente
entrevistado entrevistada encuestado encuestada usuario usuaria
intervistato intervistata partecipante rispondente utente
respondente utilizador utilizadora usuário usuária
b ip deelnemer geïnterviewde deltagare uczestnik uczestniczka респондент участник участница
回答者 参加者 受访者 被访者
"""
_OTHER = """
observer notetaker note-taker scribe interpreter translator beobachter beobachterin dolmetscher dolmetscherin
observateur observatrice interprète traductora traductor
"""
_WORDS: dict[str, Role] = {
    **dict.fromkeys(_INTERVIEWER.split(), Role.INTERVIEWER),
    **dict.fromkeys(_PARTICIPANT.split(), Role.PARTICIPANT),
    **dict.fromkeys(_OTHER.split(), Role.OTHER),
}
#: Letters that also stand for "speaker A": they count only beside somebody of the other role.
_SHAKY = frozenset({"a", "b", "r", "p"})
_PLAIN = re.compile(r"([^\W\d_][\w-]*?)[\s#.-]*(\d{1,4}[a-z]?)?\s*(?:[,(\[/].*)?", re.S)
_ASIDE = re.compile(r"[(\[]\s*([^\W\d_][\w-]*?)\s*\d{0,4}\s*[)\]]\s*$")
_UNIDENTIFIED = re.compile(r"(?:unknown|unidentified)\b|(?:speaker|sprecher|orador|locuteur|relatore|falante)$", re.I)
_PROMPT = re.compile(
    r"(?:^|[.!?…]\s+)(?:(?:so|and|okay|ok|right|now|well|great|then|please|could you|can you),?\s+){0,3}"
    r"(?:tell (?:me|us)|walk (?:me|us)|talk (?:me|us)|take (?:me|us)|show (?:me|us)|give (?:me|us)|describe|imagine|"
    r"explain|say more|go on|start (?:with|by)|try|have a (?:go|look)|erzählen sie|erzähl|beschreiben sie|zeigen sie|"
    r"racontez|décrivez|parlez|cuénteme|cuéntame|describa|fale|descreva|mi racconti|descriva)\b",
    re.I,
)
#: Characters of the longest label that is looked at.
_MOST_LABEL = 200
#: Characters of the longest label that is taken for short for another.
_MOST_SHORT = 6
#: Characters at a turn's end in which a question hands over the word.
_LAST = 60
#: The share of turns that hand over by asking from which somebody may be the one who asks, and how far the others must
#: stay below; the share of talk below which two people's roles show without any question mark.
_ASKS, _APART, _QUIET = 0.3, 0.6, 0.22
_FEWEST_TURNS, _FEWEST_QUESTIONS = 6, 3


@dataclass(frozen=True, slots=True)
class _Habit:
    """How a speaker speaks: turns, turns that end with a question or hold a prompt, characters."""

    turns: int = 0
    questions: int = 0
    length: int = 0

    @property
    def asking(self) -> float:
        return self.questions / self.turns if self.turns else 0.0


def role_of_label(label: str) -> Role:
    """Give the role a label names by itself, UNKNOWN if none.

    >>> [role_of_label(label).value for label in ("I", "P12", "Interviewer, First", "Dana (Researcher)", "User Research")]
    ['interviewer', 'participant', 'interviewer', 'interviewer', 'unknown']
    """
    if len(label) > _MOST_LABEL:
        return Role.UNKNOWN
    folded = label.casefold().strip(" .:*")
    for found in (_PLAIN.fullmatch(folded), _ASIDE.search(folded)):
        if found and found.group(1) in _WORDS:
            return _WORDS[found.group(1)]
    return Role.UNKNOWN


def propose_roles(
    speakers: Sequence[Speaker],
    turns: Sequence[Turn],
    text: str,
    stated: Mapping[str, Role],
    *,
    recorder: str = "",
) -> tuple[Speaker, ...]:
    """Give each speaker a role with its source and confidence; `stated` is what the file says about labels.

    The more certain source wins: file, then words in the label, then who switched the `recorder` on and the habit of
    asking. In doubt UNKNOWN: suggestions are made from participants' words only where roles are known.
    """
    given: list[Speaker] = []
    for speaker in speakers:
        if speaker.label in stated:
            given.append(replace(speaker, role=stated[speaker.label], role_source=RoleSource.FILE, role_confidence=1.0))
        elif (role := role_of_label(speaker.label)) is not Role.UNKNOWN:
            given.append(replace(speaker, role=role, role_source=RoleSource.LEXICON, role_confidence=0.95))
        else:
            given.append(speaker)
    given = [_doubted(_introduced(speaker, given), given) for speaker in given]
    if any(speaker.role is Role.INTERVIEWER for speaker in given):
        return tuple(_else(speaker, Role.PARTICIPANT, 0.6) for speaker in given)
    habits = _habits(given, turns, text)
    asker = _asker(given, habits)
    if asker is None:
        asker = _recording(given, habits, recorder)
        if asker is not None:
            hint = replace(given[asker], role=Role.INTERVIEWER, role_source=RoleSource.HINT, role_confidence=0.5)
            return tuple(hint if i == asker else _else(s, Role.PARTICIPANT, 0.4) for i, s in enumerate(given))
        asker = _listener(given, habits)
    if asker is None:
        return tuple(given)
    return tuple(_else(s, Role.INTERVIEWER if i == asker else Role.PARTICIPANT, 0.5) for i, s in enumerate(given))


def _introduced(speaker: Speaker, all_of_them: Sequence[Speaker]) -> Speaker:
    """Give somebody the role of whom the label is short for: M that of `Moderator (M)`."""
    if speaker.role is not Role.UNKNOWN or len(speaker.label) > _MOST_SHORT:
        return speaker
    long = next((each for each in all_of_them if each.label.endswith(f"({speaker.label})")), speaker)
    return replace(speaker, role=long.role, role_source=long.role_source, role_confidence=long.role_confidence)


def _doubted(speaker: Speaker, all_of_them: Sequence[Speaker]) -> Speaker:
    if speaker.role_source is not RoleSource.LEXICON or speaker.label.casefold() not in _SHAKY:
        return speaker
    if any(other.role is Role.INTERVIEWER for other in all_of_them):
        return speaker
    return Speaker(speaker.label)


def _else(speaker: Speaker, role: Role, confidence: float) -> Speaker:
    if speaker.role is not Role.UNKNOWN or _UNIDENTIFIED.match(speaker.label):
        return speaker
    return replace(speaker, role=role, role_source=RoleSource.HEURISTIC, role_confidence=confidence)


def _habits(speakers: Sequence[Speaker], turns: Sequence[Turn], text: str) -> list[_Habit]:
    counts = [[0, 0, 0] for _ in speakers]
    for turn in turns:
        if turn.speaker is not None and turn.kind is TurnKind.SPEECH:
            words = text[max(turn.start, turn.end - _LAST) : turn.end]
            asks = "?" in words or "？" in words or "؟" in words
            asks = asks or (
                turn.end - turn.start < 10 * _LAST and _PROMPT.search(text[turn.start : turn.end]) is not None
            )
            count = counts[turn.speaker]
            count[0] += 1
            count[1] += asks
            count[2] += turn.end - turn.start
    return [_Habit(*count) for count in counts]


def _asker(speakers: Sequence[Speaker], habits: Sequence[_Habit]) -> int | None:
    """Name the one who asks: in many turns, far more often than each of the others, with less than half of the talk."""
    if len(speakers) < 2 or sum(habit.turns for habit in habits) < _FEWEST_TURNS:
        return None
    best = max(range(len(habits)), key=lambda index: habits[index].asking)
    habit = habits[best]
    others = [
        other.asking for index, other in enumerate(habits) if index != best and (other.turns > 1 or len(habits) == 2)
    ]
    rest = max(others, default=0.0)
    quiet = habit.length < 0.5 * sum(other.length for other in habits)
    if speakers[best].role is not Role.UNKNOWN or habit.questions < _FEWEST_QUESTIONS or not quiet:
        return None
    return best if habit.asking >= _ASKS and rest <= _APART * habit.asking else None


def _recording(speakers: Sequence[Speaker], habits: Sequence[_Habit], recorder: str) -> int | None:
    """Name the one who switched the recording on, unless that is who does most of the talking."""
    talk = sum(habit.length for habit in habits)
    for index, speaker in enumerate(speakers):
        if recorder and speaker.label == recorder and speaker.role is Role.UNKNOWN and len(speakers) > 1:
            return index if habits[index].length < 0.5 * talk else None
    return None


def _listener(speakers: Sequence[Speaker], habits: Sequence[_Habit]) -> int | None:
    """Name the one of two people who takes turns but says little: in an interview, who asks."""
    talk = sum(habit.length for habit in habits)
    main = sorted(range(len(habits)), key=lambda index: habits[index].length)[-2:]
    if len(main) < 2 or sum(habits[index].length for index in main) < 0.9 * talk:
        return None
    quiet, loud = main
    takes_turns = habits[quiet].turns >= _FEWEST_TURNS and 2 * habits[quiet].turns >= habits[loud].turns
    known = speakers[quiet].role is not Role.UNKNOWN or habits[quiet].asking < habits[loud].asking
    return quiet if takes_turns and not known and habits[quiet].length < _QUIET * talk else None
