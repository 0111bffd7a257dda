"""What admins are told when deliveries meet trouble, and when it is over."""

from __future__ import annotations

from bot.chat import Button, Message
from bot.i18n import LANGUAGES, texts
from bot.text.build import bold, join, plain, shorten
from storage.model import RichText

TITLE = 200


def paused(
    platform: str, refused: int, of: int, announcement_id: int, title: str, language: str
) -> Message:
    """So many refusals at once that they are rarely true: nothing goes on until one arrives."""
    t = texts(language)
    shown = shorten(plain(" ".join(title.split())), TITLE).text
    return Message(
        join(
            [
                bold(t("I have paused on {platform}", platform=platform.title())),
                t("I was sending “{title}”.", title=shown) if shown else "",
                t(
                    "{platform} refuses many of my messages as if people were gone"
                    " ({refused} of the last {of}). That is rarely true for so many at once, so I"
                    " have paused and unsubscribed nobody.",
                    platform=platform.title(), refused=refused, of=of,
                ),
                t("I try one every 30 seconds and go on by myself as soon as it arrives."),
            ],
            "\n\n",
        ),
        (
            (Button(t("They are really gone: go on"), f"outbox vouch {announcement_id}"),),
            (Button(t("Give this one up"), f"outbox cancel {announcement_id}"),),
        ),
    )  # fmt: skip


def resumed(platform: str, language: str) -> Message:
    """The pause is over: a try has arrived."""
    t = texts(language)
    said = t(
        "{platform} takes my messages again. It had refused many as if people were gone, so I had"
        " paused; now I have gone on where I stopped, and whoever was refused is tried again.",
        platform=platform.title(),
    )
    return Message(RichText(said))


def refused(title: str, platform: str, reason: str, language: str, only: str = "") -> Message:
    """The platform does not take this content: after the first copy nobody there is tried.

    With `only` that is so in this language alone.
    """
    t = texts(language)
    shown = shorten(plain(" ".join(title.split())), TITLE).text
    if only:
        end = t(
            "Only those who read it in {language} are not sent it there; all others are.",
            language=LANGUAGES.get(only, only),
        )
    else:
        end = t(
            "Nobody else is sent it there. You can say the same in other words, without"
            " unusual links or formatting: /broadcast"
        )
    return Message(
        join(
            [
                bold(t("{platform} does not take this text", platform=platform.title())),
                t("“{title}”", title=shown) if shown else "",
                t("Its reason: {reason}.", reason=reason),
                end,
            ],
            "\n\n",
        )
    )


def doubtful(platform: str, language: str) -> Message:
    """The platform's answers are lost: some have a message, and nobody knows who."""
    t = texts(language)
    return Message(
        join(
            [
                bold(t("Some messages on {platform} are in doubt", platform=platform.title())),
                t(
                    "{platform} took them again and again and did not say whether they arrived."
                    " Whoever got such a message may have it more than once, so I do not send it"
                    " again, and count it as unknown.",
                    platform=platform.title(),
                ),
            ],
            "\n\n",
        )
    )


def stopped(platform: str, reason: str, language: str) -> Message:
    """The platform will not have us at all."""
    t = texts(language)
    return Message(
        join(
            [
                bold(t("I have stopped on {platform}", platform=platform.title())),
                t("It will not have me: {reason}.", reason=reason),
                t(
                    "Nothing is sent or read there until that is mended and I am started again."
                    " What waits is kept. Other platforms go on."
                ),
            ],
            "\n\n",
        )
    )
