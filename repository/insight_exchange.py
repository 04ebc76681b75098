"""Insights as Markdown, out and in: a claim, its text, and quotes with citation and link, for people and for tools."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs, urlsplit

from repository.attaching import Spot, attach
from repository.codebook import seen as codebook_seen
from repository.domain.access import Viewer
from repository.domain.insight import Insight, InsightFacts, Stance
from repository.errors import CairnError, Rejected
from repository.insight_rules import kept, storable
from repository.insight_views import EvidenceView, InsightView
from repository.insights import begun, detailed, show
from repository.store.unit import Unit
from repository.workspace import Workspace

#: Stands for words that may not be quoted.
WITHHELD = "[not to be quoted]"
#: Headings of the parts of the file, by stance.
EVIDENCE, TITLES = "## Evidence", {Stance.SUPPORTS: "Supports", Stance.CONTRADICTS: "Contradicts"}
#: Longest file, in characters.
LONGEST = 200_000
#: What the front matter may say that is taken in; the rest is for reading.
TAKEN = ("theme", "product_area", "cohort", "owner", "review_on")
# Two steps: as one expression, a line of many links takes time that grows with its square.
_LINK, _LEADS = re.compile(r"\]\(([^()\s]*)\)"), re.compile(r"/transcripts/\d+\?")
_NOTE = "Note: "


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file brought: a new draft, how many quotes were found again, and in sentences what could not be taken."""

    insight: Insight
    attached: int
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Quote:
    stance: Stance
    words: str
    link: str
    note: str


def markdown(workspace: Workspace, viewer: Viewer, insight_id: int, *, base: str = "") -> str:
    """Write an insight, with what the viewer may see of its evidence. `base` goes before each link. Raises NotFound."""
    shown = show(workspace, viewer, insight_id)
    return _written(shown.view, base, after=shown.successor)


def markdown_of(workspace: Workspace, viewer: Viewer, insights: Sequence[Insight], *, base: str = "") -> list[str]:
    """Write many insights."""
    return [_written(view, base) for view in detailed(workspace, viewer, insights)]


def _written(view: InsightView, base: str, after: Insight | None = None) -> str:
    insight, facts = view.insight, view.insight.facts
    head = {
        "insight": f"{base}/insights/{insight.id}",
        "state": insight.state.value,
        "superseded_by": f"{base}/insights/{after.id}" if after else "",
        "theme": view.code.facts.slug if view.code else "",
        "product_area": facts.product_area,
        "cohort": facts.cohort,
        "owner": facts.owner,
        "review_on": facts.review_on.isoformat() if facts.review_on else "",
        "confidence": f"{view.confidence.word}: {view.confidence.told}",
    }
    lines = ["---", *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items() if value), "---"]
    lines += ["", f"# {facts.claim}", ""] + ([facts.body, ""] if facts.body else []) + [EVIDENCE, ""]
    for stance, title in TITLES.items():
        if held := view.of(stance):
            lines += [f"### {title}", "", *(line for one in held for line in _quoted(one, insight.id, base))]
    if view.links:
        lines += ["## Built on it", "", *(_linked(one.kind, one.title, one.url, one.outcome) for one in view.links), ""]
    return "\n".join(lines).rstrip() + "\n"


def _quoted(one: EvidenceView, insight_id: int, base: str) -> list[str]:
    quote = one.evidence.quote if one.quotable else WITHHELD
    words = [f"> {line}".rstrip() for line in quote.split("\n")]
    links = (
        f"[where it was said]({base}{one.link}), [for ever]({base}/insights/{insight_id}/evidence/{one.evidence.id})"
    )
    note = [f"{_NOTE}{' '.join(one.evidence.note.split())}", ""] if one.evidence.note else []
    return [*words, ">", f"> {one.citation} ({links})", "", *note]


def _linked(kind: str, title: str, url: str, outcome: str) -> str:
    named = f"[{title}]({url})" if url else title
    return f"- {kind}: {named}" + (f". {' '.join(outcome.split())}" if outcome else "")


# In


def bring_in(workspace: Workspace, viewer: Viewer, text: str) -> Brought:
    """Make a draft of a file of this shape; quotes are put back where their link leads, if the words stand there.

    Raises Forbidden, Rejected (no claim, too long).
    """
    text = storable(text).removeprefix("\ufeff").replace("\r\n", "\n")
    if len(text) > LONGEST:
        raise Rejected("This is too long for one insight.", slug="file-too-long")
    head, rest = _head(text)
    claim, body, quotes = _parts(rest)
    remarks: list[str] = []
    with workspace.read() as unit:
        facts = _facts(unit, viewer, head, claim, body, remarks)
        spots = [_spot(unit, viewer, quote) for quote in quotes]
    attached = 0
    with workspace.write() as unit:
        insight = begun(unit, workspace, viewer, facts)
        for quote, spot in zip(quotes, spots, strict=True):
            if spot is None:
                remarks.append(f"Not found again: {quote.link or 'a quote without a link'}")
                continue
            try:
                attach(unit, workspace, viewer, insight, spot, quote.stance, quote.note)
                attached += 1
            except CairnError as error:  # refused before anything of it was kept
                remarks.append(f"{quote.link}: {error.message}")
        insight = kept(unit, insight, by=viewer.person, now=workspace.clock(), told="Written down.")
    return Brought(insight, attached, tuple(remarks))


