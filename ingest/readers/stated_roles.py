"""Roles as linguists' formats state them: CHAT's participant roles, TEI's person@role, words in a speaker table."""

from ingest.readers.roles import role_of_label
from repository.domain.transcript import Role

_ASKING = """
interviewer investigator experimenter examiner moderator researcher facilitator fieldworker enquêteur interviewerin
"""
_ASKED = """
participant target_child target_adult subject informant respondent interviewee consultant patient client testperson
enquêté informante auskunftsperson befragter
"""
_BESIDE = "observer environment media camera_operator transcriber annotator interpreter translator lena text toy"
_STATED: dict[str, Role] = {
    **dict.fromkeys(_ASKING.split(), Role.INTERVIEWER),
    **dict.fromkeys(_ASKED.split(), Role.PARTICIPANT),
    **dict.fromkeys(_BESIDE.split(), Role.OTHER),
}


def stated_role(word: str) -> Role | None:
    """Give the role that a word in a file's speaker table states, None if it states none that matters.

    >>> stated_role("Investigator"), stated_role("Target_Child"), stated_role("Mother")
    (<Role.INTERVIEWER: 'interviewer'>, <Role.PARTICIPANT: 'participant'>, None)
    """
    folded = "_".join(word.strip(" #.").casefold().replace("-", " ").split())
    if not folded:
        return None
    role = _STATED.get(folded) or role_of_label(folded.replace("_", " "))
    return role if role is not Role.UNKNOWN else None
