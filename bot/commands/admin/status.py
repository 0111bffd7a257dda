"""How Herald is, in counts: archives, releases, subscribers, the outbox, what is held."""

from __future__ import annotations

from bot.chat import Context, Message, Request
from bot.commands._audience import by_platform
from bot.commands._moment import moment
from bot.commands._queue import resting, waiting
from bot.i18n import Texts, texts
from bot.text.build import bold, join
from storage.model import Outbox, Reading, RichText

HELP = "How I am, in numbers"


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    storage = context.storage
    notices = {history.archive: history.notice for history in await storage.histories.all()}
    archives = [
        _archive(reading, notices.get(reading.archive, ""), t, context)
        for reading in await storage.archives.all()
    ]
    subscribers = await storage.subscribers.counts()
    lines = [
        t("Releases: {n}", n=await storage.releases.count()),
        t("Held for an admin’s word: {n}", n=await storage.releases.held()),
        t("Subscribers: {n}", n=sum(subscribers.values()))
        + (f" ({by_platform(subscribers)})" if subscribers else ""),
        _outbox(await storage.outbox.totals(), t),
    ]
    queue = join([*await resting(t, context), *await waiting(t, context)])
    return Message(join([bold(t("Status")), *archives, join(lines), queue], "\n\n"))


def _archive(reading: Reading, notice: str, t: Texts, context: Context) -> RichText:
    said: list[RichText | str] = [
        bold(reading.archive),
        t(
            "{releases} releases, {withdrawn} withdrawn",
            releases=reading.releases, withdrawn=reading.withdrawn,
        ),
        t("Last read: {when}", when=moment(reading.last_read_at, t, context)),
        t("Next reading: {when}", when=moment(reading.next_read_at, t, context)),
    ]  # fmt: skip
    if reading.last_error:
        said.append(t("Trouble: {error}", error=reading.last_error))
    if notice:
        said.append(t("Please look at the archive: {why}", why=notice))
    return join(said)


def _outbox(outbox: Outbox, t: Texts) -> str:
    return t(
        "Outbox: {waiting} waiting, {sent} sent, {failed} failed, {unknown} in doubt",
        waiting=outbox.waiting, sent=outbox.sent, failed=outbox.failed, unknown=outbox.unknown,
    )  # fmt: skip
