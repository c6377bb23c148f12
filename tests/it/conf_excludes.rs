//! conf_excludes
