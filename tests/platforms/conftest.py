"""What the tests of platforms may ask for beside the rest."""

from tests.browser import browser, chromium

__all__ = ["browser", "chromium"]
