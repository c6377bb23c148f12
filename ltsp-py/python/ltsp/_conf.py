"""What configuration documents answer with: values that cannot be changed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ._types import AutologinKind, BootAction, Certainty, Severity, Verdict

_SECRET = re.compile("pass|secret", re.IGNORECASE)


def _veiled(value: Any, name: str, secrets: tuple[str, ...]) -> str:
    """The repr of a dataclass; its `secrets` are left out if `name` is that of a password."""
    hide = secrets if _SECRET.search(name) else ()
    shown = (
        f"{field.name}={'<hidden>' if field.name in hide else repr(getattr(value, field.name))}"
        for field in fields(value)
    )
    return f"{type(value).__name__}({', '.join(shown)})"


@dataclass(frozen=True)
class Place:
    """Where something stands in a file; `bytes(conf)[place.start:place.end]` are its bytes."""

    file: Path
    """The file, as messages call it."""
    line: int
    """The line, from 1."""
    column: int
    """The column in the line, in bytes, from 1."""
    start: int
    """Offset of its first byte in the file."""
    end: int
    """Offset behind its last byte."""


@dataclass(frozen=True)
class Section(Place):
    """The header of a section."""

    name: str
    """Its name, without brackets."""


@dataclass(frozen=True, repr=False)
class Setting(Place):
    """A line that gives a name a value. `repr()` does not show passwords."""

    section: str | None
    """The section it stands in; none before and outside all sections."""
    key: str
    """The name, as it is written."""
    value: str
    """The value, without its quotes."""

    def __repr__(self) -> str:
        return _veiled(self, self.key, ("value",))


@dataclass(frozen=True)
class Edit:
    """A change to a document: these bytes, and what shall stand there instead."""

    start: int
    """Offset of the first byte that goes."""
    end: int
    """Offset behind the last byte that goes; `start` to insert only."""
    text: bytes
    """What comes."""


@dataclass(frozen=True)
class Mend:
    """A way to put something right."""

    message: str
    """What to do."""
    edits: tuple[Edit, ...]
    """The changes that do it, for `Conf.edit`; none if only a person can tell."""
    safe: bool
    """Whether `Conf.fix` does it without asking: the file then means what it looks like."""


@dataclass(frozen=True)
class Label(Place):
    """Another place that has to do with a mistake."""

    message: str
    """What is there."""


@dataclass(frozen=True)
class Diagnostic(Place):
    """A mistake or a trap in a file. `str()` is one line, as compilers print it."""

    code: str
    """Its stable name, such as `lts-greedy-quote`."""
    severity: Severity
    """An error is not read at all; a warning is read otherwise than it looks."""
    message: str
    """What is wrong and what really happens."""
    labels: tuple[Label, ...]
    """Other places that have to do with it."""
    mend: Mend | None
    """How to put it right."""

    def __str__(self) -> str:
        what = f"{self.severity}[{self.code}]: {self.message}"
        text = f"{self.file}:{self.line}:{self.column}: {what}"
        return text if self.mend is None else f"{text}; {self.mend.message}"


@dataclass(frozen=True)
class FollowUp:
    """Something to do for a changed file to take effect. `str()` is a line of a shell script."""

    command: str | None
    """What to run on the server, as root; none if it is no command."""
    why: str
    """Why, or what to do."""
    disturbs: bool
    """Whether people who work on clients will notice."""

    def __str__(self) -> str:
        return f"{self.command}  # {self.why}" if self.command else f"# {self.why}"


@dataclass(frozen=True)
class Origin(Place):
    """Where a value comes from."""

    section: str | None
    """The section it stands in."""
    rule: str
    """Why that line counts, or why nobody can tell the value."""

    def __str__(self) -> str:
        section = "" if self.section is None else f" [{self.section}]"
        return f"{self.file}:{self.line}:{self.column}{section} ({self.rule})"


@dataclass(frozen=True, repr=False)
class Entry:
    """A name, its value, and where the value comes from. `repr()` does not show passwords."""

    key: str
    """The name."""
    value: str | None
    """The value; none if the file takes it away (`NONE` in lts.conf) or only a shell can tell."""
    origin: Origin
    """Where it comes from."""
    hidden: tuple[tuple[str, Origin], ...]
    """The values that it hides, the next in rank first."""

    def __repr__(self) -> str:
        return _veiled(self, self.key, ("value", "hidden"))


class Resolved(Mapping[str, str]):
    """What somebody really gets from a configuration: a mapping from names to values, in the order
    of the program that reads it. Names of lts.conf are found in any case.
    """

    __slots__ = ("_by_key", "_entries", "_fold")

    def __init__(self, entries: tuple[Entry, ...] = (), *, fold: bool = False) -> None:
        self._entries = entries
        self._fold = fold
        self._by_key: dict[str, Entry] = {}
        for entry in entries:
            self._by_key.setdefault(self._name(entry.key), entry)

    def _name(self, key: object) -> str:
        if not isinstance(key, str):
            raise KeyError(key)
        return key.upper() if self._fold else key

    def _entry(self, key: object) -> Entry:
        try:
            return self._by_key[self._name(key)]
        except KeyError:
            raise KeyError(key) from None

    def __getitem__(self, key: str) -> str:
        value = self._entry(key).value
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        return (entry.key for entry in self._by_key.values() if entry.value is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        # Values may be passwords.
        return f"<ltsp.{type(self).__name__} settings={len(self)}>"

    def entries(self) -> tuple[Entry, ...]:
        """Every name with all that is known of it, also names without a value."""
        return self._entries

    def origin(self, key: str) -> Origin:
        """Where the value of `key`, or that it has none, comes from. KeyError if nothing is said
        about it."""
        return self._entry(key).origin

    def hidden(self, key: str) -> tuple[tuple[str, Origin], ...]:
        """The values that the one of `key` hides, the next in rank first. KeyError as `origin`."""
        return self._entry(key).hidden


@dataclass(frozen=True)
class Limit:
    """What pam_limits sets one resource to, as `resource.setrlimit` takes it: seconds of cpu, bytes
    of sizes; -1 (`resource.RLIM_INFINITY`) is no limit; none is what the session has anyway.
    """

    item: str
    """The name in the file, such as `nproc`."""
    soft: int | None
    """Where the session starts."""
    hard: int | None
    """What its programs cannot raise it above."""


class EffectiveLimits(Resolved):
    """What pam_limits does to somebody's sessions: a mapping from `soft nproc`, `hard nproc`,
    `maxlogins` and the like to what is written in the files; `limit` has it in the kernel's units.
    """

    __slots__ = ("_exempt", "_limits")

    def __init__(
        self,
        entries: tuple[Entry, ...] = (),
        *,
        exempt: Origin | None = None,
        limits: tuple[Limit, ...] = (),
    ) -> None:
        super().__init__(entries)
        self._exempt = exempt
        self._limits = limits

    @property
    def exempt(self) -> Origin | None:
        """The line `DOMAIN -` because of which nothing is limited at all."""
        return self._exempt

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The kernel's limits that a line is about."""
        return self._limits

    def limit(self, item: str) -> Limit:
        """The limit of `item`, such as `nproc`; both of its numbers are none if no line has it."""
        found = (limit for limit in self._limits if limit.item == item)
        return next(found, Limit(item, None, None))


