"""The examples in the documentation do what they say."""

import doctest
from pathlib import Path

import ltsp
import pytest
from classroom import Classroom

README = Path(__file__).parent.parent / "README.md"

LTS_CONF = """\
[Default]
LDM_SESSION = gnome
LANG = el_GR.UTF-8
[pc07]
LDM_SESSION = mate
"""


@pytest.mark.parametrize(
    "text", [ltsp.__doc__, README.read_text()], ids=["the package", "its README"]
)
def test_the_examples_run(classroom: Classroom, text: str) -> None:
    classroom.guests[0].write("Documents/essay.odt")
    classroom.guests[0].write("junk")
    classroom.guests[1].write("junk")
    (classroom.guests[1].home / ".profile").unlink()
    conf = classroom.root / "srv/tftp/ltsp/amd64/lts.conf"
    conf.parent.mkdir(parents=True)
    conf.write_text(LTS_CONF)
    # Code blocks of a README end where doctest would go on.
    text = text.replace("\n```", "\n\n")
    # Each run of the tests has ids of its own.
    text = text.replace("61703", str(classroom.guests[2].uid))
    names = {"classroom": classroom.root}
    example = doctest.DocTestParser().get_doctest(text, names, "example", None, None)
    assert len(example.examples) >= 7
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=said.append)
    assert result.failed == 0, "".join(said)
