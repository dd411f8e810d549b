"""A disk that fills up, and processes that are killed, at a chosen write.

The test's side of tests/support/faulty_disk.cc, which says what counts.
"""

import errno
import mmap
import os
import struct

from carousel_test_case import BINARIES

LIBRARY = BINARIES / "tests/faulty_disk.so"

# What happens at the chosen call, by faulty_disk.cc's numbers.
(COUNT, FAIL_ONCE, FAIL_FROM_ON, KILL_WORKER, KILL_SERVER, KILL_BOTH,
 KILL_CLIENT) = range(7)
# Whose calls count.
ALL, SERVER, WORKER = range(3)

_NUMBERS = ("action", "at", "error", "whose", "seen", "hits", "server",
            "worker", "client")
_TEXT = 1024


class FaultyDisk:
    """Of one data folder; outlives the servers that it is preloaded into."""

    def __init__(self, control, folder):
        self.control = control
        self.folder = folder
        size = 8 * len(_NUMBERS) + _TEXT
        control.write_bytes(bytes(size))
        with open(control, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), size)

    def close(self):
        self._memory.close()

    def environment(self):
        return {**os.environ, "LD_PRELOAD": str(LIBRARY.resolve()),
                "FAULTY_DISK_CONTROL": str(self.control),
                "FAULTY_DISK_FOLDER": str(self.folder.resolve())}

    def arm(self, action, at=1, whose=ALL, error=errno.ENOSPC):
        """From now on calls are counted, and `action` waits at the at-th."""
        self._put("action", COUNT)
        self._memory[8 * len(_NUMBERS):] = bytes(_TEXT)
        for name, value in (("at", at), ("error", error), ("whose", whose),
                            ("seen", 0), ("hits", 0), ("action", action)):
            self._put(name, value)

    def disarm(self):
        self._put("action", COUNT)

    @property
    def seen(self):
        return self._get("seen")

    @property
    def hits(self):
        return self._get("hits")

    @property
    def what(self):
        """The first call that met its fate: "write /some/file"."""
        text = self._memory[8 * len(_NUMBERS):]
        return text[:text.index(0)].decode()

    def _get(self, name):
        return struct.unpack_from("<q", self._memory,
                                  8 * _NUMBERS.index(name))[0]

    def _put(self, name, value):
        struct.pack_into("<q", self._memory, 8 * _NUMBERS.index(name), value)
