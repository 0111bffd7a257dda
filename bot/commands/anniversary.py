"""The statements of one anniversary: `anniversary`, `anniversary 5`, `anniversary 2014`."""

from __future__ import annotations

from datetime import date

from bot import anniversaries, present
from bot.anniversaries import Marking, Reason, Role, Why
from bot.chat import Button, Context, Message, Request, Rows
from bot.commands._today import today
from bot.commands._ways import ways_on
from bot.i18n import Texts, texts
from bot.text.build import bold, join
from storage.model import Event, RichText

HELP = "The statements of an anniversary"
USAGE = "[which, or the year]"

MOST = 20


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    if not context.campaign.events:
        said = t("This campaign has no day that is remembered every year.")
        return Message(RichText(said), ways_on(t))
    event = context.campaign.events[0]
    day = today(request, context)
    year = anniversaries.year_of(event, request.words, day)
    if isinstance(year, Why):
        return _none(year, event, day, t)
    found = anniversaries.marking(
        event, year, await context.storage.releases.between(*anniversaries.window(event, year))
    )
    head = join([bold(title(event, t)), _which(event, year, t)])
    foot = "" if found else _nothing_for(event, year, day, t)
    if len(found) > MOST:
        foot = t("There are more; these are the first {most}.", most=MOST)
    return present.listing(
        head,
        [present.Item(mark.release, _note(mark, t)) for mark in found[:MOST]],
        request.language,
        foot=foot,
        more=_years(event, year, anniversaries.current(event, day), t),
        replaces=request.pressed and bool(request.words),
    )


def _none(why: Why, event: Event, day: date, t: Texts) -> Message:
    newest = anniversaries.current(event, day)
    early = why.reason in (Reason.BEFORE, Reason.ITSELF)
    years = _years(event, event.date.year if early else newest + 1, newest, t)
    said = join([bold(title(event, t)), sentence(why, event, t)], "\n\n")
    return Message(said, years or ways_on(t))


def _nothing_for(event: Event, year: int, day: date, t: Texts) -> str:
    there = anniversaries.day_in(event, year)
    if there > day:
        return sentence(Why(Reason.FUTURE, there, (there - day).days), event, t)
    return t("I know of no release for this anniversary.")


def title(event: Event, t: Texts) -> str:
    """What is remembered, in the reader's language where the campaign says it."""
    words = event.titles.get(t.language) or event.titles.get("en") or event.name
    return words[:1].upper() + words[1:]


def sentence(why: Why, event: Event, t: Texts) -> str:
    """Why there is no such anniversary, and when there will be or was one."""
    if why.reason is Reason.UNCLEAR:
        return t("Which anniversary? Write a number or a year, for example /anniversary 5.")
    if why.day is None:
        return t("That is too far in the future for me.")
    when = t.day(why.day)
    if why.reason is Reason.FUTURE:
        n = anniversaries.number_of(event, why.day.year)
        return t.plural(
            "The {ordinal} anniversary is on {day}: {n} day to go.",
            "The {ordinal} anniversary is on {day}: {n} days to go.",
            why.days, ordinal=t.ordinal(n), day=when,
        )  # fmt: skip
    past = (
        t("That is the year it happened, on {day}.", day=t.day(event.date))
        if why.reason is Reason.ITSELF
        else t("That is before it happened: that was on {day}.", day=t.day(event.date))
    )
    if not why.days:
        return f"{past} " + t("The first anniversary was on {day}.", day=when)
    return f"{past} " + t.plural(
        "The first anniversary is on {day}: {n} day to go.",
        "The first anniversary is on {day}: {n} days to go.",
        why.days, day=when,
    )  # fmt: skip


def _which(event: Event, year: int, t: Texts) -> str:
    number = anniversaries.number_of(event, year)
    day = t.day(anniversaries.day_in(event, year))
    return t("{ordinal} anniversary, {day}", ordinal=t.ordinal(number), day=day)


def _note(mark: Marking, t: Texts) -> str:
    role = {
        Role.STATEMENT: t("statement"),
        Role.EVENT: t("event"),
        Role.COVERAGE: t("coverage"),
    }[mark.role]
    if mark.stated_number is None:
        return role
    stated = t("it says “{ordinal}”", ordinal=t.ordinal(mark.stated_number))
    return f"{role}, {stated}"


def _years(event: Event, year: int, newest: int, t: Texts) -> Rows:
    """Buttons to the anniversary before this one and the one after, where there are any."""
    label = "{year} ({ordinal})"

    def button(there: int, form: str) -> Button:
        ordinal = t.ordinal(anniversaries.number_of(event, there))
        return Button(
            form.format(label.format(year=there, ordinal=ordinal)), f"anniversary {there}"
        )

    row = []
    if year - 1 > event.date.year:
        row.append(button(year - 1, "◀ {}"))
    if year + 1 <= newest:
        row.append(button(year + 1, "{} ▶"))
    return (tuple(row),) if row else ()
