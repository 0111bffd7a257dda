"""Methods about the bot itself: who it is, its command menu, its descriptions."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.botapi.access import check_members
from tests.fakes.botapi.bot import Bot
from tests.fakes.botapi.chats import Chat, Json
from tests.fakes.botapi.members import Member
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import bad_request

MOST_COMMANDS = 100  # Bot API, setMyCommands
NAME = re.compile(r"[a-z0-9_]{1,32}")  # Bot API, BotCommand
DESCRIPTION = 256  # characters, Bot API, BotCommand
ABOUT = {"description": 512, "short_description": 120}  # Bot API, setMy…Description
SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})


async def get_me(bot: Bot, query: Query) -> Json:
    """Bot API, getMe."""
    rights = {"can_join_groups": True, "can_read_all_group_messages": not bot.privacy}
    more = {"supports_inline_queries": bot.inline.on, "can_connect_to_business": False}
    return bot.me | rights | more | {"has_main_web_app": False}


async def log_out(bot: Bot, query: Query) -> bool:
    """Bot API, logOut and close: nothing to leave here, so the answer alone."""
    return True


async def set_my_commands(bot: Bot, query: Query) -> bool:
    """Bot API, setMyCommands: one list for each scope and language."""
    commands = query.json("commands", "commands")
    if not isinstance(commands, list):
        raise bad_request("Expected an Array of BotCommand")
    where = _where(bot, query)
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    bot.commands[where] = [_command(command) for command in commands]
    return True


async def get_my_commands(bot: Bot, query: Query) -> list[Json]:
    """Bot API, getMyCommands: what was set for exactly this scope and language."""
    return bot.commands.get(_where(bot, query), [])


async def delete_my_commands(bot: Bot, query: Query) -> bool:
    """Bot API, deleteMyCommands."""
    bot.commands.pop(_where(bot, query), None)
    return True


async def set_description(bot: Bot, query: Query) -> bool:
    """Bot API, setMyDescription and setMyShortDescription."""
    name = query.method.removeprefix("setmy").replace("short", "short_")
    if len(query.text(name)) > ABOUT[name]:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")
    bot.descriptions[name, _language(query)] = query.text(name)
    return True


async def get_description(bot: Bot, query: Query) -> Json:
    """Bot API, getMyDescription and getMyShortDescription: "" stands for none."""
    name = query.method.removeprefix("getmy").replace("short", "short_")
    own = bot.descriptions.get((name, _language(query)))
    return {name: own or bot.descriptions.get((name, ""), "")}


def commands_seen(bot: Bot, user_id: int, chat: Chat, language: str) -> list[Json]:
    """The menu that this user sees there (Bot API, "Determining list of commands").

    Each scope is looked up with the language first, then without; the first list found counts.
    """
    if chat.private:
        scopes = [f"chat {chat.id}", "all_private_chats"]
    else:
        admin = chat.members.get(user_id, Member("left")).admin
        scopes = [f"chat_member {chat.id} {user_id}"]
        scopes += [f"chat_administrators {chat.id}"] if admin else []
        scopes += [f"chat {chat.id}"] + (["all_chat_administrators"] if admin else [])
        scopes += ["all_group_chats"]
    keys = [(scope, code) for scope in (*scopes, "default") for code in (language, "")]
    return next((bot.commands[key] for key in keys if key in bot.commands), [])


def _where(bot: Bot, query: Query) -> tuple[str, str]:
    """Scope and language as one key (Client.cpp, get_bot_command_scope)."""
    scope = query.json("scope", "BotCommandScope") or {"type": "default"}
    words = "Can't parse BotCommandScope: "
    if not isinstance(scope, dict):
        raise bad_request(words + "BotCommandScope must be an Object")
    kind = scope.get("type")
    if kind not in SCOPES | CHAT_SCOPES:
        raise bad_request(words + "Unsupported type specified")
    if kind in SCOPES:
        return kind, _language(query)
    if not scope.get("chat_id"):
        raise bad_request(words + "Empty chat_id specified")
    user_id = scope.get("user_id", 0)
    if kind == "chat_member" and (not isinstance(user_id, int) or user_id <= 0):
        raise bad_request(words + "Invalid user_id specified")
    chat = bot.chats.find(str(scope["chat_id"]))
    check_members(chat)
    if chat.type == "channel" or (chat.private and kind != "chat"):
        raise bad_request("PEER_ID_INVALID")
    named = f" {user_id}" if kind == "chat_member" else ""
    return f"{kind} {chat.id}{named}", _language(query)


def _language(query: Query) -> str:
    """Td misc.cpp, validate_bot_language_code: none, or two small letters."""
    code = query.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("Invalid language code specified")
    return code


def _command(command: Any) -> Json:
    """Td BotCommand.cpp, set_commands; the letters of a name are checked by the server."""
    if not isinstance(command, dict):
        raise bad_request("Can't parse BotCommand: expected an Object")
    for field in ("command", "description"):
        if field not in command:
            raise bad_request(f"Can't parse BotCommand: Can't find field \"{field}\"")
    name = str(command["command"]).strip().removeprefix("/")
    words = str(command["description"]).strip()
    if not name:
        raise bad_request("Command must be non-empty")
    if len(name) > 32:
        raise bad_request("Command length must not exceed 32")
    if not words:
        raise bad_request("Command description must be non-empty")
    if len(words) > DESCRIPTION:
        raise bad_request(f"Command description length must not exceed {DESCRIPTION}")
    if not NAME.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": words}


METHODS = {
    "getme": get_me,
    "logout": log_out,
    "close": log_out,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "setmydescription": set_description,
    "setmyshortdescription": set_description,
    "getmydescription": get_description,
    "getmyshortdescription": get_description,
}
