"""Client images: which there are and what is inside, without mounting anything."""

import json
import struct
import subprocess
from pathlib import Path
from typing import get_args

import ltsp
import pytest
from ltsp import errors

STATUS = """\
Package: base-files
Status: install ok installed
Architecture: amd64
Version: 10.1

Package: ltsp-client
Status: install ok installed
Architecture: amd64
Version: 5.18.07-1

"""


def program(machine: int) -> bytes:
    """The header of a 64-bit program for a processor, as elf(5) has it."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 2, machine) + bytes(44)


def system(root: Path, machine: int = 62) -> None:
    files = {
        "bin/true": program(machine),
        "etc/os-release": b'ID=ubuntu\nVERSION_ID="18.04"\nPRETTY_NAME="Ubuntu caf\xe9"\n',
        "boot/vmlinuz-4.15.0-9-generic": b"kernel",
        "boot/vmlinuz-4.15.0-29-generic": b"kernel",
        "boot/initrd.img-4.15.0-29-generic": b"initrd",
        "var/lib/dpkg/status": STATUS.encode(),
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text)
    (root / "bin/true").chmod(0o755)


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A server of LTSP 5: a chroot, its image, a backup and an image that is cut short."""
    chroot = tmp_path / "opt/ltsp/amd64"
    system(chroot)
    images = tmp_path / "opt/ltsp/images"
    images.mkdir()
    for name, compression in [("amd64.img", "gzip"), ("amd64.img.old", "xz")]:
        options = ["-comp", compression, "-b", "64K", "-noappend", "-quiet", "-no-progress"]
        subprocess.run(["mksquashfs", chroot, images / name, *options], check=True)
    (images / "broken.img").write_bytes((images / "amd64.img").read_bytes()[:600])
    config = tmp_path / "etc/nbd-server/conf.d/ltsp_amd64.conf"
    config.parent.mkdir(parents=True)
    config.parent.with_name("config").write_text("[generic]\nincludedir = /etc/nbd-server/conf.d\n")
    config.write_text("[amd64]\nexportname = /opt/ltsp/images/amd64.img\n")
    return tmp_path


def test_chroots_images_backups_and_broken_ones_are_listed(server: Path) -> None:
    found = [(one.kind, one.name, one.backup) for one in ltsp.images(root=server)]
    assert sorted(found) == [
        ("chroot", "amd64", False),
        ("squashfs", "amd64", False),
        ("squashfs", "amd64", True),
        ("squashfs", "broken", False),
    ]
    assert {kind for kind, _, _ in found} <= set(get_args(ltsp.ImageKind))


def test_what_is_inside_is_read_without_mounting(server: Path) -> None:
    (image,) = ltsp.images("/opt/ltsp/images/amd64.img", root=server)
    file = server / "opt/ltsp/images/amd64.img"
    assert (image.generation, image.path) == (5, Path("/opt/ltsp/images/amd64.img"))
    assert (image.size, image.modified) == (file.stat().st_size, int(file.stat().st_mtime))
    assert image.architecture == "x86_64"
    assert image.os == ltsp.Os("ubuntu", "18.04", "", "Ubuntu caf\udce9")
    assert image.kernels == (
        ltsp.Kernel(
            "vmlinuz-4.15.0-29-generic", "4.15.0-29-generic", "initrd.img-4.15.0-29-generic"
        ),
        ltsp.Kernel("vmlinuz-4.15.0-9-generic", "4.15.0-9-generic", None),
    )
    client = ltsp.Package("ltsp-client", "5.18.07-1", "amd64")
    assert image.package("ltsp-client") == image.package("ltsp-client:amd64") == client
    assert image.package("ltsp-client:i386") is None
    assert [package.name for package in image.packages] == ["base-files", "ltsp-client"]
    assert image.squashfs is not None
    block = image.squashfs
    assert (block.version, block.compression, block.block_size) == ("4.0", "gzip", 65536)
    assert block.bytes_used <= file.stat().st_size
    assert image.problems == ()
    (line,) = image.served_by
    assert (line.by, line.line) == ("nbd", 2)
    assert line.file == Path("/etc/nbd-server/conf.d/ltsp_amd64.conf")
    assert image == ltsp.images("amd64.img", root=server)[0]
    assert hash(image) == hash(ltsp.images("amd64.img", root=server)[0])
    with pytest.raises(AttributeError):
        image.name = "x"  # type: ignore[misc]


def test_a_name_finds_the_chroot_its_image_and_the_backup(server: Path) -> None:
    found = ltsp.images("amd64", root=server)
    assert [(one.kind, one.backup) for one in found] == [
        ("chroot", False),
        ("squashfs", False),
        ("squashfs", True),
    ]
    chroot, _, backup = found
    assert chroot.size is None
    assert chroot.squashfs is None
    assert chroot.packages == backup.packages
    assert backup.squashfs is not None
    assert backup.squashfs.compression == "xz"
    with pytest.raises(FileNotFoundError, match="there is no image arm64"):
        ltsp.images("arm64", root=server)


def test_an_image_that_cannot_be_read_says_why_and_hides_no_other(server: Path) -> None:
    (broken,) = ltsp.images("broken", root=server)
    (problem,) = broken.problems
    assert isinstance(problem, errors.ParseError)
    assert "cut short" in str(problem)
    assert problem.path == server / "opt/ltsp/images/broken.img"
    assert broken.architecture is None
    assert broken.packages == ()
    assert "cut short" in repr(broken)


def test_json_says_the_same(server: Path) -> None:
    (image,) = ltsp.images("amd64.img", root=server)
    data = json.loads(image.to_json())
    assert data["name"] == image.name
    assert data["kind"] == image.kind
    assert [package["name"] for package in data["packages"]] == ["base-files", "ltsp-client"]
    assert data["squashfs"]["compression"] == "gzip"
    assert "packages" not in repr(image)


def test_the_generation_and_its_directory_can_be_chosen(server: Path) -> None:
    assert ltsp.images(root=server, generation=19) == []
    (server / "opt/ltsp").rename(server / "data")
    assert ltsp.images(root=server) == []
    found = ltsp.images(root=server, generation=5, base="/data")
    assert len(found) == 4
    assert found[0].path == Path("/data/amd64")
    with pytest.raises(FileNotFoundError):
        ltsp.images(root=server, generation=5, base="/nothing")
    with pytest.raises(ValueError, match="5, or 19"):
        ltsp.images(root=server, generation=20)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="of which generation"):
        ltsp.images(root=server, base="/data")
    with pytest.raises(FileNotFoundError):
        ltsp.images(root=server / "nothing")
