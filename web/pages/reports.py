"""Reports: built with a preview, kept by name, frozen as versions, compared, shared by a link, and downloaded."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from markupsafe import Markup
from werkzeug import Response as AnyResponse
from werkzeug.datastructures import MultiDict

from repository import report_keeping, report_reading, report_rows, reporting
from repository.domain.access import Viewer
from repository.domain.report import Contents, Place, Report, ReportScope, Template
from repository.errors import Rejected
from repository.report_choices import choices
from repository.report_comparing import compare
from web import charts, inputs
from web.access import viewer, workspace
from web.reporting import filling, formats
from web.reporting.blocks import Document

blueprint = Blueprint("reports", __name__, url_prefix="/reports")

ONE = "/<int(max=2147483647):report_id>"
#: Characters of what is typed, and days that a link is good for where nobody says otherwise.
TYPED, DAYS = 200, 30
#: What an address says about a scope.
SCOPE = ("study", "theme", "cohort", "account", "area", "since", "until", "machine", "insight")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where what a report counts is shown: rows in the scope of a kept report (0: for those who come by a link, nowhere)."""

    report_id: int
    absolute: bool = False

    def rows(self, theme: str, *, code: str = "", cohort: str | None = None, period: str = "") -> str:
        """Give the page with the rows that a number counts, with its host: drawn charts know no other way."""
        if not self.report_id:
            return ""
        if not self.report_id:
            return ""
        narrowed = {"theme": theme, "code": code or None, "cohort": cohort, "period": period or None}
        return url_for("reports.rows", report_id=self.report_id, _external=True, **narrowed)

    def page(self, path: str) -> str:
        """Give a page by its path."""
        return url_for("home.home", _external=True).rstrip("/") + path if self.absolute else path

    def quote(self, place: Place) -> str:
        """Give the permanent link to words."""
        span: dict[str, Any] = {"from": place.start, "to": place.end}
        return url_for(
            "transcripts.show", session_id=place.session_id, _anchor="found", _external=self.absolute, **span
        )


@blueprint.get("/")
def index() -> str:
    """List the reports that are kept."""
    held = report_keeping.reports(workspace(), viewer())
    return render_template("reports/index.html", page=inputs.page(held, request.args), may_write=viewer().may_write)


@blueprint.get("/new")
def new() -> str:
    """Show the form for a new report; an address may say what it is to be about."""
    return _form(None, request.args)


@blueprint.post("/new")
def create() -> AnyResponse:
    """Keep a new report."""
    kept = report_keeping.keep(workspace(), viewer(), _name(), _template(request.form), scope(request.form))
    return redirect(url_for("reports.show", report_id=kept.id), 303)


@blueprint.get("/preview")
def preview() -> str:
    """Show what a report would count, while it is being chosen."""
    contents = reporting.compile_report(workspace(), viewer(), "Preview", _template(request.args), scope(request.args))
    return render_template("reports/preview.html", contents=contents)


@blueprint.get(ONE)
def show(report_id: int) -> str:
    """Show a report as it is today."""
    kept, contents = report_keeping.live(workspace(), viewer(), report_id)
    return _shown(kept, contents, None)


@blueprint.get(f"{ONE}/edit")
def edit(report_id: int) -> str:
    """Show the form of a report."""
    return _form(report_keeping.report(workspace(), viewer(), report_id).report, MultiDict())


@blueprint.post(f"{ONE}/edit")
def update(report_id: int) -> AnyResponse:
    """Change what a report is about."""
    edition = inputs.whole(request.form.get("edition"), "Edition", default=0, least=0)
    report_keeping.change(
        workspace(), viewer(), report_id, _name(), _template(request.form), scope(request.form), edition=edition
    )
    return redirect(url_for("reports.show", report_id=report_id), 303)


