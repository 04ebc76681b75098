"""Upload: files into a study, then their progress until they can be searched."""

from collections.abc import Sequence
from typing import Any, BinaryIO

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from ingest import previewing, revising
from ingest.intake import Accepted, accept
from ingest.pipeline import choices_of
from ingest.previewing import Preview
from ingest.readers.received import Choices
from ingest.unpacking import contents
from repository import participants, progress, studies
from repository import speakers as people
from repository.domain.transcript import KnownSpeaker, Role, RoleSource
from repository.errors import CairnError, Forbidden, NotFound, Rejected, Unavailable
from repository.participants import About
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("uploading", __name__)

#: Files followed on one page, and refusals told one by one.
MOST, TOLD = 500, 10
#: Files read for one answer.
AT_ONCE = 10
#: Speakers and columns of one file that a form can speak of.
MOST_SPEAKERS, MOST_COLUMNS = 500, 500
#: What a table's column can be used for, in words.
USES = {
    "": "not used",
    "text": "words (an answer, a note, a message)",
    "speaker": "who says it",
    "role": "role of who says it",
    "start": "begins at",
    "end": "ends at",
    "date": "date",
    "title": "title",
    "rating": "rating",
    "reply": "reply to it",
    "id": "number or id",
}
#: Encodings offered where one was guessed.
ENCODINGS = (
    "utf-8",
    "cp1252",
    "iso-8859-1",
    "iso-8859-2",
    "cp1250",
    "cp1251",
    "mac-roman",
    "utf-16",
    "shift_jis",
    "gb18030",
)


@blueprint.get("/upload")
def form() -> str:
    """Show the drop zone."""
    return render_template(
        "uploading/form.html",
        titles=studies.titles(workspace(), viewer()),
        chosen=inputs.whole(request.args.get("study"), "Study", default=0),
        most_mb=workspace().settings.ingest.max_file_mb,
        waiting=previewing.count(workspace(), viewer()),
    )


@blueprint.post("/upload")
def upload() -> Response:
    """Keep each file, say what is refused and why, and go on to the preview of the others."""
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        raise Rejected("No file was chosen.", hint="Drop files on the page, or choose them.", slug="no-file")
    study_id = _study()
    kept: list[Accepted] = []
    refused: list[str] = []
    for file in files:
        try:
            for name, data in contents(file.filename or "", file.stream):  # type: ignore[arg-type]
                kept.append(_accept(study_id, name, data))
        except (NotFound, Forbidden, Unavailable):
            raise
        except CairnError as error:
            name = "" if file.filename and file.filename in error.message else f"{file.filename}: "
            refused.append(f"{name}{error}")
    for words in refused[:TOLD]:
        flash(words, "danger")
    if len(refused) > TOLD:  # a cookie carries no more
        flash(f"{len(refused) - TOLD} more files were refused for such reasons.", "danger")
    known = [accepted for accepted in kept if accepted.already_here]
    if known:
        flash(f"{len(known)} of the files were in this study already; nothing was added twice.", "info")
    if len(known) == len(kept):
        return redirect(_followed([accepted.source.id for accepted in known], study_id), 303)
    return redirect(url_for("uploading.preview", study=study_id), 303)


def _followed(sources: Sequence[int], study_id: int) -> str:
    return url_for("uploading.follow", source=sources[:MOST], study=study_id)


@blueprint.get("/upload/preview")
def preview() -> str:
    """Show what the files that wait are recognised as, who speaks, and what is odd."""
    study_id = inputs.whole(request.args.get("study"), "Study", default=0) or None
    whole = bool(request.args.get("whole"))
    return _previewed("uploading/preview.html", study_id, most=None if whole else AT_ONCE)


@blueprint.get("/upload/preview/more")
def more() -> str:
    """Show the next of the files that wait; each part asks for the one after it."""
    study_id, after, readable = (
        inputs.whole(request.args.get(name), name, default=0) for name in ("study", "after", "readable")
    )
    return _previewed("uploading/more.html", study_id or None, most=AT_ONCE, after=after, readable=readable)


