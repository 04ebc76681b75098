"""Charts: rows to an Altair specification, and that to a picture. Pages show the picture, reports use the same functions.

What people coded is filled, what the machine only suggests is hatched by its dashed edge, and what both are a part of
stands behind in grey: colour is never the only signal. Each chart comes with its rows as a table on the page.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

#: The parts of a bar, in the order in which they are stacked.
CODED, SUGGESTED, REST = "coded by people", "suggested only", "others heard"
#: Ink and lines by shade, on a transparent ground.
INK = {False: ("#1d2733", "#56606b", "#dfe3e8"), True: ("#e6e9ee", "#a9b3bf", "#3a4655")}
#: Pixels: a chart stands in a column beside the quotes, and over the whole width of a telephone.
WIDTH, BAR, HEIGHT, LABEL = 288, 22, 110, 112
#: Bars in a chart, characters of a name, and rows told in words.
MOST, NAME, TOLD = 12, 17, 8
#: A colour where a theme has none, or none that can be drawn.
PLAIN = "#5b6b7f"

Specification = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: of `of` people, so many said it as people coded, and so many more as the machine suggests."""

    name: str
    coded: int
    suggested: int
    of: int = 0

    @property
    def total(self) -> int:
        """Give the length of the bar."""
        return self.coded + self.suggested


def lying(bars: Sequence[Bar], *, colour: str = "") -> Specification:
    """Draw bars that lie one under the other, the names at their left: cohorts, accounts, people."""
    import altair as alt

    shown = [Bar(_cut(bar.name), bar.coded, bar.suggested, bar.of) for bar in bars[:MOST]]
    order = [bar.name for bar in shown]
    place = alt.Y(
        "name:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelLimit=LABEL, minExtent=LABEL, maxExtent=LABEL, ticks=False, domain=False),
    )
    length = alt.X("number:Q", stack="zero", title=None, axis=None)
    base = alt.Chart(_data(_parts(shown))).encode(y=place)
    figures = (
        alt.Chart(_data([{"name": bar.name, "told": _figure(bar), "end": max(bar.total, bar.of)} for bar in shown]))
        .mark_text(align="left", dx=4)
        .encode(y=place, x=alt.X("end:Q", axis=None), text="told:N")
    )
    return _finished(_marks(base, length, colour) + figures, width=WIDTH - LABEL - 72, height=BAR * len(shown))


def standing(bars: Sequence[Bar], *, colour: str = "") -> Specification:
    """Draw bars that stand side by side, from left to right in time."""
    import altair as alt

    place = alt.X(
        "name:N",
        sort=[bar.name for bar in bars],
        title=None,
        axis=alt.Axis(labelAngle=-60 if len(bars) > 4 else 0, labelOverlap=True, ticks=False),
    )
    height = alt.Y("number:Q", stack="zero", title=None, axis=alt.Axis(tickMinStep=1, tickCount=3, domain=False))
    base = alt.Chart(_data(_parts(bars))).encode(x=place)
    return _finished(_marks(base, height, colour), width=WIDTH - 36, height=HEIGHT)


def told(what: str, bars: Sequence[Bar]) -> str:
    """Say what a chart shows, for those who do not see it.

    >>> told("Participants by cohort", [Bar("hospital", 2, 1, 9), Bar("clinic", 0, 0, 4)])
    'Participants by cohort: hospital 3 of 9, clinic 0 of 4.'
    """
    rows = ", ".join(f"{bar.name} {_figure(bar)}" for bar in bars[:TOLD])
    more = f", and {len(bars) - TOLD} more in the table" if len(bars) > TOLD else ""
    return f"{what}: {rows}{more}."


def svg(specification: Specification, *, dark: bool = False) -> str:
    """Draw a specification, for a light or a dark page. The same specification is drawn once."""
    return _drawn(json.dumps(specification, sort_keys=True), dark)


@lru_cache(maxsize=512)
def _drawn(written: str, dark: bool) -> str:
    import vl_convert

    ink, quiet, line = INK[dark]
    shades = {
        "background": None,
        "font": "Liberation Sans, Arial, Helvetica, sans-serif",
        "axis": {"labelColor": ink, "labelFontSize": 11, "gridColor": line, "domainColor": line, "titleColor": quiet},
        "text": {"color": quiet, "fontSize": 11},
        "view": {"stroke": None},
        "padding": {"left": 4, "right": 14, "top": 4, "bottom": 4},  # a reader's letters may be wider than ours
    }
    specification = json.loads(written.replace(_GREY, line))
    specification["config"] = shades
    return str(vl_convert.vegalite_to_svg(specification, vl_version="6.4"))


def sparkline(numbers: Sequence[int], *, width: int = 96, height: int = 22) -> str:
    """Give the points of a line through numbers, for the attribute of an SVG polyline.

    >>> sparkline([0, 2, 1], width=20, height=10)
    '1,9 10,1 19,5'
    """
    most, steps = max([*numbers, 1]), max(1, len(numbers) - 1)
    across, up = width - 2, height - 2
    return " ".join(f"{1 + across * n / steps:.4g},{height - 1 - up * one / most:.4g}" for n, one in enumerate(numbers))


#: Stands for the grey of the part behind, which depends on the shade.
_GREY = "#dededf"


def _marks(base: Any, length: Any, colour: str) -> Any:
    """Stack the parts: filled, dashed, grey."""
    import altair as alt

    colour = colour or PLAIN
    parts = (CODED, SUGGESTED, REST)
    said = alt.datum.part != REST
    order = alt.Order("place:Q")
    channel = {"x" if isinstance(length, alt.X) else "y": length}
    fill = alt.Fill("part:N", scale=alt.Scale(domain=parts, range=[colour, colour, _GREY]), legend=None)
    bars = base.mark_bar().encode(
        **channel,
        order=order,
        fill=fill,
        fillOpacity=alt.condition(alt.datum.part == SUGGESTED, alt.value(0.28), alt.value(1)),
    )
    edges = base.mark_bar(filled=False, stroke=colour, strokeWidth=1).encode(
        **channel,
        order=order,
        strokeDash=alt.StrokeDash("part:N", scale=alt.Scale(domain=parts, range=[[1, 0], [3, 2], [1, 0]]), legend=None),
        opacity=alt.condition(said & (alt.datum.number > 0), alt.value(1), alt.value(0)),
    )
    return bars + edges


def _finished(chart: Any, *, width: int, height: int) -> Specification:
    specification: Specification = chart.properties(width=width, height=height).to_dict()
    specification.pop("config", None)
    return specification


def _data(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    return alt.InlineData(values=rows)


def _parts(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    return [
        {"name": bar.name, "part": part, "number": number, "place": place}
        for bar in bars
        for place, (part, number) in enumerate(
            ((CODED, bar.coded), (SUGGESTED, bar.suggested), (REST, max(0, bar.of - bar.total)))
        )
    ]


def _figure(bar: Bar) -> str:
    return f"{bar.total} of {bar.of}" if bar.of else str(bar.total)


def _cut(name: str) -> str:
    return name if len(name) <= NAME else name[: NAME - 1].rstrip() + "…"
