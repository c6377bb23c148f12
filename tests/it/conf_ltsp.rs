//! ltsp.conf: LTSP's own reading, a naive model of sections, edits that are read again, real files.
mod corpus;
mod differential;
mod lint;
mod properties;
mod speed;
