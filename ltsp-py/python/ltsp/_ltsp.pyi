"""Native half of `ltsp`. Import from `ltsp` instead."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final, SupportsIndex, final, overload
from uuid import UUID

from typing_extensions import Self, disjoint_base

from ._conf import (
    Autologin,
    BootMenu,
    Converted,
    Diagnostic,
    Edit,
    EffectiveLimits,
    ExcludePattern,
    FollowUp,
    KernelParameter,
    LimitBlock,
    LimitRule,
    Password,
    Place,
    Resolved,
    Section,
    Setting,
    ShellCode,
    ShellVariable,
)
from ._images import ClientImage
from ._types import (
    Action,
    Busy,
    ConfFormat,
    EventKind,
    FileKind,
    Generation,
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
    "Conf",
    "Counts",
    "Event",
    "Excludes",
    "HomePlan",
    "HomeReport",
    "HomeReset",
    "KernelCommandLine",
    "LimitsConf",
    "LtsConf",
    "LtspConf",
    "Plan",
    "PxeConf",
    "Report",
    "ShellConf",
    "__version__",
    "effective_limits",
    "images",
    "open_conf",
    "pxe_search_order",
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

@disjoint_base
class Conf:
    """A configuration file, understood and changeable without touching any other byte of it.

    It is one of `LtsConf`, `LtspConf`, `PxeConf`, `LimitsConf`, `Excludes` and `ShellConf`. Text is
    taken and given as by `os.fsencode` and `os.fsdecode`, so bytes that are no UTF-8 survive. A
    `section` is None for what stands before or outside all sections.
    """

    @classmethod
    def open(cls, path: StrPath, root: StrPath = "/", *, create: bool = False) -> Self:
        """Open the file at `path` below `root` as a document of this class; `Conf.open` goes by the
        file's name. With `create` a missing file is an empty document, which `save` makes with
        mode 0644. Files that it includes are read below the root."""

    @property
    def format(self) -> ConfFormat: ...
    @property
    def path(self) -> Path | None:
        """The file's path below its root; None for a document made of bytes."""

    @property
    def name(self) -> Path:
        """What it is called in messages: the path from outside its root, or the name it was
        given."""

    @property
    def is_changed(self) -> bool:
        """Whether it differs from the file, or from the bytes it was made of."""

    def to_bytes(self) -> bytes:
        """All of it, byte for byte as it was but for the changes."""

    def __bytes__(self) -> bytes: ...
    def check(self) -> list[Diagnostic]:
        """Every mistake and every silent trap in it, in the order of the file."""

    def fix(self) -> list[Diagnostic]:
        """Make every change that `check` suggests and calls safe; what was mended."""

    def get(self, key: str | bytes, section: str | bytes | None = None) -> str | None:
        """The value of `key`, as the program that reads the file takes it from that section alone;
        None if it has none. NotFoundError if there is no such section. See `resolve` for what a
        client gets."""

    def set(self, key: str | bytes, value: str | bytes, section: str | bytes | None = None) -> None:
        """Give `key` that value: in its line if it has one, else in a new line at the end of the
        section. A missing section is added at the end of the file. ValueError, and nothing is
        changed, if the format cannot express it or if an error above would keep it from being
        read."""

    def unset(self, key: str | bytes, section: str | bytes | None = None) -> bool:
        """Remove every line that gives `key` a value in that section; whether there was one.
        NotFoundError if there is no such section."""

    def comment_out(self, key: str | bytes, section: str | bytes | None = None) -> bool:
        """Turn the lines that give `key` a value in that section into comments; whether there was
        one. NotFoundError if there is no such section."""

    def uncomment(self, key: str | bytes, section: str | bytes | None = None) -> bool:
        """Make the last commented-out line of `key` in that section count, with the value it has;
        whether there was one. Errors as of `set`."""

    def add_section(self, section: str | bytes) -> bool:
        """Add an empty section at the end, if it is missing; whether it was. ValueError if the
        format has no sections or cannot express the name, RefusedError if an empty one would be an
        error."""

    def sections(self) -> list[Section]:
        """The sections, in the order of the file."""

    def settings(self) -> list[Setting]:
        """Every line that gives a name a value, in the order of the file."""

    def edit(self, edits: Iterable[Edit]) -> None:
        """Make these changes of the bytes that it has now, all at once. ValueError, and nothing is
        changed, if they overlap or reach beyond its end."""

    def diff(self) -> str:
        """The changes since it was opened or saved, as `diff -u` prints them; empty if there are
        none."""

    def follow_ups(self) -> list[FollowUp]:
        """What must be done, in this order, for the changes since it was opened or saved to take
        effect, by the rules of LTSP 5.18 and 23.02. Ask before `save`."""

    def save(self) -> bool:
        """Write it back to its file in one step; owner, group, mode and extended attributes stay.
        Whether there was anything to write.

        ChangedError, and nothing is written, if somebody else has changed the file since it was
        read; RefusedError if somebody untrusted could exchange it meanwhile; ValueError if it was
        made of bytes and belongs to no file.
        """

