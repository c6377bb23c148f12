//! What the parts promise together.

mod change;
mod mistakes;
mod reading;

use super::PxeConf;
use crate::text::{Document as _, Source};

pub(super) fn conf(text: impl AsRef<[u8]>) -> PxeConf {
    PxeConf::parse(Source::new("default", text.as_ref()))
}

/// A small lab: a menu with two labels, a submenu and one label that boots from disk.
pub(super) const LAB: &str = "\
# The lab
UI vesamenu.c32
DEFAULT thin
TIMEOUT 100
APPEND ro quiet

LABEL thin
  MENU LABEL ^Thin client
  KERNEL ltsp/vmlinuz
  APPEND ro initrd=ltsp/initrd.img root=/dev/nbd0
  IPAPPEND 3

LABEL disk
  MENU LABEL Local ^disk
  LOCALBOOT 0
  TEXT HELP
  Boots what is on the disk.
  ENDTEXT

MENU BEGIN older
  MENU TITLE Older ^kernels

  LABEL thin-4.9
    LINUX ltsp/vmlinuz-4.9
    INITRD ltsp/initrd-4.9,ltsp/extra

MENU END
";
