//! Grammars of the files a server is made of.

pub mod passwd;
