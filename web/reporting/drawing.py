"""The charts of a report as Vega-Lite specifications with their data in them: pages, documents and slides draw the same.

Each reads in black and white as well: a number stands at every bar and in every field.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any

from repository.domain.report import Share

Specification = dict[str, Any]
#: Pixels.
WIDTH, BAR, LABEL, FIELD = 420, 24, 190, 30
#: The one colour of shares, where a theme's own would say nothing, and that of intervals, seen on light and dark.
COLOUR, RULE = "#2f6f9f", "#7b8794"
#: Characters of a name, and the share from which a field is so dark that its number is white.
NAME, DARK = 28, 0.5


def bars(rows: Sequence[tuple[str, Share, str]]) -> Specification:
    """Draw shares as lying bars with their intervals, and "3 of 10" at each; a bar leads to an address ("": nowhere)."""
    import altair as alt

    values = [
        {"name": _cut(name), "share": _part(one), "low": one.low, "high": one.high, "told": f"{one.count} of {one.of}"}
        | _link(address)
        for name, one, address in rows
    ]
    data = alt.InlineData(values=values)
    place = alt.Y("name:N", sort=None, title=None, axis=_names())
    part = alt.Axis(format="%", grid=True, tickCount=5)
    base = alt.Chart(data).encode(y=place)
    bar = base.mark_bar(color=COLOUR, height=BAR - 10).encode(
        x=alt.X("share:Q", title=None, axis=part), **_linked(values)
    )
    reach = base.mark_rule(strokeWidth=1.5, color=RULE).encode(x="low:Q", x2="high:Q")
    told = base.mark_text(align="left", dx=5).encode(x="high:Q", text="told:N")
    return _finished(bar + reach + told, WIDTH, BAR * max(1, len(rows)))


def fields(
    rows: Sequence[str], columns: Sequence[str], shares: Sequence[Sequence[Share]], addresses: Sequence[Sequence[str]]
) -> Specification:
    """Draw shares as fields, a row each and a column each, the number in each; where nobody was heard a field is empty."""
    import altair as alt

    values = [
        {"row": _cut(row), "column": column, "share": _part(one), "told": f"{one.count}/{one.of}"}
        | {"dark": _part(one) > DARK}
        | _link(address)
        for row, mine, there in zip(rows, shares, addresses, strict=True)
        for column, one, address in zip(columns, mine, there, strict=True)
        if one.of
    ]
    return _heat(alt.InlineData(values=values), rows, columns, "share:Q", alt.Scale(scheme="blues", domain=[0, 1]))


def pairs(names: Sequence[str], counts: Sequence[tuple[str, str, int]]) -> Specification:
    """Draw how many speak of two things both, each pair once."""
    import altair as alt

    most = max((count for _, _, count in counts), default=1)
    values = []
    for *both, count in counts:
        row, column = sorted(both, key=list(names).index)
        dark = count > most / 2
        values.append({"row": _cut(row), "column": _cut(column), "share": count, "told": str(count), "dark": dark})
    scale = alt.Scale(scheme="blues", domain=[0, most])
    return _heat(alt.InlineData(values=values), names[:-1], [_cut(name) for name in names[1:]], "share:Q", scale)


def lines(periods: Sequence[str], rows: Sequence[tuple[str, Sequence[Share]]]) -> Specification:
    """Draw shares over time, one line in a strip of its own for each name; a gap where nobody was heard."""
    import altair as alt

    values = [
        {"name": _cut(name), "period": period, "share": _part(one) if one.of else None, "told": f"{one.count}/{one.of}"}
        for name, mine in rows
        for period, one in zip(periods, mine, strict=True)
    ]
    across = alt.X("period:N", sort=list(periods), title=None, axis=alt.Axis(labelAngle=-45))
    top = ceil(4 * max((_part(one) for _, mine in rows for one in mine), default=1)) / 4 or 0.25
    up = alt.Y("share:Q", title=None, scale=alt.Scale(domain=[0, top]), axis=alt.Axis(format="%", values=[0, top]))
    base = alt.Chart(alt.InlineData(values=values)).encode(x=across, y=up)
    chart = base.mark_line(color=COLOUR, invalid="break-paths-show-path-domains") + base.mark_point(
        color=COLOUR, filled=True, size=30, invalid="filter"
    )
    order = [_cut(name) for name, _ in rows]
    head = alt.Header(labelAngle=0, labelAlign="left", labelLimit=LABEL)
    strips = chart.properties(width=WIDTH, height=52).facet(row=alt.Row("name:N", sort=order, title=None, header=head))
    return _plain(strips)


def _heat(data: Any, rows: Sequence[str], columns: Sequence[str], value: str, scale: Any) -> Specification:
    import altair as alt

    down = alt.Y("row:N", sort=[_cut(row) for row in rows], title=None, axis=_names())
    across = alt.X(
        "column:N", sort=list(columns), title=None, axis=alt.Axis(orient="top", labelAngle=-35, labelLimit=150)
    )
    base = alt.Chart(data).encode(x=across, y=down)
    linked = _linked(data.to_dict()["values"])
    field = base.mark_rect().encode(color=alt.Color(value, scale=scale, legend=None), **linked)
    ink = alt.condition(alt.datum.dark, alt.value("#ffffff"), alt.value("#1d2733"))
    told = base.mark_text(fontSize=11).encode(text="told:N", color=ink)
    width = max(90, min(WIDTH, 2 * FIELD * len(columns)))
    return _finished(field + told, width, FIELD * max(1, len(rows)))


def _names() -> Any:
    import altair as alt

    return alt.Axis(labelLimit=LABEL, minExtent=LABEL, maxExtent=LABEL, ticks=False, domain=False)


def _finished(chart: Any, width: int, height: int) -> Specification:
    return _plain(chart.properties(width=width, height=height))


def _plain(chart: Any) -> Specification:
    specification: Specification = chart.to_dict()
    specification.pop("config", None)
    return specification


def _link(address: str) -> dict[str, str]:
    return {"href": address} if address else {}


def _linked(values: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Let marks lead somewhere if they have where to; else Vega would lead them to a site of its own."""
    return {"href": "href:N"} if any("href" in one for one in values) else {}


def _part(share: Share) -> float:
    return round(share.count / share.of, 4) if share.of else 0.0


def _cut(name: str) -> str:
    return name if len(name) <= NAME else name[: NAME - 1].rstrip() + "…"
