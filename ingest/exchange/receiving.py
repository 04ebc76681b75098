"""What the limited child process makes of other tools' files; outside it, nobody looks into them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingest.exchange import code_lists, projects
from ingest.exchange.code_lists import CodeList
from ingest.exchange.codebook_csv import read_csv
from ingest.exchange.codebook_qdc import read_qdc
from ingest.exchange.plan_texts import PLAN, parsed_plan
from ingest.exchange.project_archives import as_written, is_project
from ingest.exchange.project_reading import read_project
from ingest.exchange.projects import Project
from ingest.exchange.qda_xml import root_in
from ingest.sandbox import Limits, parse_untrusted
from repository.errors import UnreadableSource

CODEBOOK, PROJECT = "codebook", "project"


def _codebook(data: bytes) -> dict[str, Any]:
    """Read codes, whatever kind of file they are in."""
    if is_project(data):
        project = read_project(data)
        return code_lists.to_values(CodeList(project.codes))
    if not data.strip():
        raise UnreadableSource("The file is empty.", slug="empty-file", hint="Export it again.")
    text = as_written(data[:8_000]) or ""
    xml = root_in(text) or text.lstrip("\ufeff \t\r\n").startswith(("<?xml", "<!"))
    return code_lists.to_values(read_qdc(data) if xml else read_csv(data))


#: By task: a file's bytes to what JSON has.
PARSERS: dict[str, Callable[[bytes], dict[str, Any]]] = {
    CODEBOOK: _codebook,
    PROJECT: lambda data: projects.to_values(read_project(data)),
    PLAN: parsed_plan,
}


def codes_of(path: Path, name: str, limits: Limits = Limits()) -> CodeList:
    """Give the codes in a CSV table, a .qdc or a .qdpx. Raises UnreadableSource with the line."""
    return code_lists.from_values(parse_untrusted(path, name, CODEBOOK, limits=limits))


def project_of(path: Path, name: str, limits: Limits = Limits()) -> Project:
    """Give the project in a .qdpx. Raises UnreadableSource with the line."""
    return projects.from_values(parse_untrusted(path, name, PROJECT, limits=limits))