@blueprint.post(f"{ONE}/delete")
def delete(report_id: int) -> AnyResponse:
    """Put a report into the bin, with a way back."""
    gone = report_keeping.remove(workspace(), viewer(), report_id)
    flash((f"“{gone.name}” is in the bin.", url_for("reports.restore", report_id=report_id)), "undo")  # type: ignore[arg-type]
    return redirect(url_for("reports.index"), 303)


@blueprint.post(f"{ONE}/restore")
def restore(report_id: int) -> AnyResponse:
    """Take a report out of the bin."""
    report_keeping.restore(workspace(), viewer(), report_id)
    return redirect(url_for("reports.show", report_id=report_id), 303)


# Versions


@blueprint.post(f"{ONE}/freeze")
def freeze(report_id: int) -> AnyResponse:
    """Keep what a report says now as its next version."""
    version = report_keeping.freeze(workspace(), viewer(), report_id, request.form.get("note", "").replace("\0", " "))
    flash(f"Version {version.number} is kept. It stays as it is, whatever changes.", "info")
    return redirect(url_for("reports.version", report_id=report_id, number=version.number), 303)


@blueprint.get(f"{ONE}/versions/<int(max=2147483647):number>")
def version(report_id: int, number: int) -> str:
    """Show a version as it was kept."""
    kept, found, contents = report_keeping.frozen(workspace(), viewer(), report_id, number)
    return _shown(kept, contents, found.number)


@blueprint.get(f"{ONE}/compare")
def comparing(report_id: int) -> str:
    """Compare a version with a later one, or with what is so today."""
    kept = report_keeping.report(workspace(), viewer(), report_id)
    if not kept.versions:
        raise Rejected("There is no frozen version to compare with.", hint="Freeze the report first.")
    first = inputs.whole(request.args.get("from"), "Version", default=kept.versions[0].number)
    last = inputs.whole(request.args.get("to"), "Version", default=0, least=0)
    _, _, before = report_keeping.frozen(workspace(), viewer(), report_id, first)
    after = _of_version(viewer(), report_id, last or None)[1]
    changes = compare(before, after)
    places = [place for theme in changes.themes for place in theme.quotes]
    return render_template(
        "reports/compare.html",
        kept=kept,
        first=first,
        last=last,
        before=before,
        after=after,
        changes=changes,
        quotes=report_reading.read_places(workspace(), viewer(), places),
        address=Addresses(report_id),
    )


@blueprint.get(f"{ONE}/rows")
def rows(report_id: int) -> str:
    """Show the people and the words that a number of a report counts today."""
    kept = report_keeping.report(workspace(), viewer(), report_id)
    found = report_rows.behind(
        workspace(),
        viewer(),
        kept.report.scope,
        request.args.get("theme", "")[:TYPED],
        code=request.args.get("code", "")[:TYPED],
        cohort=request.args["cohort"][:TYPED] if "cohort" in request.args else None,
        when=request.args.get("period", "")[:TYPED],
    )
    return render_template("reports/rows.html", kept=kept, found=found, page=inputs.page(found.people, request.args))


@blueprint.get(f"{ONE}/download")
def download(report_id: int) -> AnyResponse:
    """Give a report, or a version of it, as a file."""
    number = inputs.whole(request.args.get("version"), "Version", default=0, least=0) or None
    kept, contents = _of_version(viewer(), report_id, number)
    made = formats.FORMATS.get(request.args.get("format", ""))
    if made is None:
        raise Rejected(
            "There is no such format.", hint=f"Use one of: {', '.join(formats.FORMATS)}.", slug="no-such-format"
        )
    document = _document(viewer(), contents, Addresses(report_id, absolute=True))
    name = f"{kept.report.name} {number}" if number else kept.report.name
    return send_file(
        BytesIO(made.render(document)),
        mimetype=made.mime,
        as_attachment=True,
        download_name=formats.file_name(name, made),
    )


# Links


