"""Ways on: the buttons and sentences that several answers end with."""

from __future__ import annotations

from bot.chat import Button, Message, Rows
from bot.i18n import Texts
from storage.model import RichText


def ways_on(t: Texts) -> Rows:
    """Where to go from an answer that could not give what was asked for."""
    return (
        (Button(t("Latest releases"), "latest"), Button(t("Search"), "search")),
        (Button(t("Help"), "help"),),
    )


def managers_only(t: Texts) -> Message:
    """The refusal of a change by somebody who may not change this chat's subscription."""
    return Message(RichText(t("Only the admins of this chat can change that.")))
