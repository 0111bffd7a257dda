"""How an admin's statement looks, and the message that counts while it goes out."""

from __future__ import annotations

from bot.chat import Button, Message
from bot.i18n import Texts, texts
from bot.text.build import bold, join
from bot.text.links import spelled_out, usable
from storage.model import Progress, RichText, Statement, Style

CELLS = 10
_WRITTEN_OUT = ("mailto:", "tel:")


def statement(statement: Statement, language: str) -> Message:
    """What an admin says to all, as it is, and the way out that every push has."""
    t = texts(language)
    return Message(spelled_out(statement.text), ((Button(t("⚙️ Settings"), "settings"),),))


def left_out(text: RichText) -> list[str]:
    """The words whose links are not sent along, in order: they lead where no reader can follow."""
    return [
        " ".join(text.text[span.start : span.end].split())
        for span in sorted(text.spans)
        if span.style is Style.LINK
        and not usable(span.value)
        and not span.value.strip().lower().startswith(_WRITTEN_OUT)
    ]


def progress(progress: Progress, language: str) -> Message:
    """How far a statement is, with a button to cancel it; and the last word once it is over."""
    t = texts(language)
    if progress.over or progress.cancelled:
        return Message(_counted(progress, t))
    cancel = Button(t("Cancel"), f"broadcast cancel {progress.announcement}")
    return Message(_counted(progress, t), ((cancel,),))


def _counted(progress: Progress, t: Texts) -> RichText:
    """Without figures until it is known how many it is for."""
    goes_on = not (progress.over or progress.cancelled)
    if goes_on and not progress.whole:
        return bold(_head(progress, t))
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
        return t("Cancelled by an admin")
    if progress.refused:
        return t("It was not sent: the platform does not take this text")
    return t("Done") if progress.over else t("On its way")


def _bar(progress: Progress) -> str:
    """How much is settled, in whole percents: a hundred only when nothing is left."""
    settled = progress.total - progress.left
    percent = 100 * settled // progress.total if progress.total else 0
    full = CELLS * percent // 100
    return "▓" * full + "░" * (CELLS - full) + f" {percent}\u00a0%"
