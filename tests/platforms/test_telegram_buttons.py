"""Buttons: for whom they work, for how long, what fits into them, and what is shared."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Button, Message, Refused, Request
from bot.platforms.telegram.buttons import Bound, Tags, bound, data, far, far_chat, read
from storage import Storage
from storage.model import Address, RichText
from tests.fakes.botapi import FakeBotAPI
from tests.platforms import telegram_stage
from tests.platforms.echo import Echo, running, said
from tests.platforms.telegram_stage import ANN, BEN, api, connected, storage, texts

__all__ = ["api", "storage"]  # fixtures

GROUP, CARL = -1001, 1003
NOT_YOURS = "These buttons are for the person who asked."
TOO_OLD = "This button is too old, I am sorry."
REPLY = said("Five.", "more")
SCRIPT: dict[str, Message | None] = {"/latest": REPLY, "more": said("Six.", "more", replaces=True)}


@pytest.fixture
def group(api: FakeBotAPI) -> None:
    members = {ANN: "member", BEN: "member", CARL: "administrator"}
    api.add_chat(GROUP, members=members)


async def asked(api: FakeBotAPI, by: int = ANN, as_chat: int = 0) -> int:
    """Somebody asks in the group; the id of the answer."""
    api.user_sends(GROUP, "/latest", user_id=by, as_chat=as_chat)
    await telegram_stage.read(api, GROUP)
    return int(api.messages(GROUP, from_bot=True)[-1]["id"])


async def alert(api: FakeBotAPI, query: str) -> str:
    """What the presser is told, "" for nothing but the end of the spinner."""
    answer = await api.wait_for(lambda: api.bot.answers.get(query))
    assert answer is not None
    return str(answer["text"])


@pytest.mark.usefixtures("group")
async def test_buttons_in_a_group_are_for_who_asked(api: FakeBotAPI, storage: Storage) -> None:
    """Somebody else's press is answered with an alert in their language, and does nothing."""
    api.add_user(BEN, language_code="ru")
    echo = Echo(SCRIPT)
    async with running(connected(api, storage), echo):
        number = await asked(api)
        others = api.press(GROUP, number, "More", user_id=BEN)
        assert await alert(api, others) == "Эти кнопки для того, кто спросил."
        assert api.bot.answers[others]["show_alert"] is True

        own = api.press(GROUP, number, "More", user_id=ANN)
        assert await alert(api, own) == ""
        await api.wait_for(lambda: texts(api, GROUP) == ["Six."])
        again = api.press(GROUP, number, "More", user_id=BEN)
        assert await alert(api, again) == "Эти кнопки для того, кто спросил."
    assert ["/latest", "more"] == [request.words for request in echo.asked]


@pytest.mark.usefixtures("group")
async def test_buttons_work_after_a_restart(api: FakeBotAPI, storage: Storage) -> None:
    """They are known again by the same token, and still only work for who asked."""
    async with running(connected(api, storage), Echo(SCRIPT)):
        number = await asked(api)
    async with running(connected(api, storage), Echo(SCRIPT)):
        assert await alert(api, api.press(GROUP, number, "More", user_id=BEN)) == NOT_YOURS
        api.press(GROUP, number, "More", user_id=ANN)
        await api.wait_for(lambda: texts(api, GROUP) == ["Six."])


@pytest.mark.usefixtures("group")
async def test_buttons_under_a_push_are_for_everybody(api: FakeBotAPI, storage: Storage) -> None:
    """What nobody asked for anybody may press; what comes new is then theirs alone."""
    echo = Echo({"more": REPLY})
    telegram = connected(api, storage)
    async with running(telegram, echo):
        await telegram.send(Address("telegram", str(GROUP)), said("News.", "more"), key="7")
        number = api.messages(GROUP, from_bot=True)[-1]["id"]
        api.press(GROUP, number, "More", user_id=BEN)
        await telegram_stage.read(api, GROUP, 2)
        api.press(GROUP, number, "More", user_id=ANN)
        await telegram_stage.read(api, GROUP, 3)
        bens = api.messages(GROUP, from_bot=True)[1]["id"]
        assert await alert(api, api.press(GROUP, bens, "More", user_id=ANN)) == NOT_YOURS
    assert [str(BEN), str(ANN)] == [request.sender for request in echo.asked]


