"""The codebook: its tree, one code with its form, making and changing codes, the history, and the way back."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from repository import codebook_changes, codebook_history, codebook_tree
from repository.codebook import Codebook
from repository.codebook_history import Entry
from repository.codebook_rules import Change, CodeChanged, may_lock
from repository.codebook_tree import Survey
from repository.domain.coding import Code, CodeFacts, CodeMode
from repository.errors import CairnError, Conflict, Forbidden, NotFound, Rejected
from web import inputs
from web.access import viewer, workspace
from web.branches import branches
from web.errors import status_of

blueprint = Blueprint("codebook", __name__, url_prefix="/codebook")

#: What each mode means, in plain words.
MODES = (
    (
        CodeMode.AUTO,
        "codes by itself",
        "Where the machine is sure, it codes by itself; you can look at it and take it back.",
    ),
    (
        CodeMode.SUGGEST,
        "suggests",
        "The machine suggests, people accept or reject. Nothing counts as coded before that.",
    ),
    (CodeMode.MANUAL, "by hand", "The machine never suggests it: only people use it."),
)
#: What the history calls a code's fields.
WORDS = {
    "use_when": "use when",
    "not_when": "not when",
    "counter_examples": "counter-examples",
    "cues": "cue words",
    "parent_id": "stands under",
    "study_id": "for the study",
    "retired_at": "retired",
    "merged_into": "merged into",
}
#: Characters of a reason, of words to look for, and of what is told on the next page.
WHY, ASKED, TOLD = 500, 200, 600
#: Codes offered for a name that is typed.
OFFERED = 1_000
#: Acts listed.
ACTS = 500


@dataclass(frozen=True, slots=True)
class Form:
    """A code's boxes: what stands in them, and which edition and act they were made of."""

    facts: CodeFacts
    edition: int = 0
    since: int = 0
    why: str = ""


@blueprint.get("/")
def index() -> str:
    """Show the tree, what a filter finds, what stands under one code (`under`), or the tree as it was (`as_of`)."""
    args = request.args
    day = inputs.day(args.get("as_of"), "The day")
    held = codebook_tree.survey(workspace(), viewer())
    if day is not None:
        midnight = datetime.combine(day + timedelta(days=1), time(), UTC)
        held = Survey(
            codebook_history.as_of(workspace(), viewer(), midnight - timedelta(microseconds=1)), {}, held.studies
        )
    words = " ".join(args.get("q", "").replace("\0", " ").split())[:ASKED]
    study = inputs.whole(args.get("study"), "Study", default=0, least=0) or None
    mode = _mode(args.get("mode")) if args.get("mode") else None
    asked = {"q": words, "study": study, "mode": mode, "lacking": args.get("lacking"), "as_of": day}
    asked = {name: value for name, value in asked.items() if value}
    flat = bool(asked.keys() - {"as_of"})
    under = held.codebook.named(args["under"]) if args.get("under") and not flat else None
    if flat:
        roots = codebook_tree.found(held.codebook, words, study_id=study, mode=mode, lacking=bool(args.get("lacking")))
    else:
        roots = held.codebook.children(under)
    page = inputs.page(roots, args)
    gone = [code for code in held.codebook.everything if code.retired_at is not None]
    shown = {
        "held": held,
        "page": page,
        "rows": branches(held.codebook, page.rows, held.counts, flat=flat),
        "flat": flat,
        "asked": asked,
        "day": day,
        "under": under,
        "may_write": viewer().may_write and day is None,
        "modes": MODES,
    }
    if "HX-Request" in request.headers and under:
        return render_template("codebook/part.html", **shown)
    return render_template(
        "codebook/index.html",
        gone=inputs.page(
            gone if not flat and not under else (), request.args.copy() if "retired" in args else type(args)()
        ),
        last=codebook_history.last(workspace(), viewer()) if viewer().may_write and day is None else None,
        lacking=len(codebook_tree.found(held.codebook, lacking=True)),
        with_codes=sorted({c.facts.study_id for c in held.codebook.codes if c.facts.study_id in held.studies}),
        today=workspace().clock().date(),
        **shown,
    )


