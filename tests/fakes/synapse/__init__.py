"""A real Matrix server for tests, and people who use it.

`Synapse(folder)` is a server; the fixture `synapse` is the one that all tests of a session share.
`async with person(synapse, "anna", encrypted=True) as anna:` is somebody new there.
`async with Gate(synapse.url) as gate:` stands before it, to refuse or to swallow requests.
Where there can be no server, `Synapse(...).start()` raises MissingError: the tests skip.

Rooms are of the server's own version, 12: their creator stands above all power levels and is not
among them, and their ids name no server (MSC4289, MSC4291). `version="10"` makes one of before.
"""

from tests.fakes.synapse.accounts import Account
from tests.fakes.synapse.gate import Catch, Gate
from tests.fakes.synapse.heard import Heard
from tests.fakes.synapse.install import MissingError
from tests.fakes.synapse.person import Person, person
from tests.fakes.synapse.rooms import Rooms
from tests.fakes.synapse.server import Synapse
from tests.fakes.synapse.settings import USUAL, Rate

__all__ = [
    "USUAL",
    "Account",
    "Catch",
    "Gate",
    "Heard",
    "MissingError",
    "Person",
    "Rate",
    "Rooms",
    "Synapse",
    "person",
]
