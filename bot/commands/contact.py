"""How to reach the people of the campaign."""

from __future__ import annotations

from bot.chat import Context, Message, Request
from bot.commands._ways import ways_on
from bot.i18n import Texts, texts
from bot.text.build import bold, join, link, plain
from bot.text.links import usable
from storage.model import RichText

HELP = "How to reach the campaign"


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    contact = {key: value for key, value in context.campaign.contact.items() if value.strip()}
    name = contact.pop("name", context.campaign.name)
    lines = [_line(key, value, t) for key, value in contact.items()]
    if not lines:
        lines = [plain(t("The campaign has not given any contact details yet."))]
    return Message(join([bold(name), join(lines)], "\n\n"), ways_on(t))


def _line(key: str, value: str, t: Texts) -> RichText:
    labels = {
        "email": t("E-mail"),
        "phone": t("Telephone"),
        "website": t("Website"),
        "address": t("Address"),
        "press": t("Press office"),
    }
    label = labels.get(key.lower(), key.replace("_", " ").capitalize())
    there = usable(value) if value.startswith(("http://", "https://")) else None
    return plain(f"{label}: ") + (link(value, there) if there else value)
