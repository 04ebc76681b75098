"""Markdown that people wrote, as HTML that cannot do anything: rendered by `markdown`, cleaned by `nh3`."""

import re

from markupsafe import Markup, escape

#: What may stand in a text.
TAGS = frozenset(
    (
        "p",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "code",
        "em",
        "strong",
        "del",
        "br",
        "hr",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "a",
    )
)
#: Where a link may lead.
SCHEMES = {"http", "https", "mailto"}
#: Marks in a row, or so many in one text, on which python-markdown spends quadratic time: shown as they are.
_ROW = re.compile(r"(?:[\[\]<>*_`!()&\\~#+|-]\s?){60}")
_MOST = 2_000
_MARKS = re.compile(r"[\[\]<>*_`]")


def rendered(text: str) -> Markup:
    """Give Markdown as safe HTML; headings begin at the third level, under those of the page.

    >>> rendered("So *it* is.")
    Markup('<p>So <em>it</em> is.</p>')
    >>> rendered("<script>alert(1)</script>")
    Markup('')
    """
    import markdown
    import nh3

    if _ROW.search(text) or len(_MARKS.findall(text)) > _MOST:
        return _as_written(text)
    try:
        dirty = markdown.markdown(text, extensions=["tables", "sane_lists"], output_format="html")
    except RecursionError:
        return _as_written(text)
    dirty = re.sub(r"<(/?)h([12])>", lambda found: f"<{found[1]}h{int(found[2]) + 2}>", dirty)
    clean = nh3.clean(
        dirty,
        tags=set(TAGS),
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        link_rel="noopener nofollow",
    )
    return Markup(clean.strip())


def _as_written(text: str) -> Markup:
    return Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in text.split("\n")))
