"""PDFs made on the spot: paragraphs set in Helvetica, wrapped at the margin, over as many pages as they need."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.readers.page_rows import width_of


@dataclass(frozen=True)
class Print:
    """How paragraphs are printed. `after`: space behind a paragraph, `first`/`hanging`: indents, in points."""

    size: float = 11.0
    leading: float = 14.0
    after: float = 8.0
    first: float = 0.0
    hanging: float = 0.0
    left: float = 72.0
    right: float = 540.0
    top: float = 720.0
    bottom: float = 80.0
    head: str = ""
    number: str = ""
    hyphenate: bool = False
    columns: int = 1
    by_word: bool = False
    base: str = "Helvetica"


def pdf_of(paragraphs: Sequence[str], how: Print = Print()) -> bytes:
    """Print paragraphs: `# ` is a heading, `**Name:** x` bold in front, LF a soft break, TAB a jump to the hanging indent."""
    return pdf_with(_pages(paragraphs, how))


def pdf_with(pages: Sequence[str], *, base: str = "Helvetica") -> bytes:
    """Make a PDF of pages' content streams; /F1 is plain, /F2 bold."""
    fonts = [
        f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>" for name in (base, base + "-Bold")
    ]
    count = len(pages)
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {count}/Kids[{' '.join(f'{5 + 2 * n} 0 R' for n in range(count))}]>>",
        *fonts,
    ]
    for n, page in enumerate(pages):
        content = page.encode("cp1252", "replace").decode("latin-1")
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {6 + 2 * n} 0 R"
            "/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>"
        )
        objects.append(f"<</Length {len(content)}>>\nstream\n{content}\nendstream")
    out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode()


def shown(text: str, x: float, y: float, size: float = 11.0, *, bold: bool = False) -> str:
    """Give the operators that print some words in a place."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F{1 + bold} {size:g} Tf 1 0 0 1 {x:.2f} {y:.2f} Tm ({escaped}) Tj ET\n"


def _pages(paragraphs: Sequence[str], how: Print) -> list[str]:
    width = (how.right - how.left - 18 * (how.columns - 1)) / how.columns
    places = [how.left + (width + 18) * n for n in range(how.columns)]
    pages: list[str] = []
    column, y = how.columns, 0.0
    for paragraph in paragraphs:
        larger = paragraph.startswith("# ")
        size = how.size * (1.5 if larger else 1)
        bold, words = _label(paragraph.removeprefix("# "))
        for number, line in enumerate(_wrapped(words, width, size, how)):
            if column == how.columns or y - how.leading < how.bottom:
                column, y = column + 1, how.top
                if column >= how.columns:
                    column = 0
                    pages.append("")
            indent = how.first if number == 0 else how.hanging
            x = places[column] + indent
            before = ""
            if number == 0 and bold and line.startswith(bold):
                pages[-1] += shown(bold, x, y, size, bold=True)
                before, line = bold, line[len(bold) :]
                x += width_of(before, size, bold=True)
            if how.by_word:
                for word in line.split(" "):
                    pages[-1] += shown(word + " ", x, y, size)
                    x += width_of(word + " ", size)
            elif line:
                pages[-1] += shown(line, x, y, size)
            y -= how.leading * (1.5 if larger else 1)
        y -= how.after
    for n, page in enumerate(pages, 1):
        furniture = shown(how.head, how.left, 752, 9) if how.head else ""
        furniture += shown(how.number.format(n=n, of=len(pages)), 290, 40, 9) if how.number else ""
        pages[n - 1] = furniture + page if how.head else page + furniture
    return pages


def _label(paragraph: str) -> tuple[str, str]:
    _, _, rest = paragraph.partition("**")
    if paragraph.startswith("**") and "**" in rest:
        label, _, words = rest.partition("**")
        return label, label + words
    return "", paragraph


def _wrapped(words: str, width: float, size: float, how: Print) -> list[str]:
    lines: list[str] = []
    for part in words.split("\n"):
        line = ""
        for word in part.split(" "):
            indent = how.first if not lines else how.hanging
            space = width - indent
            if line and width_of(f"{line} {word}", size) > space:
                if how.hyphenate and len(word) > 7 and word.isalpha():
                    half = len(word) // 2
                    if width_of(f"{line} {word[:half]}-", size) <= space:
                        line, word = f"{line} {word[:half]}-", word[half:]
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines
