"""Charts: rows to a specification, the same every time, and a picture that says what the rows say."""

import json
import re

import pytest

from web.charts import CODED, REST, SUGGESTED, Bar, lying, sparkline, standing, svg, told

ROWS = [Bar("small practice", 5, 8, 29), Bar("hospital", 0, 15, 20), Bar("a group practice with a long name", 2, 0, 27)]


def numbers(specification: dict[str, object]) -> dict[str, dict[str, int]]:
    """Give the numbers of a specification by name and part."""
    found: dict[str, dict[str, int]] = {}
    for row in re.findall(r'\{[^{}]*"part"[^{}]*\}', json.dumps(specification)):
        one = json.loads(row)
        if "number" in one:
            found.setdefault(one["name"], {})[one["part"]] = one["number"]
    return found


@pytest.mark.parametrize("draw", [lying, standing])
def test_a_specification_holds_the_rows_and_nothing_of_chance(draw: object) -> None:
    assert callable(draw)
    specification = draw(ROWS, colour="#8e44ad")
    assert specification == draw(ROWS, colour="#8e44ad")
    assert numbers(specification)["small practice"] == {CODED: 5, SUGGESTED: 8, REST: 16}
    assert "#8e44ad" in json.dumps(specification) and "width" in specification
    assert json.loads(json.dumps(specification)) == specification


def test_more_said_than_heard_leaves_no_negative_rest() -> None:
    assert numbers(standing([Bar("x", 2, 3, 0)]))["x"] == {CODED: 2, SUGGESTED: 3, REST: 0}


@pytest.mark.parametrize("dark", [False, True])
def test_a_picture_is_an_svg_with_names_and_figures_and_no_script(dark: bool) -> None:
    picture = svg(lying(ROWS, colour="#8e44ad"), dark=dark)
    assert picture.startswith("<svg") and "small practice" in picture and "13 of 29" in picture
    assert "stroke-dasharray" in picture  # what is only suggested is told by its edge as well
    assert "<script" not in picture and "http" not in picture.replace("http://www.w3.org/", "")
    assert svg(lying(ROWS, colour="#8e44ad"), dark=dark) is picture  # drawn once


def test_light_and_dark_differ_in_ink_and_not_in_what_they_show() -> None:
    light, dark = (svg(standing(ROWS), dark=shade) for shade in (False, True))
    assert "#1d2733" in light and "#1d2733" not in dark and "#e6e9ee" in dark
    assert light.count("<path") == dark.count("<path")


def test_names_cannot_break_out_of_a_picture() -> None:
    assert "<b>" not in svg(lying([Bar("<b>&\"'", 1, 0, 2)]))


def test_nothing_and_much_can_be_drawn() -> None:
    assert svg(lying([])).startswith("<svg") and svg(standing([])).startswith("<svg")
    assert svg(standing([Bar(f"May {year}", 1, 1, 5) for year in range(1900, 2000)])).startswith("<svg")


def test_what_a_chart_shows_is_said_in_words() -> None:
    assert told("By cohort", ROWS[:2]) == "By cohort: small practice 13 of 29, hospital 15 of 20."
    assert told("By account", [Bar(str(n), 1, 0, 1) for n in range(20)]).endswith("and 12 more in the table.")


def test_a_line_stays_within_its_box() -> None:
    for series in ([], [0], [0, 0, 0], [3, 1, 9, 9]):
        points = [tuple(map(float, point.split(","))) for point in sparkline(series).split()]
        assert all(0 <= x <= 96 and 0 <= y <= 22 for x, y in points) and len(points) == len(series)
