"""A document as one HTML file that holds all it needs: styles, charts and tables; no script, nothing from elsewhere."""

from base64 import b64encode
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from web.reporting import picturing
from web.reporting.blocks import Block, Document, Picture
from web.reporting.parts import AGAINST, REMOVED, WHY_REMOVED, day, laid_out, numeric, right_to_left, short

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

LAYOUT = Path(__file__).parent / "layout"
#: What a chart may measure on paper at most, pixels of 1/96 inch: it shares a page with its heading.
PAPER = (630, 680)


def render(document: Document) -> bytes:
    """Write a document as HTML, UTF-8."""
    return page(document).encode()


def page(document: Document, *, printed: bool = False) -> str:
    """Write a document as HTML; `printed`: for paper, where nothing can be opened."""
    return _template().render(
        layout=laid_out(document),
        printed=printed,
        style=_marked((LAYOUT / "document.css").read_text(encoding="utf-8")),
    )


@lru_cache(maxsize=1)
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(LAYOUT),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(day=day, kind=_kind, drawn=_drawn, short=short, from_right=right_to_left)
    environment.globals.update(numeric=numeric, AGAINST=AGAINST, REMOVED=REMOVED, WHY_REMOVED=WHY_REMOVED)
    return environment.get_template("document.html.jinja")


def _kind(block: Block) -> str:
    return type(block).__name__


def _drawn(one: Picture, printed: bool) -> "Markup":
    """Draw a chart so that it is read out by what it shows in words.

    On paper it is a PNG: the letters it was measured with need not be on this machine.
    """
    from markupsafe import Markup

    told = f"{one.title}. {one.told}"
    if printed:
        data = picturing.png(one.specification)
        across, up = picturing.size(data)
        width = round(across * min(1, PAPER[0] / across, PAPER[1] / up))
        source = f"data:image/png;base64,{b64encode(data).decode()}"
        return Markup('<img src="{}" alt="{}" style="width: {}px">').format(source, told, width)
    drawn = picturing.svg(one.specification)
    role = "group" if "<a xlink:href" in drawn else "img"  # within a picture nothing can be opened
    return Markup('<svg role="{}" aria-label="{}" ').format(role, told) + _marked(drawn.removeprefix("<svg "))


def _marked(text: Any) -> "Markup":
    from markupsafe import Markup

    return Markup(text)
