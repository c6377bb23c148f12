"""Documents of every format: opened, looked at, changed and saved, and nothing else touched."""

import os
import pickle
import stat
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import ltsp
import pytest
from ltsp import errors

CLASSES: dict[str, type[ltsp.Conf]] = {
    "lts": ltsp.LtsConf,
    "ltsp": ltsp.LtspConf,
    "pxe": ltsp.PxeConf,
    "limits": ltsp.LimitsConf,
    "excludes": ltsp.Excludes,
    "shell": ltsp.ShellConf,
}

# A file where each format is looked for, a setting in it: section, key, old value, new value.
FILES: dict[str, tuple[str, bytes, tuple[str | None, str, str, str]]] = {
    "lts": (
        "srv/tftp/ltsp/amd64/lts.conf",
        b"# caf\xe9\n[Default]\n  LANG = C\n  SOUND = True # yes\n",
        ("Default", "SOUND", "True", "False"),
    ),
    "ltsp": (
        "etc/ltsp/ltsp.conf",
        b"# caf\xe9\n[clients]\nNFS_HOME=0\n",
        ("clients", "NFS_HOME", "0", "1"),
    ),
    "pxe": (
        "srv/tftp/ltsp/amd64/pxelinux.cfg/default",
        b"# caf\xe9\ndefault a\ntimeout 50\nlabel a\n kernel vmlinuz\n",
        (None, "timeout", "50", "20"),
    ),
    "limits": (
        "etc/security/limits.d/lab.conf",
        b"# caf\xe9\n@guests hard nproc 100\n",
        (None, "@guests hard nproc", "100", "200"),
    ),
    "excludes": (
        "etc/ltsp/ltsp-update-image.excludes",
        b"# caf\xe9\nvar/cache/*\n",
        (None, "home/*", "", ""),
    ),
    "shell": (
        "etc/ltsp/update-kernels.conf",
        b"# caf\xe9\nIPAPPEND=3\n",
        (None, "IPAPPEND", "3", "2"),
    ),
}


