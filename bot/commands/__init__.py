"""What a user can ask for: one file here is one command, named after it.

A command file has a docstring, HELP (one line for menu and help), `answer`, and if need be USAGE
(what may follow the name) and ALIASES. Those in `admin/` are for admins only. What several
commands share stands in files whose names begin with "_".
"""

from __future__ import annotations

import pkgutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from bot.chat import Context, Message, Request


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a user can ask for. `help` and `usage` are in English, to be translated.

    `answer` finds in `request.words` only what follows the command's name.
    """

    name: str
    help: str
    usage: str
    aliases: tuple[str, ...]
    admin: bool
    answer: Callable[[Request, Context], Awaitable[Message]]


@cache
def commands() -> tuple[Command, ...]:
    """All commands, in the order of their names, those for admins last."""
    return (*_in_folder(__name__, admin=False), *_in_folder(f"{__name__}.admin", admin=True))


def _in_folder(package: str, *, admin: bool) -> list[Command]:
    found = []
    for file in pkgutil.iter_modules(import_module(package).__path__):
        if file.ispkg or file.name.startswith("_"):
            continue
        module = import_module(f"{package}.{file.name}")
        usage, aliases = getattr(module, "USAGE", ""), getattr(module, "ALIASES", ())
        found.append(Command(file.name, module.HELP, usage, aliases, admin, module.answer))
    return found
