"""What subscribers and admins do in the middle of a push: move, leave, be forgotten, cancel."""

from __future__ import annotations

from collections.abc import Iterable

from tests.faults.audit import Audit, Excuses, Push
from tests.faults.home import now
from tests.faults.outcome import Outcome, Stage
from tests.faults.world import ADMIN, FIRST, World, world

LATE_SECONDS = 1.0
# What may follow a cancel: what is on its way, and what waits for its turn, at 29 a second.
MOST_AFTER_CANCEL = 10
SECONDS = 30.0


async def migrated(stage: Stage) -> Outcome:
    """Groups become supergroups while they are owed a message; half of them do not say so."""
    groups = {-number: -1_000_000_000_000 - number for number in range(5001, 5013)}
    people = [*range(FIRST, FIRST + 60), *groups]
    async with world(stage.folder, people) as scene:
        await scene.announce()
        async with scene.life() as life:
            await scene.sends(30)
            for number, (old, new) in enumerate(groups.items()):
                scene.api.migrate(old, new, told=number % 2 == 0)
            await scene.settled()
            await life.stop()
        audit = await scene.audit(Excuses(moved={str(a): str(b) for a, b in groups.items()}))
    wrong = audit.faults() + [f"{audit.told} were told"] * (audit.told != len(people))
    return Outcome(
        f"{len(groups)} groups moved, {audit.told} of {len(people)} told,"
        f" lost {len(audit.lost)}, twice {audit.repeats}",
        tuple(wrong),
    )


async def unsubscribed(stage: Stage) -> Outcome:
    """Sixty leave while the push comes nearer: nothing more than a second after the answer."""
    async with world(stage.folder, 220) as scene:
        leaving = [str(chat) for chat in scene.people[40:160:2]]
        await scene.announce()
        async with scene.life(ready=True) as life:
            await scene.sends(20)
            for chat in leaving:
                scene.api.user_sends(int(chat), "/unsubscribe")
            await scene.settled()
            await _all_answered(scene, leaving)
            await life.stop()
        answered = _answers(scene, leaving)
        audit = await scene.audit(Excuses(chats=leaving))
        late = _late(await scene.arrived(), answered)
    return _left(audit, late, len(leaving), "left")


async def forgotten(stage: Stage) -> Outcome:
    """Twenty have themselves forgotten in the middle of a push."""
    async with world(stage.folder, 220) as scene:
        leaving = [str(chat) for chat in scene.people[100:180:4]]
        await scene.announce()
        async with scene.life(ready=True) as life:
            await scene.sends(5)
            for chat in leaving:
                scene.api.user_sends(int(chat), "/forget")
            await _all_answered(scene, leaving)
            done = {chat: await _erased(scene, int(chat)) for chat in leaving}
            await scene.settled()
            await life.stop()
        audit = await scene.audit(Excuses(chats=leaving, forgotten=leaving))
        late = _late(await scene.arrived(), done)
        books = await scene.books()
    kept = sum(each.chat in leaving for each in books.deliveries)
    left = _left(audit, late, len(leaving), "were forgotten")
    return Outcome(left.figures, (*left.wrong, *[f"{kept} rows of them are kept"] * bool(kept)))


async def cancelled(stage: Stage) -> Outcome:
    """An admin confirms a statement twice and cancels it at half: it goes out once, and little
    more than what is under way goes out after the cancel.
    """
    words = "Council meets tonight [1]"
    async with world(stage.folder, 200, TELEGRAM__ADMINS=[ADMIN]) as scene:
        scene.titles.append(words)
        async with scene.life(ready=True) as life:
            scene.api.user_sends(ADMIN, f"/broadcast {words}")
            for press in await _buttons(scene, "broadcast send") * 2:
                scene.api.press_raw(ADMIN, *press)
            await scene.api.wait_for(lambda: _told(scene, words) >= 100, SECONDS)
            pressed = now()
            scene.api.press_raw(ADMIN, *(await _buttons(scene, "broadcast cancel"))[0])
            await scene.settled()
            await life.stop()
        audit, books = await scene.audit(Excuses(words=[words])), await scene.books()
        answered = _said_cancelled(scene, pressed)
        after = sum(push.at > answered for push in await scene.arrived())
    wrong = audit.faults() + [f"{len(books.announced)} announcements"] * (len(books.announced) != 1)
    wrong += [f"{after} were told after the cancel's answer"] * (after > MOST_AFTER_CANCEL)
    wrong += [f"{audit.told} were told"] * (not 100 <= audit.told <= 150)
    return Outcome(
        f"{audit.told} of {audit.owed} told, {after} after the cancel was answered, twice"
        f" {audit.repeats}",
        tuple(wrong),
    )


def _left(audit: Audit, late: int, leaving: int, how: str) -> Outcome:
    wrong = audit.faults() + [f"{late} were told more than a second later"] * bool(late)
    return Outcome(
        f"{leaving} {how}, {late} told more than a second later; of the others lost"
        f" {len(audit.lost)}, twice {audit.repeats}",
        tuple(wrong),
    )


def _answers(scene: World, chats: Iterable[str]) -> dict[str, float]:
    """When each chat was sent something that is no release (Unix seconds)."""
    wanted = {*chats}
    return {
        entry["chat"]: entry["at"]
        for entry in reversed(scene.api.truth)
        if entry["effect"] == "accepted"
        and entry["method"] == "sendmessage"
        and entry["chat"] in wanted
        and not any(title in entry["text"] for title in scene.titles)
    }


async def _all_answered(scene: World, chats: list[str]) -> None:
    await scene.api.wait_for(lambda: len(_answers(scene, chats)) == len(chats), SECONDS)


def _late(arrived: Iterable[Push], left: dict[str, float]) -> int:
    return sum(push.at > left.get(push.chat, push.at) + LATE_SECONDS for push in arrived)


async def _erased(scene: World, chat: int) -> float:
    """Press the button; when it was said to be done (Unix seconds)."""
    question = [m for m in scene.api.messages(chat, from_bot=True) if m["buttons"]][-1]
    before = len(scene.api.truth)
    scene.api.press(chat, question["id"], "Erase everything")

    def done() -> list[float]:
        return [
            entry["at"]
            for entry in scene.api.truth[before:]
            if entry["method"] == "editmessagetext" and entry["chat"] == str(chat)
        ]

    return (await scene.api.wait_for(done, SECONDS))[0]


def _told(scene: World, words: str) -> int:
    """How many were told: the admin's preview and copy have the words, too."""
    return sum(said == words and chat != str(ADMIN) for said, chat in scene.told())


async def _buttons(scene: World, command: str) -> list[tuple[int, str]]:
    """The admin's buttons for this command, as soon as there is one: message and data."""

    def there() -> list[tuple[int, str]]:
        return [
            (message["id"], button["callback_data"])
            for message in scene.api.messages(ADMIN, from_bot=True)
            for button in message["buttons"]
            if command in button.get("callback_data", "")
        ]

    return await scene.api.wait_for(there, SECONDS)


def _said_cancelled(scene: World, pressed: float) -> float:
    """When the admin was first told something that is no count of what goes on (Unix seconds)."""
    return next(
        float(entry["at"])
        for entry in scene.api.truth
        if entry["at"] > pressed
        and entry["method"] in ("sendmessage", "editmessagetext")
        and entry["chat"] == str(ADMIN)
        and "Left:" not in entry["text"]
    )
