"""Refusals that look final: all at once and false, few and true, or of one release's content."""

from __future__ import annotations

import asyncio

from tests.fakes.botapi.faults import Fault
from tests.fakes.botapi.query import Query
from tests.faults.audit import Excuses
from tests.faults.outcome import Outcome, Stage
from tests.faults.script import Script, nothing, refused
from tests.faults.world import ADMIN, World, world

MOST_REFUSED = 200
QUIET_SECONDS = 4.0
PARSE = "Bad Request: can't parse entities: Unclosed start tag at byte offset 12"
LONG = "Bad Request: message is too long"


async def falsely_blocked(stage: Stage) -> Outcome:
    """Everybody seems to have blocked the bot, for a while."""
    return await _false(stage, refused(403, "Forbidden: bot was blocked by the user"))


async def falsely_without_rights(stage: Stage) -> Outcome:
    """The bot seems to have lost its rights everywhere, as in October 2023."""
    words = "Bad Request: not enough rights to send text messages to the chat"
    return await _false(stage, refused(400, words))


async def _false(stage: Stage, refusal: Fault) -> Outcome:
    left = 60  # so many sends pass before

    def rule(query: Query) -> Fault | None:
        nonlocal left
        left -= 1
        return refusal if left < 0 and query.text("chat_id") != str(ADMIN) else None

    async with world(stage.folder, 300, TELEGRAM__ADMINS=[ADMIN]) as scene:
        scene.api.faults = script = Script(rule)
        await scene.announce()
        async with scene.life() as life:
            struck = await _quiet(scene, script)
            script.rule = nothing
            await scene.settled()
            await life.stop()
        audit = await scene.audit()
        gone = len(scene.people) - len(await scene.subscribed())
        heard = len(scene.api.messages(ADMIN, from_bot=True))
    wrong = audit.faults()
    wrong += [f"it was paused after {struck} refusals"] * (struck > MOST_REFUSED)
    wrong += [f"{gone} were unsubscribed"] * bool(gone)
    wrong += ["no admin was told"] * (heard < 2)
    return Outcome(
        f"paused after {struck} refusals, {gone} unsubscribed, {audit.told} of {audit.owed} told"
        f" afterwards, lost {len(audit.lost)}, twice {audit.repeats}",
        tuple(wrong),
    )


async def _quiet(scene: World, script: Script) -> int:
    """Until sends were refused and then nothing was tried for a while; how many were refused."""
    await scene.api.wait_for(lambda: script.struck.total() >= 10, 60)
    before = -1
    while before != script.struck.total():
        before = script.struck.total()
        await asyncio.sleep(QUIET_SECONDS)
    return before


async def really_gone(stage: Stage) -> Outcome:
    """One person in thirty deleted the account: all others are told, and nothing stops."""
    people = 900 if stage.long else 300
    async with world(stage.folder, people, TELEGRAM__ADMINS=[ADMIN]) as scene:
        gone = scene.people[15::30]
        for person in gone:
            scene.api.deactivate(person)
        await scene.announce()
        async with scene.life() as life:
            await scene.settled()
            await life.stop()
            paused = life.said("is paused")
        audit = await scene.audit(Excuses(chats={str(person) for person in gone}))
    wrong = audit.faults() + ["the push was paused"] * paused
    wrong += [f"{audit.told} were told"] * (audit.told != people - len(gone))
    return Outcome(
        f"{audit.told} of {people} told, {len(gone)} gone, lost {len(audit.lost)}, twice"
        f" {audit.repeats}, {'paused' if paused else 'not paused'}",
        tuple(wrong),
    )


async def content(stage: Stage) -> Outcome:
    """Of four releases two are refused for what they say: only those two are stopped. First where
    an admin gets the first copy, then where none is set.
    """
    found = [await _content(Stage(stage.folder / str(admins)), admins) for admins in (1, 0)]
    figures = "; ".join(each.figures for each in found)
    return Outcome(figures, tuple(words for each in found for words in each.wrong))


async def _content(stage: Stage, admins: int) -> Outcome:
    bad = {"Statement [1]": PARSE, "Statement [3]": LONG}
    tried = dict.fromkeys(bad, 0)

    def rule(query: Query) -> Fault | None:
        for title, words in bad.items():
            if title in query.text("text"):
                tried[title] += query.text("chat_id") != str(ADMIN)
                return refused(400, words)
        return None

    async with world(stage.folder, 60, TELEGRAM__ADMINS=[ADMIN] * admins) as scene:
        scene.api.faults = Script(rule)
        for _ in range(4):
            await scene.announce()
        async with scene.life() as life:
            await scene.settled()
            await life.stop()
        audit = await scene.audit(Excuses(words=bad))
        gone = len(scene.people) - len(await scene.subscribed())
    most = max(tried.values())
    wrong = audit.faults() + [f"{most} subscribers were tried with refused content"] * (most > 1)
    wrong += [f"{audit.told} were told"] * (audit.told != 2 * 60) + ["somebody left"] * bool(gone)
    return Outcome(
        f"{admins} admins: the good ones told {audit.told} times, the bad ones tried with"
        f" {' and '.join(map(str, tried.values()))} subscribers, lost {len(audit.lost)}",
        tuple(wrong),
    )
