//! conf_limits