@final
class LtsConf(Conf):
    """lts.conf of LTSP 5, exactly as its reader getltscfg takes it.

    `LtsConf(text)` is a document in memory: it belongs to no file, and files that it includes are
    not read. `LtsConf.open` opens a file.
    """

    def __new__(cls, text: str | bytes = b"", name: StrPath = "lts.conf") -> Self: ...
    def resolve(
        self,
        host: str | bytes | None = None,
        ip: str | IPv4Address | None = None,
        mac: str | None = None,
        *,
        screen: int | None = None,
    ) -> Resolved:
        """What the client gets, with the file and line of each value: what `getltscfg -a` prints.

        Its host name, IPv4 address and hardware address are tried in this order; what is not given
        matches nothing. ParseError where the original would never end, such as sections that name
        each other with LIKE in a circle. With `screen` (1 to 12) it is what the session on that
        screen gets: `SCREEN_07_LDM_USERNAME` takes the place of `LDM_USERNAME` on screen 7.
        """

    def getltscfg(
        self,
        key: str | bytes | None = None,
        host: str | bytes | None = None,
        ip: str | IPv4Address | None = None,
        mac: str | None = None,
    ) -> bytes:
        """Byte for byte what `getltscfg -a` prints for the client, or `getltscfg KEY`. Errors as of
        `resolve`."""

    def stops_at(self) -> Place | None:
        """The mistake at which getltscfg stops reading, without a word; None if it reads all of
        it."""

    def to_ltsp(self, name: StrPath = "ltsp.conf") -> tuple[LtspConf, tuple[Converted, ...]]:
        """Make an ltsp.conf of what getltscfg reads of this file: the document, in memory, and what
        became of each section and setting, in the order of lts.conf."""

@final
class LtspConf(Conf):
    """ltsp.conf of LTSP 19 and newer, and ltsp-APPLET.conf: shell code, read but never run.

    `LtspConf(text)` is a document in memory, which belongs to no file. `LtspConf.open` opens a
    file; the `ltsp-APPLET.conf` beside it is read after it.
    """

    def __new__(cls, text: str | bytes = b"", name: StrPath = "ltsp.conf") -> Self: ...
    def resolve(
        self,
        host: str | bytes | None = None,
        ip: str | IPv4Address | None = None,
        mac: str | None = None,
        *,
        applet: str | None = None,
        server: bool = False,
    ) -> Resolved:
        """What the client gets, or the server with `server`, when `applet` of `ltsp` (such as
        `init`) reads the file. A value that only a shell can tell is an entry without a value,
        whose rule says so. ParseError if the shell refuses the file, or if reading it would never
        end."""

    def passwords(
        self,
        host: str | bytes | None = None,
        ip: str | IPv4Address | None = None,
        mac: str | None = None,
    ) -> list[Password]:
        """The accounts whose password the client knows (`PASSWORDS_x`), in the order in which it
        takes them. Errors as of `resolve`."""

    def autologin(
        self,
        host: str | bytes,
        ip: str | IPv4Address | None = None,
        mac: str | None = None,
    ) -> Autologin:
        """Who is logged in when the client called `host` starts (`AUTOLOGIN`). Errors as of
        `resolve`."""

