"""What each format has of its own."""

import resource
import uuid
from ipaddress import IPv4Address
from pathlib import Path

import ltsp
import pytest
from ltsp import errors

MAC = "52:54:00:12:34:07"


def put(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


# lts.conf


def test_included_files_are_read_below_the_root_only(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "etc/lts.conf": '[Default]\nA = 1\ninclude "/etc/more.conf"\n',
            "etc/more.conf": "[pc07]\nB = 2\n",
        },
    )
    mine = ltsp.LtsConf.open("/etc/lts.conf", tmp_path).resolve("pc07")
    assert dict(mine) == {"A": "1", "B": "2"}
    assert mine.origin("B").file == tmp_path / "etc/more.conf"
    with pytest.raises(FileNotFoundError):
        ltsp.LtsConf((tmp_path / "etc/lts.conf").read_bytes()).resolve()


def test_getltscfg_is_answered_byte_for_byte() -> None:
    conf = ltsp.LtsConf(b"[Default]\nA = x\n[pc\xe9]\nA = y\n")
    assert conf.getltscfg() == b'A="x"\nexport A\n'
    assert conf.getltscfg(host=b"pc\xe9") == b'A="y"\nexport A\n'
    assert conf.getltscfg("a") == b"x\n"
    assert conf.stops_at() is None
    stopped = ltsp.LtsConf(b"[Default]\nA = x\n]\nB = y\n")
    place = stopped.stops_at()
    assert place is not None
    assert place.line == 3
    assert dict(stopped.resolve()) == {"A": "x"}


def test_sections_that_name_each_other_are_an_error_with_its_line() -> None:
    conf = ltsp.LtsConf(b"[Default]\nA = 1\n[a]\nLIKE = b\n[b]\nLIKE = a\n", "lab/lts.conf")
    with pytest.raises(errors.ParseError) as raised:
        conf.resolve("a")
    assert raised.value.path == Path("lab/lts.conf")
    assert raised.value.line


def test_the_session_on_one_screen_gets_values_of_its_own() -> None:
    conf = ltsp.LtsConf(b"[Default]\nLDM_SESSION = mate\nSCREEN_07_LDM_SESSION = xfce\n")
    assert conf.resolve()["LDM_SESSION"] == "mate"
    assert conf.resolve(screen=7)["LDM_SESSION"] == "xfce"
    assert conf.resolve(screen=7).origin("LDM_SESSION").line == 3
    assert conf.resolve(screen=8)["LDM_SESSION"] == "mate"
    for wrong in [0, 13, -1, 263]:
        with pytest.raises(ValueError, match="1 to 12"):
            conf.resolve(screen=wrong)


def test_an_lts_conf_becomes_an_ltsp_conf_with_a_report(tmp_path: Path) -> None:
    conf = ltsp.LtsConf(
        f"[Default]\nLDM_SESSION = gnome\nLOCALDEV = True\n[{MAC}]\nLDM_SESSION = mate\n",
        "lts.conf",
    )
    made, report = conf.to_ltsp("new/ltsp.conf")
    assert isinstance(made, ltsp.LtspConf)
    assert made.name == Path("new/ltsp.conf")
    assert not made.is_changed
    assert [found for found in made.check() if found.severity == "error"] == []
    assert [(one.line, one.section, one.key) for one in report] == [
        (1, "Default", None),
        (2, "Default", "LDM_SESSION"),
        (3, "Default", "LOCALDEV"),
        (4, MAC, None),
        (5, MAC, "LDM_SESSION"),
    ]
    told = next(one for one in report if one.key == "LDM_SESSION")
    assert told.to is not None
    here, there = made.resolve(mac=MAC), made.resolve()
    assert here.origin(told.to[1]).section != there.origin(told.to[1]).section
    assert "mate" in here[told.to[1]]
    assert "gnome" in there[told.to[1]]

    file = ltsp.LtspConf.open("ltsp.conf", tmp_path, create=True)
    file.edit([ltsp.Edit(0, 0, bytes(made))])
    assert file.save()
    assert (tmp_path / "ltsp.conf").read_bytes() == bytes(made)


# ltsp.conf


def test_ltsp_conf_is_read_as_the_applet_and_side_that_is_asked_for(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "etc/ltsp/ltsp.conf": f"[server]\nA=server\n[clients]\nA=client\nB=$(hostname)\n"
            f"[{MAC}]\nA=mine\nHOSTNAME=pc07\n",
            "etc/ltsp/ltsp-kiosk.conf": "[clients]\nC=kiosk\n",
        },
    )
    conf = ltsp.LtspConf.open("/etc/ltsp/ltsp.conf", tmp_path)
    mine = conf.resolve(mac=MAC)
    assert mine["A"] == "mine"
    assert [value for value, _ in mine.hidden("A")] == ["client"]
    assert "B" not in mine
    assert mine.origin("B").line == 5
    assert conf.resolve()["A"] == "client"
    assert conf.resolve(server=True)["A"] == "server"
    assert "a" not in mine


