//! lts.conf of LTSP 5.
