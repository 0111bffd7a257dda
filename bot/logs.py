"""Logs for the operator: facts in sentences, and never a token, an address or a person's words."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterable, MutableMapping
from typing import Any, TextIO

import structlog

# A Telegram bot token, wherever a library may print one.
_TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}")
_HIDDEN = "[hidden]"

# What these say below a warning names updates, messages and addresses.
_LIBRARIES = ("telegram", "aiohttp", "asyncio", "httpx", "httpcore", "aiosqlite", "feedparser")

Event = MutableMapping[str, Any]


def configure(level: str, form: str, secrets: Iterable[str], stream: TextIO | None = None) -> None:
    """Send our lines and the libraries' to standard error, in the chosen form."""
    hidden = sorted((s for s in secrets if s), key=len, reverse=True)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        places_only,
        lambda _logger, _name, event: without(hidden, event),
    ]
    render: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if form == "json":
        render.append(structlog.processors.JSONRenderer(ensure_ascii=False))
    else:
        render.append(_line)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=render)
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def places_only(_logger: Any, _name: str, event: Event) -> Event:
    """An exception is logged by type and place: its text may quote what a person wrote."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = place(error)
    return event


def place(error: BaseException) -> str:
    """Where it was raised, the innermost last: file:line, file:line."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    return ", ".join(f"{'/'.join(f.filename.split('/')[-2:])}:{f.lineno}" for f in frames)


def without(hidden: Iterable[str], event: Event) -> Event:
    """The event with every secret, and whatever looks like a token, blotted out."""
    for key, value in event.items():
        if isinstance(value, str):
            for secret in hidden:
                value = value.replace(secret, _HIDDEN)
            event[key] = _TOKEN.sub(_HIDDEN, value)
    return event


def _line(_logger: Any, _name: str, event: Event) -> str:
    """2026-11-25T10:00:00Z info     The sentence. name=value"""
    at, level, said = event.pop("timestamp"), event.pop("level"), event.pop("event")
    rest = " ".join(f"{k}={v}" for k, v in event.items() if not k.startswith("_"))
    return f"{at[:19]}Z {level:<8} {said}" + (f" {rest}" if rest else "")
