"""What the tests share."""

import os
import signal
from pathlib import Path

import pytest
from classroom import Classroom


def pytest_sessionstart() -> None:
    if os.geteuid() != 0:
        pytest.exit("the tests reset homes of several accounts: run them as root", 1)
    # A shell that starts the tests in the background has them ignore this, and what they start too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def classroom(tmp_path: Path) -> Classroom:
    return Classroom(tmp_path)