@pytest.mark.usefixtures("group")
async def test_a_push_stays_as_it_is_whoever_presses(api: FakeBotAPI, storage: Storage) -> None:
    """What would stand in its place comes new, and is the presser's to change from then on."""
    echo = Echo({"more": said("Six.", "next", replaces=True),
                 "next": said("Seven.", "more", replaces=True)})  # fmt: skip
    telegram = connected(api, storage)
    async with running(telegram, echo):
        await telegram.send(Address("telegram", str(GROUP)), said("News.", "more"), key="7")
        number = api.messages(GROUP, from_bot=True)[-1]["id"]
        api.press(GROUP, number, "More", user_id=BEN)
        assert await telegram_stage.read(api, GROUP, 2) == ["News.", "Six."]
        bens = api.messages(GROUP, from_bot=True)[-1]["id"]
        assert await alert(api, api.press(GROUP, bens, "Next", user_id=ANN)) == NOT_YOURS
        api.press(GROUP, bens, "Next", user_id=BEN)
        await api.wait_for(lambda: texts(api, GROUP) == ["News.", "Seven."])


@pytest.mark.usefixtures("group")
async def test_who_may_not_manage_hears_so_in_an_alert_under_a_push(
    api: FakeBotAPI, storage: Storage
) -> None:
    """The group reads nothing of it; an admin's press is answered."""
    echo, telegram = Echo(), connected(api, storage)
    async with running(telegram, echo):
        push = said("News.", "unsubscribe")
        await telegram.send(Address("telegram", str(GROUP)), push, key="7")
        number = api.messages(GROUP, from_bot=True)[-1]["id"]
        query = api.press(GROUP, number, "Unsubscribe", user_id=BEN)
        assert await alert(api, query) == "Only the admins of this chat can change that."
        api.press(GROUP, number, "Unsubscribe", user_id=CARL)
        await telegram_stage.read(api, GROUP, 2)
    assert [(str(CARL), True)] == [(asked.sender, asked.may_manage) for asked in echo.asked]


