"""What Herald keeps of a person, in plain words, and how to erase it."""

from __future__ import annotations

from bot.chat import Button, Context, Message, Request
from bot.i18n import Texts, texts
from bot.text.build import bold, join
from storage.model import RichText

HELP = "What I keep about you, and what I do not"


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    kept = await context.storage.subscribers.kept(request.address)
    now = (
        t("At the moment I keep nothing about this chat.")
        if not kept
        else t("To erase all of it, press the button or write /forget.")
        if request.private
        else t("To erase all of it, an admin presses the button or writes /forget.")
    )
    erase = t("Erase my data") if request.private else t("Erase the data of this chat")
    return Message(
        join(
            [
                *(_kept_of_you(t) if request.private else _kept_of_chat(t)),
                *(t(sentence) for sentence in context.kept),
                t(
                    "I keep no names, no user names, no messages and nothing of what you search"
                    " for. My logs contain none of it either."
                ),
                _of_admins(t) if request.admin and request.private else "",
                t("The service through which you write to me has rules of its own."),
                now,
            ],
            "\n\n",
        ),
        ((Button(erase, "forget"),),) if kept else (),
    )


def _kept_of_you(t: Texts) -> tuple[RichText | str, ...]:
    kept = [
        t("• the address of this chat, sealed (encrypted), so that releases can reach it"),
        t("• whether you are subscribed"),
        t("• which names and words you follow, or want nothing about"),
        t("• what you chose in the settings: language, time zone, languages of releases"),
    ]
    head = bold(t("What I keep about you"))
    return head, t("Only if you subscribe or change a setting, I keep:"), join(kept)


def _of_admins(t: Texts) -> str:
    return t(
        "One exception, as you are an admin: the statements you send. I keep their text, and your"
        " sealed address until you have been told how it went."
    )


def _kept_of_chat(t: Texts) -> tuple[RichText | str, ...]:
    kept = [
        t("• the address of this chat, sealed (encrypted), so that releases can reach it"),
        t("• whether it is subscribed"),
        t("• which names and words it follows, or wants nothing about"),
        t("• what was chosen in the settings: language, time zone, languages of releases"),
    ]
    head = bold(t("What I keep about this chat"))
    return head, t("Only if an admin subscribes it or changes a setting, I keep:"), join(kept)
