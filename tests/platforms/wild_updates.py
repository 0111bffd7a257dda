"""Updates as nobody expects them: every kind, every field, right, odd or of the wrong type."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

# Where somebody asks: chats of two, a group, a supergroup, a channel, and kinds nobody has seen.
PEOPLE = (2001, 2002, 2003)
GROUPS, FORUM, CHANNEL = (-2001, -1002002), -1002003, -1002004
# Ids that only stand somewhere inside: nothing may ever be sent there.
ELSEWHERE = (-1007001, 7002, -7003, 7004)

TEXTS = st.sampled_from(
    ["/latest", "/latest@herald_test_bot", "/latest@otherbot 3", "/start", "/start r5", "r7", "/r5",
     "/start subscribe", "/start " + "A-_9" * 16, "/start r" + "9" * 60, "/subscribe", "/stop",
     "/subscribe @nobody_here", "/subscribe -1007001", "/settings t.me/nobody_here", "/start cfff",
     "/release 99999999999999999999", "/latest -1", "/latest ٣", "/anniversary 1e9", "/forget yes",
     "/settings zone ../../etc", "/settings releases " + "x," * 300, "/status", "/broadcast x",
     "lind", "\u202egnihton", "a\x00b", "\ud800", "я" * 4096, "x" * 5000, "' OR 1=1 --", '"', "*",
     "AND OR NOT (", "/", "/@", "//", "!", "/latest\x00", "%s{x}{0}", "\n\n", " ", "👩‍👩‍👧" * 300,
     "http://[", "/search " + "(" * 2000, "year:99999999999", "before: after:", "/ПОИСК слово"]
)  # fmt: skip
DATA = st.one_of(
    st.sampled_from(
        ["1:latest", "1:settings", "1:forget yes", "2:latest", "1:", "1", "", "1@1:settings",
         "1AAAAAAAA:latest", "1@fffffffffffff:subscribe", "1@ffff:forget yes", "1:release 5 2",
         "1:release 99999999999999999999 1", "1:search 999 x", "1:search -1", "1:\x00", "1:\ud800",
         "1:settings releases " + "a," * 12, "x" * 64, "я" * 500, "1:settings language xx"]
    ),
    st.text(max_size=64),
)  # fmt: skip

ODD = st.sampled_from([None, True, 0, -1, 2**70, 1.5, "", "x", [], [1], {}, {"id": 1}])
IDS = st.sampled_from(ELSEWHERE)


def users(*ids: int) -> st.SearchStrategy[Json]:
    """Somebody, perhaps a bot, perhaps odd."""
    return st.fixed_dictionaries(
        {"id": st.sampled_from(ids), "is_bot": st.sampled_from([False] * 9 + [True]),
         "first_name": st.sampled_from(["Ann", "", "\u202e", "x" * 300])},
        optional={"language_code": st.sampled_from(["en", "ru", "pt-br", "", "x" * 99, "\x00"]),
                  "username": st.just("someone")},
    )  # fmt: skip


def chats() -> st.SearchStrategy[Json]:
    """Where something is said."""
    known = [{"id": number, "type": "private"} for number in PEOPLE]
    known += [{"id": GROUPS[0], "type": "group", "title": "G"}]
    known += [{"id": GROUPS[1], "type": "supergroup", "title": "S"}]
    known += [{"id": FORUM, "type": "supergroup", "title": "F", "is_forum": True}]
    known += [{"id": CHANNEL, "type": "channel", "title": "C"}]
    strange = [{"id": ELSEWHERE[0], "type": "sender"}, {"id": ELSEWHERE[2], "type": "galaxy"}]
    return st.sampled_from(known + known + strange)


PHOTO = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
THINGS: Json = {
    "location": {"latitude": 1.0, "longitude": 2.0}, "dice": {"emoji": "🎲", "value": 6},
    "contact": {"phone_number": "+1", "first_name": "x", "user_id": ELSEWHERE[1]},
    "photo": PHOTO, "caption": "/subscribe", "new_chat_title": "x", "delete_chat_photo": True,
    "sticker": {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1, "type": "regular",
                "is_animated": False, "is_video": False},
    "poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
             "is_anonymous": True, "type": "regular", "allows_multiple_answers": False},
    "forum_topic_closed": {}, "forum_topic_reopened": {}, "general_forum_topic_hidden": {},
    "migrate_to_chat_id": ELSEWHERE[0], "migrate_from_chat_id": ELSEWHERE[2],
    "group_chat_created": True, "left_chat_member": {"id": 5, "is_bot": False, "first_name": "x"},
    "pinned_message": {"message_id": 1, "date": 0, "chat": {"id": ELSEWHERE[0], "type": "group"}},
    "users_shared": {"request_id": 1, "users": []}, "is_automatic_forward": True,
    "forward_origin": {"type": "channel", "date": 1, "message_id": 1,
                       "chat": {"id": ELSEWHERE[0], "type": "channel", "title": "x"}},
    "via_bot": {"id": 9, "is_bot": True, "first_name": "x"}, "is_topic_message": True,
    "sender_chat": {"id": ELSEWHERE[0], "type": "channel", "title": "x"},
    "reply_to_message": {"message_id": 1, "date": 0, "text": "/subscribe",
                         "chat": {"id": ELSEWHERE[2], "type": "group"}},
    "message_thread_id": 5, "entities": [
        {"type": "bot_command", "offset": 900, "length": -1},
        {"type": "bold", "offset": 1, "length": 2**40},
        {"type": "text_link", "offset": 0, "length": 4, "url": 5},
    ],
    "edit_date": 5, "never_heard_of": {"x": [1, 2]},
}  # fmt: skip


@st.composite
def messages(draw: st.DrawFn) -> Json:
    """A message with some of all that messages can have, one field perhaps of a wrong type."""
    body: Json = {"message_id": 1, "date": draw(st.sampled_from([0, 1, 2**31, 1700000000]))}
    body["chat"] = draw(chats())
    private = body["chat"]["type"] == "private"
    if draw(st.integers(0, 9)):
        body["from"] = draw(users(body["chat"]["id"] if private else PEOPLE[0], 1087968824))
    if draw(st.integers(0, 4)):
        body["text"] = draw(TEXTS)
    for name in draw(st.lists(st.sampled_from(sorted(THINGS)), max_size=3)):
        body[name] = THINGS[name]
    if draw(st.integers(0, 5)) == 0:
        body[draw(st.sampled_from(sorted(body)))] = draw(ODD)
    return body


@st.composite
def presses(draw: st.DrawFn) -> Json:
    """A callback query under a message, under one that is gone, under none; or a broken one."""
    body: Json = {"id": draw(st.uuids()).hex, "from": draw(users(*PEOPLE)), "chat_instance": "1"}
    body["data"] = draw(DATA)
    under = draw(st.sampled_from(["message", "gone", "inline", "odd"]))
    if under == "message":
        body["message"] = draw(messages())
    elif under == "gone":
        body["message"] = {"chat": draw(chats()), "message_id": 7, "date": 0}
    elif under == "inline":
        body["inline_message_id"] = "AAAA"
    chat = body.get("message", {}).get("chat")
    if isinstance(chat, dict) and chat.get("type") == "private":
        body["from"] = body["from"] | {"id": chat["id"]}
    if draw(st.integers(0, 5)) == 0:
        body[draw(st.sampled_from(sorted({*body} - {"id"})))] = draw(ODD)
    return body


@st.composite
def places(draw: st.DrawFn) -> Json:
    """The bot's own place in a chat, perhaps without what the library insists on."""
    bot = {"id": 123456789, "is_bot": True, "first_name": "Herald"}
    statuses = ["creator", "administrator", "member", "restricted", "left", "kicked", "emperor"]
    old, new = draw(st.sampled_from(statuses)), draw(st.sampled_from(statuses))
    body = {"chat": draw(chats()), "from": draw(users(*PEOPLE)), "date": 1}
    body["old_chat_member"] = {"status": old, "user": bot}
    body["new_chat_member"] = {"status": new, "user": bot} | draw(
        st.sampled_from([{}, {"can_post_messages": False}, {"is_member": True, "until_date": 0}])
    )
    if draw(st.integers(0, 5)) == 0:
        body[draw(st.sampled_from(sorted(body)))] = draw(ODD)
    return body


def updates() -> st.SearchStrategy[Json]:
    """One update of any kind."""
    return st.one_of(
        *(st.fixed_dictionaries({kind: messages()}) for kind in (
            "message", "message", "message", "channel_post", "edited_message",
            "edited_channel_post", "business_message",
        )),
        st.fixed_dictionaries({"callback_query": presses()}),
        st.fixed_dictionaries({"callback_query": presses()}),
        st.fixed_dictionaries({"my_chat_member": places()}),
        st.dictionaries(
            st.sampled_from(["message", "callback_query", "my_chat_member", "poll", "chat_member",
                             "message_reaction", "telepathy", "inline_query", "chat_join_request"]),
            ODD, max_size=2,
        ),
    )  # fmt: skip
