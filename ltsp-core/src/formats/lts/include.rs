//! Included files: in effect behind the file that names them.
//!
//! The original puts the named file in the place of the one it reads: what its scanner has in its
//! buffer of that one still counts, what it has not read yet does not. So of several directives in
//! a file only the last one counts.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::document::{Body, LtsConf};
use super::parser::{Include, parse};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Document as _, Includes, Source};

/// How much of a file the scanner reads at once.
pub(super) const BLOCK: usize = 8192;

/// How many files the original reads, the first one included.
const FILES: usize = 10;

/// How much of a file of that length still counts if the directive does.
pub(super) fn cut(include: &Include, length: usize) -> usize {
    include.seen.div_ceil(BLOCK).saturating_mul(BLOCK).min(length)
}

/// What a document and its includes are together, and what the original complains about.
pub(super) fn join(document: &LtsConf, includes: &dyn Includes) -> Result<(Body, Vec<u8>)> {
    let mut warnings = Vec::new();
    let first = document.source().clone();
    let mut seen = vec![first.name().to_path_buf()];
    let mut text = first.bytes().to_vec();
    let mut parts = vec![(0, first)];
    let mut parsed = parse(&text);
    loop {
        let (start, source) = parts.last().cloned().expect("there is a first part");
        let mut next: Option<Source> = None;
        let mut done = 0;
        // Each directive may show that less of this file counts, and with it fewer directives.
        while let Some(include) =
            parsed.includes.iter().filter(|one| one.span.start >= start).nth(done).copied()
        {
            done += 1;
            let name = &text[include.name.text.range()];
            let place = Body::joined(parts.clone(), Vec::new(), Default::default())
                .place(include.name.span);
            let found = includes.read(Path::new(std::ffi::OsStr::from_bytes(name)), source.name());
            let found = found.map_err(|error| {
                let shown = crate::text::Bytes::from(name);
                Error::new(
                    error.kind(),
                    format!("the file \"{shown}\" cannot be included: {}", error.message()),
                )
                .at(&*place.file)
                .at_line(place.line, place.column)
                .help_with("getltscfg crashes here, and the client gets no settings at all")
            })?;
            if seen.iter().any(|name| name == found.name()) {
                warnings.extend_from_slice(b"already included: ");
                warnings.extend_from_slice(found.name().as_os_str().as_bytes());
                warnings.push(b'\n');
                continue;
            }
            if seen.len() == FILES {
                return Err(Error::new(
                    ErrorKind::Parse,
                    format!("more than {FILES} files include each other"),
                )
                .at(&*place.file)
                .at_line(place.line, place.column));
            }
            seen.push(found.name().to_path_buf());
            let from_here =
                Include { span: include.span, name: include.name, seen: include.seen - start };
            let end = start + cut(&from_here, source.bytes().len());
            if next.is_none() && end < text.len() {
                text.truncate(end);
                parsed = parse(&text);
            }
            next = Some(found);
        }
        // A last line without its end goes on in the next file, and may be sound with it.
        let goes_on =
            parsed.stops.first().is_none_or(|stop| !text[stop.token.span.start..].contains(&b'\n'));
        match next {
            Some(next) if goes_on => {
                parts.push((text.len(), next.clone()));
                text.extend_from_slice(next.bytes());
                parsed = parse(&text);
            }
            // A mistake before its end keeps the file from being read to where the next begins.
            _ => return Ok((Body::joined(parts, text, parsed), warnings)),
        }
    }
}
