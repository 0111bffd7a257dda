"""What admins are told of the archives that are read: their history, and what to look at."""

from __future__ import annotations

from bot.chat import Message
from bot.i18n import texts
from bot.text.build import bold, join


def filled(archive: str, releases: int, language: str) -> Message:
    """All that an archive ever published is there; nobody was told of it."""
    t = texts(language)
    said = t.plural(
        "I have brought in all that it has, {n} release, and announced nothing of it.",
        "I have brought in all that it has, {n} releases, and announced nothing of it.",
        releases,
    )
    return Message(join([bold(archive), said]))


def doubt(archive: str, why: str, language: str) -> Message:
    """Something about an archive is odd; `why` is a sentence, "" when it is over."""
    t = texts(language)
    if not why:
        return Message(join([bold(archive), t("The archive is as it should be again.")]))
    return Message(join([bold(archive), t("Please look at the archive: {why}", why=why)]))
