//! ltsp.conf of LTSP 19+.
