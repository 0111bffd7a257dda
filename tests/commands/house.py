"""A small archive of a campaign that does not exist, and somebody who asks the router."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count

from bot.chat import Campaign, Message, Request
from bot.router import Router
from storage import Storage
from storage.model import Address, Archive, Draft, Event, Fate, Kind, RichText

CAMPAIGN = Campaign(
    name="Justice for Ada Lind",
    contact={"name": "The Lind Office", "email": "press@lind.example", "phone": "+44 20 0000 0000",
             "website": "https://lind.example/"},
    events=(
        Event(
            "lind", date(2010, 11, 16), ("Lind", "Линд"),
            {"en": "the death of Ada Lind", "ru": "гибель Ады Линд"},
        ),
    ),
    timezone="Europe/London",
)  # fmt: skip

SOMEBODY = Address("terminal", "1")

LONG = "\n\n".join(
    f"Paragraph {n}: the inquiry heard another witness who had seen the file. "
    + "It went on. " * 20
    for n in range(1, 31)
)


def draft(number: int, day: str, title: str, body: str, language: str = "en") -> Draft:
    """A release as an archive would give it, published at nine in the morning, UTC."""
    published = date.fromisoformat(day)
    return Draft(
        key=f"https://lind.example/?p={number}", link=f"https://lind.example/{number}/",
        title=title, body=RichText(body), language=language, published=published,
        published_at=datetime(published.year, published.month, published.day, 9, tzinfo=UTC),
        source=body, kind=Kind.FEED, reader=1, aliases=(f"lind.example/?p={number}",),
        fingerprint=f"{day} {title}", digest=f"{title} {body}",
    )  # fmt: skip


DRAFTS = (
    draft(1, "2011-11-16", "First Anniversary of the Death of Ada Lind: a Statement",
          "One year ago today Ada Lind died in custody."),
    draft(2, "2012-02-29", "A Leap Day Hearing", "The court sat on the last day of February."),
    draft(3, "2014-05-05", "Parliament Debates the Lind Report",
          "Parliament Debates the Lind Report\n\nThe debate lasted four hours."),
    draft(4, "2015-11-12", "Invitation to a Panel on the Fifth Anniversary of Ada Lind’s Death",
          "The panel will be held at the town hall."),
    draft(5, "2015-11-16", "Statement on the 5th Anniversary of Ada Lind’s Death",
          "Dear friends,\n\nFive years ago today Ada Lind was killed. We remember her."),
    draft(6, "2015-11-20", "Ten Cities Marked the 5th Anniversary of Ada Lind’s Death",
          "In pictures."),
    draft(7, "2019-11-25", "The Whole Story of the Lind Inquiry", LONG),
    draft(8, "2022-11-25", "Суд перенёс слушание по делу Линд",
          "Заседание отложено на неделю. Следователь не явился.", "ru"),
    draft(9, "2026-11-01", "Sixteen Years without Ada Lind", "We go on asking for the inquiry."),
    draft(10, "2026-11-24", "Witness Named in the Lind Case", "The inquiry has named a witness."),
    *(
        draft(n, f"2023-03-{n:02}", f"Inquiry Bulletin {n}", "What the inquiry heard this week.")
        for n in range(11, 31)
    ),
)  # fmt: skip


@dataclass
class House:
    """A router over a filled storage; `ask` and `press` speak as one person in one chat."""

    storage: Storage
    router: Router
    now: datetime
    address: Address = SOMEBODY

    async def ask(self, words: str, **more: object) -> Message:
        """What is answered to these words; there must be an answer."""
        message = await self.hear(words, **more)
        assert message is not None
        return message

    async def hear(self, words: str, **more: object) -> Message | None:
        """What is answered to these words, if anything is."""
        request = Request(self.address, words, self.now, **more)  # type: ignore[arg-type]
        return await self.router.answer(request)

    async def press(self, command: str, under: str = "", **more: object) -> Message:
        """What is answered to a button with this command, under a message with this text."""
        return await self.ask(command, pressed=True, under=under, **more)


async def built(storage: Storage, now: datetime, campaign: Campaign = CAMPAIGN) -> House:
    """The house with all its releases, ids 1 to 30 in the order of DRAFTS.

    A minute passes between two questions, so that nobody is too fast.
    """
    archive = Archive("lind", "https://lind.example/")
    await storage.keep(archive, [(d, Fate.QUIET) for d in DRAFTS], now)
    return House(storage, Router(storage, campaign, lambda: now, count(0, 60).__next__), now)


def commands_of(message: Message) -> list[str]:
    """What the message's buttons ask for, in order."""
    return [button.command for row in message.buttons for button in row if button.command]


def labels_of(message: Message) -> list[str]:
    return [button.label for row in message.buttons for button in row]
