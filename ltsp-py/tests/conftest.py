"""What the tests share."""

import os
from pathlib import Path

import pytest
from classroom import Classroom


def pytest_sessionstart() -> None:
    if os.geteuid() != 0:
        pytest.exit("the tests reset homes of several accounts: run them as root", 1)


@pytest.fixture
def classroom(tmp_path: Path) -> Classroom:
    return Classroom(tmp_path)
