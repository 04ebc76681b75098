"""The formats that a report can be had in: one table for pages and commands."""

from collections.abc import Callable
from dataclasses import dataclass

from web.reporting import html, pdf, plain_text, sheets, slides, word
from web.reporting.blocks import Document


@dataclass(frozen=True, slots=True)
class Format:
    """One format: what people call it, how its files end, and what must be installed besides (`extra`)."""

    key: str
    name: str
    ending: str
    mime: str
    render: Callable[[Document], bytes]
    extra: str = ""


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS: dict[str, Format] = {
    one.key: one
    for one in (
        Format("html", "Web page", "html", "text/html; charset=utf-8", html.render),
        Format("pdf", "PDF", "pdf", "application/pdf", pdf.render, pdf.EXTRA),
        Format("docx", "Word", "docx", f"{_OFFICE}.wordprocessingml.document", word.render),
        Format("pptx", "PowerPoint", "pptx", f"{_OFFICE}.presentationml.presentation", slides.render),
        Format("md", "Markdown", "md", "text/markdown; charset=utf-8", plain_text.render),
        Format("xlsx", "Excel", "xlsx", f"{_OFFICE}.spreadsheetml.sheet", sheets.workbook),
        Format("csv", "CSV, one file a table", "zip", "application/zip", sheets.csv_files),
    )
}


def file_name(title: str, one: Format) -> str:
    """Name the file of a report: letters, figures and hyphens.

    >>> file_name("Q3: what /hospitals/ said", FORMATS["csv"])
    'q3-what-hospitals-said.zip'
    """
    words = "".join(sign if sign.isalnum() else " " for sign in title.casefold()).split()
    return f"{'-'.join(words)[:80].strip('-') or 'report'}.{one.ending}"
