"""`cairn read`: what a file is recognised as, without keeping anything."""

from pathlib import Path
from typing import Any

import click

from repository.errors import NotFound
from repository.settings import Settings
from repository.wording import clock_time
from web.cli.output import echo_json, json_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "reader", default="", help="Read it with this reader, whatever it is recognised as.")
@click.option("--encoding", default="", help="Decode it so, whatever it looks like (utf-8, cp1252, …).")
@json_option
@click.pass_obj
def read(settings: Settings, file: Path, reader: str, encoding: str, as_json: bool) -> None:
    """Say what a file is recognised as, who speaks, and what is odd; nothing is kept.

    Ends with 3 if the file cannot be read, and says why.
    """
    from ingest.readers.received import Choices
    from ingest.sandbox import Limits, read_untrusted

    if not file.is_file():
        raise NotFound(f"There is no file {file}.")
    limits = settings.ingest
    found = read_untrusted(
        file,
        file.name,
        choices=Choices(reader, encoding),
        limits=Limits(limits.read_memory_mb, limits.read_cpu_seconds, limits.read_seconds),
    )
    turns: list[dict[str, Any]] = [
        {
            "speaker": None if turn.speaker is None else found.speakers[turn.speaker].label,
            "role": None if turn.speaker is None else found.speakers[turn.speaker].role,
            "kind": turn.kind,
            "start": None if turn.start_ms is None else turn.start_ms / 1000,
            "end": None if turn.end_ms is None else turn.end_ms / 1000,
            "text": found.words_of(turn),
        }
        for turn in found.turns
    ]
    if as_json:
        echo_json(
            {
                "file": str(file),
                "recognised_as": found.shape,
                "reader": found.reader,
                "confidence": found.confidence,
                "alternatives": [{"reader": name, "confidence": sure} for name, sure in found.alternatives],
                "encoding": found.encoding,
                "encoding_guessed": found.encoding_guessed,
                "kind": found.kind,
                "title": found.title,
                "date": found.occurred_on,
                "language": found.language,
                "facts": found.facts,
                "speakers": [
                    {
                        "speaker": one.label,
                        "role": one.role,
                        "role_source": one.role_source,
                        "role_confidence": one.role_confidence,
                        "turns": sum(turn.speaker == place for turn in found.turns),
                    }
                    for place, one in enumerate(found.speakers)
                ],
                "columns": [{"column": c.name, "use": c.use, "cells": c.cells} for c in found.columns],
                "turns": turns,
                "warnings": [{"line": w.line, "message": w.message} for w in found.warnings],
            }
        )
        return
    guessed = ", encoding guessed" if found.encoding_guessed else ""
    click.echo(f"{file.name}: {found.shape} ({found.confidence:.0%} sure{guessed})")
    for place, speaker in enumerate(found.speakers):
        count = sum(turn.speaker == place for turn in found.turns)
        click.echo(f"  {speaker.label}: {speaker.role.value}, {count} turns")
    for warning in found.warnings:
        click.secho(f"  {f'line {warning.line}: ' if warning.line else ''}{warning.message}", fg="yellow")
    for turn in turns:
        begin = turn["start"]
        head = (clock_time(None if begin is None else round(float(begin) * 1000)), str(turn["speaker"] or ""))
        click.echo(f"\n{' '.join(filter(None, head))}\n{turn['text']}")
