"""A Bot API to talk to in tests: true offsets, TDLib's text rules, real error strings, faults."""

from tests.fakes.botapi.server import TOKEN, FakeBotAPI

__all__ = ["TOKEN", "FakeBotAPI"]
