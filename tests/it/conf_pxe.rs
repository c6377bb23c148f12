//! conf_pxe
