//! Changing a document: replace spans, leave every other byte alone.

use serde::Serialize;

use super::{Bytes, Source, Span};
use crate::error::{Error, ErrorKind, Result};

/// One span and what shall stand there instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What it is replaced by; empty to delete.
    pub text: Bytes,
}

impl Edit {
    /// Replaces `span`.
    pub fn replace(span: Span, text: impl Into<Bytes>) -> Self {
        Self { span, text: text.into() }
    }

    /// Inserts before the byte at `offset`.
    pub fn insert(offset: usize, text: impl Into<Bytes>) -> Self {
        Self::replace(Span::at(offset), text)
    }

    /// Deletes `span`.
    #[must_use]
    pub fn delete(span: Span) -> Self {
        Self::replace(span, Bytes::default())
    }
}

/// The bytes of `source` after `edits`, in whatever order these are; insertions at one place keep
/// their order.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if two edits overlap or one lies outside the source.
pub fn apply(source: &Source, edits: &[Edit]) -> Result<Vec<u8>> {
    let bytes = source.bytes();
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.span);
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut result = Vec::with_capacity(bytes.len() + added);
    let mut done = 0;
    for edit in sorted {
        if edit.span.start < done || edit.span.end > bytes.len() || edit.span.start > edit.span.end
        {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "two changes to the same bytes cannot both be made",
            )
            .at(source.name()));
        }
        result.extend_from_slice(&bytes[done..edit.span.start]);
        result.extend_from_slice(&edit.text);
        done = edit.span.end;
    }
    result.extend_from_slice(&bytes[done..]);
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_touch_only_their_spans_and_may_come_in_any_order() {
        let source = Source::new("f", "abcdef");
        let edits = [
            Edit::delete(Span::new(4, 6)),
            Edit::replace(Span::new(1, 2), "X"),
            Edit::insert(0, "1"),
            Edit::insert(0, "2"),
        ];
        assert_eq!(apply(&source, &edits).unwrap(), b"12aXcd");
    }

    #[test]
    fn edits_of_the_same_bytes_are_refused() {
        let source = Source::new("f", "abcdef");
        for (one, other) in [((0, 3), (2, 4)), ((1, 2), (1, 2)), ((5, 7), (0, 0))] {
            let edits =
                [Edit::delete(Span::new(one.0, one.1)), Edit::delete(Span::new(other.0, other.1))];
            let error = apply(&source, &edits).expect_err("they overlap");
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
    }
}
