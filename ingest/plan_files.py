"""Files that hold a plan, Markdown, text or Word, as the text somebody would have pasted. Read in a limited child process."""

import tempfile
from io import BytesIO
from pathlib import Path, PurePath
from shutil import copyfileobj
from typing import BinaryIO

from ingest.exchange.plan_texts import PLAN
from ingest.pipeline import limits_of
from ingest.sandbox import parse_untrusted
from repository.errors import Rejected
from repository.workspace import Workspace

#: Size of a plan's file at most.
MOST_MB = 20


def text_of(workspace: Workspace, name: str, data: BinaryIO | bytes) -> str:
    """Give the text of a plan's file. Raises UnreadableSource and Unavailable as `read_untrusted` does, Rejected if too large."""
    known_as = PurePath(name.replace("\\", "/")).name.replace("\x00", "")[-200:] or "plan"
    with tempfile.NamedTemporaryFile(prefix="cairn-") as aside:
        copyfileobj(BytesIO(data) if isinstance(data, bytes) else data, aside)
        aside.flush()
        if aside.tell() > MOST_MB << 20:
            raise Rejected(
                f"The file is larger than {MOST_MB} MB.", hint="Paste the plan's text instead.", slug="too-large"
            )
        found = parse_untrusted(Path(aside.name), known_as, PLAN, limits=limits_of(workspace))
    return str(found["text"])
