//! Lists of what a client image leaves out.
