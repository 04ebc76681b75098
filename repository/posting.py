"""Send a message by e-mail or to a web address, as the settings say. Neither message nor address is ever logged."""

import json
import logging
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from http.client import HTTPException
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from repository.errors import SettingsError, Unavailable
from repository.settings import DigestSettings

log = logging.getLogger(__name__)

#: Seconds for each answer of a server.
PATIENCE = 20.0
#: Names by which this machine calls itself: a password may go there without encryption.
HERE = ("localhost", "127.0.0.1", "::1")


class NotSent(Unavailable):
    """The message could not be sent. It is tried again."""

    slug = "not-sent"


class Staying(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: what is sent goes where the settings say, or nowhere."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Give no request to follow."""


def by_mail(settings: DigestSettings, subject: str, text: str) -> None:
    """Send a text to everybody in `to`. Raises NotSent, SettingsError."""
    addresses = recipients(settings)
    server = _address(settings.smtp_url, ("smtp", "smtps"), "smtp_url", "smtp://user:password@host:587")
    user, password = unquote(server.username or ""), unquote(server.password or "")
    sender = settings.sender or (user if "@" in user else f"cairn@{server.hostname}")
    message = _letter(sender, addresses, subject, text)
    try:
        with _opened(server) as post:
            if user:
                if server.scheme == "smtp" and not _encrypted(post) and server.hostname not in HERE:
                    raise NotSent("The mail server offers no encryption, so the password was not sent to it.")
                post.login(user, password)
            if refused := post.send_message(message):
                log.warning("the mail server refused %d of %d addresses", len(refused), len(addresses))
    except (OSError, smtplib.SMTPException, MessageError, ValueError) as error:  # their words may hold addresses
        raise NotSent(f"The mail server could not be used ({_kind(error)}).") from None


def by_hook(settings: DigestSettings, message: Mapping[str, Any]) -> None:
    """Post a message as JSON. Raises NotSent, SettingsError."""
    _address(settings.webhook_url, ("http", "https"), "webhook_url", "https://host/path")
    request = urllib.request.Request(
        settings.webhook_url,
        data=json.dumps(message, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "cairn"},
        method="POST",
    )
    try:
        with urllib.request.build_opener(Staying).open(request, timeout=PATIENCE) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        error.close()
        raise NotSent(f"The web address answered {error.code}.") from None
    except (OSError, HTTPException, ValueError) as error:
        raise NotSent(f"The web address could not be used ({_kind(error)}).") from None


def recipients(settings: DigestSettings) -> list[str]:
    """Give the addresses in `to`. Raises SettingsError where one is none.

    >>> recipients(DigestSettings(to="ops@example.org, lead@example.org"))
    ['ops@example.org', 'lead@example.org']
    """
    found = [one.strip() for one in settings.to.split(",") if one.strip()]
    for number, one in enumerate(found, 1):
        if parseaddr(one)[1] != one or one.count("@") != 1 or not one.isprintable():
            raise SettingsError(f"[digest] to: address {number} is none.", hint="Separate addresses by commas.")
    return found


def _address(url: str, schemes: tuple[str, ...], key: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        valid = False
    if not valid:  # not repeated: it may hold a password
        raise SettingsError(f"[digest] {key} is no address Cairn can use.", hint=f"Write it as {example}.")
    return parts


def _letter(sender: str, addresses: Sequence[str], subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["Date"], message["Message-ID"] = subject, formatdate(), make_msgid(domain="cairn")
    try:
        message["From"], message["To"] = sender, ", ".join(addresses)
    except Exception:  # the standard library's reader of addresses fails with whatever it stumbles over
        raise SettingsError("[digest] sender or to is no address.", hint="Write it as name@host.") from None
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(text)
    return message


def _opened(server: SplitResult) -> smtplib.SMTP:
    host, context = server.hostname or "", ssl.create_default_context()
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, server.port or 465, timeout=PATIENCE, context=context)
    post = smtplib.SMTP(host, server.port or (587 if server.username else 25), timeout=PATIENCE)
    post.ehlo()
    if post.has_extn("starttls"):
        post.starttls(context=context)
        post.ehlo()
    return post


def _encrypted(post: smtplib.SMTP) -> bool:
    return isinstance(post.sock, ssl.SSLSocket)


def _kind(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
