"""Homes are really reset, under each policy and by each way to name them."""

import os
from pathlib import Path
from typing import get_args

import ltsp
import pytest
from classroom import Classroom, fill, process_of, same, tree

STRATEGIES: tuple[ltsp.Strategy, ...] = get_args(ltsp.Strategy)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_exact_makes_the_home_the_template(classroom: Classroom, strategy: ltsp.Strategy) -> None:
    guest = classroom.guest
    guest.write("junk/deep/file")
    guest.write(".profile", b"echo pwned")
    (guest.home / "Documents/welcome.txt").unlink()
    template = tree(classroom.template, identity=True)

    report = ltsp.reset_home(
        guest.path, template="/home/guest", strategy=strategy, root=classroom.root
    )

    assert report.ok
    assert report.outcome == "reset"
    assert same(guest.home, classroom.template)
    owners = {(os.lstat(p).st_uid, os.lstat(p).st_gid) for p in guest.home.rglob("*")}
    assert owners == {(guest.uid, guest.gid)}
    assert tree(classroom.template, identity=True) == template


def test_the_strategy_is_the_one_that_was_asked_for(classroom: Classroom) -> None:
    guest = classroom.guest
    inode = guest.home.stat().st_ino
    guest.write("junk")
    kept = ltsp.reset_home(
        guest.path, template="/home/guest", strategy="in-place", root=classroom.root
    )
    assert kept.strategy == "in-place"
    assert guest.home.stat().st_ino == inode
    guest.write("junk")
    ltsp.reset_home(guest.path, template="/home/guest", strategy="in-place", root=classroom.root)
    assert guest.home.stat().st_ino == inode
    swapped = ltsp.reset_home(guest.path, template="/home/guest", root=classroom.root)
    if swapped.strategy == "swap":
        assert guest.home.stat().st_ino != inode
        assert swapped.fallback is None
    else:
        assert swapped.fallback


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_keep_rules_name_survives(classroom: Classroom, strategy: ltsp.Strategy) -> None:
    guest = classroom.guest
    essay = guest.write("Documents/essay.odt", b"my essay")
    guest.write("Downloads/virus")
    report = ltsp.reset_home(
        guest.path,
        template="/home/guest",
        keep=["Documents/**"],
        strategy=strategy,
        root=classroom.root,
    )
    assert essay.read_bytes() == b"my essay"
    assert not (guest.home / "Downloads").exists()
    assert report.counts.kept > 0


def test_revert_keeps_ordinary_files_and_renews_dot_entries(classroom: Classroom) -> None:
    guest = classroom.guest
    skeleton = classroom.root / "etc/skel"
    skeleton.mkdir()
    (skeleton / ".profile").write_text("umask 077\n")
    essay = guest.write("essay.odt", b"my essay")
    guest.write(".cache/full/of/rubbish")
    report = ltsp.reset_home(guest.path, policy="revert", root=classroom.root)
    assert report.outcome == "reset"
    assert essay.read_bytes() == b"my essay"
    assert sorted(p.name for p in guest.home.iterdir()) == [".profile", "Documents", "essay.odt"]
    assert (guest.home / ".profile").read_text() == "umask 077\n"


def test_volatile_removes_what_matches_and_nothing_else(classroom: Classroom) -> None:
    guest = classroom.guest
    guest.write(".config/google-chrome/SingletonLock")
    bookmarks = guest.write(".config/google-chrome/Bookmarks")
    guest.write(".cache/thumbnails/1.png")
    before = tree(guest.home / "Documents", identity=True)
    report = ltsp.reset_home(
        guest.path,
        policy="volatile",
        volatile=[".config/google-chrome/Singleton*", b".cache/**"],
        root=classroom.root,
    )
    assert report.counts.removed > 0
    assert not (guest.home / ".config/google-chrome/SingletonLock").exists()
    assert not (guest.home / ".cache/thumbnails/1.png").exists()
    assert bookmarks.exists()
    assert tree(guest.home / "Documents", identity=True) == before


def test_a_home_is_named_by_path_account_or_ids(classroom: Classroom) -> None:
    first, second, third = classroom.guests
    for guest in classroom.guests:
        guest.write("junk")
    root = classroom.root
    by_path = ltsp.reset_home(first.path, template="/home/guest", root=root)
    by_name = ltsp.reset_home(user=second.name, template="/home/guest", root=root)
    by_ids = ltsp.reset_home(
        third.path, uid=third.uid, gid=third.gid, template="/home/guest", root=root
    )
    assert [by_path.uid, by_name.uid, by_ids.uid] == [g.uid for g in classroom.guests]
    assert by_name.user == second.name
    assert all(same(guest.home, classroom.template) for guest in classroom.guests)


