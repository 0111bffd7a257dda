"""What came in, in Herald's terms: an event → what somebody said, or under what they put a mark."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.platforms.matrix.wire import Json
from bot.text.characters import decodable
from bot.text.from_html import from_html
from storage.model import RichText

MESSAGE, REACTION = "m.room.message", "m.reaction"
HELP = "/help"

# What people send that has words; bots say m.notice, and nobody answers it, lest two of them
# never come to an end (client-server specification, "m.notice").
_WORDS = "m.text"
_NO_WORDS = ("m.image", "m.file", "m.audio", "m.video", "m.location")
_HTML = "org.matrix.custom.html"
LONGEST = 20_000  # letters of what somebody says that are looked at
# Clients repeat what is replied to; specification before v1.13, "Fallbacks for rich replies".
_QUOTED = re.compile(r"(?:> .*\n?|>\n?)+\n?")
_QUOTED_HTML = re.compile(r"<mx-reply>.*?</mx-reply>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody said something: `id` is the event's, `to` the event they replied to, "" for none.

    `thread` is the event that began the thread it stands in, "" for none. `wordless` is a picture
    or the like. `late`: what was said there after it has been dealt with already.
    """

    id: str
    sender: str
    rich: RichText
    to: str = ""
    thread: str = ""
    wordless: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """Somebody put a mark, an emoji mostly, under the event `to`."""

    id: str
    sender: str
    to: str
    mark: str


def heard(event: Json) -> Said | Marked | None:
    """What somebody asks, if it is that: no edit, nothing taken back, nothing of a bot's."""
    content, number, sender = event.get("content"), event.get("event_id"), event.get("sender")
    if not isinstance(content, dict) or not isinstance(number, str) or not isinstance(sender, str):
        return None
    relation = content.get("m.relates_to")
    relation = relation if isinstance(relation, dict) else {}
    if event.get("type") == REACTION:
        to, mark = relation.get("event_id"), relation.get("key")
        if relation.get("rel_type") == "m.annotation" and isinstance(to, str):
            return Marked(number, sender, to, mark) if isinstance(mark, str) else None
        return None
    if event.get("type") != MESSAGE or relation.get("rel_type") == "m.replace":
        return None
    to = _replied_to(relation)
    rich = _rich(content, replied=bool(to))
    if rich is None:
        return None
    thread = relation.get("event_id") if relation.get("rel_type") == "m.thread" else ""
    thread = thread if isinstance(thread, str) else ""
    return Said(number, sender, rich, to, thread, wordless=content.get("msgtype") in _NO_WORDS)


def membership(event: Json) -> tuple[str, str, str]:
    """Of whom a member event speaks, what they are, and what they were ("" unknown)."""
    content = event.get("content")
    now = content.get("membership") if isinstance(content, dict) else ""
    unsigned = event.get("unsigned")
    before = unsigned.get("prev_content") if isinstance(unsigned, dict) else None
    was = before.get("membership") if isinstance(before, dict) else ""
    return str(event.get("state_key")), str(now), str(was or "")


def _replied_to(relation: Json) -> str:
    """In a thread everything names an event before, for clients that know no threads."""
    if relation.get("rel_type") == "m.thread" and relation.get("is_falling_back"):
        return ""
    replied = relation.get("m.in_reply_to")
    to = replied.get("event_id") if isinstance(replied, dict) else None
    return to if isinstance(to, str) else ""


def _rich(content: Json, *, replied: bool) -> RichText | None:
    """The words, with their formatting; what is no text asks for help."""
    kind, body = content.get("msgtype"), content.get("body")
    if kind in _NO_WORDS:
        return RichText(HELP)
    if kind != _WORDS or not isinstance(body, str):
        return None
    html = content.get("formatted_body")
    if isinstance(html, str) and content.get("format") == _HTML and len(html) <= LONGEST:
        rich = from_html(_QUOTED_HTML.sub("", html))
        if rich.text.strip():
            return rich
    body = decodable(body[:LONGEST])
    quoted = _QUOTED.match(body) if replied else None
    return RichText(body[quoted.end() :] if quoted else body)