def test_passwords_are_found_but_not_shown() -> None:
    conf = ltsp.LtspConf(b'[clients]\nPASSWORDS_LAB="guest.*/Z2VoZWlt teacher/"\nAUTOLOGIN=gast\n')
    guests, teachers = conf.passwords()
    assert (guests.variable, guests.users, guests.password) == (
        "PASSWORDS_LAB",
        "guest.*",
        b"geheim",
    )
    assert teachers.password == b""
    assert guests.origin.line == 2
    for shown in [repr(conf.passwords()), repr(conf.resolve().entries()), repr(conf.settings())]:
        assert "geheim" not in shown
        assert "Z2VoZWlt" not in shown
    assert conf.autologin("pc07") == ltsp.Autologin("user", "gast", None)
    assert ltsp.LtspConf(b"[clients]\n").autologin("pc07").kind == "nobody"
    mapped = ltsp.LtspConf(b"[clients]\nAUTOLOGIN=pc/guest\n")
    assert mapped.autologin("pc07").user == "guest07"
    code = ltsp.LtspConf(b"[clients]\nAUTOLOGIN=$(id -un)\n").autologin("pc07")
    assert (code.kind, code.user) == ("unknown", None)
    assert code.why


def test_an_ltsp_conf_that_the_shell_refuses_is_a_parse_error() -> None:
    with pytest.raises(errors.ParseError) as raised:
        ltsp.LtspConf(b"[clients]\nA='x\n").resolve()
    assert raised.value.line is not None


# pxelinux

PXE = """\
ui menu.c32
menu title Lab
default nbd
timeout 50
append ro quiet
label nbd
  menu label ^NBD
  kernel vmlinuz
  append ro initrd=initrd.img root=/dev/nbd0 quiet -- single
label nfs
  kernel vmlinuz
  initrd initrd.img,extra.img
label disk
  localboot 0
"""


def test_a_menu_says_what_each_label_boots() -> None:
    menu = ltsp.PxeConf(PXE).menu()
    assert [entry.label for entry in menu.entries] == ["nbd", "nfs", "disk"]
    nbd = menu["nbd"]
    assert (nbd.title, nbd.action, nbd.kernel, nbd.initrds) == (
        "^NBD",
        "boot",
        "vmlinuz",
        ("initrd.img",),
    )
    assert nbd.command_line == "ro initrd=initrd.img root=/dev/nbd0 quiet -- single"
    assert nbd.origin.line == 6
    assert menu["nfs"].initrds == ("initrd.img", "extra.img")
    assert (menu.title, menu.default, menu.ontimeout, menu.ui) == ("Lab", "nbd", None, "menu.c32")
    assert (menu.timeout, menu.total_timeout) == (5.0, None)
    assert (menu.unattended, menu.unattended_after) == ("nbd", 5.0)
    assert menu.missing == ()
    assert menu == ltsp.PxeConf(PXE).menu()
    with pytest.raises(KeyError):
        menu["nothing"]


def test_the_default_and_the_label_of_one_machine_can_be_chosen(tmp_path: Path) -> None:
    directory = tmp_path / "srv/tftp/pxelinux.cfg"
    put(tmp_path, {"srv/tftp/pxelinux.cfg/default": PXE})
    conf = ltsp.PxeConf.open("/srv/tftp/pxelinux.cfg/default", tmp_path)
    conf.set_default("nfs")
    conf.set_ontimeout("disk")
    assert (conf.menu().default, conf.menu().unattended) == ("nfs", "disk")
    assert conf.save()
    name, content = conf.for_mac(MAC, "nbd")
    assert name == "01-52-54-00-12-34-07"
    (directory / name).write_bytes(content)
    mine = ltsp.PxeConf.open(f"/srv/tftp/pxelinux.cfg/{name}", tmp_path).menu()
    assert (mine.default, mine.unattended) == ("nbd", "nbd")
    assert mine["nfs"].origin.file == directory / "default"
    before = bytes(conf)
    with pytest.raises(errors.NotFoundError, match="did you mean"):
        conf.set_default("nfz")
    with pytest.raises(ValueError, match="hardware address"):
        conf.for_mac("x", "nfs")
    assert bytes(conf) == before
    assert not conf.is_generated()