def test_paths_and_names_may_be_text_bytes_or_path_like(classroom: Classroom) -> None:
    class BytesPath(os.PathLike[bytes]):
        def __fspath__(self) -> bytes:
            return b"/home/guest"

    pairs: list[tuple[ltsp.StrPath, ltsp.StrPath]] = [
        (classroom.guest.path, b"/home/guest"),
        (os.fsencode(classroom.guest.path), Path("/home/guest")),
        (Path(classroom.guest.path), BytesPath()),
    ]
    for home, template in pairs:
        classroom.guest.write("junk")
        ltsp.reset_home(home, template=template, keep=[b"a", "b"], root=str(classroom.root))
        assert same(classroom.guest.home, classroom.template)
    classroom.guest.write("junk")
    ltsp.reset_home(user=b"guest1", template="/home/guest", root=os.fsencode(classroom.root))
    assert same(classroom.guest.home, classroom.template)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_names_that_are_no_text_are_bytes_and_survive_the_round_trip(
    classroom: Classroom, strategy: ltsp.Strategy
) -> None:
    guest = classroom.guest
    for name in [b"\xff\xfe", b"-rf", b"new\nline", b" ", b"*"]:
        guest.write(name)
        guest.write(b"keep/" + name, name)
    reset = ltsp.HomeReset(
        users=[guest.name],
        template="/home/guest",
        keep=[os.fsdecode(b"keep/\xff*"), b"keep/new\n*"],
        strategy=strategy,
        root=classroom.root,
    )
    removed = {os.fsencode(c.path) for c in reset.plan()[0].changes if c.action == "remove"}
    assert {b"\xff\xfe", b"-rf", b"new\nline", b" ", b"*"} <= removed
    reset.run().raise_for_errors()
    assert sorted(os.listdir(os.fsencode(guest.home / "keep"))) == [b"new\nline", b"\xff\xfe"]
    assert not set(os.listdir(os.fsencode(guest.home))) & {b"\xff\xfe", b"-rf", b"new\nline"}


def test_a_home_whose_path_is_no_text_is_reset(classroom: Classroom) -> None:
    path = os.fsencode(classroom.root) + b"/home/\xfc"
    fill(Path(os.fsdecode(path)))
    uid = classroom.guest.uid + 100
    for entry in [path, *(os.fsencode(p) for p in Path(os.fsdecode(path)).rglob("*"))]:
        os.lchown(entry, uid, uid)
    (Path(os.fsdecode(path)) / ".profile").write_bytes(b"changed")
    reset = ltsp.HomeReset(template="/home/guest", root=classroom.root)
    report = reset.home(b"/home/\xfc", uid, uid).run()
    report.raise_for_errors()
    assert os.fsencode(report[0].home) == b"/home/\xfc"
    assert same(Path(os.fsdecode(path)), classroom.template)


def test_one_home_that_fails_neither_stops_nor_hides_the_others(classroom: Classroom) -> None:
    first, second, third = classroom.guests
    for guest in classroom.guests:
        guest.write("junk")
    second.home.rename(classroom.root / "elsewhere")
    second.home.symlink_to("../elsewhere")
    reset = ltsp.HomeReset(template="/home/guest", root=classroom.root)
    for guest in classroom.guests:
        reset.user(guest.name)
    assert len(reset) == 3

    report = reset.run()

    assert [home.outcome for home in report] == ["reset", "failed", "reset"]
    assert [home.home for home in report.failed] == [Path(second.path)]
    assert not report.ok
    with pytest.raises(ltsp.errors.UnsafePathError) as raised:
        report.raise_for_errors()
    assert str(raised.value) == str(report[1].error)
    assert same(first.home, classroom.template)
    assert same(third.home, classroom.template)
    assert (classroom.root / "elsewhere/junk").exists()


