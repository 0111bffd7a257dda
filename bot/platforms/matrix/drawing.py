"""A Message as Matrix takes it: words, the same as HTML, and under them what can be chosen.

Answers are m.notice, what bots say: nobody's telephone rings for what they have just asked, and
no other bot answers it. What is pushed is m.text, which lets people know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape

from bot.chat import Limits, Message, Refused
from bot.platforms.matrix import numbers
from bot.platforms.matrix.wire import Json, written
from bot.text.build import trimmed
from bot.text.characters import decodable
from bot.text.split import split
from bot.text.to_html import to_html
from storage.model import RichText

HTML = "org.matrix.custom.html"

# An event has room for 65,536 bytes (client-server specification, "Size limits"). Encrypted, four
# bytes stand for three; signatures and what an event refers to take some 3 kB. The words are in it
# twice, plain and as HTML.
TEXT_BYTES = 20_000
CONTENT_BYTES = 44_000
TEASER = 200  # letters of an edit that clients show which know no edits
UNDER = 300  # letters of a text that are kept for the choices below it

_BREAK = str.maketrans({"\n": "<br>", "\\": "\\\\"})
_CONTROLS = dict.fromkeys([*range(10), *range(0xB, 0x20), *range(0x7F, 0xA0)], " ")


def length(text: str) -> int:
    """The bytes that a text takes as HTML, and so as plain text at most; its styles come on top."""
    return len(escape(text).translate(_BREAK).encode("utf-8", "replace"))


LIMITS = Limits(TEXT_BYTES, caption=4096, length=length)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The content of a message event; `commands` by their numbers, and what they stand under."""

    content: Json
    commands: Mapping[int, str] = field(default_factory=dict)
    under: str = ""


def drawn(message: Message, *, notice: bool, first: int = 1) -> Drawn:
    """The message, its choices numbered from `first`. Raises Refused for one that shows nothing."""
    rich = trimmed(_clean(message.text))
    if not rich.text.strip():
        raise Refused("the message shows nothing")
    if length(rich.text) > TEXT_BYTES:
        raise Refused("the message is too long")
    lines = numbers.numbered(message.buttons, first)
    body = "\n\n".join(filter(None, (rich.text, numbers.plain(lines))))
    content: Json = {"msgtype": "m.notice" if notice else "m.text", "body": body}
    html = to_html(rich) + (f"<p>{numbers.html(lines)}</p>" if lines else "")
    rendered = content | {"format": HTML, "formatted_body": html}
    # With very many styles and links the HTML may be longer than the words leave room for.
    if len(written(rendered)) <= CONTENT_BYTES:
        content = rendered
    return Drawn(content, numbers.commands(lines), rich.text[:UNDER])


def pieces(message: Message) -> list[Message]:
    """The message in parts that fit, picture first, the choices under the last."""
    parts = split(_clean(message.text), TEXT_BYTES, length)
    if not parts:
        return [message]
    messages = [Message(part) for part in parts]
    messages[0] = replace(messages[0], replaces=message.replaces, picture=message.picture)
    messages[-1] = replace(messages[-1], buttons=message.buttons)
    return messages


def _clean(rich: RichText) -> RichText:
    """As long as before, so that the spans fit."""
    return RichText(decodable(rich.text).translate(_CONTROLS), rich.spans)


def in_place_of(event: str, content: Json) -> Json:
    """The content of an edit ("Event replacements")."""
    teaser = f"* {content['body'][:TEASER]}"
    return {
        "msgtype": content["msgtype"], "body": teaser, "m.new_content": content,
        "m.relates_to": {"rel_type": "m.replace", "event_id": event},
    }  # fmt: skip


def in_thread(thread: str, content: Json) -> Json:
    """The content as an answer within a thread ("Threading")."""
    relation = {
        "rel_type": "m.thread", "event_id": thread, "is_falling_back": True,
        "m.in_reply_to": {"event_id": thread},
    }  # fmt: skip
    return content | {"m.relates_to": relation}
