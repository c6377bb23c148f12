//! conf_ltsp
