//! conf_shell
