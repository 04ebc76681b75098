"""The drift queue: what in the codebook needs hands, each with its remedy one click away."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from repository import drifting
from repository.drift_signs import Finding, Kind
from web import inputs
from web.access import viewer, workspace
from web.fragments import plural

blueprint = Blueprint("drift", __name__, url_prefix="/codebook/drift")

#: Findings of a kind that are shown beside the other kinds; all of them on the kind's own page.
FEW = 5
#: How each kind is called, and what it means.
TITLES = {
    Kind.ALIKE: ("Nearly the same", "Two codes for one thing: coders choose either, and counts are split."),
    Kind.SAME_NAME: ("One name, several places", "Whoever searches for the name finds only one of them."),
    Kind.TURNED_DOWN: ("Suggestions turned down", "The definition says something else than people mean."),
    Kind.DISAGREED: ("Low agreement", "Two people who coded the same transcripts do not mean the same."),
    Kind.OVERGROWN: ("Overgrown", "Too much in one code says little: several codes may hide in it."),
    Kind.UNDEFINED: ("Undefined", "Nobody can tell what belongs here."),
    Kind.UNUSED: ("Unused", "Codes that nobody needs make the others harder to find."),
}
#: Months without use that can be asked for.
MONTHS = (3, 6, 12, 24)


@blueprint.get("")
def index() -> str:
    """Show what was found: a few of each kind, or all of one."""
    months = inputs.whole(request.args.get("months"), "Months", default=drifting.MONTHS, most=240)
    found = drifting.drift(workspace(), viewer(), months=months)
    kind = next((kind for kind in Kind if kind.value == request.args.get("kind")), None)
    by_kind = {one: [finding for finding in found.findings if finding.kind is one] for one in Kind}
    return render_template(
        "drift/index.html",
        found=found,
        by_kind={one: rows for one, rows in by_kind.items() if rows},
        kind=kind,
        page=inputs.page(by_kind[kind], request.args) if kind else None,
        few=FEW,
        titles=TITLES,
        months=months,
        choices=MONTHS,
        remedies=remedies,
        may_write=viewer().may_write,
    )


@blueprint.post("/dismiss")
def dismiss() -> Response:
    """Remember that a finding is none."""
    key = request.form.get("key", "")
    told = drifting.dismiss(workspace(), viewer(), key)
    flash((told, url_for("drift.restore", key=key)), "undo")  # type: ignore[arg-type]
    return _back()


@blueprint.post("/restore")
def restore() -> Response:
    """Put a dismissed finding back."""
    flash(drifting.restore(workspace(), viewer(), request.values.get("key", "")), "info")
    return _back()


def remedies(finding: Finding) -> list[tuple[str, str]]:
    """Give what helps against a finding, the best first: what a link says, and where it leads."""
    code = finding.codes[-1]
    edit = ("Change the definition", url_for("codebook.show", slug=code.facts.slug))
    if finding.kind in (Kind.ALIKE, Kind.SAME_NAME):
        merge = url_for("codebook_acts.merge", code=[c.facts.slug for c in finding.codes], into=code.facts.slug)
        if finding.kind is Kind.ALIKE:
            names = [f"Change “{c.facts.name}”" for c in finding.codes]
            words = f"Merge into “{code.facts.name}”"
        else:
            names, words = [f"Rename {n}" for n in range(1, len(finding.codes) + 1)], "Merge them"
        pages = [url_for("codebook.show", slug=c.facts.slug) for c in finding.codes]
        return [(words, merge), *list(zip(names, pages, strict=True))[:6]]
    if finding.kind is Kind.TURNED_DOWN:
        return [edit, ("See them", url_for("themes.show", slug=code.facts.slug, show="contradicting"))]
    if finding.kind is Kind.DISAGREED and finding.coders:
        first, second = finding.coders
        return [("See where they differ", url_for("agreement.index", first=first, second=second)), edit]
    if finding.kind is Kind.OVERGROWN:
        split = url_for("codebook_acts.splitting", slug=code.facts.slug)
        return [("Split it", split), ("See the quotes", url_for("themes.show", slug=code.facts.slug)), edit]
    if finding.kind is Kind.UNDEFINED:
        return [("Define it", edit[1]), ("See how it is used", url_for("themes.show", slug=code.facts.slug))]
    retire = ("Retire it", url_for("codebook_acts.retire", slug=code.facts.slug))
    review = (f"Review {plural(finding.waiting, 'suggestion')}", url_for("review.index", code=code.facts.slug))
    return [review, retire] if finding.waiting else [retire, edit]


def _back() -> Response:
    kind = request.values.get("kind", "")
    return redirect(url_for("drift.index", kind=kind or None), 303)