def _head(text: str) -> tuple[dict[str, str], str]:
    """Split the front matter off: lines of `key: value`, the value quoted or not."""
    if not text.startswith("---\n") or "\n---\n" not in text[3:]:
        return {}, text
    head, _, rest = text[4:].partition("\n---\n")
    found = {}
    for line in head.split("\n"):
        key, colon, value = line.partition(":")
        value = value.strip()
        try:
            read = json.loads(value) if value.startswith('"') else value.strip("'")
        except ValueError:
            read = value.strip('"')
        if colon:
            found[key.strip()] = storable(str(read))
    return found, rest


def _parts(text: str) -> tuple[str, str, list[_Quote]]:
    """Give claim, text and quotes."""
    lines = text.split("\n")
    last = max((n for n, line in enumerate(lines) if line.strip() == EVIDENCE), default=len(lines))
    first, _, body = "\n".join(lines[:last]).strip().partition("\n")
    after = "\n".join(lines[last + 1 :])
    quotes: list[_Quote] = []
    stance = Stance.SUPPORTS
    for block in re.split(r"\n\s*\n", after.partition("\n## ")[0]):
        block = block.strip("\n")
        if block.startswith("### "):
            stance = next((one for one, title in TITLES.items() if title == block[4:].strip()), stance)
        elif block.startswith(_NOTE) and quotes:
            noted = quotes[-1]
            quotes[-1] = _Quote(noted.stance, noted.words, noted.link, block.removeprefix(_NOTE))
        elif block.startswith(">"):
            quotes.append(_quote(block, stance))
    return first.removeprefix("#").strip(), body.strip(), quotes


def _quote(block: str, stance: Stance) -> _Quote:
    lines = [line.removeprefix(">").removeprefix(" ") for line in block.split("\n")]
    link = next((link for link in _LINK.findall(lines[-1]) if _LEADS.search(link)), "")
    words = lines[:-1] if link else lines
    while words and not words[-1].strip():
        words.pop()
    return _Quote(stance, "\n".join(words).strip(), link, "")


def _spot(unit: Unit, viewer: Viewer, quote: _Quote) -> Spot | None:
    """Give where a quote stands today: where its link says, or where else in the transcript, if in one place only."""
    session_id, start, end = _place(quote.link)
    session = unit.sessions.get(viewer, session_id)
    if session is None or session.text_id is None or not quote.words:
        return None
    body = unit.revisions.body(session.text_id)
    if _plain(body[start:end]) == _plain(quote.words):
        return Spot(session.id, start, end, session.text_id)
    at = body.find(quote.words)
    if at < 0 or body.find(quote.words, at + 1) >= 0:
        return None
    return Spot(session.id, at, at + len(quote.words), session.text_id)


def _place(link: str) -> tuple[int, int, int]:
    """Give session, start and end that a link says, 0 for what it does not say or says in no number of ours."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return 0, 0, 0
    asked = parse_qs(parts.query)
    said = (parts.path.rpartition("/")[2], *(asked.get(name, [""])[0] for name in ("from", "to")))
    session_id, start, end = (int(one) if one.isdecimal() and len(one) < 10 else 0 for one in said)
    return session_id, start, end


def _plain(words: str) -> str:
    return "\n".join(line.rstrip() for line in words.strip().split("\n"))


def _facts(unit: Unit, viewer: Viewer, head: dict[str, str], claim: str, body: str, remarks: list[str]) -> InsightFacts:
    theme, on, code_id = head.get("theme", ""), head.get("review_on", ""), None
    if theme:
        codebook = codebook_seen(unit, viewer)
        code = next((one for one in codebook.everything if one.facts.slug == theme), None)
        code_id = codebook.current(code).id if code else None
        if code is None:
            remarks.append(f"There is no theme “{theme}” here.")
    day = None
    try:
        day = date.fromisoformat(on) if on else None
    except ValueError:
        remarks.append(f"“{on}” is not a day.")
    area, cohort, owner = (head.get(name, "") for name in ("product_area", "cohort", "owner"))
    return InsightFacts(claim, body, code_id, area, cohort, owner, day)
