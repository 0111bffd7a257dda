"""How the shell speaks: failures in our words, and tables that also read well in a pipe."""

from __future__ import annotations

import re
import sys
from typing import Any

import typer


class Failure(Exception):
    """The command cannot do it; the text is one sentence for the operator, `code` the exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def complain(*sentences: str) -> None:
    """Say what is wrong on standard error, a line a sentence."""
    for sentence in sentences:
        print(f"herald: {sentence}", file=sys.stderr)


def usage(error: typer.TyperException) -> str:
    """What was typed wrong, in our words, and where help is."""
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "herald") if context is not None else "herald"
    parameter = getattr(error, "param", None)
    option = getattr(error, "option_name", None)
    match type(error).__name__:
        case "NoSuchOption":
            said = f"There is no option {option}."
        case "MissingParameter":
            said = f"{_name(parameter)} is missing."
        case "BadParameter":
            # Numbers are the only arguments of ours that the library checks.
            said = f"{_name(parameter)} must be a whole number, 1 or more."
        case "BadOptionUsage":
            said = f"The option {option} needs a value."
        case _:
            said = _said(error.format_message())
    return f"{said} Try: {command} --help"


def _name(parameter: Any) -> str:
    """What stands for it in the help: N, ID, --limit."""
    options = [name for name in getattr(parameter, "opts", ()) if name.startswith("-")]
    return options[0] if options else str(parameter.metavar or parameter.name).upper()


def _said(message: str) -> str:
    """The library's other complaints, in our words."""
    if found := re.match(r"No such command '(.+?)'", message):
        return f"There is no command {found[1]}."
    if message.startswith("Got unexpected extra"):
        return "There are too many words."
    return message if message.endswith(".") else f"{message}."
