"""The places of the navigation: what stands in the bar, and what behind "More"; only pages that there are."""

from dataclasses import dataclass

from flask import Flask, current_app, request


@dataclass(frozen=True, slots=True)
class Place:
    """A page one can go to from everywhere; `here`: this page is one of its."""

    endpoint: str
    name: str
    icon: str
    here: bool = False


#: In the bar, in order; on a narrow screen only the first few are, and the others behind "More", too.
BAR = (
    ("home.home", "Search", "search"),
    ("insights.index", "Insights", "heart-handshake"),
    ("plans.index", "Plans", "file-text"),
    ("studies.index", "Studies", "books"),
    ("themes.index", "Themes", "tags"),
    ("review.index", "Review", "inbox"),
    ("discover.index", "Discover", "highlight"),
    ("codebook.index", "Codebook", "database"),
    ("uploading.form", "Upload", "upload"),
)
MORE = (
    ("searches.index", "Saved searches", "search"),
    ("gaps.index", "Gaps", "alert-triangle"),
    ("reports.index", "Reports", "file-text"),
    ("stewardship.index", "Stewardship", "check"),
    ("jobs.index", "Jobs", "list-check"),
    ("bin.index", "Bin", "trash"),
)
#: How many stay in the bar of a narrow screen.
NARROW = 4


def places() -> list[Place]:
    """Give what stands in the bar."""
    return _there(BAR)


def more_places() -> list[Place]:
    """Give what stands behind "More"."""
    return _there(MORE)


def is_there(endpoint: str) -> bool:
    """Say whether there is such a page in this Cairn."""
    return endpoint in current_app.view_functions


def register(app: Flask) -> None:
    """Give templates the places."""
    app.jinja_env.globals.update(places=places, more_places=more_places, is_there=is_there, narrow_places=NARROW)


def _there(wanted: tuple[tuple[str, str, str], ...]) -> list[Place]:
    # A page's acts may have a blueprint beside the page's own: insight_acts, plan_entering.
    here = {request.blueprint, f"{(request.blueprint or '').split('_')[0]}s"}
    return [Place(*one, here=one[0].split(".")[0] in here) for one in wanted if is_there(one[0])]
