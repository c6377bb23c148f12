"""What can go wrong, one class a kind.

Every class is a `LtspError`, and an `OSError` (with `errno`, `strerror` and `filename`), a
`ValueError` or a `TimeoutError` where that is what it is, so code that knows nothing of this
package handles them, too.
"""

import errno as _errno
import os
from pathlib import Path
from typing import Any, ClassVar

from ._types import ErrorKind

__all__ = [
    "BusyError",
    "CancelledError",
    "ChangedError",
    "InternalError",
    "InvalidInputError",
    "IoError",
    "LtspError",
    "NoSpaceError",
    "NotFoundError",
    "ParseError",
    "PermissionDeniedError",
    "ReadOnlyError",
    "RefusedError",
    "TimedOutError",
    "TooManyOpenFilesError",
    "UnsafePathError",
    "UnsupportedError",
]


class LtspError(Exception):
    """Something could not be done. `str()` says where, what, and what to do about it."""

    kind: ClassVar[ErrorKind]
    """What kind of error it is: the same word as in JSON."""

    message: str
    """What went wrong, without the path and the help."""

    help: str | None
    """What the reader can do about it."""

    path: Path | None
    """The path it happened at."""

    line: int | None
    """The line of the file at `path`, from 1."""

    column: int | None
    """The column in the line, in bytes, from 1."""

    errno: int | None
    """The kernel's error number; where the kernel said none, an OSError has the one that fits its
    class."""

    pids: tuple[int, ...]
    """The processes that stand in the way."""

    strerror: str | None
    filename: Any

    _usual_errno: ClassVar[int | None] = None

    def __init__(
        self,
        text: str = "",
        *,
        message: str | None = None,
        help: str | None = None,
        path: Path | None = None,
        line: int | None = None,
        column: int | None = None,
        errno: int | None = None,
        pids: tuple[int, ...] = (),
    ) -> None:
        super().__init__(text)
        self.message = text if message is None else message
        self.help = help
        self.path = path
        self.line = line
        self.column = column
        self.errno = self._usual_errno if errno is None else errno
        self.pids = pids
        self.strerror = None if self.errno is None else os.strerror(self.errno)
        self.filename = None if path is None else os.fspath(path)

    def __str__(self) -> str:
        # OSError would make its own text of errno and filename.
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions travel between processes (concurrent.futures), and keywords are no `args`.
        names = ("message", "help", "path", "line", "column", "errno", "pids")
        return _remake, (type(self), self.args[0], {name: getattr(self, name) for name in names})


def _remake(cls: type[LtspError], text: str, rest: dict[str, Any]) -> LtspError:
    return cls(text, **rest)


class InvalidInputError(LtspError, ValueError):
    """An argument makes no sense: a bad pattern, an unknown word."""

    kind = "invalid-input"


class ParseError(LtspError, ValueError):
    """A file of the system could not be understood; `line` and `column` say where."""

    kind = "parse"


class NotFoundError(LtspError, FileNotFoundError):
    """A file, directory or account does not exist."""

    kind = "not-found"
    _usual_errno = _errno.ENOENT


class PermissionDeniedError(LtspError, PermissionError):
    """The kernel said EACCES or EPERM."""

    kind = "permission-denied"
    _usual_errno = _errno.EACCES


class RefusedError(LtspError, OSError):
    """The library declines to do it, for the reason in the message."""

    kind = "refused"
    _usual_errno = _errno.EPERM


class BusyError(LtspError, OSError):
    """Somebody is using it: the processes in `pids`, or another reset."""

    kind = "busy"
    _usual_errno = _errno.EBUSY


class UnsafePathError(LtspError, OSError):
    """A symbolic link, a mount point or a swapped directory stood where a directory belongs."""

    kind = "unsafe"
    _usual_errno = _errno.EXDEV


class UnsupportedError(LtspError, OSError):
    """The kernel or the file system cannot do it."""

    kind = "unsupported"
    _usual_errno = _errno.EOPNOTSUPP


class NoSpaceError(LtspError, OSError):
    """The disk or the quota is full."""

    kind = "no-space"
    _usual_errno = _errno.ENOSPC


class TooManyOpenFilesError(LtspError, OSError):
    """The process or the system has no file descriptors left."""

    kind = "too-many-open-files"
    _usual_errno = _errno.EMFILE


class ReadOnlyError(LtspError, OSError):
    """The file system is mounted read-only."""

    kind = "read-only"
    _usual_errno = _errno.EROFS


class TimedOutError(LtspError, TimeoutError):
    """A time limit passed."""

    kind = "timed-out"
    _usual_errno = _errno.ETIMEDOUT


class CancelledError(LtspError):
    """A `CancelToken` stopped it; every home is old or new."""

    kind = "cancelled"


class ChangedError(LtspError, OSError):
    """The tree or the file was changed by somebody else while it was being worked on."""

    kind = "changed"
    _usual_errno = _errno.ESTALE


class IoError(LtspError, OSError):
    """Any other failure that the kernel reported."""

    kind = "io"
    _usual_errno = _errno.EIO


class InternalError(LtspError):
    """A bug in this library."""

    kind = "internal"


_BY_KIND: dict[str, type[LtspError]] = {
    cls.kind: cls
    for cls in (
        InvalidInputError,
        ParseError,
        NotFoundError,
        PermissionDeniedError,
        RefusedError,
        BusyError,
        UnsafePathError,
        UnsupportedError,
        NoSpaceError,
        TooManyOpenFilesError,
        ReadOnlyError,
        TimedOutError,
        CancelledError,
        ChangedError,
        IoError,
        InternalError,
    )
}


def _make(
    kind: str,
    text: str,
    message: str,
    help: str | None,
    path: Path | None,
    line: int | None,
    column: int | None,
    errno: int | None,
    pids: tuple[int, ...],
) -> LtspError:
    """Called by the native module."""
    return _BY_KIND.get(kind, InternalError)(
        text,
        message=message,
        help=help,
        path=path,
        line=line,
        column=column,
        errno=errno,
        pids=pids,
    )
