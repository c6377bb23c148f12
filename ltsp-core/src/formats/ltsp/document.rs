//! The document: its bytes, its sections, what each line of them does.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::pattern::Arms;
use super::scan::{Function, Header, Kind, Scan, Statement, scan};
use super::word::Fault;
use super::{lint, section_name};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Diagnostic, Document, Source};

/// An ltsp.conf, or an ltsp-APPLET.conf. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LtspConf {
    source: Source,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    scan: Scan,
    /// Made when first asked for.
    index: OnceLock<Index>,
}

#[derive(Debug)]
struct Index {
    /// The last function of each name, which is the one that is run.
    functions: HashMap<Vec<u8>, usize>,
    arms: Arms,
}

impl Index {
    fn new(scan: &Scan) -> Self {
        let mut functions = HashMap::with_capacity(scan.functions.len());
        let mut arms = Arms::default();
        for (index, function) in scan.functions.iter().enumerate() {
            let id = function.header.map_or(&b"unnamed"[..], |header| &scan.headers[header].id);
            functions.insert(id.to_vec(), index);
        }
        let mut order: Vec<usize> = (0..scan.headers.len()).collect();
        order.sort_by_key(|index| scan.headers[*index].line);
        for index in order {
            arms.push(&scan.headers[index].name, index);
        }
        Self { functions, arms }
    }
}

impl Document for LtspConf {
    fn parse(source: Source) -> Self {
        let scan = scan(source.bytes());
        Self { source, inner: Arc::new(Inner { scan, index: OnceLock::new() }) }
    }

    fn source(&self) -> &Source {
        &self.source
    }

    fn check(&self) -> Vec<Diagnostic> {
        lint::check(self)
    }
}

impl LtspConf {
    fn index(&self) -> &Index {
        self.inner.index.get_or_init(|| Index::new(&self.inner.scan))
    }

    pub(super) fn headers(&self) -> &[Header] {
        &self.inner.scan.headers
    }

    pub(super) fn functions(&self) -> &[Function] {
        &self.inner.scan.functions
    }

    pub(super) fn statements(&self, function: usize) -> &[Statement] {
        &self.inner.scan.statements[self.inner.scan.functions[function].statements.clone()]
    }

    pub(super) fn faults(&self) -> &[Fault] {
        &self.inner.scan.faults
    }

    pub(super) fn arms(&self) -> &Arms {
        &self.index().arms
    }

    /// The function with that name, if the file defines it.
    pub(super) fn function(&self, id: &[u8]) -> Option<usize> {
        self.index().functions.get(id).copied()
    }

    /// The header of a function.
    pub(super) fn header_of(&self, function: usize) -> Option<&Header> {
        self.functions()[function].header.map(|header| &self.headers()[header])
    }

    /// The function that holds the lines of `section`, which must be spelled as LTSP reads it.
    pub(super) fn function_named(&self, section: Option<&[u8]>) -> Option<usize> {
        match section {
            None => Some(0),
            Some(section) => {
                let name = section_name(section);
                (0..self.functions().len())
                    .rev()
                    .find(|index| self.header_of(*index).is_some_and(|h| h.name == name))
            }
        }
    }

    /// Every function with that header name, in the order of the file.
    pub(super) fn functions_named(&self, section: Option<&[u8]>) -> Vec<usize> {
        match section {
            None => vec![0],
            Some(section) => {
                let name = section_name(section);
                (0..self.functions().len())
                    .filter(|index| self.header_of(*index).is_some_and(|h| h.name == name))
                    .collect()
            }
        }
    }

    /// The first reason why the shell refuses the file, as an error.
    pub(super) fn sound(&self) -> Result<()> {
        let Some(fault) = self.faults().iter().min_by_key(|fault| fault.at) else { return Ok(()) };
        let position = self.source.position(fault.at.min(self.source.bytes().len()));
        Err(Error::new(
            ErrorKind::Parse,
            format!("the shell refuses the file, so that no ltsp command works: {}", fault.what),
        )
        .at(self.source.name())
        .at_line(position.line, position.column))
    }

    /// As [`sound`](Self::sound), and there is a section: without one, the last lines of the shell
    /// code that LTSP makes are wrong.
    pub(super) fn readable(&self) -> Result<()> {
        self.sound()?;
        if self.headers().is_empty() {
            return Err(Error::new(
                ErrorKind::Parse,
                "LTSP refuses a file without any section, so that no ltsp command works",
            )
            .at(self.source.name())
            .at_line(1, 1)
            .help_with("put the settings into a section such as [common]"));
        }
        Ok(())
    }

    /// Every assignment: the function, the statement, name and value.
    pub(super) fn assignments(
        &self,
    ) -> impl Iterator<Item = (usize, &Statement, &[u8], crate::text::Span, bool)> {
        (0..self.functions().len()).flat_map(move |function| {
            self.statements(function).iter().filter_map(move |statement| match statement.kind {
                Kind::Assign { name, value, code, .. } => {
                    Some((function, statement, self.source.slice(name), value, code))
                }
                _ => None,
            })
        })
    }
}
