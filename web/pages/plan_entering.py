"""Entering a plan: pasted, from a file or by hand; what was recognised is shown and corrected before it is checked."""

from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response
from werkzeug.datastructures import MultiDict

from ingest.plan_files import text_of
from ingest.plan_reading import ReadPlan
from ingest.plan_recognising import recognise
from repository import planning, plans, reading
from repository.domain.plan import Plan, PlanFacts
from repository.errors import CairnError, PlanChanged, Rejected
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("plan_entering", __name__, url_prefix="/plans")
ID = "<int(max=2147483647):plan_id>"
#: What the fields are called on the page, for those that were guessed.
FIELDS = {
    "cohort": "the cohort",
    "product_area": "the product area",
    "method": "the method",
    "accounts": "the accounts",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a form came back: what is wrong, and what helps."""

    message: str
    hint: str = ""


@blueprint.get("/new")
def new() -> str:
    """Show where a plan is pasted, dropped or typed; with `study`, the form filled with that study's questions."""
    study_id = inputs.whole(request.args.get("study"), "Study", default=0, least=0)
    if not study_id:
        return render_template("plans/new.html", body="", problem=None)
    facts = reading.study(workspace(), viewer(), study_id).card.study.facts
    planned = PlanFacts(
        facts.title, "", facts.questions, facts.cohort, facts.product_area, facts.method, (), facts.owner
    )
    return _form(planned, study_id=study_id)


@blueprint.get("/new/form")
def by_hand() -> str:
    """Show the empty form, or (`q`) with the one question that nobody has asked yet."""
    question = " ".join(request.args.get("q", "").replace("\0", " ").split())[:500]
    return _form(PlanFacts("", questions=(question,) if question else ()))


@blueprint.post("/new")
def read() -> str | tuple[str, int]:
    """Recognise what was pasted or uploaded, and show it to be corrected. Nothing is kept yet."""
    body = request.form.get("body", "").replace("\0", " ")
    file = request.files.get("file")
    name = ""
    if file and file.filename:
        name = file.filename
        try:
            body = text_of(workspace(), name, file.stream)  # type: ignore[arg-type]
        except CairnError as error:
            return render_template("plans/new.html", body=body, problem=error), 422
    if not body.strip():
        problem = Problem("There is no plan yet.", "Paste it, choose a file, or fill in the form.")
        return render_template("plans/new.html", body=body, problem=problem), 422
    found = recognise(workspace(), viewer(), body)
    return _form(found.facts, body=body, found=found, name=name)


@blueprint.post("/check")
def check() -> Response | tuple[str, int]:
    """Keep a plan as it stands in the form, check it, and show the verdicts."""
    facts, body = plan_facts(request.form), request.form.get("body", "").replace("\0", " ")
    study_id = inputs.whole(request.form.get("study"), "Study", default=0, least=0)
    try:
        plan = plans.create(workspace(), viewer(), facts, body=body, study_id=study_id or None)
    except Rejected as error:
        return _form(facts, body=body, study_id=study_id, problem=error), 422
    planning.check_plan(workspace(), viewer(), plan.id)
    return redirect(url_for("plans.show", plan_id=plan.id), 303)


@blueprint.get(f"/{ID}/edit")
def edit(plan_id: int) -> str:
    """Show a plan's form."""
    plan = plans.show(workspace(), plan_id)
    return _form(plan.facts, body=plan.body, plan=plan)


@blueprint.post(f"/{ID}/edit")
def update(plan_id: int) -> Response | tuple[str, int]:
    """Change a plan and check it again; who was not the first is told, and loses nothing."""
    facts = plan_facts(request.form)
    edition = inputs.whole(request.form.get("edition"), "Edition", default=1)
    try:
        before = plans.show(workspace(), plan_id)
        after = plans.change(workspace(), viewer(), plan_id, facts, edition=edition)
    except PlanChanged as error:
        now = plans.show(workspace(), plan_id)
        return _form(facts, body=now.body, plan=now, problem=error, theirs=now.facts), 409
    except Rejected as error:
        now = replace(plans.show(workspace(), plan_id), edition=edition)
        return _form(facts, body=now.body, plan=now, problem=error), 422
    if replace(before.facts, title="", goal="", owner="") != replace(after.facts, title="", goal="", owner=""):
        planning.check_plan(workspace(), viewer(), plan_id)
        flash("Saved, and checked again.", "success")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


def plan_facts(form: MultiDict[str, str]) -> PlanFacts:
    """Read what a form says about a plan."""

    def line(name: str, most: int = 200) -> str:
        return " ".join(form.get(name, "").replace("\0", " ").split())[:most]

    questions = [" ".join(q.split())[:500] for q in form.get("questions", "").replace("\0", " ").splitlines()]
    accounts = [
        " ".join(a.split())[:200] for a in form.get("accounts", "").replace("\0", " ").replace(";", "\n").splitlines()
    ]
    return PlanFacts(
        title=line("title"),
        goal=line("goal", 1000),
        questions=tuple(q for q in questions if q)[:300],
        cohort=line("cohort"),
        product_area=line("product_area"),
        method=line("method"),
        accounts=tuple(a for a in accounts if a)[:50],
        owner=line("owner"),
    )


def _form(
    facts: PlanFacts,
    *,
    body: str = "",
    found: ReadPlan | None = None,
    name: str = "",
    plan: Plan | None = None,
    study_id: int = 0,
    problem: CairnError | Problem | None = None,
    theirs: PlanFacts | None = None,
) -> str:
    from ingest.plan_recognising import known_names

    return render_template(
        "plans/form.html",
        facts=facts,
        body=body,
        found=found,
        guessed=[FIELDS[field] for field in found.guessed] if found else [],
        name=name,
        plan=plan,
        study_id=study_id,
        problem=problem,
        theirs=theirs,
        known=known_names(workspace(), viewer()),
    )
