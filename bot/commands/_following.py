"""What is followed, as several commands show it and end it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.chat import Button, Context, Request, Rows
from bot.commands._query import fits
from bot.i18n import Texts
from storage.following.shelf import bare, short
from storage.model import Follow

EXCLUSION = "exclusion"
MOST_BACK = 5  # buttons that bring back what was followed


def wanted(follows: Iterable[Follow]) -> list[Follow]:
    """The names and words alone."""
    return [follow for follow in follows if follow.kind != EXCLUSION]


def unwanted(follows: Iterable[Follow]) -> list[Follow]:
    return [follow for follow in follows if follow.kind == EXCLUSION]


def listed(follows: Iterable[Follow]) -> str:
    return "; ".join(follow.value for follow in follows)


def shown(follow: Follow, t: Texts) -> str:
    """One thing that is followed, as it stands in a list."""
    if follow.kind == EXCLUSION:
        return t("not: {what}", what=follow.value)
    return follow.value


def state(active: bool, follows: Iterable[Follow], t: Texts) -> list[str]:
    """Which releases arrive, in a line or two."""
    follows = list(follows)
    if not active:
        lines = [t("Subscription: none")]
    elif some := wanted(follows):
        lines = [t("Subscription: only releases with: {followed}", followed=listed(some))]
    else:
        lines = [t("Subscription: every new release, at once")]
    if without := unwanted(follows):
        lines.append(t("No releases with: {excluded}", excluded=listed(without)))
    return lines


def ends(follows: Iterable[Follow], command: str, t: Texts) -> Rows:
    """A button to end each: it names what it ends, however the list has changed meanwhile."""
    return tuple(
        (Button(f"✕ {shown(follow, t)}", f"{command}{short(follow)}"),) for follow in follows
    )


def back(follows: Iterable[Follow], command: str, t: Texts) -> Rows:
    """A button to follow each again, where it fits into one."""
    buttons = [
        Button(t("🔔 Follow {name}", name=bare(follow.value)), f"{command}{follow.value}")
        for follow in follows
    ]
    return tuple((button,) for button in buttons if fits(button.command))[:MOST_BACK]


async def end(request: Request, context: Context, mark: str, t: Texts) -> str:
    """End what a button names, and say so."""
    ended = await context.storage.follows.end(request.address, mark)
    if ended is None:
        return t("That is not followed here any more.")
    if ended.follow.kind == EXCLUSION:
        return t("Releases with “{what}” may arrive here again.", what=bare(ended.follow.value))
    said = t("“{what}” is not followed here any more.", what=bare(ended.follow.value))
    if not ended.last:
        return said
    return said + " " + t("That was the last, so no releases will arrive here now.")
