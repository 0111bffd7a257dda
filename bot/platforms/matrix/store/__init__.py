"""Where the keys of encryption are kept, sealed, so that no kill at any moment loses one.

A `Machine(user, device, VaultStore(vault, user, device))` reads all that there is, which may take
seconds: make it in a thread. The device must stay the same from run to run, for the keys are those
of a device. What it is given to read is on the disk when the call returns, and what it gives to
send was kept before. Our own messages of an earlier run it cannot read: no key to them is kept.
"""

from bot.platforms.matrix.store.keys import VaultStore
from bot.platforms.matrix.store.machine import Machine

__all__ = ["Machine", "VaultStore"]
