"""A document as PDF: the HTML file laid out on paper by WeasyPrint, which comes with the extra "pdf"."""

import logging
from typing import Any

from repository.errors import Unavailable
from web.reporting import html
from web.reporting.blocks import Document

EXTRA = "pdf"


class NoPdf(Unavailable):
    """PDF cannot be written on this machine."""

    slug = "no-pdf"


def render(document: Document) -> bytes:
    """Write a document as PDF. Raises NoPdf without WeasyPrint or Pango."""
    weasyprint = loaded()
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it warns of each style that is for screens alone
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    within = weasyprint.urls.URLFetcher(allowed_protocols=("data",))  # nothing is fetched, from nowhere
    page = weasyprint.HTML(string=html.page(document, printed=True), url_fetcher=within)
    return bytes(page.write_pdf(pdf_identifier=b"cairn", pdf_tags=True, finisher=_readable))


def loaded() -> Any:
    """Load WeasyPrint. Raises NoPdf, which says what to install."""
    try:
        import weasyprint
    except ImportError as error:
        raise NoPdf(
            "PDF needs the library WeasyPrint, which is not installed.",
            hint=f"Install it: pip install 'cairn-research[{EXTRA}]'. HTML and Word need nothing more.",
        ) from error
    except OSError as error:  # it is there, but what it stands on is not
        raise NoPdf(
            f"PDF needs the extra cairn-research[{EXTRA}] and the system's library Pango, which is not installed.",
            hint="On Debian and Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0.",
        ) from error
    return weasyprint


def _readable(document: Any, file: Any) -> None:
    """Let programs read the words of fonts that lack a letter.

    WeasyPrint gives such a font an encoding of its own, so that the letter is seen to be missing; many programs then take
    all its words for noise.
    """
    for one in file.objects:
        if isinstance(one, dict) and one.get("Subtype") == "/Type0":
            one["Encoding"] = "/Identity-H"