def test_homes_may_come_from_any_iterable(classroom: Classroom) -> None:
    for guest in classroom.guests:
        guest.write("junk")
    first, second, third = classroom.guests
    reset = ltsp.HomeReset(
        users=(guest.name for guest in [first, second]),
        homes={(third.path, third.uid, third.gid)},
        template="/home/guest",
        root=classroom.root,
    )
    assert [home.home for home in reset.run()] == [Path(g.path) for g in classroom.guests]
    assert all(same(guest.home, classroom.template) for guest in classroom.guests)


def test_a_plan_tells_the_truth_and_changes_nothing(classroom: Classroom) -> None:
    guest = classroom.guest
    guest.write("junk", b"12345")
    guest.write(".profile", b"changed")
    (guest.home / "Documents/welcome.txt").unlink()
    before = tree(classroom.root, identity=True)
    reset = ltsp.HomeReset(users=["guest1", "guest2"], template="/home/guest", root=classroom.root)

    plan = reset.plan()

    assert tree(classroom.root, identity=True) == before
    assert not plan.is_empty()
    changes = {(change.action, str(change.path)) for change in plan[0].changes}
    assert {
        ("remove", "junk"),
        ("replace", ".profile"),
        ("create", "Documents/welcome.txt"),
    } <= changes
    welcome = next(change for change in plan[0].changes if change.action == "create")
    assert (welcome.kind, welcome.size) == ("file", len("hello\n"))
    assert welcome.why
    assert plan[1].is_empty()
    reset.run().raise_for_errors()
    assert reset.plan().is_empty()


def test_verify_sees_what_size_and_times_hide(classroom: Classroom) -> None:
    guest = classroom.guest
    profile = guest.home / ".profile"
    reset = ltsp.HomeReset(users=[guest.name], template="/home/guest", root=classroom.root)
    reset.run().raise_for_errors()
    assert reset.verify().is_empty()
    meta = profile.stat()
    profile.write_bytes(profile.read_bytes()[::-1])
    os.utime(profile, ns=(meta.st_atime_ns, meta.st_mtime_ns))
    before = tree(classroom.root, identity=True)
    difference = reset.verify()
    assert tree(classroom.root, identity=True) == before
    assert [str(change.path) for change in difference[0].changes] == [".profile"]


def test_a_staged_spare_is_swapped_in(classroom: Classroom) -> None:
    guest = classroom.guest
    guest.write("junk")
    reset = ltsp.HomeReset(users=[guest.name], template="/home/guest", root=classroom.root)
    staged = reset.stage()
    staged.raise_for_errors()
    assert [home.outcome for home in staged] == ["staged"]
    assert (guest.home / "junk").exists()
    reset.run().raise_for_errors()
    assert same(guest.home, classroom.template)


def test_deferred_remains_are_cleaned(classroom: Classroom) -> None:
    guest = classroom.guest
    guest.write("junk")
    reset = ltsp.HomeReset(
        users=[guest.name], template="/home/guest", defer_cleanup=True, root=classroom.root
    )
    reset.run().raise_for_errors()
    left = list((classroom.root / "home/.ltsp-staging").rglob("junk"))
    assert len(left) == 1, "the old home waits to be removed"
    cleaned = reset.clean()
    cleaned.raise_for_errors()
    assert not list((classroom.root / "home").rglob("junk"))


def test_a_missing_home_is_made_if_asked_for(classroom: Classroom) -> None:
    guest = classroom.guest
    guest.home.rename(classroom.root / "moved")
    with pytest.raises(FileNotFoundError):
        ltsp.reset_home(guest.path, template="/home/guest", root=classroom.root)
    ltsp.reset_home(guest.path, template="/home/guest", create_missing=True, root=classroom.root)
    assert same(guest.home, classroom.template)
    assert guest.home.stat().st_uid == guest.uid


def test_processes_of_the_account_are_ended_if_asked_for(classroom: Classroom) -> None:
    guest = classroom.guest
    guest.write("junk")
    with process_of(guest, stubborn=True) as process:
        ltsp.reset_home(
            guest.path,
            template="/home/guest",
            busy="terminate",
            busy_limits=(0.1, 10),
            root=classroom.root,
        )
        assert process.wait(10) == -9
    assert same(guest.home, classroom.template)


def test_a_busy_home_is_reset_anyway_if_asked_for(classroom: Classroom) -> None:
    guest = classroom.guest
    guest.write("junk")
    with process_of(guest) as process:
        ltsp.reset_home(guest.path, template="/home/guest", busy="ignore", root=classroom.root)
        assert process.poll() is None
    assert same(guest.home, classroom.template)
