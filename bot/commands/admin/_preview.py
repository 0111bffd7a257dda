"""What an admin sees before anything is sent: the statement as it will look, and what to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot import present
from bot.chat import Button, Message
from bot.commands._audience import by_platform
from bot.i18n import Texts
from bot.text.build import italic, join, plain, shorten
from bot.text.split import utf16
from storage.model import RichText, Statement

# Apps cut what is longer than one message into several without a word: a text that comes so near
# to the most there is may be the first of them.
FULL = present.MESSAGE - 6
# How much of words is shown where they only name something, and how many are named.
NAMED, NAMES = 40, 5


@dataclass(frozen=True, slots=True)
class Sight:
    """A draft, what is sent of it, to how many on each platform, and how much was `typed` (UTF-16
    units).
    """

    draft: Statement
    said: RichText
    audience: Mapping[str, int]
    typed: int


def preview(sight: Sight, t: Texts) -> Message:
    """The statement under all that there is to know of it, and two buttons: send comes first."""
    number, facts = sight.draft.id, " ".join(_facts(sight, t))
    if utf16(facts + sight.said.text) + 2 > present.MESSAGE:
        facts += " " + t("It is sent as one message, even if you see it here in two.")
    return Message(
        join([italic(facts), sight.said], "\n\n"),
        (
            (
                Button(
                    t("Send it to {n}", n=sum(sight.audience.values())), f"broadcast send {number}"
                ),
            ),
            (Button(t("Don’t send"), f"broadcast drop {number}"),),
        ),
    )


def _facts(sight: Sight, t: Texts) -> Iterator[str]:
    yield t("This is how it will look.")
    yield t.plural(
        "It goes to {n} subscriber ({platforms}), and is given up for whoever cannot be"
        " reached within {hours} hours.",
        "It goes to {n} subscribers ({platforms}), and is given up for whoever cannot be"
        " reached within {hours} hours.",
        sum(sight.audience.values()), platforms=by_platform(sight.audience),
        hours=sight.draft.lifetime // timedelta(hours=1),
    )  # fmt: skip
    yield t("An admin gets the first copy.")
    if names := present.left_out(sight.draft.text):
        yield t.plural(
            "The link behind {names} is left out: it leads where nobody could follow.",
            "The links behind {names} are left out: they lead where nobody could follow.",
            len(names), names=_named(names),
        )  # fmt: skip
    if sight.typed >= FULL:
        yield t(
            "It is as long as one message can be, so your app may have cut it off: please look at"
            " its end."
        )
    yield t("To change it, write /broadcast again.")


def _named(names: Sequence[str]) -> str:
    shown = [f"“{shorten(plain(name), NAMED).text}”" for name in names[:NAMES]]
    return ", ".join([*shown, "…"] if len(names) > NAMES else shown)
