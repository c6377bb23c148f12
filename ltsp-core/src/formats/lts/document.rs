//! The document: a source, taken apart, with an index of its sections.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::include::cut;
use super::lexer::{Kind, Word};
use super::lint;
use super::parser::{Declaration, Parsed, parse};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Diagnostic, Document, Place, Source, Span};

/// lts.conf of LTSP 5, a lossless document; cheap to clone.
#[derive(Clone, Debug)]
pub struct LtsConf {
    source: Source,
    pub(super) body: Arc<Body>,
}

/// Text that was read in one go: a file, or a file and what it includes.
#[derive(Debug)]
pub(super) struct Body {
    /// Each file with the place where its text begins.
    parts: Vec<(usize, Source)>,
    /// The text, if it is not just that of the first file.
    joined: Option<Vec<u8>>,
    pub(super) parsed: Parsed,
    index: OnceLock<Index>,
}

/// Where to find sections.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The first section of each name, in lower case.
    first: HashMap<Vec<u8>, usize>,
    /// Sections whose names are patterns, in the order of the file.
    pub(super) patterns: Vec<usize>,
}

impl Body {
    /// One file.
    pub(super) fn file(source: Source, parsed: Parsed) -> Self {
        Self { parts: vec![(0, source)], joined: None, parsed, index: OnceLock::new() }
    }

    /// Several files, one after the other.
    pub(super) fn joined(parts: Vec<(usize, Source)>, text: Vec<u8>, parsed: Parsed) -> Self {
        Self { parts, joined: Some(text), parsed, index: OnceLock::new() }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match &self.joined {
            Some(text) => text,
            None => self.parts[0].1.bytes(),
        }
    }

    pub(super) fn text(&self, word: Word) -> &[u8] {
        &self.bytes()[word.text.range()]
    }

    /// The name of a section.
    pub(super) fn name(&self, section: usize) -> &[u8] {
        self.text(self.parsed.sections[section].name)
    }

    /// Where people find it.
    pub(super) fn place(&self, span: Span) -> Place {
        let part = self.parts.partition_point(|(start, _)| *start <= span.start).max(1) - 1;
        let (start, source) = &self.parts[part];
        let length = source.bytes().len();
        let from = (span.start - start).min(length);
        Place::new(source, Span::new(from, (span.end - start).clamp(from, length)))
    }

    /// The first section of that name, whatever the case.
    pub(super) fn find(&self, name: &[u8]) -> Option<usize> {
        self.index().first.get(&name.to_ascii_lowercase()).copied()
    }

    pub(super) fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let mut index = Index::default();
            for section in 0..self.parsed.sections.len() {
                let name = self.name(section);
                index.first.entry(name.to_ascii_lowercase()).or_insert(section);
                if super::glob::is_pattern(name) {
                    index.patterns.push(section);
                }
            }
            index
        })
    }

    /// The last declaration of a key in a section.
    pub(super) fn declaration(&self, section: usize, key: &[u8]) -> Option<&Declaration> {
        let declarations = self.parsed.of(section).iter().rev();
        declarations.into_iter().find(|one| self.text(one.key).eq_ignore_ascii_case(key))
    }
}

/// Whether the key is the one that names another section.
pub(super) fn is_like(key: &[u8]) -> bool {
    key.eq_ignore_ascii_case(b"LIKE")
}

impl LtsConf {
    /// Where the original stops reading because of a mistake; `None` if it reads all of it. Only
    /// what stands before counts.
    #[must_use]
    pub fn stops_at(&self) -> Option<Place> {
        let parsed = &self.body.parsed;
        let stop = parsed.stops.first()?;
        // What is missing at the end of a file may stand at the start of the one it includes.
        let goes_on = stop.token.kind == Kind::End && !parsed.includes.is_empty();
        (!goes_on).then(|| self.body.place(stop.token.span))
    }

    /// The section that counts, or why there is none.
    pub(super) fn section(&self, section: Option<&[u8]>) -> Result<usize> {
        let Some(name) = section else {
            return Err(Error::new(
                ErrorKind::NotFound,
                "lts.conf has no settings outside of sections",
            )
            .at(self.source.name())
            .help_with("name a section, such as Default"));
        };
        self.body.find(name).ok_or_else(|| {
            let error = Error::new(
                ErrorKind::NotFound,
                format!("there is no section [{}]", crate::text::Bytes::from(name)),
            )
            .at(self.source.name());
            match self.stops_at() {
                Some(stop) => error
                    .at_line(stop.line, stop.column)
                    .help_with("the file is read only up to the mistake here"),
                None => error,
            }
        })
    }
}

impl Document for LtsConf {
    fn parse(source: Source) -> Self {
        let mut parsed = parse(source.bytes());
        if let Some(include) = parsed.includes.first() {
            let end = cut(include, source.bytes().len());
            if end < source.bytes().len() {
                parsed = parse(&source.bytes()[..end]);
            }
        }
        Self { source: source.clone(), body: Arc::new(Body::file(source, parsed)) }
    }

    fn source(&self) -> &Source {
        &self.source
    }

    fn check(&self) -> Vec<Diagnostic> {
        lint::check(self)
    }
}
