"""Inline keyboards: what Telegram takes of them, and how it hands them back."""

from __future__ import annotations

from typing import Any

from tests.fakes import entities
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import bad_request

MOST_BUTTONS = 100  # of a keyboard, and
MOST_IN_A_ROW = 8  # of a row: figures that the server keeps and libraries list (PTB constants)
DATA_BYTES = 64  # Bot API, InlineKeyboardButton, callback_data
ACTIONS = frozenset(
    {"url", "callback_data", "web_app", "login_url", "copy_text", "callback_game", "pay"}
    | {"switch_inline_query", "switch_inline_query_current_chat"}
    | {"switch_inline_query_chosen_chat"}
)
Rows = list[list[dict[str, Any]]]


def read_keyboard(query: Query) -> Rows:
    """The rows of `reply_markup`, their shape checked (Client.cpp, get_reply_markup)."""
    asked = query.json("reply_markup", "reply keyboard markup")
    return [] if asked is None else keyboard_rows(asked)


def keyboard_rows(asked: Any) -> Rows:
    """The rows of an InlineKeyboardMarkup, their shape checked."""
    if not isinstance(asked, dict):
        raise bad_request("Object expected as reply markup")
    rows = asked.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        words = 'Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
        raise bad_request(words)
    for row in rows:
        for button in row:
            _check_shape(button)
    return rows


def markup(rows: Rows) -> dict[str, Any]:
    """`reply_markup` of a message with these rows; nothing for none."""
    kept = check_keyboard(rows)
    return {"reply_markup": {"inline_keyboard": kept}} if kept else {}


def check_keyboard(rows: Rows) -> Rows:
    """The rows as Telegram stores them, links in its own form; 400 for what it does not take."""
    kept = [[_checked(button) for button in row] for row in rows if row]
    if sum(map(len, kept)) > MOST_BUTTONS or any(len(row) > MOST_IN_A_ROW for row in kept):
        raise bad_request("reply markup is too long")
    return kept


def _check_shape(button: Any) -> None:
    """Client.cpp, get_inline_keyboard_button; one action exactly is Bot API's own rule.

    The real server takes the first of several actions; here that is an error, to be found.
    """
    words = "Can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(words + "InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request(words + 'Can\'t find field "text"')
    actions = [name for name in ACTIONS & button.keys() if button[name] != ""]
    if not actions:
        raise bad_request(words + "Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(words + "exactly one action is to be used")


def _checked(button: dict[str, Any]) -> dict[str, Any]:
    """Td ReplyMarkup.cpp, get_inline_keyboard_button; BUTTON_DATA_INVALID is the server's."""
    if not button["text"]:
        raise bad_request("Inline keyboard button text must be non-empty")
    if "url" in button:
        try:
            return {**button, "url": entities.checked_link(str(button["url"]))}
        except entities.TextRefusedError as error:
            raise bad_request(f"Inline keyboard button {error}") from None
    if len(str(button.get("callback_data", "x")).encode()) > DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    return button
