"""An edit on the site, all the way to the phones: Herald as a process, against real HTTP."""

from __future__ import annotations

import asyncio

import pytest

from tests.running import herald, status
from tests.test_flow_telegram import ANN, BEN, LONG, World, world

__all__ = ["world"]  # a fixture
SENDS = ("sendmessage", "sendphoto")


def sends(world: World) -> int:
    """How many messages were ever sent to anybody."""
    return sum(entry["method"] in SENDS for entry in world.api.truth)


async def told(world: World, title: str) -> None:
    """Both read this on their phones."""
    for person in (ANN, BEN):
        await world.told(person, title)


async def settled(world: World) -> None:
    async with asyncio.timeout(60):
        while (await status(world.env))["outbox"]["waiting"]:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("pictured", [False, True], ids=["text", "picture"])
async def test_an_edit_on_the_site_changes_the_copies_on_the_phones(
    world: World, pictured: bool
) -> None:
    """Title and lead read anew where they stand, the picture stays; nobody gets a second message,
    and the shell shows what was changed.
    """
    lead = f'<p><img src="{world.gallery.url}/lead.png" width="400"></p>' if pictured else ""
    async with world.at_work():
        await world.subscribed(ANN, BEN)
        post = world.site.write("Council finds nothing", lead + LONG)
        await told(world, "Council finds nothing")
        await settled(world)
        before = sends(world)
        better = LONG.replace("found nothing", "found it")
        world.site.edit(post.id, title="Council finds everything", html=lead + better)
        await told(world, "Council finds everything")
        await settled(world)
        card = (await world.told(ANN, "Council finds everything"))["json"]
        counted = (await status(world.env))["outbox"]
        _, history, _ = await herald(world.env, "show", "2", "--history")

    assert (before, {"waiting": 0, "sent": 4, "failed": 0, "unknown": 0}) == (sends(world), counted)
    assert [[], []] == [world.arrived(person, "finds nothing") for person in (ANN, BEN)]
    assert pictured == ("photo" in card)
    assert "found it" in card["caption" if pictured else "text"]
    assert "Read here" in str(card["reply_markup"])
    assert "Council finds [-nothing-] {+everything+}" in history


async def test_a_kill_in_the_middle_of_a_correction_loses_none(world: World) -> None:
    """What was under way is edited again; the message is still one."""
    async with world.at_work() as process:
        await world.subscribed(ANN, BEN)
        post = world.site.write("Council finds nothing", LONG)
        await told(world, "Council finds nothing")
        await settled(world)
        before = sends(world)
        world.api.faults.add(method="editMessageText", chat=ANN, delay=30)
        world.site.edit(post.id, title="Council finds everything")
        await world.told(BEN, "Council finds everything")
        await process.kill()
    async with world.at_work():
        await told(world, "Council finds everything")
        await settled(world)

    assert before == sends(world)
