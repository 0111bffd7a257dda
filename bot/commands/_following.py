"""What is followed, as several commands show it and end it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.chat import Button, Context, Request, Rows
from bot.i18n import Texts
from storage.follows import short
from storage.model import Follow

EXCLUSION = "exclusion"


def shown(follow: Follow, t: Texts) -> str:
    """One thing that is followed, as it stands in a list."""
    if follow.kind == EXCLUSION:
        return t("not: {what}", what=follow.value)
    return follow.value


def state(active: bool, follows: Iterable[Follow], t: Texts) -> list[str]:
    """Which releases arrive, in a line or two."""
    follows = list(follows)
    wanted = [follow.value for follow in follows if follow.kind != EXCLUSION]
    unwanted = [follow.value for follow in follows if follow.kind == EXCLUSION]
    if not active:
        lines = [t("Subscription: none")]
    elif wanted:
        lines = [t("Subscription: only releases with: {followed}", followed="; ".join(wanted))]
    else:
        lines = [t("Subscription: every new release, at once")]
    if unwanted:
        lines.append(t("No releases with: {excluded}", excluded="; ".join(unwanted)))
    return lines


def ends(follows: Iterable[Follow], command: str, t: Texts) -> Rows:
    """A button to end each: it names what it ends, however the list has changed meanwhile."""
    return tuple(
        (Button(f"✕ {shown(follow, t)}", f"{command}{short(follow)}"),) for follow in follows
    )


async def end(request: Request, context: Context, mark: str, t: Texts) -> str:
    """End what a button names, and say so."""
    ended = await context.storage.follows.end(request.address, mark)
    if ended is None:
        return t("That is not followed here any more.")
    if ended.follow.kind == EXCLUSION:
        return t("Releases with “{what}” may arrive here again.", what=ended.follow.value)
    said = t("“{what}” is not followed here any more.", what=ended.follow.value)
    if not ended.last:
        return said
    return said + " " + t("That was the last, so no releases will arrive here now.")