@final
class PxeConf(Conf):
    """Configuration of pxelinux and syslinux, such as `pxelinux.cfg/default`, as pxelinux 6 takes
    it. Its sections, as of `set`, are labels.

    `PxeConf(text)` is a document in memory: it belongs to no file, and files that it includes are
    not read. `PxeConf.open` opens a file.
    """

    def __new__(cls, text: str | bytes = b"", name: StrPath = "pxelinux.cfg/default") -> Self: ...
    def menu(self) -> BootMenu:
        """What a client finds, with everything that is included. ParseError if files include each
        other in a circle, where pxelinux would hang."""

    def is_generated(self) -> bool:
        """Whether update-kernels of LTSP 5 wrote the file. It writes it anew each time: changes
        belong into `/etc/ltsp/update-kernels.conf` of the client's system."""

    def set_default(self, label: str | bytes) -> None:
        """Make the label the one that is booted without being asked, or that the menu begins at.
        NotFoundError if there is no such label, ValueError if it is disabled or hidden,
        RefusedError if an included file says otherwise behind that line."""

    def set_ontimeout(self, label: str | bytes) -> None:
        """Make the label the one that is booted when the time is over. Errors as of
        `set_default`."""

    def for_mac(self, mac: str, label: str | bytes) -> tuple[str, bytes]:
        """Name and content of a file, for the directory of this one, by which one machine boots
        another label of this configuration and else follows it. Errors as of `set_default`."""

    def command_line(self, label: str | bytes) -> KernelCommandLine:
        """A copy of the kernel parameters of a label of this file: its APPEND, or else the one for
        all labels. NotFoundError if there is no such label."""

    def set_command_line(self, label: str | bytes, line: KernelCommandLine) -> None:
        """Give a label these kernel parameters, in an APPEND of its own. Errors as of
        `command_line`."""

    def set_parameter(
        self, label: str | bytes, name: str | bytes, value: str | bytes | None = None
    ) -> None:
        """Give one kernel parameter of a label a value, or without one make it a flag; the others
        stay as they are. Errors as of `KernelCommandLine.set` and `command_line`."""

    def remove_parameter(self, label: str | bytes, name: str | bytes) -> int:
        """Remove a kernel parameter of a label; how often it was there. Errors as of
        `command_line`."""

@final
class LimitsConf(Conf):
    """`limits.conf`, or a file of `limits.d`, as pam_limits of Linux-PAM 1.5 takes it.

    `LimitsConf(text)` is a document in memory, which belongs to no file. `LimitsConf.open` opens a
    file.
    """

    def __new__(cls, text: str | bytes = b"", name: StrPath = "limits.conf") -> Self: ...
    def rules(self) -> list[LimitRule]:
        """Every line that pam_limits takes, in the order of the file."""

    def blocks(self) -> list[LimitBlock]:
        """Every block of rules between `# BEGIN ltsp NAME` and `# END ltsp NAME`. ParseError if a
        marker lacks its other half or two blocks have one name."""

    def set_block(
        self,
        name: str,
        rules: Iterable[LimitRule | tuple[str | bytes, str, str, str | bytes | int]],
    ) -> bool:
        """Make these rules, `(domain, type, item, value)` as in the file, the block of that name;
        it is added at the end if it is missing. Whether the file is another one now; what stands
        outside the block stays. ValueError if pam_limits would not read a rule as it is meant,
        ParseError as of `blocks`."""

    def remove_block(self, name: str) -> bool:
        """Remove the block of that name; whether there was one. ParseError as of `blocks`."""

    def import_script_block(self, name: str) -> tuple[list[LimitRule], bool] | None:
        """Make the rules that the well-known script for guest accounts wrote behind `### custom` a
        block of that name: the rules, and whether something stands behind them, which the script
        would have deleted. None if there are no such rules. ValueError if there is such a block
        already, ParseError as of `blocks`."""

    def effective(
        self,
        user: str | bytes,
        root: StrPath | None = None,
        *,
        uid: int | None = None,
        gid: int | None = None,
        groups: Mapping[str, int] | None = None,
        nr_open: int = 1048576,
    ) -> EffectiveLimits:
        """What pam_limits takes from this one file for the sessions of `user`; see
        `ltsp.effective_limits` for all files.

        The account and its groups are those of `root` (by default the file's own root), unless
        `uid`, `gid` and `groups` (names with group ids) say them. NotFoundError if there is no such
        account. `nr_open` is what `nofile` is when it is unlimited: `/proc/sys/fs/nr_open`.
        """

