"""What comes back: values that print well, cannot be changed and say the same in JSON."""

import inspect
import json
from pathlib import Path
from typing import Any, get_args

import ltsp
import pytest
from classroom import Classroom


@pytest.fixture
def reset(classroom: Classroom) -> ltsp.HomeReset:
    """One home to mend, one that is missing, one that is well."""
    classroom.guests[0].write("junk")
    classroom.guests[1].home.rename(classroom.root / "moved")
    users = [guest.name for guest in classroom.guests]
    return ltsp.HomeReset(users=users, template="/home/guest", root=classroom.root)


@pytest.fixture
def plan(reset: ltsp.HomeReset) -> ltsp.Plan:
    return reset.plan()


@pytest.fixture
def report(reset: ltsp.HomeReset, plan: ltsp.Plan) -> ltsp.Report:
    return reset.run()


def test_a_report_is_a_sequence_a_table_and_json(report: ltsp.Report) -> None:
    assert len(report) == len(report.homes) == 3
    assert list(report) == list(report.homes)
    assert report[-1] is report.homes[2]
    assert report[:2] == report.homes[:2]
    with pytest.raises(IndexError):
        report[3]
    table = str(report)
    assert not table.endswith("\n")
    assert all(str(home.home) in table for home in report)
    assert repr(report).startswith("<ltsp.Report homes=3 failed=1 ")
    data = json.loads(report.to_json())
    assert [home["home"] for home in data["homes"]] == [str(home.home) for home in report]
    assert data["homes"][0]["counts"]["created"] == report[0].counts.created
    assert report.counts.created == sum(home.counts.created for home in report)
    assert report.elapsed > 0


def test_a_homes_report_says_all_of_it(report: ltsp.Report) -> None:
    home = report[0]
    assert home.home == Path("/home/guest1")
    assert home.user == "guest1"
    assert home.error is None
    assert home.ok
    home.raise_for_error()
    assert home.elapsed > 0
    assert isinstance(home.notes, tuple)
    assert home.strategy in get_args(ltsp.Strategy)
    assert "/home/guest1" in str(home)
    assert "outcome='reset'" in repr(home)
    assert json.loads(home.to_json()) == json.loads(report.to_json())["homes"][0]
    failed = report[1]
    assert failed.outcome == "failed"
    assert isinstance(failed.error, FileNotFoundError)
    assert failed.error is failed.error
    assert "NotFoundError" in repr(failed)
    with pytest.raises(FileNotFoundError):
        failed.raise_for_error()


def test_a_plan_is_a_sequence_a_diff_and_json(plan: ltsp.Plan) -> None:
    assert len(plan) == 3
    assert list(plan) == list(plan.homes)
    assert plan[1:] == plan.homes[1:]
    assert [home.home.name for home in plan.failed] == ["guest2"]
    assert "- junk" in str(plan)
    assert "- junk" in str(plan[0])
    assert repr(plan).startswith("<ltsp.Plan homes=3 ")
    assert "changes=" in repr(plan[0])
    assert not plan.is_empty()
    assert plan[2].is_empty()
    assert plan[0].changes is plan[0].changes
    changes = json.loads(plan.to_json())["homes"][0]["changes"]
    assert [Path(change["path"]) for change in changes] == [c.path for c in plan[0].changes]
    assert json.loads(plan[0].to_json()) == json.loads(plan.to_json())["homes"][0]
    assert plan.counts.removed == plan[0].counts.removed == 1
    with pytest.raises(FileNotFoundError):
        plan.raise_for_errors()
    with pytest.raises(FileNotFoundError):
        plan[1].raise_for_error()
    change = plan[0].changes[-1]
    assert repr(change).startswith("Change(action=")
    assert change == plan[0].changes[-1]


def test_values_cannot_be_changed_or_made_up(report: ltsp.Report, plan: ltsp.Plan) -> None:
    values: list[Any] = [report, report[0], report.counts, plan, plan[0], plan[0].changes[0]]
    for value in values:
        for name in [name for name in dir(value) if not name.startswith("_")]:
            with pytest.raises(AttributeError):
                setattr(value, name, None)
        with pytest.raises(AttributeError):
            value.brand_new = 1
        made: Any = type(value)
        with pytest.raises(TypeError):
            made()


def test_counts_compare_by_value(report: ltsp.Report) -> None:
    assert report[0].counts == report[0].counts
    assert report[0].counts is not report[0].counts
    assert report[0].counts != report[1].counts
    assert "created=" in repr(report[0].counts)


def test_the_words_of_the_types_are_the_words_of_the_library(classroom: Classroom) -> None:
    words = {
        "policy": get_args(ltsp.Policy),
        "strategy": get_args(ltsp.Strategy),
        "busy": get_args(ltsp.Busy),
        "receipts": get_args(ltsp.ReceiptUse),
        "spare": get_args(ltsp.SpareUse),
    }
    for name, values in words.items():
        arguments: dict[str, Any] = {name: "no such word"}
        with pytest.raises(ValueError, match="give one of") as raised:
            ltsp.HomeReset(root=classroom.root, **arguments)
        error = raised.value
        assert isinstance(error, ltsp.LtspError)
        assert error.help == f"give one of {', '.join(values)}"
        for value in values:
            arguments = {name: value}
            ltsp.HomeReset(root=classroom.root, **arguments)


def test_a_reset_says_what_it_is(classroom: Classroom) -> None:
    reset = ltsp.HomeReset(template=b"/home/gu\xffest", root=classroom.root)
    assert reset.user("guest1") is reset
    assert reset.home("/home/guest2", 1, 2) is reset
    assert len(reset) == 2
    assert "template='/home/gu\\udcffest'" in repr(reset)
    assert "homes=2" in repr(reset)
    assert bool(ltsp.HomeReset(root=classroom.root))


def test_everything_public_is_named_and_documented() -> None:
    public = {name for name in vars(ltsp) if not name.startswith("_")} | {"__version__"}
    assert public == set(ltsp.__all__)
    for name in ltsp.__all__:
        value = getattr(ltsp, name)
        if inspect.isclass(value) or inspect.isroutine(value):
            assert value.__doc__, name
        if isinstance(value, type):
            for attribute, member in vars(value).items():
                if not attribute.startswith("_"):
                    assert member.__doc__, f"{name}.{attribute}"
    assert ltsp.__version__.count(".") == 2
