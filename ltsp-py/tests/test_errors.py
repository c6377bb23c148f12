"""What goes wrong is the exception that the caller expects, with all its facts."""

import errno
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import ltsp
import pytest
from classroom import Classroom, process_of, tree
from ltsp import errors

CLASSES = [
    cls
    for cls in vars(errors).values()
    if isinstance(cls, type) and issubclass(cls, errors.LtspError) and cls is not errors.LtspError
]


def test_every_kind_has_its_class() -> None:
    assert sorted(cls.kind for cls in CLASSES) == sorted(get_args(ltsp.ErrorKind))
    assert set(errors.__all__) == {cls.__name__ for cls in [*CLASSES, errors.LtspError]}


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_survives_the_way_between_processes(cls: type[errors.LtspError]) -> None:
    error = cls("whole text", message="text", path=Path("/x"), line=3, column=4, pids=(5, 6))
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is cls
    assert str(copy) == "whole text"
    assert vars(copy) == vars(error)
    if isinstance(copy, OSError):
        assert copy.errno
        assert copy.strerror == os.strerror(copy.errno)
        assert copy.filename == "/x"


def test_what_is_missing_is_a_file_not_found_error(classroom: Classroom) -> None:
    with pytest.raises(FileNotFoundError) as raised:
        ltsp.reset_home(classroom.guest.path, template="/home/nothing", root=classroom.root)
    error = raised.value
    assert isinstance(error, errors.NotFoundError)
    assert error.kind == "not-found"
    assert error.errno == errno.ENOENT
    assert error.path is not None
    assert error.path.name == "nothing"
    assert error.filename == str(error.path)
    assert str(error.path) in str(error)
    assert error.message in str(error)
    assert error.pids == ()

    with pytest.raises(errors.NotFoundError, match="there is no account with the home"):
        ltsp.reset_home("/home/nobody", template="/home/guest", root=classroom.root)
    with pytest.raises(errors.NotFoundError, match="there is no account"):
        ltsp.reset_home(user="nobody", template="/home/guest", root=classroom.root)
    with pytest.raises(errors.NotFoundError):
        ltsp.HomeReset(root=classroom.root / "nothing")


def test_a_busy_home_names_the_processes(classroom: Classroom) -> None:
    guest = classroom.guest
    before = tree(guest.home, identity=True)
    with process_of(guest) as process:
        with pytest.raises(OSError) as raised:
            ltsp.reset_home(guest.path, template="/home/guest", root=classroom.root)
        assert process.poll() is None
    error = raised.value
    assert isinstance(error, errors.BusyError)
    assert error.errno == errno.EBUSY
    assert error.pids == (process.pid,)
    assert str(process.pid) in str(error)
    assert tree(guest.home, identity=True) == before


def test_a_home_behind_a_symbolic_link_is_unsafe(classroom: Classroom) -> None:
    guest = classroom.guest
    canary = classroom.root / "canary"
    guest.home.rename(canary)
    guest.home.symlink_to(canary)
    before = tree(canary, identity=True)
    with pytest.raises(OSError) as raised:
        ltsp.reset_home(guest.path, template="/home/guest", root=classroom.root)
    assert isinstance(raised.value, errors.UnsafePathError)
    assert raised.value.filename
    assert tree(canary, identity=True) == before


@pytest.mark.parametrize("path", ["/", "/etc", "/home", "/home/guest"])
def test_what_must_not_be_reset_is_refused(classroom: Classroom, path: str) -> None:
    before = tree(classroom.root, identity=True)
    with pytest.raises(errors.LtspError) as raised:
        ltsp.reset_home(path, uid=61_799, gid=61_799, template="/home/guest", root=classroom.root)
    assert raised.value.kind in ("refused", "unsafe")
    assert isinstance(raised.value, OSError)
    assert tree(classroom.root, identity=True) == before


def test_a_home_of_two_accounts_is_refused(classroom: Classroom) -> None:
    with (classroom.root / "etc/passwd").open("a") as passwd:
        passwd.write(f"twin:x:61798:61798::{classroom.guest.path}:/bin/sh\n")
    with pytest.raises(errors.RefusedError) as raised:
        ltsp.reset_home(classroom.guest.path, template="/home/guest", root=classroom.root)
    assert "guest1" in str(raised.value)
    assert "twin" in str(raised.value)


