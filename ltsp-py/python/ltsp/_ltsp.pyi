"""Native half of `ltsp`. Import from `ltsp` instead."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, SupportsIndex, final, overload

from typing_extensions import Self

from ._types import (
    Action,
    Busy,
    EventKind,
    FileKind,
    Outcome,
    Policy,
    ReceiptUse,
    SpareUse,
    Strategy,
    StrPath,
)
from .errors import LtspError

__all__ = [
    "CancelToken",
    "Change",
    "Counts",
    "Event",
    "HomePlan",
    "HomeReport",
    "HomeReset",
    "Plan",
    "Report",
    "__version__",
    "reset_home",
]

__version__: Final[str]

@final
class CancelToken:
    """Stops operations: give it to one as `cancel=` and call `cancel()` from any thread."""

    def __new__(cls) -> Self: ...
    @property
    def cancelled(self) -> bool:
        """Whether `cancel()` was called."""

    def cancel(self) -> None:
        """Ask every operation that has this token to stop. Each home is then old or new."""

@final
class Event:
    """Something happened: what a progress function is called with."""

    @property
    def kind(self) -> EventKind: ...
    @property
    def homes(self) -> int | None:
        """Number of homes, when it started."""

    @property
    def home(self) -> Path | None:
        """The home it is about, as it was given."""

    @property
    def entries(self) -> int:
        """Entries made, replaced or removed since the last event of this home."""

    @property
    def bytes(self) -> int:
        """Bytes of file content written since the last event of this home."""

    @property
    def error(self) -> LtspError | None:
        """Why the home failed, if it did."""

@final
class Counts:
    """What was done or would be done, in numbers."""

    __hash__: None  # type: ignore[assignment]

    @property
    def created(self) -> int:
        """Entries that were missing and have been made."""

    @property
    def replaced(self) -> int:
        """Entries that differed and have been made anew."""

    @property
    def removed(self) -> int:
        """Entries that are gone. In a swap: all of the old home's."""

    @property
    def metadata(self) -> int:
        """Directories whose owner, mode, times or attributes were set right."""

    @property
    def kept(self) -> int:
        """Entries that survived by a keep rule; a directory kept whole may count as one."""

    @property
    def unchanged(self) -> int:
        """Entries that were as they should be."""

    @property
    def bytes_written(self) -> int:
        """Bytes of content written."""

    @property
    def bytes_shared(self) -> int:
        """Bytes of content shared with the template on disk."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class HomeReport:
    """What happened to one home."""

    @property
    def home(self) -> Path:
        """The home's path below the root."""

    @property
    def user(self) -> str | None:
        """The account's name, if it was given by name."""

    @property
    def uid(self) -> int: ...
    @property
    def gid(self) -> int: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def ok(self) -> bool:
        """Whether it did not fail."""

    @property
    def error(self) -> LtspError | None:
        """Why it failed, if it did."""

    @property
    def strategy(self) -> Strategy | None:
        """The strategy that was used."""

    @property
    def fallback(self) -> str | None:
        """Why it is not the strategy that was asked for."""

    @property
    def counts(self) -> Counts: ...
    @property
    def notes(self) -> tuple[str, ...]:
        """What else is worth knowing."""

    @property
    def elapsed(self) -> float:
        """Seconds that this home took."""

    def raise_for_error(self) -> None:
        """Raise the error, if it failed."""

    def to_json(self) -> str: ...

@final
class Report:
    """What happened to each home, in the order the homes were given; `str()` is a table."""

    @property
    def homes(self) -> tuple[HomeReport, ...]: ...
    @property
    def failed(self) -> tuple[HomeReport, ...]:
        """The homes that failed."""

    @property
    def ok(self) -> bool:
        """Whether no home failed."""

    @property
    def counts(self) -> Counts:
        """The sum over all homes."""

    @property
    def elapsed(self) -> float:
        """Seconds that the whole operation took."""

    def raise_for_errors(self) -> None:
        """Raise the error of the first home that failed, if any did."""

    def to_json(self) -> str: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, key: SupportsIndex, /) -> HomeReport: ...
    @overload
    def __getitem__(self, key: slice, /) -> tuple[HomeReport, ...]: ...
    def __iter__(self) -> Iterator[HomeReport]: ...

