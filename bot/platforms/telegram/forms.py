"""A message as the fields of a request: written once for all who are sent the same."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.chat import Message
from bot.platforms.telegram.drawing import Drawn, drawn

KEPT = 16  # messages; a push has one in each language

_NO_PREVIEW = json.dumps({"is_disabled": True})


@dataclass(frozen=True, slots=True)
class Form:
    """A message, and the fields of sendMessage and editMessageText that are the same everywhere."""

    shown: Drawn
    fields: bytes


class Forms:
    """The forms of what was pushed last: the courier hands the same Message to everybody."""

    def __init__(self) -> None:
        # By identity, as to compare texts costs what is to be saved. The message is kept along,
        # so that no other one can have its id.
        self._kept: OrderedDict[int, tuple[Message, str, Form]] = OrderedDict()

    def of(self, message: Message, username: str) -> Form:
        """The message's form. Raises Refused for what Telegram would not take."""
        kept = self._kept.get(id(message))
        if kept is not None and kept[1] == username:
            self._kept.move_to_end(id(message))
            return kept[2]
        form = formed(message, username)
        self._kept[id(message)] = message, username, form
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return form


def formed(message: Message, username: str) -> Form:
    """The message written out. Raises Refused for what Telegram would not take."""
    shown = drawn(message, username)
    fields = _fields(shown, "text", "entities") | {"link_preview_options": _NO_PREVIEW}
    return Form(shown, urlencode(fields).encode())


def captioned(shown: Drawn) -> bytes:
    """The fields of editMessageCaption."""
    return urlencode(_fields(shown, "caption", "caption_entities")).encode()


def _fields(shown: Drawn, text: str, entities: str) -> dict[str, str]:
    """Bot API, "Making requests": what is no text is JSON."""
    fields = {text: shown.text}
    if shown.entities:
        fields[entities] = json.dumps([entity.to_dict() for entity in shown.entities])
    if shown.keyboard is not None:
        fields["reply_markup"] = json.dumps(shown.keyboard.to_dict())
    return fields
