"""The charts of documents as pictures: every format draws through here, from the same specification and data."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import unescape
from typing import Any

#: Ink of names, of figures, and of lines. The HTML file gives them other colours on a dark ground, by these very values;
#: what is written into a chart's coloured fields has colours of its own.
INK, QUIET, LINE = "#20262e", "#56606b", "#dde2e7"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
#: Pixels of a picture for each of a chart's.
SCALE = 2.5
_LINK = re.compile(r'<a xlink:href="([^"]*)"[^>]*>')
CONFIG: dict[str, Any] = {
    "background": None,
    "font": FONT,
    "axis": {
        "labelColor": INK,
        "labelFontSize": 11,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "titleColor": QUIET,
    },
    "header": {"labelColor": INK, "labelFontSize": 11},
    "text": {"color": QUIET, "fontSize": 11},
    "view": {"stroke": None},
    "padding": {"left": 4, "right": 40, "top": 6, "bottom": 6},
}


def svg(specification: Mapping[str, Any]) -> str:
    """Draw a chart as SVG on no ground."""
    return _svg(written(specification))


def png(specification: Mapping[str, Any]) -> bytes:
    """Draw a chart as PNG on white."""
    return _png(written(specification))


def size(picture: bytes) -> tuple[int, int]:
    """Give a PNG's width and height in pixels of the chart."""
    across, up = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    return round(across / SCALE), round(up / SCALE)


def digest(specification: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a specification, hex: equal for what is drawn equal."""
    return hashlib.sha256(written(specification).encode()).hexdigest()


def written(specification: Mapping[str, Any]) -> str:
    """Write a specification as the one text that stands for it."""
    return json.dumps(specification, sort_keys=True, ensure_ascii=False)


@lru_cache(maxsize=64)
def _svg(specification: str) -> str:
    import vl_convert

    drawn = str(vl_convert.vegalite_to_svg(specification, vl_version="6.4", config=CONFIG, allowed_base_urls=[]))
    known = set(_addresses(json.loads(specification)))
    return _LINK.sub(lambda found: found[0] if unescape(found[1]) in known else "<a>", drawn)


def _addresses(value: Any) -> Iterator[str]:
    """Give the addresses in a specification's data. What has none, Vega leads to a site of its own."""
    if isinstance(value, dict):
        if isinstance(address := value.get("href"), str):
            yield address
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _addresses(one)


@lru_cache(maxsize=64)
def _png(specification: str) -> bytes:
    import vl_convert

    shade = {**CONFIG, "background": "#ffffff"}
    return bytes(
        vl_convert.vegalite_to_png(specification, vl_version="6.4", scale=SCALE, config=shade, allowed_base_urls=[])
    )
