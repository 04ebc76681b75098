"""Answers as JSON, the same for the API and the command."""

from typing import Any

from repository.asking import Answer
from repository.evidencing import Quote


def answer_json(answer: Answer) -> dict[str, Any]:
    """Give an answer as the API and the command print it."""
    return {
        "question": answer.question,
        "answered": answer.answered,
        "perhaps": answer.perhaps,
        "strength": round(answer.strength, 3),
        "insights": [
            {
                "id": one.insight.id,
                "claim": one.insight.facts.claim,
                "state": one.insight.state,
                "confidence": one.confidence,
            }
            for one in answer.insights
        ],
        "studies": [{"id": one.study.id, "title": one.study.title, "why": one.why} for one in answer.studies],
        "claims": [
            {
                "claim": claim.head.words,
                "participants": claim.participants,
                "accounts": claim.accounts,
                "studies": claim.studies,
                "quotes": [_quote(quote) for quote in claim.quotes],
            }
            for claim in answer.claims
        ],
        "disagreements": [
            {"why": one.why, "one": _quote(one.one), "other": _quote(one.other)} for one in answer.disagreements
        ],
        "near": [_quote(quote) for quote in answer.near],
        "unspoken": answer.unspoken,
        "coverage": answer.coverage,
        "covered": answer.covered,
        "rephrased": answer.rephrased,
        "notes": answer.notes,
    }


def _quote(quote: Quote) -> dict[str, Any]:
    return {
        "quote": quote.words,
        "asked": quote.asked,
        "person": quote.speaker,
        "account": quote.account,
        "cohort": quote.cohort,
        "study": {"id": quote.study_id, "title": quote.study_title},
        "session": {"id": quote.session_id, "title": quote.session_title},
        "text_id": quote.text_id,
        "start": quote.start,
        "end": quote.end,
        "answers": round(quote.answers, 3),
        "citation": quote.citation,
        "link": f"/transcripts/{quote.session_id}?from={quote.start}&to={quote.end}#found",
    }
