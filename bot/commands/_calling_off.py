"""Calling off what is on its way: nothing more of it is sent, and what arrived stays."""

from __future__ import annotations

from bot.chat import Context
from bot.i18n import Texts
from storage.model import Progress


async def called_off(announcement: int, context: Context, t: Texts) -> str:
    """Cancel it, and say what that came to."""
    outbox = context.storage.outbox
    cancelled = await outbox.cancel(announcement)
    progress = await outbox.progress(announcement)
    if progress is None or not cancelled:
        return why_ended(progress, t)
    return t("Cancelled: nothing more of it is sent.") + " " + have_it(progress, t)


def ended(progress: Progress) -> bool:
    """Whether there is nothing left to cancel."""
    return progress.over or progress.cancelled


def why_ended(progress: Progress | None, t: Texts) -> str:
    """That there is nothing left to cancel of it, or that there is no such announcement."""
    if progress is None:
        return t("There is no such entry. /outbox shows what is on its way.")
    if progress.cancelled:
        return t("It is cancelled already.") + " " + have_it(progress, t)
    return t("It is over already.") + " " + have_it(progress, t)


def have_it(progress: Progress, t: Texts) -> str:
    """How many it has reached; what is under way when it is cancelled may come to more."""
    in_doubt = progress.unknown > 0 or (progress.cancelled and not progress.over)
    if in_doubt and not progress.sent:
        return t("What was under way may still arrive, or has.")
    if in_doubt:
        return t.plural(
            "At least {n} subscriber has it.", "At least {n} subscribers have it.", progress.sent
        )
    if not progress.sent:
        return t("Nobody has it.") if ended(progress) else t("Nobody has it yet.")
    return t.plural("{n} subscriber has it.", "{n} subscribers have it.", progress.sent)