@final
class Excludes(Conf):
    """What is left out of a client image, such as `ltsp-update-image.excludes`, exactly as
    mksquashfs takes it. Its keys, as of `set`, are patterns, with empty values.

    `Excludes(text)` is a document in memory, which belongs to no file. `Excludes.open` opens a
    file.
    """

    def __new__(cls, text: str | bytes = b"", name: StrPath = "image.excludes") -> Self: ...
    def patterns(self) -> list[ExcludePattern]:
        """The patterns, in the order of the file."""

    def matches(self, path: StrPath) -> ExcludePattern | None:
        """The first pattern because of which `path` is not in the image; None if it is in it. The
        path is one of the image's, from its root."""

@final
class ShellConf(Conf):
    """A file of shell assignments, such as `ltsp-update-image.conf`, read but never run.

    `ShellConf(text)` is a document in memory, which belongs to no file. `ShellConf.open` opens a
    file; those of the directory called like it with `.d` behind are read after it.
    """

    def __new__(cls, text: str | bytes = b"", name: StrPath = "shell.conf") -> Self: ...
    def resolve(self) -> Resolved:
        """What a shell has that sources the file. A variable whose value is not certain is an entry
        without a value, whose rule says why."""

    def variables(self) -> list[ShellVariable]:
        """Every variable that this file assigns or may assign, as if it were read alone."""

    def code(self) -> list[ShellCode]:
        """Every command of the file that is no assignment: whatever reads the file runs it, as
        root."""

@final
class KernelCommandLine:
    """A kernel command line, such as the value of APPEND, taken apart as the kernel does it.

    What is not changed stays as it is, byte for byte. What stands behind a `--` is for init, and is
    neither found nor changed by name.
    """

    def __new__(cls, text: str | bytes = "") -> Self: ...
    def parameters(self) -> list[KernelParameter]:
        """Every parameter, in order."""

    def get(self, name: str | bytes) -> str | None:
        """The value of `name`: of several the last. None if it is missing or a flag."""

    def get_all(self, name: str | bytes) -> list[str]:
        """Every value of `name`, in order, as of `console`."""

    def __contains__(self, name: str | bytes, /) -> bool:
        """Whether there is a parameter of that name, with a value or as a flag such as `ro`."""

    def set(self, name: str | bytes, value: str | bytes | None = None) -> None:
        """Give `name` that value where it stands last, or as a new parameter; without a value make
        it a flag. ValueError if a command line cannot express the name or the value."""

    def add(self, name: str | bytes, value: str | bytes) -> None:
        """Add `name=value` behind the others of that name. ValueError as of `set`."""

    def remove(self, name: str | bytes) -> int:
        """Remove every parameter of that name, with or without a value; how many there were."""

    def __bytes__(self) -> bytes: ...

def open_conf(
    path: StrPath,
    root: StrPath = "/",
    format: ConfFormat | None = None,
    *,
    create: bool = False,
) -> Conf:
    """Open the configuration file at `path` below `root`, as an object of the class for its format.

    The file's name tells the format (`lts.conf`, `pxelinux.cfg/default`, `limits.d/*`, ...) unless
    `format` does. A relative path counts from the working directory, below another root from there.
    With `create` a missing file is an empty document, which `save` makes. ValueError if the name
    does not tell the format.
    """

def effective_limits(
    user: str | bytes, root: StrPath = "/", *, nr_open: int = 1048576
) -> EffectiveLimits:
    """What pam_limits does to the sessions of the account `user` of `root`, from
    `/etc/security/limits.conf` and the files of `limits.d` there.

    NotFoundError if there is no such account. `nr_open` is what `nofile` is when it is unlimited:
    `/proc/sys/fs/nr_open`.
    """

def pxe_search_order(
    *,
    mac: str | None = None,
    ip: str | IPv4Address | None = None,
    uuid: str | UUID | None = None,
) -> list[str]:
    """The names below `pxelinux.cfg/` that pxelinux asks for, in order: it takes the first that
    there is. What is not given is left out."""

def images(
    name: str | bytes | None = None,
    *,
    root: StrPath = "/",
    generation: Generation | None = None,
    base: StrPath | None = None,
) -> list[ClientImage]:
    """What clients of a server can run from: the server itself, chroots, disks of virtual machines,
    squashfs images and their backups, of all generations of LTSP whose directory is there.

    With `name` only those called so; a path means one of them; NotFoundError if there is none.
    `generation` (5 or 19) chooses one generation, and `base` the directory where that one keeps its
    images. Nothing is mounted or started. An image that cannot be read is in the list, with its
    `problems`.
    """
