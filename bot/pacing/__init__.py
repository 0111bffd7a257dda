"""How fast one bot may send: one budget for all that it sends, that learns what is allowed."""

from bot.pacing.budget import Budget
from bot.pacing.chats import Window
from bot.pacing.rate import Rate

__all__ = ["Budget", "Rate", "Window"]
