//! A document of any format.

use super::Kind;
use crate::error::Result;
use crate::formats::excludes::Excludes;
use crate::formats::limits::LimitsConf;
use crate::formats::lts::LtsConf;
use crate::formats::ltsp::LtspConf;
use crate::formats::pxe::PxeConf;
use crate::formats::shell::ShellConf;
use crate::text::{Bytes, Diagnostic, Document as _, Edit, Place, Setting, Settings as _, Source};

/// A document of one of the known formats.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AnyDocument {
    /// lts.conf of LTSP 5.
    Lts(LtsConf),
    /// ltsp.conf of LTSP 19+.
    Ltsp(LtspConf),
    /// pxelinux and syslinux configuration.
    Pxe(PxeConf),
    /// limits.conf(5) and the files of limits.d.
    Limits(LimitsConf),
    /// What a client image leaves out.
    Excludes(Excludes),
    /// Shell assignments.
    Shell(ShellConf),
}

/// The same for every format.
macro_rules! each {
    ($document:expr, $inner:ident => $what:expr) => {
        match $document {
            AnyDocument::Lts($inner) => $what,
            AnyDocument::Ltsp($inner) => $what,
            AnyDocument::Pxe($inner) => $what,
            AnyDocument::Limits($inner) => $what,
            AnyDocument::Excludes($inner) => $what,
            AnyDocument::Shell($inner) => $what,
        }
    };
}

/// The methods of [`Document`](crate::text::Document) and [`Settings`](crate::text::Settings), for
/// callers who do not care for the format.
impl AnyDocument {
    /// Reads `source` as a file of that kind. Never fails.
    #[must_use]
    pub fn parse(kind: Kind, source: Source) -> Self {
        match kind {
            Kind::Lts => Self::Lts(LtsConf::parse(source)),
            Kind::Ltsp => Self::Ltsp(LtspConf::parse(source)),
            Kind::Pxe => Self::Pxe(PxeConf::parse(source)),
            Kind::Limits => Self::Limits(LimitsConf::parse(source)),
            Kind::Excludes => Self::Excludes(Excludes::parse(source)),
            Kind::Shell => Self::Shell(ShellConf::parse(source)),
        }
    }

    /// Which format it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Lts(_) => Kind::Lts,
            Self::Ltsp(_) => Kind::Ltsp,
            Self::Pxe(_) => Kind::Pxe,
            Self::Limits(_) => Kind::Limits,
            Self::Excludes(_) => Kind::Excludes,
            Self::Shell(_) => Kind::Shell,
        }
    }

    /// The bytes it was read from, with all edits since.
    #[must_use]
    pub fn source(&self) -> &Source {
        each!(self, document => document.source())
    }

    /// What to write to disk.
    #[must_use]
    pub fn to_bytes(&self) -> &[u8] {
        self.source().bytes()
    }

    /// See [`Document::check`](crate::text::Document::check).
    #[must_use]
    pub fn check(&self) -> Vec<Diagnostic> {
        each!(self, document => document.check())
    }

    /// See [`Document::fix`](crate::text::Document::fix).
    pub fn fix(&mut self) -> Vec<Diagnostic> {
        each!(self, document => document.fix())
    }

    /// See [`Document::edit`](crate::text::Document::edit).
    ///
    /// # Errors
    /// If the edits overlap.
    pub fn edit(&mut self, edits: &[Edit]) -> Result<()> {
        each!(self, document => document.edit(edits))
    }

    /// See [`Document::diff`](crate::text::Document::diff).
    #[must_use]
    pub fn diff(&self, before: &Source) -> Vec<u8> {
        each!(self, document => document.diff(before))
    }

    /// See [`Settings::get`](crate::text::Settings::get).
    ///
    /// # Errors
    /// If there is no such section.
    pub fn get(&self, section: Option<&[u8]>, key: &[u8]) -> Result<Option<(Bytes, Place)>> {
        each!(self, document => document.get(section, key))
    }

    /// See [`Settings::set`](crate::text::Settings::set).
    ///
    /// # Errors
    /// If the format cannot express it.
    pub fn set(&mut self, section: Option<&[u8]>, key: &[u8], value: &[u8]) -> Result<()> {
        each!(self, document => document.set(section, key, value))
    }

    /// See [`Settings::unset`](crate::text::Settings::unset).
    ///
    /// # Errors
    /// If there is no such section.
    pub fn unset(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        each!(self, document => document.unset(section, key))
    }

    /// See [`Settings::comment_out`](crate::text::Settings::comment_out).
    ///
    /// # Errors
    /// If there is no such section.
    pub fn comment_out(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        each!(self, document => document.comment_out(section, key))
    }

    /// See [`Settings::uncomment`](crate::text::Settings::uncomment).
    ///
    /// # Errors
    /// If the format cannot express what stands there.
    pub fn uncomment(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        each!(self, document => document.uncomment(section, key))
    }

    /// See [`Settings::add_section`](crate::text::Settings::add_section).
    ///
    /// # Errors
    /// If the format has no sections, or no empty ones.
    pub fn add_section(&mut self, section: &[u8]) -> Result<bool> {
        each!(self, document => document.add_section(section))
    }

    /// See [`Settings::sections`](crate::text::Settings::sections).
    #[must_use]
    pub fn sections(&self) -> Vec<(Bytes, Place)> {
        each!(self, document => document.sections())
    }

    /// See [`Settings::settings`](crate::text::Settings::settings).
    #[must_use]
    pub fn settings(&self) -> Vec<Setting> {
        each!(self, document => document.settings())
    }
}
