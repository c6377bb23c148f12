//! limits.conf: the real pam_limits, a naive model, edits, and files of real sites.
mod corpus;
mod edits;
mod lint;
mod model;
mod pam;
mod random;
