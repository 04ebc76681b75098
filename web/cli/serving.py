"""`cairn serve` and `cairn work`: the processes that stay."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from ipaddress import ip_address
from types import FrameType
from typing import Any

import click

from repository.errors import CairnError, InUse, SettingsError
from repository.settings import ServerSettings, Settings
from web.cli.output import echo_json, json_option

#: Seconds the worker has, after everything else has ended, before it is killed; its leases are then taken from it.
PATIENCE = 8


@click.command()
@click.option("--host", help="Address to listen on; only loopback, as there are no passwords yet.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
@json_option
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None, as_json: bool) -> None:
    """Serve the pages and the API, with a worker as child process. The last line printed is the address."""
    chosen = ServerSettings(
        host or settings.server.host,
        settings.server.port if port is None else port,
        settings.server.threads,
        settings.server.worker,
    )
    with closing(listen(chosen)) as listener:
        _serve(settings, chosen, listener, as_json=as_json)


def _serve(settings: Settings, chosen: ServerSettings, listener: socket.socket, *, as_json: bool) -> None:
    from repository.codebook import ensure_codebook
    from repository.indexing import Indexer
    from repository.workspace import Workspace

    workspace = Workspace(replace(settings, server=chosen))
    indexer = Indexer(workspace)
    workspace.neighbours = indexer
    ensure_codebook(workspace)
    workspace.originals.clear_incoming()
    from waitress.server import create_server

    from web.app import create_app

    app = create_app(workspace)
    server: Any = create_server(
        app,
        sockets=[listener],
        threads=chosen.threads,
        ident=None,
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"],
    )
    stop = threading.Event()
    worker = Worker(stop) if chosen.worker else None

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    indexer.start()
    threading.Thread(target=_load_model, args=(workspace,), name="model", daemon=True).start()
    address = f"http://{'[' + chosen.host + ']' if ':' in chosen.host else chosen.host}:{listener.getsockname()[1]}/"
    if as_json:
        echo_json({"address": address, "folder": workspace.folder, "pid": os.getpid()})
    else:
        click.echo(f"Cairn keeps everything in {workspace.folder}. Press Ctrl+C to stop.\n{address}")
    sys.stdout.flush()
    try:
        server.run()
    finally:
        stop.set()
        if worker:
            worker.ask_to_end()  # it hands back its work while the last requests are answered here
        server.close()
        server.task_dispatcher.shutdown()
        indexer.close()
        if worker:
            worker.end()
        workspace.close()


def listen(server: ServerSettings) -> socket.socket:
    """Open the port. Raises SettingsError for an address others can reach, InUse if the port is taken."""
    try:
        local = server.host == "localhost" or ip_address(server.host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise SettingsError(
            f"Cairn has no passwords yet, so it listens on this machine only, not on {server.host}.",
            hint='Leave [server] host at "127.0.0.1"; reach it from elsewhere through an SSH tunnel.',
        )
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((server.host, server.port))
    except OSError as error:
        listener.close()
        raise InUse(
            f"Port {server.port} on {server.host} is taken.",
            hint="Stop what uses it, or choose another: cairn serve --port 8322",
        ) from error
    listener.listen(128)
    return listener


def _load_model(workspace: Any) -> None:
    """Load the model in the background; search says so while it cannot compare by meaning."""
    try:
        workspace.embedder()
    except CairnError as error:
        click.echo(f"Search by meaning is off: {error}", err=True)


class Worker:
    """The worker as a child process, started again if it dies."""

    def __init__(self, stop: threading.Event) -> None:
        """Start it and watch it."""
        self._stop = stop
        self._child = self._start()
        threading.Thread(target=self._watch, name="watch-worker", daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes]:
        context = click.get_current_context(silent=True)
        config = context.find_root().params.get("config") if context else None
        self._command = getattr(
            self,
            "_command",
            [
                sys.executable,
                "-m",
                "web.cli.main",
                *(["--config", str(config)] if config else []),
                "work",
                "--child",
                str(os.getpid()),
            ],
        )
        # A group of its own: Ctrl+C reaches the server, which tells the worker to hand back its work.
        return subprocess.Popen(self._command, stdin=subprocess.DEVNULL, start_new_session=True)

    def _watch(self) -> None:
        while not self._stop.is_set():
            self._child.wait()
            if not self._stop.wait(1):
                click.echo("The worker died and is started again.", err=True)
                self._child = self._start()

    def ask_to_end(self) -> None:
        """Ask it to hand back its work and go."""
        self._child.terminate()

    def end(self) -> None:
        """Wait until it is gone, and kill it if it does not listen."""
        try:
            self._child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()


@click.command()
@click.option("--child", type=int, hidden=True, help="End when this process, which started it, ends.")
@json_option
@click.pass_obj
def work(settings: Settings, child: int | None, as_json: bool) -> None:
    """Run a worker until it is told to stop. Several may run; each file is worked on by one."""
    from ingest.worker import step_back, work
    from repository.codebook import ensure_codebook
    from repository.workspace import Workspace

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if child:
        threading.Thread(target=_end_with_parent, args=(child, stop), daemon=True).start()
    step_back()
    workspace = Workspace(settings)
    ensure_codebook(workspace)
    if not child:
        message = {"folder": workspace.folder, "pid": os.getpid()}
        echo_json(message) if as_json else click.echo(f"Working on {workspace.folder}. Press Ctrl+C to stop.")
    work(workspace, stop)
    workspace.close()


def _end_with_parent(parent: int, stop: threading.Event) -> None:
    while not stop.wait(1):
        if os.getppid() != parent:
            stop.set()
