"""Plans: the list, one plan with its verdicts, checking it again, what is decided about its questions, and its brief."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug import Response as Answer

from repository import planning, plans, studies
from repository.domain.plan import Choice, Verdict
from repository.errors import Conflict, Rejected
from repository.planning import PORTION
from web import briefs, inputs
from web.access import viewer, workspace

blueprint = Blueprint("plans", __name__, url_prefix="/plans")
ID = "<int(max=2147483647):plan_id>"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/")
def index() -> str:
    """List the plans, and what they spared participants."""
    cards = plans.cards(workspace(), viewer())
    spared = plans.avoided(workspace(), viewer())
    return render_template("plans/index.html", page=inputs.page(cards, request.args), spared=spared, Verdict=Verdict)


@blueprint.get(f"/{ID}")
def show(plan_id: int) -> str:
    """Show a plan with what is known of its questions."""
    check_id = inputs.whole(request.args.get("check"), "Check", default=0, least=0)
    view = planning.view(workspace(), viewer(), plan_id, check_id=check_id or None)
    number = inputs.whole(request.args.get("page"), "Page", default=1)
    pages = max(1, -(-len(view.questions) // PORTION))
    number = min(number, pages)
    shown = view.questions[(number - 1) * PORTION : number * PORTION]
    return render_template(
        "plans/show.html",
        view=view,
        plan=view.plan,
        shown=shown,
        page=inputs.Page(shown, number, pages, len(view.questions)),
        titles=studies.titles(workspace(), viewer()),
        Verdict=Verdict,
        Choice=Choice,
        portion=PORTION,
    )


@blueprint.get(f"/{ID}/changed")
def changed(plan_id: int) -> str:
    """Say what a check would find now that the last one did not."""
    found = planning.changed_since(workspace(), viewer(), plan_id)
    whole = "" if request.headers.get("HX-Request") else "plans/changed_page.html"
    return render_template(whole or "plans/changed.html", changes=found, plan=plans.show(workspace(), plan_id))


@blueprint.post(f"/{ID}/check")
def check(plan_id: int) -> Answer:
    """Check a plan again, or the questions that were not come to yet."""
    if request.form.get("further"):
        planning.check_further(workspace(), viewer(), plan_id)
        page = inputs.whole(request.form.get("page"), "Page", default=1)
        return redirect(url_for("plans.show", plan_id=plan_id, page=page) + "#questions", 303)
    planning.check_plan(workspace(), viewer(), plan_id)
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.post(f"/{ID}/decide")
def decide(plan_id: int) -> Answer | tuple[str, int]:
    """Keep what is done about a question."""
    form = request.form
    number = inputs.whole(form.get("number"), "Question", default=1)
    try:
        choice, verdict = Choice(form.get("choice", "")), Verdict(form.get("verdict", ""))
    except ValueError as error:
        raise Rejected(
            "There is no such choice.", hint=f"Use one of: {', '.join(Choice)}.", slug="no-such-choice"
        ) from error
    question = form.get("question", "")
    try:
        made = plans.decide(workspace(), viewer(), plan_id, question, choice, verdict, form.get("reason", ""))
    except Rejected as error:
        flash(f"{error.message} {error.hint}", "danger")
        return redirect(_question(plan_id, number), 303)
    undo = url_for("plans.undo_decision", plan_id=plan_id, decision_id=made.id, number=number)
    flash((f"Question {number}: {choice.value}.", undo), "undo")  # type: ignore[arg-type]
    return redirect(_question(plan_id, number), 303)


@blueprint.post(f"/{ID}/decisions/<int(max=2147483647):decision_id>/undo")
def undo_decision(plan_id: int, decision_id: int) -> Answer:
    """Take a decision back."""
    plans.undo_decision(workspace(), viewer(), plan_id, decision_id)
    return redirect(_question(plan_id, inputs.whole(request.args.get("number"), "Question", default=1)), 303)


@blueprint.post(f"/{ID}/delete")
def delete(plan_id: int) -> Answer:
    """Put a plan into the bin, with a way back."""
    title = plans.show(workspace(), plan_id).facts.title
    plans.bin_plan(workspace(), viewer(), plan_id)
    flash((f"“{title}” is in the bin.", url_for("plans.restore", plan_id=plan_id)), "undo")  # type: ignore[arg-type]
    return redirect(url_for("plans.index"), 303)


@blueprint.post(f"/{ID}/restore")
def restore(plan_id: int) -> Answer:
    """Take a plan out of the bin."""
    plans.restore_plan(workspace(), viewer(), plan_id)
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.post(f"/{ID}/study")
def study(plan_id: int) -> Answer:
    """Make a study of a plan, attach it to one, or take it from one."""
    chosen = request.form.get("study", "")
    try:
        if chosen == "new":
            made = plans.begin_study(workspace(), viewer(), plan_id)
            flash("The study is made, as planned. Change it here; it begins to recruit when you say so.", "success")
            return redirect(url_for("studies.edit", study_id=made.id), 303)
        number = inputs.whole(chosen, "Study", default=0, least=0)
        plans.attach(workspace(), viewer(), plan_id, number or None)
    except Conflict as error:
        flash(f"{error.message} {error.hint}", "danger")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


@blueprint.get(f"/{ID}/brief.<any(md, docx):kind>")
def brief(plan_id: int, kind: str) -> Response:
    """Give the plan with what is known, as Markdown or as a Word document."""
    view = planning.view(workspace(), viewer(), plan_id)
    written = briefs.brief(view, root=request.url_root, on=workspace().clock().date())
    if kind == "md":
        answer = Response(briefs.as_markdown(written), mimetype="text/markdown")
    else:
        from web.briefs_word import as_word

        answer = Response(as_word(written), mimetype=WORD)
    answer.headers["Content-Disposition"] = f'attachment; filename="plan-{plan_id}.{kind}"'
    return answer


def _question(plan_id: int, number: int) -> str:
    page = -(-number // PORTION)
    return url_for("plans.show", plan_id=plan_id, page=page if page > 1 else None) + f"#q{number}"