@dataclass(frozen=True)
class LimitRule(Place):
    """A line of limits.conf that pam_limits takes."""

    domain: str
    """Whom it is for, such as `guest`, `@guests`, `*`, `1000:`."""
    type: str
    """`soft`, `hard` or `-` for both."""
    item: str
    """What is limited, such as `nproc`."""
    value: str
    """To what, in the unit of the file: minutes of cpu, KiB of sizes; `unlimited`."""


@dataclass(frozen=True)
class LimitBlock(Place):
    """Rules between the lines `# BEGIN ltsp NAME` and `# END ltsp NAME`."""

    name: str
    """Its name."""
    rules: tuple[LimitRule, ...]
    """The rules in it."""


@dataclass(frozen=True)
class ExcludePattern(Place):
    """A line of a list of excludes, as mksquashfs takes it."""

    text: str
    """The pattern, behind leading blanks and one backslash."""
    sticky: bool
    """Whether it begins with `... ` and so counts at every depth."""


@dataclass(frozen=True, repr=False)
class ShellVariable(Place):
    """A variable that a shell file assigns, or may. `repr()` does not show passwords."""

    name: str
    """Its name."""
    value: str | None
    """Its value, if it is certain."""
    certainty: Certainty
    """`known`; `conditional` if it is assigned only under a condition; `code` if only running the
    file can tell."""
    reason: str | None
    """Why it is not known."""
    exported: bool
    """Whether programs that are started see it."""

    def __repr__(self) -> str:
        return _veiled(self, self.name, ("value",))


