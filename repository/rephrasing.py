"""Rephrase an answer with a language model, if one is named in the settings: off by default, and never trusted.

Only the question and the answer's quotes are sent. What comes back must quote, and each quote must stand letter by letter
in what was sent; anything else is discarded, and the answer stays as it is.
"""

import json
import logging
import os
import re
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

from repository.evidencing import Quote
from repository.posting import Staying
from repository.settings import AskingSettings
from repository.workspace import Workspace

log = logging.getLogger(__name__)

#: Bytes of an answer that are read, and characters of one that are shown.
MOST_BYTES, MOST = 200_000, 3_000
#: Characters of what stands between quotation marks and is not taken for a quote, such as a single word.
SHORT = 2
_QUOTED = re.compile(r"“([^”]*)”|\"([^\"]*)\"|„([^“”]*)[“”]|«([^»]*)»")
TASK = (
    "Answer the question in at most five sentences, from the numbered quotes alone. Quote exactly, between “ and ”, at least "
    "once, with the quote's number in brackets. If the quotes do not answer, say so."
)


@dataclass(frozen=True, slots=True)
class Rephrased:
    """What a language model made of the quotes, which model it was, and where it runs."""

    words: str
    model: str
    host: str


def rephrased(workspace: Workspace, question: str, quotes: Sequence[Quote]) -> Rephrased | None:
    """Give the answer in a model's words; None where that is off, fails, or does not quote exactly."""
    settings = workspace.settings.asking
    if not settings.rephrase_url or not quotes:
        return None
    sent = [quote.words for quote in quotes]
    try:
        words = _asked(settings, question, sent)
    except (OSError, HTTPException, ValueError, KeyError, IndexError, TypeError) as error:
        log.warning("an answer was not rephrased: %s", type(error).__name__)
        return None
    if why := objection(words, sent):
        log.warning("a rephrased answer was discarded: %s", why)
        return None
    return Rephrased(words, settings.rephrase_model, urlsplit(settings.rephrase_url).netloc)


def objection(words: str, sent: Sequence[str]) -> str:
    """Say what is wrong with a rephrased answer, without its words; "" if nothing is.

    >>> objection("They fear it: “it would overwrite”.", ["I was afraid it would overwrite."])
    ''
    >>> objection("They said “never again”.", ["I was afraid."])
    'it quotes what nobody said'
    """
    if not words.strip() or len(words) > MOST:
        return "it is empty or too long"
    quoted = ["".join(found) for found in _QUOTED.findall(words)]
    if any(not any(one in said for said in sent) for one in quoted):
        return "it quotes what nobody said"
    if not any(len(one.split()) > SHORT for one in quoted):
        return "it does not quote"
    return "it leaves a quotation open" if any(mark in _QUOTED.sub("", words) for mark in '“”"„«»') else ""


def _asked(settings: AskingSettings, question: str, sent: Sequence[str]) -> str:
    """Ask the model. Raises OSError where it cannot be reached, ValueError and the like where it answers nonsense."""
    if urlsplit(settings.rephrase_url).scheme not in ("http", "https"):
        raise ValueError("not a web address")
    told = "\n".join(f"[{n}] “{said}”" for n, said in enumerate(sent, 1))
    messages = [
        {"role": "system", "content": TASK},
        {"role": "user", "content": f"Question: {question}\n\nQuotes:\n{told}"},
    ]
    body = json.dumps({"model": settings.rephrase_model, "messages": messages, "temperature": 0}).encode()
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get(settings.rephrase_key_env, "") if settings.rephrase_key_env else "":
        headers["Authorization"] = f"Bearer {key}"
    address = settings.rephrase_url.rstrip("/") + "/chat/completions"
    request = urllib.request.Request(address, data=body, headers=headers, method="POST")
    until = time.monotonic() + settings.rephrase_seconds
    opener = urllib.request.build_opener(Staying)  # the key and the quotes go to the address named, and to no other
    with opener.open(request, timeout=settings.rephrase_seconds) as answer:
        received = b""
        while piece := answer.read1(MOST_BYTES):
            received += piece
            if time.monotonic() > until or len(received) > MOST_BYTES:  # the timeout above is for each piece
                raise TimeoutError
    words = json.loads(received)["choices"][0]["message"]["content"]
    if not isinstance(words, str):
        raise TypeError("no text")
    return words.strip()
