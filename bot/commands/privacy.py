"""What Herald keeps of a person, in plain words, and how to erase it."""

from __future__ import annotations

from bot.chat import Button, Context, Message, Request
from bot.i18n import texts
from bot.text.build import bold, join

HELP = "What I keep about you, and what I do not"


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    known = await context.storage.subscribers.find(request.address)
    kept = join(
        [
            t("• the address of this chat, sealed (encrypted), so that releases can reach it"),
            t("• whether you are subscribed"),
            t("• what you chose in the settings: language, time zone, languages of releases"),
        ]
    )
    now = (
        t("At the moment I keep nothing about this chat.")
        if known is None
        else t("To erase all of it, press the button or write /forget.")
    )
    erase = Button(t("Erase my data"), "forget")
    return Message(
        join(
            [
                bold(t("What I keep about you")),
                t("Only if you subscribe or change a setting, I keep:"),
                kept,
                t(
                    "I keep no names, no user names, no messages and nothing of what you search"
                    " for. My logs contain none of it either."
                ),
                t("The service through which you write to me has rules of its own."),
                now,
            ],
            "\n\n",
        ),
        ((erase,),) if known is not None else (),
    )