def _previewed(template: str, study_id: int | None, *, most: int | None, after: int = 0, readable: int = 0) -> str:
    """Show what waits `after` the last file shown; `readable` counts those before; `most` is the most to read now."""
    held = previewing.held(workspace(), viewer(), study_id)
    wanted = [source for source in held if source.id > after][:most]
    found = previewing.previews(workspace(), viewer(), wanted)
    left = bool(wanted) and wanted[-1].id != held[-1].id
    return render_template(
        template,
        previews=found,
        total=len(held),
        after=wanted[-1].id if left else 0,
        done=sum(1 for source in held if source.id <= wanted[-1].id) if left else 0,
        readable=readable + sum(1 for one in found if not one.problem and not one.corrects),
        swapped=after > 0,
        whole=url_for("uploading.preview", study=study_id, whole=1),
        study=study_id,
        titles=studies.titles(workspace(), viewer()),
        register=participants.register(workspace()),
        roles=list(Role),
        readers=previewing.reader_titles(),
        uses=USES,
        encodings=ENCODINGS,
    )


@blueprint.post("/upload/preview")
def decide() -> Response:
    """Add the files, read them again as chosen, or let one go."""
    act, _, number = request.form.get("act", "add").partition("-")
    study_id = inputs.whole(request.form.get("study"), "Study", default=0) or None
    if act == "discard":
        name = previewing.discard(workspace(), viewer(), inputs.whole(number, "File", default=0))
        flash(f"{name} was not added.", "info")
        return redirect(url_for("uploading.preview", study=study_id), 303)
    if act == "correct":
        source_id, session_id = (inputs.whole(one, "Number", default=0) for one in f"{number}-".split("-")[:2])
        revising.take_over(workspace(), viewer(), session_id, source_id)
        return redirect(url_for("revisions.corrected", session_id=session_id, source_id=source_id), 303)
    wanted = [inputs.whole(one, "File", default=0) for one in request.form.getlist("source")]
    if act == "add" and number:
        wanted = [inputs.whole(number, "File", default=0)]
    held = [one for one in previewing.held(workspace(), viewer(), study_id) if one.id in set(wanted)]
    waiting = {one.source.id: one for one in previewing.previews(workspace(), viewer(), held) if not one.corrects}
    # Of those missing somebody else was quicker. All are understood before one is added.
    choices = {i: _choice(waiting[i], choices_of(waiting[i].source)) for i in wanted if i in waiting}
    added = []
    for source_id, choice in choices.items():
        changed = choice["choices"] != choices_of(waiting[source_id].source)
        if act == "look" or changed or waiting[source_id].problem:
            previewing.choose(workspace(), viewer(), source_id, **choice)
        else:
            previewing.confirm(workspace(), viewer(), source_id, **choice)
            added.append(source_id)
    left = previewing.count(workspace(), viewer(), study_id)
    if added and left:
        flash(f"{left} of the files were not added: they wait under Upload.", "info")
    if added:
        return redirect(_followed(added, waiting[added[0]].source.study_id), 303)
    if act == "add" and choices:
        flash("These files are read differently now: look once more, then add them.", "info")
    return redirect(url_for("uploading.preview", study=study_id), 303)


@blueprint.post("/upload/participants/<int(max=2147483647):participant_id>/remove")
def remove_participant(participant_id: int) -> Response:
    """Remove a participant whom nobody is said to be."""
    flash(f"{participants.remove(workspace(), viewer(), participant_id)} is not in the register any more.", "info")
    study_id = inputs.whole(request.args.get("study"), "Study", default=0) or None
    return redirect(url_for("uploading.preview", study=study_id), 303)


@blueprint.get("/upload/preview/<int(max=2147483647):source_id>/<int(max=2147483647):session_id>")
def difference(source_id: int, session_id: int) -> str:
    """Show in what a file that waits differs from a transcript that is nearly the same."""
    found, near, changes = previewing.differences(workspace(), viewer(), source_id, session_id)
    return render_template(
        "uploading/difference.html", preview=found, near=near, changes=changes[:MOST], more=len(changes[MOST:])
    )