@blueprint.get("/new")
def new() -> str:
    """Show the form for a new theme, or (`under`) a new code."""
    held = codebook_tree.survey(workspace(), viewer())
    above = held.codebook.named(request.args["under"]) if request.args.get("under") else None
    facts = CodeFacts("", "", "", parent=above.facts.slug if above else "")
    return _new(held, Form(replace(facts, study_id=above.facts.study_id if above else None)))


@blueprint.post("/new")
def create() -> Response | tuple[str, int]:
    """Make a theme or a code."""
    form = _read(CodeFacts("", "", "", parent=request.form.get("parent", "")))
    study = inputs.whole(request.form.get("study"), "Study", default=0, least=0) or None
    form = replace(form, facts=replace(form.facts, study_id=study))
    try:
        change = codebook_changes.create(workspace(), viewer(), form.facts, why=form.why)
    except (Conflict, Rejected) as error:
        return _new(codebook_tree.survey(workspace(), viewer()), form, error), status_of(error)
    return told(change)


@blueprint.get("/<slug>")
def show(slug: str) -> Response | str:
    """Show a code with its form; one that was merged leads to what took its place."""
    held = codebook_tree.survey(workspace(), viewer())
    code = held.codebook.named(slug)
    if code.facts.slug != slug:
        merged = next(c.facts.name for c in held.codebook.everything if c.facts.slug == slug)
        flash(f"“{merged}” was merged into “{code.facts.name}”.", "info")
        return redirect(url_for("codebook.show", slug=code.facts.slug))
    return _show(held, code, _filled(code))


@blueprint.post("/<slug>/edit")
def edit(slug: str) -> Response | tuple[str, int]:
    """Keep what was written; if somebody else saved meanwhile, show both."""
    held = codebook_tree.survey(workspace(), viewer())
    code = held.codebook.named(slug)
    form = _read(code.facts)
    try:
        change = codebook_changes.edit(
            workspace(), viewer(), slug, form.facts, edition=form.edition, since=form.since, why=form.why
        )
    except CodeChanged as error:
        held = codebook_tree.survey(workspace(), viewer())
        code = held.codebook.named(slug)
        was, others = codebook_history.meanwhile(workspace(), viewer(), slug, form.since)
        again = replace(_filled(code), facts=_joined(was, form.facts, code.facts), why=form.why)
        return _show(held, code, again, error, others), status_of(error)
    except (Conflict, Rejected, Forbidden) as error:
        return _show(held, code, form, error), status_of(error)
    return told(change)


@blueprint.post("/<slug>/revive")
def revive(slug: str) -> Response:
    """Bring a retired code back."""
    try:
        return told(codebook_changes.revive(workspace(), viewer(), slug))
    except Conflict as error:
        flash(str(error), "danger")
        return redirect(url_for("codebook.index"), 303)


@blueprint.get("/history")
def history() -> str:
    """List what was done to the codebook."""
    return _history(None, codebook_tree.survey(workspace(), viewer()).codebook)


@blueprint.get("/<slug>/history")
def code_history(slug: str) -> str:
    """List what was done to one code."""
    codebook = codebook_tree.survey(workspace(), viewer()).codebook
    code = next((code for code in codebook.everything if code.facts.slug == slug), None)
    if code is None:
        raise NotFound("There is no such theme.")
    return _history(code, codebook)


@blueprint.post("/acts/<int(max=2147483647):act_id>/undo")
def undo(act_id: int) -> Response:
    """Undo one change; say why where that cannot be."""
    try:
        flash(codebook_history.undo(workspace(), viewer(), act_id).told[:TOLD], "info")
    except (Conflict, Forbidden) as error:
        flash(str(error), "danger")
    back = request.form.get("back", "")
    if back == "history":
        return redirect(url_for("codebook.history"), 303)
    held = codebook_tree.survey(workspace(), viewer()).codebook
    here = any(code.facts.slug == back for code in held.everything)
    return redirect(url_for("codebook.code_history", slug=back) if here else url_for("codebook.index"), 303)


def told(change: Change) -> Response:
    """Lead to the code that was changed, and say what was done, with the way back."""
    if change.act is None:
        flash(change.told, "info")
    else:
        flash((change.told[:TOLD], url_for("codebook.undo", act_id=change.act)), "undo")  # type: ignore[arg-type]
    return redirect(url_for("codebook.show", slug=change.slug) if change.slug else url_for("codebook.index"), 303)


