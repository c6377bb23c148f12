"""Progress, Ctrl-C, cancellation and threads: Python goes on while homes are reset."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import ltsp
import pytest
from classroom import Classroom, Guest, process_of, same, tree, wait_for


def grow(classroom: Classroom, files: int) -> None:
    """Make the template large."""
    for number in range(files):
        path = classroom.template / f"large/{number % 50}/{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 100)


def test_progress_tells_of_every_home_in_order(classroom: Classroom) -> None:
    for guest in classroom.guests:
        guest.write("junk")
    events: list[ltsp.Event] = []
    report = ltsp.HomeReset(
        users=[guest.name for guest in classroom.guests],
        template="/home/guest",
        root=classroom.root,
    ).run(events.append)
    report.raise_for_errors()
    assert events[0].kind == "started"
    assert events[0].homes == 3
    assert events[0].home is None
    for guest in classroom.guests:
        own = [event for event in events if event.home == Path(guest.path)]
        assert own[0].kind == "home-started"
        assert own[-1].kind == "home-finished"
        assert {event.kind for event in own[1:-1]} <= {"home-progress"}
        assert sum(event.entries for event in own) > 0
        assert sum(event.bytes for event in own) > 0
        assert all(event.error is None for event in own)


def test_progress_tells_why_a_home_failed(classroom: Classroom) -> None:
    classroom.guest.home.rename(classroom.root / "moved")
    events: list[ltsp.Event] = []
    with pytest.raises(FileNotFoundError) as raised:
        ltsp.reset_home(
            classroom.guest.path,
            template="/home/guest",
            root=classroom.root,
            progress=events.append,
        )
    errors = [event.error for event in events if event.kind == "home-finished"]
    assert [str(error) for error in errors] == [str(raised.value)]


def test_progress_is_called_in_the_thread_that_asked(classroom: Classroom) -> None:
    threads: set[int] = set()

    def progress(event: ltsp.Event) -> None:
        threads.add(threading.get_ident())

    ltsp.HomeReset(users=["guest1"], template="/home/guest", root=classroom.root).run(progress)
    assert threads == {threading.get_ident()}


def test_an_exception_in_progress_stops_the_reset_and_comes_back(classroom: Classroom) -> None:
    class Enough(Exception):
        pass

    grow(classroom, 500)
    for guest in classroom.guests:
        guest.write("junk")
    before = [tree(guest.home) for guest in classroom.guests]
    calls = 0

    def progress(event: ltsp.Event) -> None:
        nonlocal calls
        calls += 1
        raise Enough(event.kind)

    reset = ltsp.HomeReset(
        users=[guest.name for guest in classroom.guests],
        template="/home/guest",
        threads=1,
        root=classroom.root,
    )
    with pytest.raises(Enough, match="started"):
        reset.run(progress)
    assert calls == 1
    for guest, old in zip(classroom.guests, before, strict=True):
        assert tree(guest.home) == old or same(guest.home, classroom.template)
    # Nothing of it is left behind for the next one to stumble over.
    reset.run().raise_for_errors()
    assert all(same(guest.home, classroom.template) for guest in classroom.guests)


def test_other_threads_run_while_a_home_is_reset(classroom: Classroom) -> None:
    grow(classroom, 4000)
    reset = ltsp.HomeReset(
        users=[g.name for g in classroom.guests], template="/home/guest", root=classroom.root
    )
    stop = threading.Event()
    seen: list[float] = []

    def count() -> None:
        while not stop.is_set():
            seen.append(time.monotonic())
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    wait_for(lambda: len(seen) > 5)
    start = time.monotonic()
    report = reset.run()
    end = time.monotonic()
    stop.set()
    counter.join()
    report.raise_for_errors()
    during = [start, *(moment for moment in seen if start < moment < end), end]
    longest = max(later - earlier for earlier, later in pairwise(during))
    assert longest < (end - start) / 2, f"no thread ran for {longest:.3f} of {end - start:.3f} s"


def test_many_threads_may_reset_at_once(tmp_path: Path) -> None:
    classroom = Classroom(tmp_path, guests=12)
    for guest in classroom.guests:
        guest.write("junk")
    shared = ltsp.HomeReset(template="/home/guest", root=classroom.root)

    def reset(guest: Guest) -> bool:
        shared.user(guest.name)
        done = ltsp.reset_home(guest.path, template="/home/guest", root=classroom.root)
        return done.ok and same(guest.home, classroom.template)

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(reset, classroom.guests))
    assert len(shared) == 12
    for guest in classroom.guests:
        guest.write("more junk")
    # Two resets of the same homes wait for each other.
    with ThreadPoolExecutor(2) as pool:
        for report in pool.map(lambda _: shared.run(), range(2)):
            report.raise_for_errors()
    assert all(same(guest.home, classroom.template) for guest in classroom.guests)


def test_a_token_stops_the_reset_from_another_thread(classroom: Classroom) -> None:
    guest = classroom.guest
    guest.write("junk")
    before = tree(guest.home, identity=True)
    token = ltsp.CancelToken()
    assert not token.cancelled
    with process_of(guest, stubborn=True):
        threading.Timer(0.2, token.cancel).start()
        start = time.monotonic()
        with pytest.raises(ltsp.errors.CancelledError):
            ltsp.reset_home(
                guest.path,
                template="/home/guest",
                busy="terminate",
                busy_limits=(60, 60),
                root=classroom.root,
                cancel=token,
            )
        assert time.monotonic() - start < 20
    assert token.cancelled
    assert tree(guest.home, identity=True) == before


INTERRUPTED = """
import json, signal, sys, ltsp
root, limit = sys.argv[1], float(sys.argv[2])
reset = ltsp.HomeReset(
    users=json.loads(sys.argv[3]), template="/home/guest", root=root, threads=1,
    busy="terminate", busy_limits=(limit, 60),
)
if len(sys.argv) > 4:
    signal.signal(signal.SIGUSR1, lambda *_: print("handled", flush=True))
