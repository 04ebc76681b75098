"""A codebook as REFI-QDA .qdc (Codebook.xsd 1.0): one XML file with nested codes."""

import re
from collections.abc import Sequence
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from ingest.exchange.code_lists import CodeList, colour_of, name_of
from ingest.exchange.descriptions import understood, written
from ingest.exchange.qda_xml import Node, parse
from repository.codebook import Codebook, folded
from repository.domain.coding import Code, CodeFacts
from repository.errors import Rejected, UnreadableSource

#: What we call ourselves in files.
ORIGIN = "Cairn"
_SPACE = "urn:QDA-XML:codebook:1.0"
#: From it and a code's address its GUID is made: the same at every export.
_CODES = uuid5(NAMESPACE_URL, "urn:cairn:codes")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_AGAIN = "Export the codebook again from the program that made it."


def guid_of(slug: str) -> str:
    """Give the GUID by which other tools know a code."""
    return str(uuid5(_CODES, slug))


def written_qdc(codebook: Codebook) -> bytes:
    """Write the codes in use. Raises Rejected if there are none: the format knows no empty codebook."""
    if not codebook.codes:
        raise Rejected("There are no codes to export.", hint="Make one first.", slug="no-codes")
    ElementTree.register_namespace("", _SPACE)
    root = ElementTree.Element(f"{{{_SPACE}}}CodeBook", origin=ORIGIN)
    codes = ElementTree.SubElement(root, f"{{{_SPACE}}}Codes")
    _write(codebook, codebook.themes, codes)
    ElementTree.indent(root)
    xml: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml + b"\n"


def _write(codebook: Codebook, codes: Sequence[Code], under: ElementTree.Element) -> None:
    for code in codes:
        below = codebook.children(code)
        facts = code.facts
        attributes = {"guid": guid_of(facts.slug), "name": _clean(facts.name)}
        attributes["isCodable"] = "false" if code.is_theme and below else "true"
        if colour_of(facts.colour):
            attributes["color"] = facts.colour
        element = ElementTree.SubElement(under, f"{{{_SPACE}}}Code", attributes)
        if description := _clean(written(facts)):
            ElementTree.SubElement(element, f"{{{_SPACE}}}Description").text = description
        _write(codebook, below, element)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def read_qdc(data: bytes) -> CodeList:
    """Read a .qdc of whatever dialect. Raises UnreadableSource with line and column of what is wrong."""
    root = parse(data)
    if root.name != "CodeBook":
        raise _invalid(root, f"<{root.name}> is no codebook")
    codes = root.first("Codes")
    if codes is None or codes.first("Code") is None:
        raise _invalid(root, "There are no codes in it")
    for code in codes.below("Code"):
        if not code.get("name"):
            raise _invalid(code, "A code has no name")
    found = codes_in(codes, wrapped=root.get("origin") != ORIGIN)
    sets = root.first("Sets")
    lost = (
        [f"Set “{one.get('name')}” ({guid(one)}) was left out: Cairn has no sets of codes." for one in sets.all("Set")]
        if sets
        else []
    )
    return replace(found, remarks=(*found.remarks, *lost))


def _invalid(node: Node, what: str) -> UnreadableSource:
    return UnreadableSource(f"{what} (column {node.column}).", line=node.line, slug="invalid-codebook", hint=_AGAIN)


def guid(node: Node, attribute: str = "guid") -> str:
    """Give a GUID in lower case, without braces; "" if there is none."""
    return node.get(attribute).strip("{}").lower()


def codes_in(codes: Node, *, wrapped: bool = True) -> CodeList:
    """Give the codes under <Codes>, parents first; of two with one GUID the second gets another `slug`.

    With `wrapped` a code that only holds all the others is none.
    """
    found: list[CodeFacts] = []
    remarks: list[str] = []
    used: set[str] = set()
    names: dict[str, set[str]] = {}
    waiting = [(node, "") for node in reversed(_unwrapped(codes) if wrapped else [*codes.all("Code")])]
    while waiting:
        node, parent = waiting.pop()
        key = guid(node)
        name, wrong = name_of(node.get("name"))
        told = f"Code “{name}” ({key or 'without GUID'})"
        if wrong:
            remarks.append(f"{told} {wrong}.")
        if not key or key in used:
            remarks.append(
                f"{told} has no GUID of its own; what refers to it means the first."
                if key
                else f"{told} cannot be referred to."
            )
            key = f"{key}#{len(found)}"
        used.add(key)
        unique = _unique(name, names.setdefault(parent, set()))
        if unique != name:
            remarks.append(f"{told} stands beside another of that name and is called “{unique}”.")
        colour = colour_of(node.get("color"))
        if colour is None:
            remarks.append(f"{told} has a colour that is none.")
        facts = CodeFacts(key, unique, "", parent=parent, colour=colour or "")
        found.append(understood(facts, node.text_of("Description")))
        waiting += [(child, key) for child in reversed([*node.all("Code")])]
    return CodeList(tuple(found), tuple(remarks))


def _unwrapped(codes: Node) -> list[Node]:
    """Give the codes at the top; NVivo puts them all under one that is called Nodes."""
    top = list(codes.all("Code"))
    if len(top) == 1 and top[0].get("name") in ("Nodes", "Codes") and top[0].get("isCodable").lower() in ("false", "0"):
        return list(top[0].all("Code")) or top
    return top


def _unique(name: str, taken: set[str]) -> str:
    number, unique = 2, name
    while folded(unique) in taken:
        unique, number = f"{name[:190]} ({number})", number + 1
    taken.add(folded(unique))
    return unique
