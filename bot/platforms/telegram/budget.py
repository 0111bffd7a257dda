"""How fast one bot may send: what Telegram allows, and what the doctor says of the settings."""

from __future__ import annotations

from collections.abc import Sequence

from bot.pacing import Budget, Rate, Window
from bot.platforms.checking import Check, well
from bot.platforms.telegram import Options
from storage.model import Address, Lane

# Bots FAQ, "My bot is hitting limits": about 30 messages a second in all, one a second in a chat,
# 20 a minute in a group; a bot that pays sends up to 1000 a second (Bot API, allow_paid_broadcast).
USUAL, MOST, PAID = 29.0, 29.7, 1000.0
FREE = 30.0

# In a chat of two short bursts are tolerated (the same FAQ): an answer may have several parts.
PUSHED: Sequence[Window] = ((1, 1.05),)
ANSWERED: Sequence[Window] = ((3, 3.15),)
TOGETHER: Sequence[Window] = ((1, 1.05), (19, 60.5))


def budget(options: Options) -> Budget:
    """The one of a bot with these options; a rate that was given stands, another one adapts."""
    if "rate" in options.model_fields_set:
        rate = Rate(options.rate)
    else:
        rate = Rate(PAID) if options.paid else Rate(USUAL, MOST)
    return Budget(rate, windows, exclusive=options.probing)


def windows(address: Address, lane: Lane) -> Sequence[Window]:
    """How often something may go to this chat. Groups and channels have ids below zero."""
    if many(address):
        return TOGETHER
    return ANSWERED if lane is Lane.ANSWER else PUSHED


def many(address: Address) -> bool:
    """Whether this is a group or a channel: it has a limit of its own, whoever sends there."""
    return address.chat.startswith("-")


def hints(options: Options) -> list[Check]:
    """What an operator should know who wants to be faster than usual."""
    if options.paid:
        return [well(
            "telegram paid broadcasts", "They are switched on.",
            "Beyond the free 30 a second each message costs 0.1 Star. Telegram asks for 100,000"
            " Stars in the bot's balance and 100,000 monthly users.",
        )]  # fmt: skip
    if options.rate > FREE:
        return [well(
            "telegram rate", f"Herald may send {options.rate:g} messages a second.",
            "Telegram itself allows about 30, and makes Herald pause for more: leave"
            " HERALD_TELEGRAM__RATE out, or pay for it (HERALD_TELEGRAM__PAID).",
        )]  # fmt: skip
    return []