@final
class Change:
    """One entry that is not as it should be."""

    __hash__: None  # type: ignore[assignment]

    @property
    def action(self) -> Action: ...
    @property
    def path(self) -> Path:
        """Its path below the home; `Path(".")` for the home itself."""

    @property
    def kind(self) -> FileKind:
        """What it is; for a replacement, what it would become."""

    @property
    def size(self) -> int:
        """Size in bytes of a file's content."""

    @property
    def why(self) -> str:
        """Why, in a few words."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class HomePlan:
    """What would change in one home."""

    @property
    def home(self) -> Path:
        """The home's path below the root."""

    @property
    def user(self) -> str | None:
        """The account's name, if it was given by name."""

    @property
    def uid(self) -> int: ...
    @property
    def gid(self) -> int: ...
    @property
    def strategy(self) -> Strategy | None:
        """The strategy that would be used."""

    @property
    def fallback(self) -> str | None:
        """Why it is not the strategy that was asked for."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """The differences between the home and what it should be, sorted by path."""

    @property
    def counts(self) -> Counts:
        """Their numbers. `bytes_written` is the size of what would be made."""

    @property
    def error(self) -> LtspError | None:
        """Why this home would be refused or could not be looked at."""

    def is_empty(self) -> bool:
        """Whether the home is as it should be."""

    def raise_for_error(self) -> None:
        """Raise the error, if there is one."""

    def to_json(self) -> str: ...

@final
class Plan:
    """What would change in each home, in the order the homes were given; `str()` is a diff."""

    @property
    def homes(self) -> tuple[HomePlan, ...]: ...
    @property
    def failed(self) -> tuple[HomePlan, ...]:
        """The homes that would be refused or could not be looked at."""

    @property
    def counts(self) -> Counts:
        """The sum over all homes."""

    def is_empty(self) -> bool:
        """Whether every home is as it should be."""

    def raise_for_errors(self) -> None:
        """Raise the error of the first home that has one, if any has."""

    def to_json(self) -> str: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, key: SupportsIndex, /) -> HomePlan: ...
    @overload
    def __getitem__(self, key: slice, /) -> tuple[HomePlan, ...]: ...
    def __iter__(self) -> Iterator[HomePlan]: ...

@final
class HomeReset:
    """A reset of many homes: the template is read once, homes are dealt with in parallel, and one
    that fails neither stops nor hides the others.

    Nothing happens until `run`, `plan`, `verify`, `stage` or `clean` is called; each may be called
    again, from any thread.

    `progress` is called with each `Event`, in the thread that called the method. An exception that
    it raises stops the operation and is raised once every home is old or new, as Ctrl-C is.
    """

    def __new__(
        cls,
        *,
        users: Iterable[str | bytes] = (),
        homes: Iterable[tuple[StrPath, int, int]] = (),
        template: StrPath | None = None,
        policy: Policy = "exact",
        keep: Iterable[str | bytes] = (),
        volatile: Iterable[str | bytes] = (),
        strategy: Strategy = "swap",
        busy: Busy = "refuse",
        busy_limits: tuple[float, float] = (3.0, 5.0),
        lock_limit: float = 30.0,
        root: StrPath = "/",
        threads: int | None = None,
        spare: SpareUse = "checked",
        allow_empty_template: bool = False,
        template_owner: int | None = None,
        create_missing: bool = False,
        receipts: ReceiptUse = "checked",
        durable: bool = False,
        defer_cleanup: bool = False,
    ) -> Self: ...
    def user(self, name: str | bytes) -> Self:
        """Add the home of the account called `name` in the root's /etc/passwd."""

    def home(self, path: StrPath, uid: int, gid: int) -> Self:
        """Add the home at `path` below the root, which belongs to `uid` and `gid`."""

    def run(
        self,
        progress: Callable[[Event], object] | None = None,
        cancel: CancelToken | None = None,
    ) -> Report:
        """Reset the homes. The error of one that fails stands in the report."""

    def plan(
        self,
        progress: Callable[[Event], object] | None = None,
        cancel: CancelToken | None = None,
    ) -> Plan:
        """Say what `run` would do. Changes nothing."""

    def verify(
        self,
        progress: Callable[[Event], object] | None = None,
        cancel: CancelToken | None = None,
    ) -> Plan:
        """Compare the homes with what they should be, content and all, busy homes too."""

    def stage(
        self,
        progress: Callable[[Event], object] | None = None,
        cancel: CancelToken | None = None,
    ) -> Report:
        """Build a spare for each home, which the next swap only has to exchange."""

    def clean(
        self,
        progress: Callable[[Event], object] | None = None,
        cancel: CancelToken | None = None,
    ) -> Report:
        """Remove what interrupted runs and `defer_cleanup` left beside the homes."""

    def __len__(self) -> int:
        """The number of homes that were added."""

    def __bool__(self) -> bool: ...

def reset_home(
    home: StrPath | None = None,
    *,
    user: str | bytes | None = None,
    uid: int | None = None,
    gid: int | None = None,
    template: StrPath | None = None,
    policy: Policy = "exact",
    keep: Iterable[str | bytes] = (),
    volatile: Iterable[str | bytes] = (),
    strategy: Strategy = "swap",
    busy: Busy = "refuse",
    busy_limits: tuple[float, float] = (3.0, 5.0),
    lock_limit: float = 30.0,
    root: StrPath = "/",
    threads: int | None = None,
    spare: SpareUse = "checked",
    allow_empty_template: bool = False,
    template_owner: int | None = None,
    create_missing: bool = False,
    receipts: ReceiptUse = "checked",
    durable: bool = False,
    defer_cleanup: bool = False,
    progress: Callable[[Event], object] | None = None,
    cancel: CancelToken | None = None,
) -> HomeReport:
    """Put one home back to its template and say what was done.

    Name the home by its path, or by its account as `user=`. A path's owner is the account that
    has this home in the root's /etc/passwd, unless uid and gid are given. All paths are below
    `root`. Raises the subclass of `ltsp.LtspError` that says what went wrong; the home is then
    what it was before or, mended in place, is completed by the next reset.
    """
