"""The Python examples in the project's README do what they say, executed as printed there."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import ltsp
from classroom import Classroom, Guest, process_of, tree

README = Path(__file__).parents[2] / "README.md"

# Covers the machine's /home, /etc and /srv for the program that follows, and for nobody else. What
# that program needs of the real /home (an interpreter may well live there) is shown to it again.
COVER = """
scratch=$1; shift
mkdir "$scratch/real"
mount --rbind /home "$scratch/real"
mkdir -p "$scratch/srv"
for place in home etc srv; do mount --bind "$scratch/$place" "/$place"; done
while [ "$1" != -- ]; do
    case $1 in /home/*) mkdir -p "$1"; mount --bind "$scratch/real/${1#/home/}" "$1" ;; esac
    shift
done
shift
exec "$@"
"""


def example(number: int) -> str:
    found = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    assert len(found) == 2, "each example needs a test of its own"
    return str(found[number])


def run_as_printed(classroom: Classroom, number: int) -> str:
    """Run an example where the classroom is the machine; answer what it printed."""
    cover = ["unshare", "--mount", "sh", "-eu", "-c", COVER, "sh", str(classroom.root)]
    needed = [sys.prefix, sys.base_prefix, str(Path(ltsp.__file__).parents[1])]
    done = subprocess.run(
        [*cover, *needed, "--", sys.executable, "-W", "error", "-"],
        input=example(number),
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_python_example_does_what_it_says(classroom: Classroom) -> None:
    changed = [classroom.guests[0], classroom.guests[1]]
    essays: dict[Guest, Path] = {}
    for guest in changed:
        essays[guest] = guest.write("Documents/essay.odt", guest.name.encode())
        guest.write("junk")
        (guest.home / ".profile").unlink()
    template = tree(classroom.template, identity=True)
    bystander = tree(classroom.guests[2].home, identity=True)

    with process_of(changed[1]) as process:
        printed = run_as_printed(classroom, 0)
        assert process.wait(timeout=20) == -signal.SIGTERM

    assert printed.startswith("reset ")
    for guest in changed:
        assert f"{guest.path} reset \n" in printed
        kept = essays[guest]
        assert kept.read_bytes() == guest.name.encode()
        assert (kept.stat().st_uid, kept.stat().st_gid) == (guest.uid, guest.gid)
        home = tree(guest.home, owners=False)
        wanted = tree(classroom.template, owners=False)
        del home[b"./Documents/essay.odt"]
        # The kept directory has the time of the guest's last change.
        assert home.pop(b"./Documents")[0] == wanted.pop(b"./Documents")[0]
        assert home == wanted
        assert {record[2:4] for record in tree(guest.home).values()} == {(guest.uid, guest.gid)}
    assert tree(classroom.template, identity=True) == template
    assert tree(classroom.guests[2].home, identity=True) == bystander
    expected = {".ltsp-staging", "guest", *(guest.name for guest in classroom.guests)}
    # The interpreter's place may have been shown again.
    assert not set(os.listdir(classroom.root / "home")) - expected - set(os.listdir("/home"))


def test_the_python_example_about_configuration_does_what_it_says(classroom: Classroom) -> None:
    conf = classroom.root / "srv/tftp/ltsp/i386/lts.conf"
    conf.parent.mkdir(parents=True)
    text = "[Default]\nSCREN_07 = ldm\n[ws01]\n  LDM_SESSION = gnome  # for now\n"
    conf.write_text(text)
    printed = run_as_printed(classroom, 1)
    assert "LDM_SESSION from /srv/tftp/ltsp/i386/lts.conf:4" in printed
    assert "SCREN_07" in printed
    assert conf.read_text() == text.replace("gnome", "xfce")