def why() -> str:
    """Read the reason somebody gives."""
    return " ".join(request.form.get("why", "").replace("\0", " ").split())[:WHY]


def offered(codebook: Codebook) -> list[str]:
    """Give the paths to codes that a name to be typed can be chosen from."""
    return [codebook_tree.path_name(codebook, code) for code in codebook.codes[:OFFERED]]


def may_change(code: Code) -> bool:
    """Say whether this viewer may change a code."""
    try:
        if code.facts.locked:
            may_lock(viewer(), code.facts)
    except Forbidden:
        return False
    return viewer().may_write and code.retired_at is None


def _new(held: Survey, form: Form, error: CairnError | None = None) -> str:
    above = held.codebook.named(form.facts.parent) if form.facts.parent else None
    return render_template(
        "codebook/new.html", held=held, above=above, form=form, error=error, modes=MODES, person=viewer().person
    )


def _show(held: Survey, code: Code, form: Form, error: CairnError | None = None, others: tuple[Entry, ...] = ()) -> str:
    return render_template(
        "codebook/show.html",
        held=held,
        code=code,
        form=form,
        error=error,
        others=others,
        fought={difference.field for entry in others for difference in entry.differences},
        words=WORDS,
        colour=held.codebook.colour(code),
        under=inputs.page(held.codebook.children(code), request.args),
        impact=codebook_changes.impact(workspace(), viewer(), [code.facts.slug]),
        lacking=codebook_tree.unready(held.codebook, code),
        may_change=may_change(code),
        may_write=viewer().may_write,
        modes=MODES,
    )


def _history(code: Code | None, codebook: Codebook) -> str:
    acts = codebook_history.history(workspace(), viewer(), code.facts.slug if code else "", limit=ACTS)
    page = inputs.page(acts, request.args)
    return render_template(
        "codebook/history.html",
        code=code,
        codebook=codebook,
        page=page,
        entries=codebook_history.entries(workspace(), viewer(), page.rows),
        words=WORDS,
        may_write=viewer().may_write,
        today=workspace().clock().date(),
    )


def _filled(code: Code) -> Form:
    """Give the boxes of a code as it is now."""
    acts = codebook_history.history(workspace(), viewer(), code.facts.slug, limit=1)
    return Form(code.facts, code.edition, acts[0].id if acts else 0)


def _joined(was: CodeFacts, mine: CodeFacts, theirs: CodeFacts) -> CodeFacts:
    """Join what two people made of a code: each field as the one who changed it has it, mine where both did."""
    changed = {f.name: getattr(mine, f.name) for f in fields(mine) if getattr(mine, f.name) != getattr(was, f.name)}
    return replace(theirs, **changed)


def _read(facts: CodeFacts) -> Form:
    """Read the boxes of a code. Raises Rejected."""
    boxes = request.form

    def text(name: str) -> str:
        return boxes.get(name, "").replace("\0", " ").replace("\r\n", "\n").strip()

    def lines(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(" ".join(line.split()) for line in text(name).split("\n") if line.strip()))

    kept = replace(
        facts,
        name=" ".join(text("name").split()),
        definition=text("definition"),
        use_when=text("use_when"),
        not_when=text("not_when"),
        examples=lines("examples"),
        counter_examples=lines("counter_examples"),
        cues=lines("cues"),
        aliases=lines("aliases"),
        mode=_mode(boxes.get("mode")),
        colour=text("colour") if boxes.get("own_colour") else "",
        owner=" ".join(text("owner").split())[:ASKED],
        locked=bool(boxes.get("locked")),
    )
    edition, since = (inputs.whole(boxes.get(name), "Edition", default=0, least=0) for name in ("edition", "since"))
    return Form(kept, edition, since, why())


def _mode(text: str | None) -> CodeMode:
    try:
        return CodeMode(text or CodeMode.SUGGEST)
    except ValueError as error:
        raise Rejected("There is no such mode.", hint=f"Use one of: {', '.join(CodeMode)}.") from error
