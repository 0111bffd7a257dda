"""Everything else that people send: places, voices, polls, money, and what nobody foresaw.

Shapes: Bot API, Message and Update, with the fields that are always there.
"""

from __future__ import annotations

import base64
from typing import Any

from tests.fakes.botapi.acts import Acts
from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Chat
from tests.fakes.botapi.files import File, document

Json = dict[str, Any]

# The smallest GIF there is: one pixel.
PIXEL = base64.b64decode("R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=")
THINGS = (
    *("location", "venue", "contact", "poll", "dice", "game", "sticker", "voice", "audio"),
    *("video", "video_note", "animation", "photo", "document", "story", "successful_payment"),
    *("web_app_data", "users_shared", "pinned_message", "nothing"),
)


class Wild(Acts):
    """Things other than text. Each act returns the message's or query's id."""

    def user_sends_a(
        self,
        chat_id: int,
        thing: str,
        *,
        user_id: int = 0,
        caption: str = "",
        thread: int = 0,
        reply_to: int = 0,
        **more: Any,
    ) -> int:
        """Somebody sends a thing: one of THINGS; `more` are fields of the message as they are.

        "nothing" is a message with no content that the Bot API has a field for.
        """
        content = thing_json(self.bot, thing) | ({"caption": caption} if caption else {}) | more
        message = self._say(chat_id, content, user_id=user_id, thread=thread, reply_to=reply_to)
        return int(message["message_id"])

    def business_message(self, chat_id: int, text: str, *, connection: str = "business-1") -> int:
        """A customer writes to somebody who connected the bot to a business account."""
        user = self.bot.chats.user(chat_id)
        number = self.bot.chats.next_message(Chat(chat_id))
        body: Json = {"message_id": number, "from": user}
        body |= {"date": self.bot.now(), "chat": {"id": chat_id, "type": "private"}}
        body |= {"business_connection_id": connection, "text": text}
        self.bot.updates.add("business_message", body)
        return number

    def pre_checkout(self, user_id: int, *, amount: int = 100) -> str:
        """Somebody is about to pay; the query's id."""
        query_id = self.bot.new_query()
        body: Json = {"id": query_id, "from": self.bot.chats.user(user_id), "currency": "XTR"}
        body |= {"total_amount": amount, "invoice_payload": "payload"}
        self.bot.updates.add("pre_checkout_query", body)
        return query_id

    def unknown_update(self, kind: str = "telepathy", body: Any = None) -> int:
        """An update of a kind that no library knows; its update_id."""
        return self.bot.updates.add_raw({kind: {"from": "afar"} if body is None else body})

    def web_file(self, url: str, data: bytes | str) -> None:
        """Let the fake find these bytes (or their Base64) on the web, for sendPhoto by address."""
        self.bot.files.web[url] = base64.b64decode(data) if isinstance(data, str) else data


def thing_json(bot: Bot, thing: str) -> Json:
    """The content of a message with this thing; KeyError for one unknown."""
    plain: dict[str, Json] = {
        "location": {"location": {"latitude": 55.75, "longitude": 37.62}},
        "venue": {
            "venue": {
                "location": {"latitude": 55.75, "longitude": 37.62},
                "title": "A place",
                "address": "A street",
            }
        },
        "contact": {"contact": {"phone_number": "+10000000000", "first_name": "Somebody"}},
        "poll": {"poll": _poll()},
        "dice": {"dice": {"emoji": "🎲", "value": 6}},
        "game": {"game": {"title": "Chess", "description": "A game", "photo": _photo(bot)}},
        "story": {"story": {"chat": {"id": 7, "type": "private"}, "id": 1}},
        "successful_payment": {"successful_payment": _payment()},
        "web_app_data": {"web_app_data": {"data": "{}", "button_text": "Open"}},
        "users_shared": {"users_shared": {"request_id": 1, "users": []}},
        "pinned_message": {
            "pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}}
        },
        "nothing": {},
    }
    plain["photo"] = {"photo": _photo(bot)}
    return plain[thing] if thing in plain else {thing: _file_json(bot, thing)}


def _photo(bot: Bot) -> list[Json]:
    return bot.files.photo(bot.files.add("photo", PIXEL, size=(1, 1)))


def _file_json(bot: Bot, thing: str) -> Any:
    """A file that can be fetched, with the measures that its kind has."""
    if thing not in THINGS:
        raise KeyError(thing)
    file = bot.files.add(thing, PIXEL, name=f"a.{thing}", size=(1, 1))
    return document(file) | _measures(file)


def _measures(file: File) -> Json:
    flat: Json = {"width": 1, "height": 1}
    measures: dict[str, Json] = {
        "sticker": flat | {"type": "regular", "is_animated": False, "is_video": False},
        "voice": {"duration": 1},
        "audio": {"duration": 1},
        "video": flat | {"duration": 1},
        "animation": flat | {"duration": 1},
        "video_note": {"duration": 1, "length": 1},
    }
    return measures.get(file.kind, {})


def _poll() -> Json:
    options = [
        {"persistent_id": str(number), "text": text, "voter_count": 0}
        for number, text in enumerate(("Yes", "No"))
    ]
    body: Json = {"id": "1", "question": "Well?", "options": options, "total_voter_count": 0}
    body |= {"is_closed": False, "is_anonymous": True, "type": "regular"}
    return body | {
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
    }


def _payment() -> Json:
    body: Json = {"currency": "XTR", "total_amount": 100, "invoice_payload": "payload"}
    return body | {"telegram_payment_charge_id": "1", "provider_payment_charge_id": "1"}
