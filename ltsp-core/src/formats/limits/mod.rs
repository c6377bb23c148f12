//! limits.conf(5) and limits.d.
