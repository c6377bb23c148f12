//! Files of shell assignments.