def _choice(preview: Preview, before: Choices) -> dict[str, Any]:
    """Read what the form says about one file that was read as chosen `before`; of speakers, what differs."""
    form, source_id = request.form, preview.source.id

    def given(name: str) -> str:
        return form.get(f"f{source_id}-{name}", "").strip()

    who = dict(people.chosen(preview.source.choices))
    proposed = {one.raw_label: (one.label, one.role, one.participant) for one in preview.speakers}
    about = About(given("account"), given("cohort"), given("occupation"))
    for number in range(MOST_SPEAKERS):
        if f"f{source_id}-s{number}-raw" not in form:
            break
        raw, participant = form[f"f{source_id}-s{number}-raw"], given(f"s{number}-participant")
        label, role = people.cleaned(given(f"s{number}-label")), inputs.role(given(f"s{number}-role"))
        # A participant proposed because of the label is nobody's word yet, but a yes to the preview is.
        if (label, role, participant) != proposed.get(raw) or participant:
            who[raw] = KnownSpeaker(label, role, _participant(participant, about), RoleSource.PERSON)
    day = inputs.day(given("date"), "The date")
    return {
        "occurred_on": day,
        "dated": preview.day_from == "person" or day != preview.occurred_on,
        "consent": given("consent")[:500],
        "choices": reading_chosen(f"f{source_id}", before),
        "people": who,
    }


def reading_chosen(field: str, before: Choices) -> Choices:
    """Read how a file is to be read from the fields that begin with `field`; it was read as chosen `before`."""
    form = request.form

    def given(name: str) -> str:
        return form.get(f"{field}-{name}", "").strip()

    columns = {
        form[f"{field}-c{number}-name"]: given(f"c{number}-use")
        for number in range(MOST_COLUMNS)
        if f"{field}-c{number}-name" in form
    }
    if columns == {form[f"{field}-c{n}-name"]: given(f"c{n}-proposed") for n in range(len(columns))}:
        columns = dict(before.columns)  # nothing was changed
    return Choices(given("reader"), given("encoding"), columns)


def _participant(label: str, about: About) -> int | None:
    """Give the participant of a label; one that is not there yet is made, with what is said about the new ones."""
    if not label:
        return None
    known = {one.label.casefold(): one.id for one in participants.register(workspace()).participants}
    if label.casefold() in known:
        return known[label.casefold()]
    number, _ = participants.enter(workspace(), viewer(), label, about)
    flash(f"{label} is a participant now.", "info")
    return number


def _study() -> int:
    """Give the study that was chosen, or make the one that was named."""
    title = inputs.study_facts(request.form).title
    if title:
        return studies.find_or_create(workspace(), viewer(), title).id
    chosen = inputs.whole(request.form.get("study"), "Study", default=0)
    if not chosen:
        raise Rejected("A file belongs to a study.", hint="Choose one, or give a new one a title.", slug="no-study")
    return chosen


def _accept(study_id: int, name: str, data: BinaryIO | bytes) -> Accepted:
    return accept(
        workspace(),
        viewer(),
        study_id=study_id,
        name=name,
        data=data,
        occurred_on=inputs.day(request.form.get("occurred_on"), "The date"),
        consent=request.form.get("consent", "").strip()[:500],
        held=True,
    )


@blueprint.get("/upload/progress")
def follow() -> str:
    """Show how far files have come; the page asks again every second until all are through."""
    sources = [inputs.whole(number, "Source", default=0) for number in request.args.getlist("source")][:MOST]
    views = progress.jobs(workspace(), viewer(), source_ids=sources, limit=MOST) if sources else ()
    template = "uploading/rows.html" if request.headers.get("HX-Request") else "uploading/progress.html"
    return render_template(
        template,
        views=sorted(views, key=lambda view: view.source.id),
        over=all(view.job.state.over for view in views),
        ready=sum(1 for view in views if view.job.state.over and not view.job.error),
        study=inputs.whole(request.args.get("study"), "Study", default=0),
        again=url_for("uploading.follow", source=sources, study=request.args.get("study") or None),
    )
