"""What can be asked for, made from the commands themselves."""

from __future__ import annotations

from bot.chat import Button, Context, Menu, Message, Request
from bot.i18n import texts
from bot.text.build import bold, join

HELP = "All that you can ask me for"


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    hint = t("Or simply write what you are looking for.") if request.private else ""
    return Message(
        join(
            [
                bold(t("What you can ask me for")),
                join([_line(entry) for entry in context.menu], "\n"),
                hint,
            ],
            "\n\n",
        ),
        ((Button(t("Latest releases"), "latest"), Button(t("Search"), "search")),),
    )


def _line(entry: Menu) -> str:
    usage = f" {entry.usage}" if entry.usage else ""
    return f"/{entry.name}{usage} – {entry.help}"
