"""A plan's brief: what is known of each question with quotes, citations and links, and what was decided; as Markdown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from repository.plan_quotes import PlanQuote
from repository.plan_viewing import QuestionView
from repository.planning import PlanView
from web.fragments import long_day, plural


@dataclass(frozen=True, slots=True)
class BriefQuote:
    """Words exactly as stored, whose they are, and where they stand."""

    words: str
    citation: str
    link: str
    differs: str = ""


@dataclass(frozen=True, slots=True)
class BriefQuestion:
    """A question as the brief tells it; `lines` are (name, words) of everything that is no quote."""

    heading: str
    verdict: str
    reasons: tuple[str, ...]
    quotes: tuple[BriefQuote, ...]
    near: tuple[BriefQuote, ...]
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """A plan's brief."""

    title: str
    link: str
    told: str
    facts: tuple[tuple[str, str], ...]
    questions: tuple[BriefQuestion, ...]
    unchecked: tuple[str, ...]
    beside: tuple[str, ...]
    pressure: tuple[str, ...]


def brief(view: PlanView, *, root: str, on: date) -> Brief:
    """Put a plan's page into a brief; `root` is the address before every link."""
    plan, facts = view.plan, view.plan.facts
    root = root.rstrip("/")
    checked = f"Checked on {long_day(view.check.at.date())}" if view.check else "Not checked"
    named = (
        ("Goal", facts.goal),
        ("Cohort", facts.cohort),
        ("Product area", facts.product_area),
        ("Method", facts.method),
        ("Accounts", ", ".join(facts.accounts)),
        ("Owner", facts.owner),
    )
    return Brief(
        title=facts.title,
        link=f"{root}/plans/{plan.id}",
        told=f"{checked}; written on {long_day(on)}.",
        facts=tuple((name, value) for name, value in named if value),
        questions=tuple(_question(one, view, root) for one in view.questions),
        unchecked=view.unchecked,
        beside=tuple(
            f"{(one.study.title if one.study else one.plan.facts.title if one.plan else '')}: {one.why}"
            + (f" (question {', '.join(map(str, one.questions))})" if one.questions else "")
            + (f"; owner {one.owner}" if one.owner else "")
            for one in view.beside
        ),
        pressure=tuple(
            f"{one.account}: {plural(one.sessions, 'session')} in the last 90 days"
            + (f", with {', '.join(one.people)}" if one.people else "")
            if one.known
            else f"{one.account}: not known here"
            for one in view.pressure
        ),
    )


def as_markdown(told: Brief) -> str:
    """Write a brief as Markdown; what people wrote and said stays words, whatever signs it holds."""
    lines = [f"# {_line(told.title)}", "", f"{told.told} <{told.link}>", ""]
    lines += [f"- **{name}:** {_line(value)}" for name, value in told.facts]
    lines += ["", "| | Question | Verdict |", "|---|---|---|"]
    lines += [f"| {n} | {_line(q.heading).replace('|', '/')} | {q.verdict} |" for n, q in enumerate(told.questions, 1)]
    for number, one in enumerate(told.questions, 1):
        lines += [
            "",
            f"## {number}. {_line(one.heading)}",
            "",
            f"**{one.verdict.capitalize()}.** {' '.join(map(_line, one.reasons))}",
        ]
        for quote in one.quotes:
            lines += ["", *_quote(quote)]
        if one.near:
            lines += ["", "Close, but not this:"]
        for quote in one.near:
            lines += ["", f"*{_line(quote.differs)}*", "", *_quote(quote)]
        lines += [""] + [f"- **{name}:** {_line(value)}" for name, value in one.lines]
    for heading, rows in (
        ("Not checked yet", told.unchecked),
        ("Who else is at it", told.beside),
        ("Accounts", told.pressure),
    ):
        if rows:
            lines += ["", f"## {heading}", "", *(f"- {_line(row)}" for row in rows)]
    return "\n".join(lines).rstrip() + "\n"


def _question(one: QuestionView, view: PlanView, root: str) -> BriefQuestion:
    decision = view.decisions.get(one.asked)
    lines = [("Insight", f"{i.insight.facts.claim} ({root}/insights/{i.insight.id})") for i in one.insights]
    lines += [
        (
            "Study",
            f"{s.study.title}: "
            + ", ".join(
                part
                for part in (
                    s.study.facts.method,
                    f"{s.people} of {plural(max(s.sample, s.people), 'participant')}",
                    long_day(s.newest),
                )
                if part
            )
            + f" ({root}/studies/{s.study.id})",
        )
        for s in one.studies
    ]
    for o in one.overlaps:
        whose = o.study.title if o.study else o.plan.facts.title if o.plan else ""
        lines.append(("Asked before", f"“{o.question}” in {whose}: {'the same' if o.same else '; '.join(o.differs)}"))
    if one.still:
        lines.append(("Still to ask", one.still))
    if decision:
        reason = f": {decision.reason}" if decision.reason else ""
        lines.append(
            (
                "Decision",
                f"{decision.choice.value}{reason} ({decision.decided_by}, {long_day(decision.decided_at.date())})",
            )
        )
    near = tuple(_quoted(miss.quote, root, "; ".join(miss.differs)) for miss in one.near) if not one.quotes else ()
    return BriefQuestion(
        one.asked, one.verdict.value, one.reasons, tuple(_quoted(q, root) for q in one.quotes), near, tuple(lines)
    )


def _quoted(quote: PlanQuote, root: str, differs: str = "") -> BriefQuote:
    link = f"{root}/transcripts/{quote.session_id}?from={quote.start}&to={quote.end}#found"
    return BriefQuote(quote.words, quote.citation, link, differs)


def _quote(quote: BriefQuote) -> Sequence[str]:
    return [
        *(f"> {_escaped(line)}" for line in quote.words.split("\n")),
        ">",
        f"> {_line(quote.citation)} <{quote.link}>",
    ]


def _line(words: str) -> str:
    return _escaped(" ".join(words.split()))


def _escaped(words: str) -> str:
    """Keep words from being taken for Markdown or HTML."""
    return re.sub(r"^(\s*)([#>+-]|\d+[.)])(?=\s)", r"\1\\\2", re.sub(r"([\\`*_\[\]<])", r"\\\1", words))