@pytest.fixture(params=FILES)
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of each format below the root `tmp_path`."""
    path, text, _ = FILES[request.param]
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_bytes(text)
    return file


def example(conf: ltsp.Conf) -> tuple[str | None, str, str, str]:
    return FILES[conf.format][2]


def test_every_format_has_its_class_and_its_files_name_tells_it(file: Path, tmp_path: Path) -> None:
    path = file.relative_to(tmp_path)
    conf = ltsp.open_conf(path, tmp_path)
    assert type(conf) is CLASSES[conf.format]
    assert isinstance(conf, ltsp.Conf)
    assert set(CLASSES) == set(get_args(ltsp.ConfFormat))
    assert conf.path == Path("/") / path
    assert conf.name == file
    assert repr(conf) == f"<ltsp.{type(conf).__name__} '{file}'>"
    names: list[ltsp.StrPath] = [path, str(path), os.fsencode(path)]
    for name in names:
        assert type(ltsp.Conf.open(name, tmp_path)) is type(conf)
    odd = tmp_path / "odd"
    file.rename(odd)
    with pytest.raises(ValueError, match="does not tell its format"):
        ltsp.open_conf("odd", tmp_path)
    assert type(ltsp.open_conf("odd", tmp_path, conf.format)) is type(conf)
    assert type(type(conf).open("odd", tmp_path)) is type(conf)


def test_what_is_only_read_stays_as_it_is(file: Path, tmp_path: Path) -> None:
    conf = ltsp.open_conf(file, "/")
    before = file.read_bytes()
    assert bytes(conf) == conf.to_bytes() == before
    assert not conf.is_changed
    assert conf.diff() == ""
    assert conf.follow_ups() == []
    meta = file.stat()
    assert not conf.save()
    assert file.stat() == meta


def test_a_change_touches_its_line_only_and_is_saved_with_owner_and_mode(
    file: Path, tmp_path: Path
) -> None:
    os.chown(file, 1234, 1235)
    os.chmod(file, 0o640)
    conf = ltsp.open_conf(file)
    section, key, old, new = example(conf)
    assert conf.get(key, section) == (None if conf.format == "excludes" else old)
    conf.set(key, new, section)
    assert conf.get(key, section) == new
    assert conf.is_changed
    assert repr(conf).endswith(" changed>")
    before = file.read_bytes()
    diff = conf.diff().splitlines()
    gone = [line[1:] for line in diff[2:] if line.startswith("-")]
    come = [line[1:] for line in diff[2:] if line.startswith("+")]
    assert len(come) == 1
    assert (len(gone) == 0) == (conf.format == "excludes")
    assert "caf\udce9" in conf.diff()
    assert conf.save()
    assert not conf.is_changed
    assert not conf.save()
    after = file.read_bytes()
    assert after == bytes(conf)
    assert set(after.splitlines()) - set(before.splitlines()) == {os.fsencode(come[0])}
    meta = file.stat()
    assert (meta.st_uid, meta.st_gid, stat.S_IMODE(meta.st_mode)) == (1234, 1235, 0o640)
    assert ltsp.open_conf(file).get(key, section) == new


def test_a_setting_can_be_hidden_shown_and_removed(file: Path) -> None:
    conf = ltsp.open_conf(file)
    section, key, _, new = example(conf)
    conf.set(key, new, section)
    assert conf.comment_out(key, section)
    assert conf.get(key, section) is None
    assert not conf.comment_out(key, section)
    assert conf.uncomment(key, section)
    assert conf.get(key, section) == new
    assert conf.unset(key, section)
    assert conf.get(key, section) is None
    assert not conf.unset(key, section)


def test_a_document_of_bytes_is_the_same_but_for_its_file(file: Path) -> None:
    opened = ltsp.open_conf(file)
    make = CLASSES[opened.format]
    text = file.read_bytes()
    conf = make(text, name=file)  # type: ignore[call-arg]
    assert conf.path is None
    assert conf.name == file
    assert bytes(conf) == text
    assert conf.settings() == opened.settings()
    assert conf.sections() == opened.sections()
    assert conf.check() == opened.check()
    section, key, _, new = example(conf)
    conf.set(key, new, section)
    opened.set(key, new, section)
    assert conf.diff() == opened.diff()
    assert conf.is_changed
    assert [str(one) for one in conf.follow_ups()] == [str(one) for one in opened.follow_ups()]
    with pytest.raises(ValueError, match="belongs to no file"):
        conf.save()
    assert bytes(make()) == b""


def test_what_somebody_else_changed_is_not_overwritten(file: Path) -> None:
    conf = ltsp.open_conf(file)
    section, key, _, new = example(conf)
    conf.set(key, new, section)
    file.write_bytes(b"# theirs\n")
    with pytest.raises(errors.ChangedError) as raised:
        conf.save()
    assert raised.value.path == file
    assert file.read_bytes() == b"# theirs\n"
    assert conf.is_changed


def test_settings_sections_and_diagnostics_are_values_with_places() -> None:
    text = b"[Default]\nLDM_PASSWORD = secret1\nX = 'a b\n[pc\xff]\nSOUND=True\n"
    conf = ltsp.LtsConf(text, "lab/lts.conf")
    settings = conf.settings()
    assert [(one.section, one.key, one.line) for one in settings][:2] == [
        ("Default", "LDM_PASSWORD", 2),
        ("Default", "X", 3),
    ]
    first = settings[0]
    assert first.file == Path("lab/lts.conf")
    assert text[first.start : first.end] == b"LDM_PASSWORD = secret1"
    assert first == conf.settings()[0]
    assert hash(first) == hash(conf.settings()[0])
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert "secret1" not in repr(settings)
    assert "value='" in repr(settings[1])
    assert [(one.name, one.line) for one in conf.sections()] == [("Default", 1), ("pc\udcff", 4)]
    found = next(one for one in conf.check() if one.code == "lts-single-quote")
    assert found.severity in get_args(ltsp.Severity)
    assert found.mend is not None
    assert str(found).startswith(f"lab/lts.conf:{found.line}:{found.column}: {found.severity}[")
    assert found.mend.message in str(found)
    with pytest.raises(AttributeError):
        first.line = 3  # type: ignore[misc]


def test_what_is_safe_to_mend_is_mended_and_the_rest_by_ones_own_choice() -> None:
    text = b"[Default]\nA = 'x'\nB = 1\n"
    conf = ltsp.LtsConf(text)
    found = [one for one in conf.check() if one.mend is not None and one.mend.safe]
    assert found
    by_hand = ltsp.LtsConf(text)
    assert found[0].mend is not None
    by_hand.edit(found[0].mend.edits)
    assert [one.code for one in conf.fix()] == [one.code for one in found]
    assert bytes(conf) == bytes(by_hand) != text
    assert not [one for one in conf.check() if one.mend is not None and one.mend.safe]
    conf.edit([ltsp.Edit(0, 0, b"# mine\n")])
    assert bytes(conf) == b"# mine\n" + bytes(by_hand)
    for wrong in [(0, 10**9), (5, 2), (10**9, 10**9)]:
        with pytest.raises(ValueError, match="cannot both be made"):
            conf.edit([ltsp.Edit(*wrong, b"")])
    assert bytes(conf) == b"# mine\n" + bytes(by_hand)


def test_a_missing_file_is_an_error_or_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    with pytest.raises(FileNotFoundError):
        ltsp.LtsConf.open("/etc/lts.conf", tmp_path)
    conf = ltsp.LtsConf.open("/etc/lts.conf", tmp_path, create=True)
    assert bytes(conf) == b""
    conf.set("SOUND", "True", "Default")
    assert conf.save()
    file = tmp_path / "etc/lts.conf"
    assert file.read_bytes() == b"[Default]\nSOUND=True\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_what_cannot_be_opened_is_an_error_that_says_why(tmp_path: Path) -> None:
    (tmp_path / "lts.conf").mkdir()
    with pytest.raises(errors.LtspError) as raised:
        ltsp.open_conf("lts.conf", tmp_path)
    assert raised.value.path == tmp_path / "lts.conf"
    os.mkfifo(tmp_path / "ltsp.conf")
    with pytest.raises(errors.InvalidInputError):
        ltsp.open_conf("ltsp.conf", tmp_path)
    (tmp_path / "x.lts.conf").symlink_to("/etc/passwd")
    with pytest.raises(errors.LtspError):
        ltsp.open_conf("x.lts.conf", tmp_path)
    with pytest.raises(ValueError, match="is no format"):
        ltsp.open_conf("x", tmp_path, "nonsense")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="NUL"):
        ltsp.open_conf("x\0", tmp_path)
    with pytest.raises(TypeError):
        ltsp.open_conf(5)  # type: ignore[arg-type]


def test_a_change_that_the_format_cannot_express_changes_nothing() -> None:
    conf = ltsp.LtsConf(b"[Default]\nSOUND = True\n")
    before = bytes(conf)
    with pytest.raises(ValueError):
        conf.set("SOUND", 'a"\nb', "Default")
    with pytest.raises(errors.NotFoundError):
        conf.get("SOUND", "nothing")
    with pytest.raises(errors.LtspError):
        ltsp.ShellConf().add_section("x")
    with pytest.raises(TypeError):
        conf.set("SOUND", 1, "Default")  # type: ignore[arg-type]
    assert bytes(conf) == before
    with pytest.raises(TypeError):
        ltsp.Conf()


def test_bytes_that_are_no_text_survive() -> None:
    conf = ltsp.LtsConf("[Default]\nA = caf\udce9\n")
    assert bytes(conf) == b"[Default]\nA = caf\xe9\n"
    assert conf.get("A", b"Default") == "caf\udce9"
    assert conf.resolve()["A"] == "caf\udce9"
    conf.set(b"B", b"\xe8", "Default")
    assert bytes(conf).endswith(b"\xe8\n")


def test_what_a_client_gets_is_a_mapping_with_the_reason_for_each_value() -> None:
    conf = ltsp.LtsConf(
        b"[Default]\nSOUND = True\nXKBLAYOUT = gr\nLDM_PASSWORD = geheim\n"
        b"[52:54:00:12:34:07]\nXKBLAYOUT = us\nSOUND = NONE\n"
    )
    mine = conf.resolve("pc07", "192.168.67.20", "52-54-00-12-34-07")
    assert isinstance(mine, Mapping)
    assert dict(mine) == {"XKBLAYOUT": "us", "LDM_PASSWORD": "geheim"}
    assert len(mine) == 2
    assert mine["xkblayout"] == mine.get("XKBLAYOUT") == "us"
    assert "xkblayout" in mine
    assert "SOUND" not in mine
    origin = mine.origin("XKBLAYOUT")
    assert (origin.line, origin.section) == (6, "52:54:00:12:34:07")
    assert str(origin).startswith("lts.conf:6:1 [52:54:00:12:34:07] (")
    assert [(value, where.line) for value, where in mine.hidden("XKBLAYOUT")] == [("gr", 3)]
    assert mine.origin("SOUND").line == 7
    assert {entry.key for entry in mine.entries()} == {"XKBLAYOUT", "LDM_PASSWORD", "SOUND"}
    for missing in ["SOUND", "NOTHING", 5]:
        with pytest.raises(KeyError, match=str(missing)):
            mine[missing]  # type: ignore[index]
    with pytest.raises(KeyError):
        mine.origin("NOTHING")
    assert mine == conf.resolve(mac="525400123407")
    assert mine != conf.resolve()
    assert pickle.loads(pickle.dumps(mine)) == mine
    assert "geheim" not in repr(mine) + repr(mine.entries())
    with pytest.raises(AttributeError):
        mine.brand_new = 1  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="IPv4"):
        conf.resolve(ip="::1")
    with pytest.raises(ValueError, match="hardware address"):
        conf.resolve(mac="52:54")


def test_one_document_serves_many_threads(tmp_path: Path) -> None:
    file = tmp_path / "lts.conf"
    file.write_bytes(b"[Default]\nCOUNT = 0\n")
    conf = ltsp.LtsConf.open(file)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(50):
                conf.set(f"KEY_{number}", str(turn), "Default")
                assert conf.get(f"KEY_{number}", "Default") == str(turn)
                assert conf.resolve()["COUNT"] == "0"
                conf.check()
                conf.save()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    assert failures == []
    assert file.read_bytes() == bytes(conf)
    assert {f"KEY_{number}": "49" for number in range(4)}.items() <= conf.resolve().items()


def test_other_threads_go_on_while_a_document_is_read_and_checked() -> None:
    lines = b"".join(b"[pc%d]\nHOSTNAME = pc%d\n" % (number, number) for number in range(60_000))
    stop = threading.Event()
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        while not stop.wait(0.001):
            ticks += 1

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        conf = ltsp.LtsConf(lines)
        before = ticks
        for _ in range(3):
            conf.check()
        # With the lock of the interpreter held all the time there would be none or one a call.
        assert ticks - before > 6
    finally:
        stop.set()
        thread.join()
