//! Lossless byte documents: sources, places in them, diagnostics, edits, differences.
//!
//! A configuration file is bytes that people wrote. [`Source`] holds them with their name; a grammar
//! of [`formats`](crate::formats) finds [`Span`]s in them and never fails: what it does not
//! understand stays where it is and becomes a [`Diagnostic`]. An [`Edit`] replaces a span and leaves
//! every other byte alone.

mod bytes;
mod diagnostic;
mod diff;
mod document;
mod edit;
mod include;
mod resolved;
mod similar_name;
mod source;
mod style;

pub use bytes::Bytes;
pub use diagnostic::{Diagnostic, Label, Mend, Place, Severity};
pub use diff::unified_diff;
pub use document::{Document, Setting, Settings};
pub use edit::{Edit, apply};
pub use include::{Includes, NoIncludes};
pub use resolved::{Entry, Origin, Resolved};
pub use similar_name::did_you_mean;
pub use source::{Lines, Position, Source, Span};
pub use style::{line_end, line_end_near, returns_before_ends};
