"""Run an LTSP classroom server.

It puts home directories back to their template, as root, safely although their owners may be
hostile, and fast; explains, checks and changes the files that a lab is configured by; and lists the
images that clients run from.

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

What a client really gets from lts.conf, from which line, and what is wrong with the file:

>>> conf = ltsp.open_conf("/srv/tftp/ltsp/amd64/lts.conf", root=classroom)
>>> mine = conf.resolve(host="pc07", mac="52:54:00:12:34:07")
>>> mine["LDM_SESSION"], mine.origin("LDM_SESSION").line, mine.hidden("LDM_SESSION")[0][0]
('mate', 5, 'gnome')
>>> conf.set("LDM_SESSION", "xfce", section="pc07")
>>> print(conf.diff(), end="")  # doctest: +ELLIPSIS
--- .../lts.conf
+++ .../lts.conf
@@ -2,4 +2,4 @@
 LDM_SESSION = gnome
 LANG = el_GR.UTF-8
 [pc07]
-LDM_SESSION = mate
+LDM_SESSION = xfce
>>> conf.save()
True

The images that clients run from, each with what could not be read of it:

>>> [image.name for image in ltsp.images(root=classroom)]
[]

`root` is the directory that stands for `/`; leave it out on a server.
"""

from . import errors
from ._conf import (
    Autologin,
    BootEntry,
    BootMenu,
    Converted,
    Diagnostic,
    Edit,
    EffectiveLimits,
    Entry,
    ExcludePattern,
    FollowUp,
    KernelParameter,
    Label,
    Limit,
    LimitBlock,
    LimitRule,
    Mend,
    Origin,
    Password,
    Place,
    Resolved,
    Section,
    Setting,
    ShellCode,
    ShellVariable,
)
from ._images import ClientImage, Kernel, Os, Package, Served, Squashfs
from ._ltsp import (
    CancelToken,
    Change,
    Conf,
    Counts,
    Event,
    Excludes,
    HomePlan,
    HomeReport,
    HomeReset,
    KernelCommandLine,
    LimitsConf,
    LtsConf,
    LtspConf,
    Plan,
    PxeConf,
    Report,
    ShellConf,
    __version__,
    effective_limits,
    images,
    open_conf,
    pxe_search_order,
    reset_home,
)
from ._types import (
    Action,
    AutologinKind,
    BootAction,
    Busy,
    Certainty,
    ConfFormat,
    ErrorKind,
    EventKind,
    FileKind,
    Generation,
    ImageKind,
    Outcome,
    Policy,
    ReceiptUse,
    ServedBy,
    Severity,
    SpareUse,
    Strategy,
    StrPath,
    Verdict,
)
from .errors import LtspError

__all__ = [
    "Action",
    "Autologin",
    "AutologinKind",
    "BootAction",
    "BootEntry",
    "BootMenu",
    "Busy",
    "CancelToken",
    "Certainty",
    "Change",
    "ClientImage",
    "Conf",
    "ConfFormat",
    "Converted",
    "Counts",
    "Diagnostic",
    "Edit",
    "EffectiveLimits",
    "Entry",
    "ErrorKind",
    "Event",
    "EventKind",
    "ExcludePattern",
    "Excludes",
    "FileKind",
    "FollowUp",
    "Generation",
    "HomePlan",
    "HomeReport",
    "HomeReset",
    "ImageKind",
    "Kernel",
    "KernelCommandLine",
    "KernelParameter",
    "Label",
    "Limit",
    "LimitBlock",
    "LimitRule",
    "LimitsConf",
    "LtsConf",
    "LtspConf",
    "LtspError",
    "Mend",
    "Origin",
    "Os",
    "Outcome",
    "Package",
    "Password",
    "Place",
    "Plan",
    "Policy",
    "PxeConf",
    "ReceiptUse",
    "Report",
    "Resolved",
    "Section",
    "Served",
    "ServedBy",
    "Setting",
    "Severity",
    "ShellCode",
    "ShellConf",
    "ShellVariable",
    "SpareUse",
    "Squashfs",
    "StrPath",
    "Strategy",
    "Verdict",
    "__version__",
    "effective_limits",
    "errors",
    "images",
    "open_conf",
    "pxe_search_order",
    "reset_home",
]
