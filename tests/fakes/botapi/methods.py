"""Every Bot API method that the fake knows, by its name in small letters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.fakes.botapi import (
    answering,
    edits,
    incoming,
    media,
    messages,
    profile,
    surroundings,
    topics,
    webhooks,
)
from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.query import Query

Method = Callable[[Bot, Query], Awaitable[Any]]

METHODS: Mapping[str, Method] = {
    **profile.METHODS,
    **incoming.METHODS,
    **webhooks.METHODS,
    **messages.METHODS,
    **edits.METHODS,
    **media.METHODS,
    **answering.METHODS,
    **surroundings.METHODS,
    **topics.METHODS,
}
