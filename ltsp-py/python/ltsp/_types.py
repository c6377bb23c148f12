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

ConfFormat: TypeAlias = Literal["lts", "ltsp", "pxe", "limits", "excludes", "shell"]
"""The formats of configuration files."""

Severity: TypeAlias = Literal["advice", "warning", "error"]
"""How bad something in a configuration file is."""

Certainty: TypeAlias = Literal["known", "conditional", "code"]
"""How sure the value of a shell variable is."""

AutologinKind: TypeAlias = Literal["nobody", "user", "literal", "unknown"]
"""Whether somebody is logged in when a client starts."""

BootAction: TypeAlias = Literal["boot", "submenu", "goto", "quit", "help", "separator"]
"""What an entry of a boot menu does."""

Verdict: TypeAlias = Literal["kept", "renamed", "unread", "changed", "gone"]
"""What became of a setting in another format."""

Generation: TypeAlias = Literal[5, 19]
"""LTSP 5 with `/opt/ltsp`; LTSP 19 and newer with `/srv/ltsp`."""

ImageKind: TypeAlias = Literal["chrootless", "chroot", "vmdisk", "squashfs"]
"""What clients can run from."""

ServedBy: TypeAlias = Literal["pxelinux", "nbd", "nfs", "ipxe", "dhcp"]
"""What serves an image to clients."""

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
