"""What clients can run from: values that cannot be changed."""

from dataclasses import dataclass, field
from pathlib import Path

from ._types import Generation, ImageKind, ServedBy
from .errors import LtspError


@dataclass(frozen=True)
class Os:
    """What os-release(5) of a system says; what it does not say is empty."""

    id: str
    """`ID`, such as `ubuntu`."""
    version: str
    """`VERSION_ID`, such as `18.04`."""
    codename: str
    """`VERSION_CODENAME`, such as `bionic`."""
    name: str
    """`PRETTY_NAME`, such as `Ubuntu 18.04.6 LTS`."""


@dataclass(frozen=True)
class Kernel:
    """A kernel in `/boot`."""

    file: str
    """The file in `/boot`."""
    version: str
    """The version behind `vmlinuz-`."""
    initrd: str | None
    """The initial ram disk of that version; without one it does not boot."""


@dataclass(frozen=True)
class Package:
    """A package that dpkg has installed."""

    name: str
    """Its name."""
    version: str
    """Its version."""
    architecture: str
    """Its architecture, `all` for those that suit every one."""


@dataclass(frozen=True)
class Squashfs:
    """What a squashfs image says of itself."""

    version: str
    """The version of the format, `4.0`."""
    compression: str
    """As mksquashfs's `-comp` calls it, such as `zstd`."""
    block_size: int
    """Size of a data block in bytes."""
    created: int
    """When it was made, in seconds since 1970 UTC."""
    bytes_used: int
    """Bytes that belong to the image; the file may be longer by padding."""
    inodes: int
    """Number of inodes."""
    exportable: bool
    """Whether NFS can export it when it is mounted."""
    xattrs: bool
    """Whether there are extended attributes."""


@dataclass(frozen=True)
class Served:
    """A line of a configuration by which clients get an image."""

    by: ServedBy
    """By what means."""
    file: Path
    """The file, below the root."""
    line: int
    """The line in it, from 1."""
    what: str
    """What stands there, in words."""


@dataclass(frozen=True)
class ClientImage:
    """Something that clients can run from, and what is known of it. What could not be read is none
    or empty, and `problems` says why. What comes from inside was written by whoever made it.
    """

    name: str
    """What LTSP calls it: the name of the directory or of the file without `.img`."""
    kind: ImageKind
    """What it is: the server itself, a directory, the disk of a virtual machine, an image."""
    generation: Generation
    """The generation of LTSP that has it there: 5, or 19 and newer."""
    backup: bool
    """Whether it is the backup (`.img.old`) of the image of that name."""
    path: Path
    """Where it is, below the root."""
    size: int | None
    """Size of the file in bytes; none for directories."""
    modified: int | None
    """When file or directory was last changed, in seconds since 1970 UTC."""
    architecture: str | None
    """What processor the system inside is made for, such as `x86_64` or `i386`."""
    os: Os | None
    """Which system is inside."""
    squashfs: Squashfs | None
    """What a squashfs image says of itself."""
    kernels: tuple[Kernel, ...]
    """The kernels inside, the newest first."""
    packages: tuple[Package, ...] = field(repr=False)
    """The packages inside, sorted by name; empty if the system has no dpkg."""
    served_by: tuple[Served, ...]
    """What serves it to clients."""
    problems: tuple[LtspError, ...] = field(compare=False)
    """What could not be read."""
    _json: str = field(repr=False, compare=False)

    def package(self, name: str) -> Package | None:
        """The package called `name` or `name:architecture`, if it is inside."""
        name, _, architecture = name.partition(":")
        for package in self.packages:
            if package.name == name and architecture in ("", package.architecture):
                return package
        return None

    def to_json(self) -> str:
        """Everything, as `ltspctl image show --json` prints it."""
        return self._json
