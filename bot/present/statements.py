"""How an admin's statement looks, and the message that counts while it goes out."""

from __future__ import annotations

from bot.chat import Button, Message
from bot.i18n import Texts, texts
from bot.text.build import bold, join
from bot.text.links import spelled_out
from storage.model import Progress, RichText, Statement

CELLS = 10


def statement(statement: Statement, language: str) -> Message:
    """What an admin says to all, as it is, and the way out that every push has."""
    t = texts(language)
    return Message(spelled_out(statement.text), ((Button(t("⚙️ Settings"), "settings"),),))


def progress(progress: Progress, language: str) -> Message:
    """How far a statement is, with a button to cancel it; and the last word once it is over."""
    t = texts(language)
    if progress.over or progress.cancelled:
        return Message(_counted(progress, t))
    cancel = Button(t("Cancel"), f"broadcast cancel {progress.announcement}")
    return Message(_counted(progress, t), ((cancel,),))


def _counted(progress: Progress, t: Texts) -> RichText:
    goes_on = not (progress.over or progress.cancelled)
    not_sent = progress.skipped + (0 if goes_on else progress.left)
    return join(
        [
            bold(_head(progress, t)),
            _bar(progress) if goes_on else "",
            t("Sent: {n}", n=progress.sent),
            t("Failed: {n}", n=progress.failed),
            t("Not sent: {n}", n=not_sent) if not_sent else "",
            t("In doubt: {n}", n=progress.unknown) if progress.unknown else "",
            t("Left: {n}", n=progress.left) if goes_on else "",
        ]
    )


def _head(progress: Progress, t: Texts) -> str:
    if progress.cancelled:
        return t("Cancelled")
    return t("Done") if progress.over else t("On its way")


def _bar(progress: Progress) -> str:
    """How much is settled, in whole percents: a hundred only when nothing is left."""
    settled = progress.total - progress.left
    percent = 100 * settled // progress.total if progress.total else 0
    full = CELLS * percent // 100
    return "▓" * full + "░" * (CELLS - full) + f" {percent}\u00a0%"
