"""The words that arguments and attributes take, for type checkers and for you."""

import os
from typing import Literal, TypeAlias

StrPath: TypeAlias = "str | bytes | os.PathLike[str] | os.PathLike[bytes]"
"""What may be given for a path. Paths come back as `pathlib.Path`."""

Policy: TypeAlias = Literal["exact", "revert", "volatile"]
"""What a home is to become: the template; the template's dot entries; itself, less rubbish."""

Strategy: TypeAlias = Literal["auto", "swap", "in-place"]
"""How it becomes that: exchanged for a fresh home, or mended entry by entry."""

Busy: TypeAlias = Literal["refuse", "terminate", "ignore"]
"""What to do about processes of the account."""

ReceiptUse: TypeAlias = Literal["checked", "trusted", "never"]
SpareUse: TypeAlias = Literal["checked", "trusted", "never"]
"""Whether a home that was built ahead by `HomeReset.stage` may be used."""

Outcome: TypeAlias = Literal["reset", "unchanged", "staged", "cleaned", "failed"]
"""How the work on one home ended."""

Action: TypeAlias = Literal["create", "replace", "remove", "metadata"]
"""What would be done about an entry."""

FileKind: TypeAlias = Literal["file", "directory", "symbolic link", "FIFO", "socket", "device"]
"""What an entry is."""

EventKind: TypeAlias = Literal["started", "home-started", "home-progress", "home-finished"]
"""What a progress function is told."""

ErrorKind: TypeAlias = Literal[
    "invalid-input",
    "parse",
    "not-found",
    "permission-denied",
    "refused",
    "busy",
    "unsafe",
    "unsupported",
    "no-space",
    "too-many-open-files",
    "read-only",
    "timed-out",
    "cancelled",
    "changed",
    "io",
    "internal",
]
"""What kind of thing went wrong; the same words as in JSON."""
