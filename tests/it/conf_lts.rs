//! conf_lts