def test_kernel_parameters_are_changed_one_at_a_time() -> None:
    conf = ltsp.PxeConf(PXE)
    conf.set_parameter("nbd", "root", "/dev/nbd1")
    conf.set_parameter("nbd", "nosmt")
    assert conf.remove_parameter("nbd", "quiet") == 1
    assert conf.remove_parameter("nbd", "quiet") == 0
    line = conf.command_line("nbd")
    assert str(line) == "ro initrd=initrd.img root=/dev/nbd1 nosmt -- single"
    assert str(conf.command_line("nfs")) == "ro quiet"
    line.set("video", "1024x768")
    conf.set_command_line("nfs", line)
    assert conf.get("append", "nfs") == str(line)
    with pytest.raises(errors.NotFoundError):
        conf.command_line("nothing")
    with pytest.raises(ValueError):
        conf.set_parameter("nbd", "a b", "c")


def test_a_command_line_is_taken_apart_as_the_kernel_does_it() -> None:
    line = ltsp.KernelCommandLine('ro console=tty0 console="ttyS0 x" -- single')
    assert [(one.name, one.value, one.for_init) for one in line.parameters()] == [
        ("ro", None, False),
        ("console", "tty0", False),
        ("console", "ttyS0 x", False),
        ("single", None, True),
    ]
    assert line.get("console") == "ttyS0 x"
    assert line.get_all("console") == ["tty0", "ttyS0 x"]
    assert line.get("ro") is None
    assert "ro" in line
    assert "console" in line
    assert "single" not in line
    line.set("splash")
    line.add("console", "hvc0")
    assert line.remove("ro") == 1
    assert str(line) == 'console=tty0 console="ttyS0 x" splash console=hvc0 -- single'
    assert bytes(line) == str(line).encode()
    assert repr(line) == f"KernelCommandLine({str(line)!r})"
    with pytest.raises(ValueError, match="quote"):
        line.set("a", 'b"')


def test_pxelinux_looks_for_files_in_its_order() -> None:
    machine = uuid.UUID("b8945908-d6a6-41a9-611d-74a6ab80b83d")
    names = ltsp.pxe_search_order(mac=MAC, ip=IPv4Address("192.168.67.20"), uuid=machine)
    assert names[:4] == [str(machine), "01-52-54-00-12-34-07", "C0A84314", "C0A8431"]
    assert names[-2:] == ["C", "default"]
    assert ltsp.pxe_search_order() == ["default"]


# limits.conf


def limits_root(root: Path) -> Path:
    put(
        root,
        {
            "etc/passwd": "root:x:0:0::/root:/bin/sh\nguest1:x:1001:500::/home/guest1:/bin/sh\n",
            "etc/group": "root:x:0:\nguests:x:500:\nplugdev:x:46:guest1\n",
            "etc/security/limits.conf": "@guests hard nproc 100\n@plugdev - cpu 2\n",
            "etc/security/limits.d/b.conf": "guest1 hard nproc 50\nguest1 - nofile unlimited\n",
        },
    )
    return root


def test_limits_are_those_of_all_files_in_the_units_of_the_kernel(tmp_path: Path) -> None:
    root = limits_root(tmp_path)
    mine = ltsp.effective_limits("guest1", root)
    assert mine["hard nproc"] == "50"
    assert mine.origin("hard nproc").file == root / "etc/security/limits.d/b.conf"
    assert [value for value, _ in mine.hidden("hard nproc")] == ["100"]
    assert mine.limit("nproc") == ltsp.Limit("nproc", None, 50)
    assert mine.limit("cpu") == ltsp.Limit("cpu", 120, 120)
    assert mine.limit("nofile").hard == 1048576
    assert mine.limit("core") == ltsp.Limit("core", None, None)
    assert mine.exempt is None
    more = ltsp.effective_limits("guest1", root, nr_open=4096)
    assert more.limit("nofile") == ltsp.Limit("nofile", 4096, 4096)
    with pytest.raises(errors.NotFoundError):
        ltsp.effective_limits("nobody", root)


def test_one_file_of_limits_can_be_asked_alone(tmp_path: Path) -> None:
    root = limits_root(tmp_path)
    conf = ltsp.LimitsConf.open("/etc/security/limits.conf", root)
    assert conf.effective("guest1")["hard nproc"] == "100"
    text = b"@kids - as unlimited\nsomebody -\n"
    memory = ltsp.LimitsConf(text)
    kid = memory.effective("kid", uid=7, gid=8, groups={"kids": 8})
    assert kid.limit("as").soft == kid.limit("as").hard == resource.RLIM_INFINITY
    assert memory.effective("kid", uid=7, gid=8).limits == ()
    assert memory.effective("guest1", root).limits == ()
    exempt = memory.effective("somebody", uid=9, gid=9).exempt
    assert exempt is not None
    assert exempt.line == 2
    with pytest.raises(ValueError, match="uid and gid"):
        memory.effective("kid", uid=7)