def test_root_is_nobody_to_reset(classroom: Classroom) -> None:
    with pytest.raises(errors.LtspError):
        ltsp.reset_home(
            classroom.guest.path, uid=0, gid=0, template="/home/guest", root=classroom.root
        )


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("policy", "wipe"),
        ("strategy", "inplace"),
        ("busy", "kill"),
        ("spare", "yes"),
        ("threads", 0),
        ("threads", -1),
        ("lock_limit", -1.0),
        ("lock_limit", float("nan")),
        ("busy_limits", (1.0, float("inf"))),
        ("template_owner", -1),
        ("template_owner", 2**32),
        ("template_owner", 2**32 - 1),
        ("keep", ["a/[b"]),
        ("volatile", [""]),
        ("template", "/home/gu\0est"),
        ("home", None),
        ("uid", 5),
        ("gid", 5),
        ("user", "guest1"),
    ],
)
def test_an_argument_that_makes_no_sense_is_a_value_error(
    classroom: Classroom, argument: str, value: object
) -> None:
    arguments: dict[str, Any] = {
        "home": classroom.guest.path,
        "template": "/home/guest",
        "root": classroom.root,
        argument: value,
    }
    before = tree(classroom.root, identity=True)
    with pytest.raises(ValueError, match=r"\w+") as raised:
        ltsp.reset_home(**arguments)
    assert isinstance(raised.value, errors.InvalidInputError)
    assert tree(classroom.root, identity=True) == before


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("keep", "*.odt"),
        ("keep", b"*.odt"),
        ("keep", [3]),
        ("users", "guest1"),
        ("users", [None]),
        ("homes", ["/home/guest1"]),
        ("homes", [("/home/guest1", "1", 2)]),
        ("template", 3),
        ("policy", b"exact"),
        ("threads", 1.5),
        ("unheard_of", True),
    ],
)
def test_an_argument_of_the_wrong_type_is_a_type_error(argument: str, value: object) -> None:
    arguments: dict[str, Any] = {argument: value}
    with pytest.raises((TypeError, ValueError)) as raised:
        ltsp.HomeReset(**arguments)
    # A string of three characters is no home, either.
    if argument != "homes":
        assert raised.type is TypeError


def test_a_reset_without_homes_is_an_error(classroom: Classroom) -> None:
    with pytest.raises(errors.InvalidInputError):
        ltsp.HomeReset(template="/home/guest", root=classroom.root).run()


def test_who_may_not_is_told_so(classroom: Classroom) -> None:
    guest, other = classroom.guests[:2]
    # Everything is imported before every right is given up.
    script = (
        "import os, sys, ltsp\n"
        "home, root, uid = sys.argv[1], sys.argv[2], int(sys.argv[3])\n"
        "os.setgroups([])\n"
        "os.setgid(uid)\n"
        "os.setuid(uid)\n"
        "try:\n"
        "    ltsp.reset_home(home, template='/home/guest', root=root)\n"
        "except PermissionError as error:\n"
        "    print(type(error).__name__, error.errno, error.filename)\n"
    )
    before = tree(other.home, identity=True)
    result = subprocess.run(
        [sys.executable, "-c", script, other.path, classroom.root, str(guest.uid)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == f"PermissionDeniedError {errno.EACCES} {classroom.root}\n"
    assert tree(other.home, identity=True) == before


def test_a_thread_that_cannot_be_started_is_an_error(classroom: Classroom) -> None:
    # The limit of processes holds for everybody but root.
    script = (
        "import os, resource, sys, ltsp\n"
        "reset = ltsp.HomeReset(homes=[('/home/guest1', 1, 1)], root=sys.argv[1])\n"
        "os.setgroups([])\n"
        "os.setgid(int(sys.argv[2]))\n"
        "os.setuid(int(sys.argv[2]))\n"
        "resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))\n"
        "try:\n"
        "    reset.run()\n"
        "except OSError as error:\n"
        "    print(type(error).__name__, error.kind, error)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, classroom.root, str(classroom.guest.uid)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.startswith("IoError io cannot start a thread: ")
    assert "ulimit -u" in result.stdout
