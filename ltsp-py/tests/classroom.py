"""A scratch root with accounts, a template and homes, and a way to see every change below it."""

import os
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Far from the ids of real accounts and not those of another run of the tests: a reset looks for
# the account's processes on the whole machine.
FIRST_UID = 1_000_000_000 + os.getpid() % 100_000 * 10_000


@dataclass(frozen=True)
class Guest:
    """An account of the scratch root."""

    name: str
    uid: int
    gid: int
    path: str
    """The home's path below the root."""
    home: Path
    """The home's path outside."""

    def write(self, name: str | bytes, text: bytes = b"the guest's own") -> Path:
        """Do what a guest does: put a file into the home."""
        path = Path(os.fsdecode(os.path.join(os.fsencode(self.home), os.fsencode(name))))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        inside = path
        while inside != self.home:
            os.chown(inside, self.uid, self.gid)
            inside = inside.parent
        return path


class Classroom:
    """A scratch root below `root`, with a template and some guests, all of them as new."""

    def __init__(self, root: Path, guests: int = 3) -> None:
        self.root = root
        (root / "etc").mkdir(parents=True)
        (root / "home").mkdir()
        self.template = root / "home/guest"
        fill(self.template)
        self.guests = [self._guest(number) for number in range(1, guests + 1)]
        accounts = [f"{g.name}:x:{g.uid}:{g.gid}::{g.path}:/bin/sh" for g in self.guests]
        (root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n" + "\n".join(accounts) + "\n")

    def _guest(self, number: int) -> Guest:
        name = f"guest{number}"
        uid = FIRST_UID + number
        guest = Guest(name, uid, uid, f"/home/{name}", self.root / "home" / name)
        fill(guest.home)
        for path in [guest.home, *guest.home.rglob("*")]:
            os.chown(path, uid, uid, follow_symlinks=False)
        return guest

    @property
    def guest(self) -> Guest:
        return self.guests[0]


def fill(home: Path) -> None:
    """Make the directory `home` with what the template has."""
    (home / ".config/app").mkdir(parents=True)
    (home / "Documents").mkdir()
    (home / ".profile").write_text("umask 022\n")
    (home / ".config/app/settings").write_text("colour=blue\n")
    (home / "Documents/welcome.txt").write_text("hello\n")
    (home / "Documents/welcome").symlink_to("welcome.txt")
    os.chmod(home, 0o750)
    # One point in time for all, or homes would differ from the template by their times.
    for path in [*home.rglob("*"), home]:
        os.utime(path, ns=(10**18, 10**18), follow_symlinks=False)


Tree = dict[bytes, tuple[object, ...]]


def tree(top: Path, *, owners: bool = True, identity: bool = False) -> Tree:
    """What is below `top`, with it: types, modes, owners, times, content; with `identity` also
    inode numbers and change times, which nothing can put back."""
    found: Tree = {}
    pending = [b"."]
    base = os.fsencode(top)
    while pending:
        name = pending.pop()
        path = os.path.join(base, name)
        meta = os.lstat(path)
        record: tuple[object, ...] = (stat.filemode(meta.st_mode), meta.st_mtime_ns)
        if owners:
            record += (meta.st_uid, meta.st_gid)
        if identity:
            record += (meta.st_ino, meta.st_ctime_ns)
        if stat.S_ISDIR(meta.st_mode):
            pending += [os.path.join(name, entry) for entry in os.listdir(path)]
        elif stat.S_ISLNK(meta.st_mode):
            record += (os.readlink(path),)
        else:
            with open(path, "rb") as file:
                record += (file.read(),)
        found[name] = record
    return found


def same(home: Path, template: Path) -> bool:
    """Whether `home` is the template but for its owner."""
    return tree(home, owners=False) == tree(template, owners=False)


@contextmanager
def process_of(guest: Guest, *, stubborn: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the account, which does not end by SIGTERM if it is `stubborn`."""
    # An ignored signal stays ignored in the program that takes the shell's place.
    script = ("trap '' TERM; " if stubborn else "") + "echo ready; exec sleep 300"
    process = subprocess.Popen(
        ["/bin/sh", "-c", script],
        stdout=subprocess.PIPE,
        user=guest.uid,
        group=guest.gid,
        extra_groups=[],
        cwd="/",
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until `condition()` is true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
