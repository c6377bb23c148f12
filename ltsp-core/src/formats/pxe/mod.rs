//! pxelinux and syslinux configuration.