@dataclass(frozen=True)
class ShellCode(Place):
    """A command in a shell file that is no assignment. A tool that reads the file runs it as root;
    here it is never run."""

    text: str
    """The command, as it stands."""


@dataclass(frozen=True, repr=False)
class Password:
    """Accounts whose password clients know, from a `PASSWORDS_x` of ltsp.conf. `repr()` does not
    show it."""

    variable: str
    """The variable it stands in."""
    users: str
    """The accounts: a basic regular expression for whole names."""
    password: bytes | None
    """The password; none if it cannot be decoded, and then nobody can log in with it."""
    cut: bool
    """Whether LTSP cuts the encoded password short, because there is a `/` in it."""
    origin: Origin
    """Where it comes from."""

    def __repr__(self) -> str:
        return _veiled(self, "password", ("password",))


@dataclass(frozen=True)
class Autologin:
    """Who is logged in when a client starts."""

    kind: AutologinKind
    """`nobody`; `user`; `literal`: sed refuses the setting, so LTSP takes it for a name;
    `unknown`: it cannot be told without the machine."""
    user: str | None
    """The account; if there is none of that name, nobody is logged in and nothing says so."""
    why: str | None
    """Why it is unknown."""


@dataclass(frozen=True)
class KernelParameter:
    """A parameter of a kernel command line."""

    name: str
    """Its name."""
    value: str | None
    """What stands behind the `=`; none for a flag such as `ro`."""
    for_init: bool
    """Whether it stands behind `--`, for init and not for the kernel."""


@dataclass(frozen=True)
class BootEntry:
    """An entry of a boot menu."""

    label: str | None
    """The name of its label; none for separators and submenus."""
    title: str
    """What the menu shows; the `^` stands before the hot key."""
    action: BootAction
    """What it does."""
    kernel: str | None
    """The file that it boots; what stands behind LOCALBOOT if it boots the machine's own disk."""
    initrds: tuple[str, ...]
    """The files of the initial ram disk."""
    command_line: str | None
    """The kernel parameters, without what IPAPPEND adds."""
    submenu: str | None
    """The name of the submenu that it stands in; none in the outermost."""
    hidden: bool
    """It can be booted by its label only."""
    disabled: bool
    """It is shown, but cannot be chosen."""
    password: bool
    """Whether it asks for a password."""
    help: str | None
    """TEXT HELP."""
    origin: Origin
    """The line that begins it."""


@dataclass(frozen=True)
class BootMenu:
    """What a client finds in a pxelinux configuration, with everything it includes.

    `menu["label"]` is the entry that this label boots.
    """

    title: str | None
    """MENU TITLE."""
    entries: tuple[BootEntry, ...]
    """Every entry of every menu, in the order of the files."""
    default: str | None
    """DEFAULT."""
    ontimeout: str | None
    """ONTIMEOUT."""
    timeout: float | None
    """Seconds until it boots if nobody touches a key; none to wait for ever."""
    total_timeout: float | None
    """Seconds until it boots whatever keys are pressed; none to wait for ever."""
    ui: str | None
    """UI: the program that shows the menu."""
    prompt: bool
    """PROMPT: whether it always stops at the `boot:` prompt."""
    unattended: str | None
    """The label or file that is booted if nobody touches a key; none if none is."""
    unattended_after: float
    """Seconds until then; 0 if it does not ask."""
    missing: tuple[Path, ...]
    """Includes that are not there. pxelinux goes on without them."""

    def __getitem__(self, label: str) -> BootEntry:
        for entry in self.entries:
            if entry.label == label and not entry.disabled:
                return entry
        raise KeyError(label)


@dataclass(frozen=True)
class Converted(Place):
    """What became of a section or of a setting of lts.conf."""

    section: str
    """The section in lts.conf."""
    key: str | None
    """The setting; none for the section itself."""
    verdict: Verdict
    """`kept`; `renamed`, with the same effect; `unread`, without effect before either;
    `changed`, so that somebody should look; `gone`."""
    to: tuple[str, str] | None
    """The section and the name in ltsp.conf."""
    note: str
    """What somebody has to know or do; may be empty."""