@blueprint.post(f"{ONE}/versions/<int(max=2147483647):number>/share")
def share(report_id: int, number: int) -> str:
    """Make a link to a version, shown once."""
    days = inputs.whole(request.form.get("days"), "Days", default=DAYS, most=report_keeping.DAYS)
    token, link = report_keeping.share(workspace(), viewer(), report_id, number, days=days)
    kept = report_keeping.report(workspace(), viewer(), report_id)
    address = url_for("reports.shared", token=token, _external=True)
    return render_template("reports/shared_link.html", kept=kept, number=number, link=link, address=address)


@blueprint.post(f"{ONE}/links/<int(max=2147483647):link_id>/revoke")
def revoke(report_id: int, link_id: int) -> AnyResponse:
    """Let a link lead nowhere."""
    report_keeping.revoke(workspace(), viewer(), report_id, link_id)
    flash("The link leads nowhere from now on.", "info")
    return redirect(url_for("reports.show", report_id=report_id), 303)


@blueprint.get("/shared/<token>")
def shared(token: str) -> str:
    """Show the version that a link leads to, to whoever has the link: nothing on it leads further in."""
    version, contents, link = report_keeping.shared(workspace(), token[:TYPED])
    document = _document(report_keeping.reader_of(link), contents, Addresses(0))
    return render_template("reports/shared.html", document=document, version_number=version.number, link=link, svg=_svg)


def scope(args: MultiDict[str, str]) -> ReportScope:
    """Read a scope from an address or a form: study*, theme*, cohort*, account*, area*, since, until, machine, insight."""

    def some(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.replace("\0", " ")[:TYPED] for one in args.getlist(name) if one.strip()))

    return ReportScope(
        studies=tuple(inputs.whole(one, "Study", default=0) for one in some("study")),
        themes=some("theme"),
        cohorts=some("cohort"),
        accounts=tuple(inputs.whole(one, "Account", default=0) for one in some("account")),
        product_areas=some("area"),
        since=inputs.day(args.get("since"), "The first day"),
        until=inputs.day(args.get("until"), "The last day"),
        people_only=not args.get("machine"),
        insight_id=inputs.whole(args.get("insight"), "Insight", default=0, least=0) or None,
    )


def _of_version(who: Viewer, report_id: int, number: int | None) -> tuple[report_keeping.Kept, Contents]:
    if number is None:
        return report_keeping.live(workspace(), who, report_id)
    kept, _, contents = report_keeping.frozen(workspace(), who, report_id, number)
    return kept, contents


def _document(who: Viewer, contents: Contents, address: Addresses) -> Document:
    quotes = report_reading.read_quotes(workspace(), who, contents)
    return filling.document(contents, quotes, address, folder=workspace().folder / "templates")


def _shown(kept: report_keeping.Kept, contents: Contents, number: int | None) -> str:
    return render_template(
        "reports/show.html",
        kept=kept,
        contents=contents,
        number=number,
        document=_document(viewer(), contents, Addresses(kept.report.id)),
        formats=formats.FORMATS.values(),
        svg=_svg,
        days=DAYS,
        may_write=viewer().may_write,
    )


def _svg(specification: dict[str, object], *, dark: bool = False) -> Markup:
    """Draw a chart. What it says is escaped by whoever draws it."""
    return Markup(charts.svg(specification, dark=dark))


def _form(report: Report | None, args: MultiDict[str, str]) -> str:
    return render_template(
        "reports/form.html",
        report=report,
        scope=report.scope if report else scope(args),
        name=args.get("name", "")[:TYPED],
        chosen=report.template if report else _template(args),
        choices=choices(workspace(), viewer()),
        templates=Template,
    )


def _name() -> str:
    return request.form.get("name", "")[: 2 * TYPED]


def _template(args: MultiDict[str, str]) -> Template:
    try:
        return Template(args.get("template") or Template.THEMES)
    except ValueError as error:
        known = ", ".join(Template)
        raise Rejected("There is no such template.", hint=f"Use one of: {known}.", slug="no-such-template") from error