def test_a_block_of_limits_is_written_replaced_and_removed() -> None:
    before = b"# by hand\nroot - nofile 4096\n"
    conf = ltsp.LimitsConf(before)
    assert conf.set_block("lab", [("@guests", "hard", "nproc", 100), ("*", "-", "cpu", "2")])
    (block,) = conf.blocks()
    assert block.name == "lab"
    assert [(r.domain, r.type, r.item, r.value) for r in block.rules] == [
        ("@guests", "hard", "nproc", "100"),
        ("*", "-", "cpu", "2"),
    ]
    assert conf.rules()[1:] == list(block.rules)
    assert not conf.set_block("lab", block.rules)
    assert bytes(conf).startswith(before)
    for wrong in [
        ("x", "medium", "nproc", 1),
        ("x", "hard", "nprok", 1),
        ("x y", "hard", "cpu", 1),
    ]:
        with pytest.raises(ValueError):
            conf.set_block("lab", [wrong])
    with pytest.raises(TypeError):
        conf.set_block("lab", "x hard cpu 1")  # type: ignore[arg-type]
    assert conf.remove_block("lab")
    assert not conf.remove_block("lab")
    assert bytes(conf) == before
    broken = ltsp.LimitsConf(b"# BEGIN ltsp lab\n* hard cpu 1\n")
    with pytest.raises(errors.ParseError) as raised:
        broken.blocks()
    assert raised.value.line == 1


def test_what_a_script_wrote_becomes_a_block() -> None:
    rules = b"@guests hard nproc 100\n@guests hard maxlogins 1\n"
    conf = ltsp.LimitsConf(b"# mine\n### custom\n" + rules + b"root - core 0\n")
    found = conf.import_script_block("guests")
    assert found is not None
    imported, more_behind = found
    assert [rule.item for rule in imported] == ["nproc", "maxlogins"]
    assert more_behind
    assert rules in bytes(conf)
    assert conf.blocks()[0].rules == tuple(imported)
    with pytest.raises(ValueError, match="already"):
        conf.import_script_block("guests")
    assert ltsp.LimitsConf(rules).import_script_block("guests") is None


# The lists of excludes and the shell files


def test_a_path_is_left_out_by_the_pattern_that_says_so() -> None:
    conf = ltsp.Excludes(b"# none\nhome/*\n... *.old\n")
    assert [(one.text, one.sticky, one.line) for one in conf.patterns()] == [
        ("home/*", False, 2),
        ("... *.old", True, 3),
    ]
    paths: list[ltsp.StrPath] = ["home/guest1/essay", Path("/home/guest1"), b"home/guest1"]
    for path in paths:
        found = conf.matches(path)
        assert found is not None
        assert found.line == 2
    assert conf.matches("home") is None
    assert conf.matches("home/.hidden") is None
    old = conf.matches("etc/deep/x.old")
    assert old is not None
    assert old.sticky


def test_a_shell_file_is_read_but_never_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    put(
        tmp_path,
        {
            "etc/ltsp/update-kernels.conf": f"A=1\nB=$(touch {mark})\nif true; then C=3; fi\n",
            "etc/ltsp/update-kernels.conf.d/x": "export A=2\n",
        },
    )
    conf = ltsp.ShellConf.open("/etc/ltsp/update-kernels.conf", tmp_path)
    mine = conf.resolve()
    assert mine["A"] == "2"
    assert [value for value, _ in mine.hidden("A")] == ["1"]
    assert "B" not in mine
    assert "C" not in mine
    assert [(one.name, one.value, one.certainty) for one in conf.variables()] == [
        ("A", "1", "known"),
        ("B", None, "code"),
        ("C", None, "conditional"),
    ]
    assert all(one.reason for one in conf.variables()[1:])
    assert [one.line for one in conf.code()] == [3]
    assert not mark.exists()


def test_what_to_do_for_a_change_comes_in_order() -> None:
    conf = ltsp.PxeConf(PXE)
    conf.set("timeout", "10")
    (todo,) = conf.follow_ups()
    assert todo.command is None
    assert todo.disturbs
    assert str(todo) == f"# {todo.why}"
    excludes = ltsp.Excludes(b"", "/etc/ltsp/ltsp-update-image.excludes")
    excludes.set("home/*", "")
    commands = [one.command for one in excludes.follow_ups() if one.command]
    assert commands[0].startswith("ltsp-update-image ")
    assert str(excludes.follow_ups()[0]).startswith(f"{commands[0]}  # ")
