"""Run an LTSP classroom server.

The first thing it can do is put home directories back to their template, as root, safely
although their owners may be hostile, and fast.

One home, with everything gone but what is kept:

>>> import ltsp
>>> report = ltsp.reset_home(
...     "/home/guest1", template="/home/guest", keep=["Documents/**"], root=classroom
... )
>>> report.outcome, report.counts.kept > 0
('reset', True)

Many homes, by account, in parallel; one that fails neither stops nor hides the others:

>>> reset = ltsp.HomeReset(template="/home/guest", users=["guest1", "guest2"], root=classroom)
>>> for change in reset.plan()[1].changes:  # a dry run
...     print(change.action, change.path)
metadata .
create .profile
remove junk
>>> report = reset.run()
>>> report.raise_for_errors()
>>> len(report), report.ok
(2, True)

What goes wrong is an `ltsp.LtspError`, and an OSError, ValueError or TimeoutError where that is
what it is:

>>> try:
...     ltsp.reset_home("/home/nobody", template="/home/guest", root=classroom)
... except FileNotFoundError as error:
...     print(error)
/etc/passwd: there is no account with the home /home/nobody; check the path; ...

`root` is the directory that stands for `/`; leave it out on a server.
"""

from . import errors
from ._ltsp import (
    CancelToken,
    Change,
    Counts,
    Event,
    HomePlan,
    HomeReport,
    HomeReset,
    Plan,
    Report,
    __version__,
    reset_home,
)
from ._types import (
    Action,
    Busy,
    ErrorKind,
    EventKind,
    FileKind,
    Outcome,
    Policy,
    ReceiptUse,
    SpareUse,
    Strategy,
    StrPath,
)
from .errors import LtspError

__all__ = [
    "Action",
    "Busy",
    "CancelToken",
    "Change",
    "Counts",
    "ErrorKind",
    "Event",
    "EventKind",
    "FileKind",
    "HomePlan",
    "HomeReport",
    "HomeReset",
    "LtspError",
    "Outcome",
    "Plan",
    "Policy",
    "ReceiptUse",
    "Report",
    "SpareUse",
    "StrPath",
    "Strategy",
    "__version__",
    "errors",
    "reset_home",
]