print("started", flush=True)
try:
    report = reset.run()
except KeyboardInterrupt:
    print("interrupted")
else:
    print("finished" if report.ok else report)
"""


@contextmanager
def another_python(
    classroom: Classroom, limit: float, *more: str
) -> Iterator[subprocess.Popen[str]]:
    """A Python that resets every home."""
    names = json.dumps([guest.name for guest in classroom.guests])
    arguments = [str(classroom.root), str(limit), names, *more]
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "started\n"
            yield process
        finally:
            process.kill()


def test_ctrl_c_ends_a_reset_that_waits(classroom: Classroom) -> None:
    guest = classroom.guest
    with process_of(guest, stubborn=True):
        before = tree(guest.home, identity=True)
        with another_python(classroom, 60) as python:
            time.sleep(0.5)
            python.send_signal(signal.SIGINT)
            output, _ = python.communicate(timeout=20)
    assert output == "interrupted\n"
    assert tree(guest.home, identity=True) == before


def test_ctrl_c_leaves_every_home_old_or_new(tmp_path: Path) -> None:
    classroom = Classroom(tmp_path, guests=40)
    grow(classroom, 1500)
    for guest in classroom.guests:
        guest.write("junk")
    before = [tree(guest.home) for guest in classroom.guests]
    with another_python(classroom, 1) as python:
        wait_for(lambda: any((guest.home / "large").exists() for guest in classroom.guests))
        python.send_signal(signal.SIGINT)
        output, _ = python.communicate(timeout=60)
    assert output == "interrupted\n"
    new = [same(guest.home, classroom.template) for guest in classroom.guests]
    old = [tree(g.home) == state for g, state in zip(classroom.guests, before, strict=True)]
    assert all(one or other for one, other in zip(new, old, strict=True))
    assert any(new)
    assert any(old), "it was too quick to be interrupted"


def test_other_signals_are_handled_while_a_home_is_reset(classroom: Classroom) -> None:
    with (
        process_of(classroom.guest, stubborn=True),
        another_python(classroom, 2, "handle SIGUSR1") as python,
    ):
        time.sleep(0.3)
        python.send_signal(signal.SIGUSR1)
        assert python.stdout is not None
        assert python.stdout.readline() == "handled\n"
        assert python.poll() is None
        output, _ = python.communicate(timeout=30)
    assert output == "finished\n"
    assert same(classroom.guest.home, classroom.template)


def test_the_process_is_left_as_it_was(classroom: Classroom) -> None:
    def state() -> tuple[object, ...]:
        mask = os.umask(0)
        os.umask(mask)
        handler = signal.getsignal(signal.SIGINT)
        return mask, handler, Path.cwd(), len(os.listdir("/proc/self/fd")), threading.active_count()

    classroom.guest.write("junk")
    reset = ltsp.HomeReset(users=["guest1"], template="/home/guest", root=classroom.root)
    before = state()
    tasks = len(os.listdir("/proc/self/task"))
    reset.run().raise_for_errors()
    assert state() == before
    wait_for(lambda: len(os.listdir("/proc/self/task")) == tasks)


def test_python_may_end_while_a_thread_resets(classroom: Classroom) -> None:
    script = (
        "import sys, threading, time, ltsp\n"
        "reset = ltsp.HomeReset(users=['guest1'], template='/home/guest', root=sys.argv[1],\n"
        "    busy='terminate', busy_limits=(60, 60))\n"
        "threading.Thread(target=reset.run, args=(lambda event: None,), daemon=True).start()\n"
        "time.sleep(0.5)\n"
    )
    with process_of(classroom.guest, stubborn=True):
        before = tree(classroom.guest.home, identity=True)
        result = subprocess.run(
            [sys.executable, "-c", script, str(classroom.root)],
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
        assert tree(classroom.guest.home, identity=True) == before
