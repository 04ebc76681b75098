"""Surveys: the tools that export them, what they add to each row, and which columns hold answers in words."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.readers.columns import Measure, folded, is_metadata, is_open, measure, propose, use_of_head
from ingest.readers.tabular import Layout, Table, laid_out, squeezed
from repository.domain.transcript import SessionKind

#: Rows a header has at most.
_HEADER = 4
_IMPORT_ID = re.compile(r"""\s*\{\s*["']ImportId["']""")
_STAMPED = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.{1,3}\d{1,2}[:.]\d\d")
#: What Google Forms calls its first column.
_GOOGLE = frozenset(
    {"timestamp", "zeitstempel", "horodateur", "marca temporal", "carimbo de data/hora", "informazioni cronologiche"}
    | {
        "tijdstempel",
        "tidsstämpel",
        "tidsstempel",
        "sygnatura czasowa",
        "отметка времени",
        "タイムスタンプ",
        "时间戳记",
    }
)


def _survey_uses(table: Table, questions: Sequence[str], first: int, *, ids: Sequence[str], days: Sequence[str],
                 open_ones: Sequence[int] = ()) -> list[str]:  # fmt: skip
    """Propose a survey's uses: who answers, when, and every answer in words; the first of `ids` and `days` that is there."""
    uses = []
    columns = table.columns(first)
    who = next((i for key in ids for i, head in enumerate(table.squeezed) if head == key and any(columns[i])), None)
    when = next((i for key in days for i, head in enumerate(table.squeezed) if head == key), None)
    for index, cells in enumerate(columns):
        head, question = table.heads[index], questions[index]
        found = measure(cells)
        worded = found.filled and found.plain < 0.5
        if index == who:
            uses.append("id")
        elif index == when:
            uses.append("date")
        elif use_of_head(question) == "speaker" and "speaker" not in uses and _names_people(found):
            uses.append("speaker")
        elif index in open_ones and worded and not is_metadata(head):
            uses.append("text")
        else:
            is_text = not is_metadata(question) and is_open(head, found, asked=True)
            uses.append("text" if is_text else "")
    return uses


def _names_people(found: Measure) -> bool:
    return found.persons and found.filled > 1 and found.distinct > 0.9


def qualtrics(table: Table) -> Layout | None:
    """Know Qualtrics by its import ids, by its columns, or by the V1, V2 … of its legacy exports."""
    ids = ("responseid", "_recordid", "antwortid")
    days = ("recordeddate", "enddate", "startdate", "erfassungsdatum")
    start = table.first - 1
    marked = [i for i in range(start, start + _HEADER) if any(map(_IMPORT_ID.match, table.row(i)))]
    if marked:
        first = marked[0] + 1
        questions = table.row(first - 2) if first - start >= 2 else table.heads
        texts = [i for i, cell in enumerate(table.row(marked[0])) if re.search(r'_TEXT["\']', cell)]
        uses = _survey_uses(table, questions, first, ids=ids, days=days, open_ones=texts)
        return laid_out(
            table, SessionKind.SURVEY_RESPONSE, "Qualtrics export", 0.98, uses, questions=questions, first=first
        )
    second = table.row(table.first)
    under = [squeezed(cell) for cell in second]
    if table.heads[0].strip() == "V1" and "responseid" in under:
        named = replace(table, heads=second)
        uses = _survey_uses(named, second, table.first + 1, ids=ids, days=("enddate", "startdate"))
        return laid_out(
            table,
            SessionKind.SURVEY_RESPONSE,
            "Qualtrics export (legacy)",
            0.98,
            uses,
            questions=second,
            first=table.first + 1,
        )
    heads = set(table.squeezed)
    if (
        "responseid" in heads
        and {"startdate", "enddate"} <= heads
        and heads & {"recordeddate", "ipaddress", "durationinseconds"}
    ):
        cell = second[table.squeezed.index("startdate")]
        first = table.first + (not any(c.isdigit() for c in cell))
        questions = second if first > table.first else table.heads
        uses = _survey_uses(table, questions, first, ids=ids, days=days)
        return laid_out(
            table, SessionKind.SURVEY_RESPONSE, "Qualtrics export", 0.95, uses, questions=questions, first=first
        )
    return None


def survey_monkey(table: Table) -> Layout | None:
    """Know SurveyMonkey by its ids. A blank header continues the question; the second row names what is chosen."""
    heads = table.squeezed
    if not {"respondentid", "collectorid"} <= set(heads):
        return None
    second = table.row(table.first)
    two = not second[heads.index("respondentid")].strip() and any(cell.strip() for cell in second)
    questions, last = [], ""
    for head, under in zip(table.heads, second if two else [""] * len(heads), strict=True):
        last = head.strip() or last
        plain = squeezed(under) in ("", "response", "openendedresponse", "openended")
        questions.append(last if plain else f"{last} – {under.strip()}")
    first = table.first + two
    opened = [
        i
        for i, under in enumerate(second)
        if two and re.match(r"open-ended|other|comment|please (?:specify|explain)", under.strip(), re.I)
    ]
    days = ("enddate", "datemodified", "startdate", "datecreated")
    uses = _survey_uses(table, questions, first, ids=("respondentid",), days=days, open_ones=opened)
    return laid_out(
        table,
        SessionKind.SURVEY_RESPONSE,
        "SurveyMonkey export",
        0.98,
        uses,
        names=questions,
        questions=questions,
        first=first,
    )


def forms(table: Table) -> Layout | None:
    """Know Typeform, Microsoft Forms, Google Forms, Tally, LimeSurvey and Jotform by the columns they add."""
    heads = table.squeezed
    there = set(heads)
    stamps = [row.cells[0] for row in table.rows[table.first : table.first + 20] if row.cells]
    stamped = sum(_STAMPED.match(cell.strip()) is not None for cell in stamps) >= 0.5 * len(stamps) > 0
    uses_named = {use_of_head(head) for head in table.heads}
    shape = ""
    if "networkid" in there and there & {"submitdateutc", "startdateutc"}:
        shape = "Typeform export"
    elif heads[:1] == ["id"] and squeezed("".join(table.heads[1:3])) in _MICROSOFT:
        shape = "Microsoft Forms export"
    elif {"submissionid", "respondentid", "submittedat"} <= there:
        shape = "Tally export"
    elif {"responseid", "lastpage", "startlanguage"} <= there or {"id", "lastpage", "startlanguage"} <= there:
        shape = "LimeSurvey export"
    elif folded(table.heads[0]) in _GOOGLE and stamped and not {"speaker", "text"} <= uses_named:
        shape = "Google Forms answers"
    elif heads[:1] == ["submissiondate"] and len(heads) > 2:
        shape = "Jotform export"
    if not shape:
        return None
    ids = ("respondentid", "submissionid", "responseid", "#", "responseid", "id", "participantid", "participant")
    days = (
        "submitdateutc",
        "submittedat",
        "completiontime",
        "fertigstellungszeit",
        "datesubmitted",
        "submissiondate",
        heads[0],
    )
    uses = _survey_uses(table, table.heads, table.first, ids=ids, days=days)
    return laid_out(table, SessionKind.SURVEY_RESPONSE, shape, 0.95, uses)


#: Microsoft Forms' second and third column.
_MICROSOFT = frozenset(
    {
        "starttimecompletiontime",
        "startzeitfertigstellungszeit",
        "heurededébutheuredefin",
        "horadeinicioanddehorafinalización",
    }
    | {
        "horadeiniciohoradefinalización",
        "horadeiníciohoradeconclusão",
        "oradiinizioorafine",
        "begintijdtijdvanvoltooien",
    }
    | {"startzeitabschlusszeit", "oradiiniziooradicompletamento", "begintijdtijdvanvoltooiing"}
)


def score(table: Table) -> Layout | None:
    """Know a score with a comment: NPS, satisfaction."""
    columns = table.columns(table.first)
    scores = [
        i
        for i, head in enumerate(table.heads)
        if use_of_head(head) == "rating" or re.search(r"how likely|recommend", head, re.I)
    ]
    scores = [i for i in scores if measure(columns[i]).numbers >= 0.8]
    uses = propose(table.heads, columns)
    if len(scores) != 1 or "text" not in uses or len(table.heads) > 15:
        return None
    uses = ["rating" if i == scores[0] else "" if use in ("rating", "title") else use for i, use in enumerate(uses)]
    named = [use_of_head(head) for head in table.heads]
    sure = 0.86 if "text" in named and uses.count("text") == 1 else 0.7
    return laid_out(table, SessionKind.SURVEY_RESPONSE, "Scores with comments", sure, uses)