@pytest.mark.usefixtures("group")
async def test_a_press_whose_rights_are_not_told_is_an_alert(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Telegram's silence is no refusal, and no message for the group."""
    echo, telegram = Echo(), connected(api, storage)
    api.faults.add(method="getChatMember", status=500, times=-1)
    async with running(telegram, echo):
        push = said("News.", "unsubscribe")
        await telegram.send(Address("telegram", str(GROUP)), push, key="7")
        number = api.messages(GROUP, from_bot=True)[-1]["id"]
        query = api.press(GROUP, number, "Unsubscribe", user_id=CARL)
        assert (await alert(api, query)).startswith("Telegram does not answer me")
        await telegram_stage.confirmed(api)
    assert ([], ["News."]) == (echo.asked, texts(api, GROUP))


@pytest.mark.usefixtures("group")
async def test_what_an_anonymous_admin_asked_all_admins_may_press(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Telegram tells who pressed, not who had hidden behind the group."""
    echo = Echo(SCRIPT)
    async with running(connected(api, storage), echo):
        number = await asked(api, as_chat=GROUP)
        assert await alert(api, api.press(GROUP, number, "More", user_id=BEN)) == NOT_YOURS
        api.press(GROUP, number, "More", user_id=CARL)
        await api.wait_for(lambda: texts(api, GROUP) == ["Six."])
        number = await asked(api, as_chat=GROUP)
        api.press_raw(GROUP, number, f"1{Tags(api.token).of(GROUP, GROUP)}:settings", user_id=CARL)
        await api.wait_for(lambda: echo.asked[-1].words == "settings")
    assert echo.asked[-1].may_manage is True


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize(
    "forged",
    ["2:latest", "latest", "1:", "1abc:more", "1@1:settings", "1:\x00", "я" * 40, "1:more\n"],
)
async def test_a_button_that_is_not_ours_says_so_quietly(
    api: FakeBotAPI, storage: Storage, forged: str
) -> None:
    """In a group forged, foreign and outdated data gets an alert, and no message for everybody."""
    echo = Echo({"/latest": REPLY, "": None})
    async with running(connected(api, storage), echo):
        number = await asked(api)
        query = api.press_raw(GROUP, number, forged, user_id=ANN)
        assert await alert(api, query) in (TOO_OLD, "")
    assert [REPLY.text.text] == texts(api, GROUP)


@pytest.mark.usefixtures("group")
async def test_nobody_can_take_over_a_button_by_writing_another_tag(
    api: FakeBotAPI, storage: Storage
) -> None:
    """No tag, an invented one, or one's own from another chat: none opens what is another's."""
    tags = Tags(api.token)
    async with running(connected(api, storage), Echo(SCRIPT)):
        number = await asked(api)
        for tag in ("", "AAAAAAAA", tags.of(-77, BEN)):
            query = api.press_raw(GROUP, number, f"1{tag}:more", user_id=BEN)
            assert await alert(api, query) == NOT_YOURS


@pytest.mark.parametrize("known", [True, False])
async def test_a_press_under_a_message_that_is_gone(
    api: FakeBotAPI, storage: Storage, known: bool
) -> None:
    """Telegram shows no message with it: the answer is a new one."""
    async with running(connected(api, storage), Echo(SCRIPT)):
        api.user_sends(ANN, "/latest")
        await telegram_stage.read(api, ANN)
        number = api.messages(ANN, from_bot=True)[-1]["id"] if known else 999
        if known:
            del api.bot.chats.get(ANN).messages[number]
        api.press_raw(ANN, number, "1:more")
        await api.wait_for(lambda: "Six." in texts(api, ANN))


async def test_pressing_twice_does_no_harm(api: FakeBotAPI, storage: Storage) -> None:
    """The second press is acknowledged while the first is handled, and changes nothing more."""
    gate, echo = asyncio.Event(), Echo(SCRIPT)

    async def answer(request: Request) -> Message | None:
        if request.pressed:
            await gate.wait()
        return await echo(request)

    async with running(connected(api, storage), answer):
        api.user_sends(ANN, "/latest")
        await telegram_stage.read(api, ANN)
        number = api.messages(ANN, from_bot=True)[-1]["id"]
        first, second = api.press(ANN, number, "More"), api.press(ANN, number, "More")
        assert (await alert(api, first), await alert(api, second)) == ("", "")
        gate.set()
        await telegram_stage.confirmed(api)
        await api.wait_for(
            lambda: len([e for e in api.truth if e["method"] == "editmessagetext"]) == 2
        )
    assert texts(api, ANN) == ["Six."]


COMMANDS = st.text(
    st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=46
).filter(lambda command: len(command.encode()) <= 46 and command.isprintable())


@given(COMMANDS, st.integers(-(10**15), -1))
def test_every_command_fits_for_everybody_one_person_or_a_channel(command: str, chat: int) -> None:
    """46 bytes of command leave room for a tag or a channel, and all comes back as it was."""
    button = Button("x", command)
    for to in ("", Tags("1:a").of(chat, 1001), far(chat)):
        (row,) = bound(Message(RichText("x"), ((button,),)), to).buttons
        carried = data(row[0])

        assert len(carried.encode()) <= 64
        assert read(carried) == (to, command)
    assert far_chat(far(chat)) == chat


def test_a_command_that_does_not_fit_is_refused() -> None:
    """Cut, it would ask for something else."""
    with pytest.raises(Refused):
        data(Bound("x", "y" * 60, to="AAAAAAAA"))


def test_tags_name_nobody_and_differ_by_bot_chat_and_person() -> None:
    """Eight characters that only this bot can make."""
    tags, others = Tags("1:a"), Tags("1:b")
    made = {tags.of(-1, 7), tags.of(-2, 7), tags.of(-1, 8), others.of(-1, 7)}

    assert len(made) == 4
    assert {8} == {len(tag) for tag in made}
    assert tags.of(-1, 7) == Tags("1:a").of("-1", "7")
