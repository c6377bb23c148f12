//! A document with what it was at first: of a file, or in memory only.

use std::path::Path;

use ltsp_core::conf::{AnyDocument, ConfFile, FollowUp, Kind, Request, follow_ups, ltsp_request};
use ltsp_core::formats::excludes::Excludes;
use ltsp_core::formats::limits::{self, LimitsConf};
use ltsp_core::formats::lts::LtsConf;
use ltsp_core::formats::ltsp::LtspConf;
use ltsp_core::formats::pxe::PxeConf;
use ltsp_core::formats::shell::{self, ShellConf};
use ltsp_core::text::{
    Diagnostic, Document as _, Includes, NoIncludes, Resolved, Source, unified_diff,
};
use ltsp_core::{Error, ErrorKind, Result, SysRoot};

/// What a document object holds.
pub(crate) enum Held {
    File(Box<ConfFile>),
    Memory { document: Box<AnyDocument>, before: Source },
}

/// Where a file is looked for.
pub(crate) struct Where<'a> {
    pub(crate) root: &'a Path,
    pub(crate) path: &'a Path,
    pub(crate) kind: Option<Kind>,
    /// Whether it may be missing.
    pub(crate) create: bool,
}

impl Held {
    pub(crate) fn open(at: &Where<'_>) -> Result<Self> {
        let root = SysRoot::open(at.root)?;
        // Below another root there is no working directory.
        let path = if at.root == Path::new("/") {
            std::path::absolute(at.path)
                .map_err(|_| Error::new(ErrorKind::InvalidInput, "this is no path").at(at.path))?
        } else {
            Path::new("/").join(at.path)
        };
        let file = match at.kind {
            kind if at.create => ConfFile::open_or_new(&root, path, kind)?,
            Some(kind) => ConfFile::open_as(&root, path, kind)?,
            None => ConfFile::open(&root, path)?,
        };
        Ok(Self::File(Box::new(file)))
    }

    pub(crate) fn parse(kind: Kind, before: Source) -> Self {
        Self::Memory { document: Box::new(AnyDocument::parse(kind, before.clone())), before }
    }

    /// A document of ltsp.conf that was made, not read.
    pub(crate) fn made(document: LtspConf) -> Self {
        let before = document.source().clone();
        Self::Memory { document: Box::new(AnyDocument::Ltsp(document)), before }
    }

    pub(crate) fn document(&self) -> &AnyDocument {
        match self {
            Self::File(file) => file.document(),
            Self::Memory { document, .. } => document,
        }
    }

    pub(crate) fn document_mut(&mut self) -> &mut AnyDocument {
        match self {
            Self::File(file) => file.document_mut(),
            Self::Memory { document, .. } => document,
        }
    }

    pub(crate) fn check(&self) -> Vec<Diagnostic> {
        match self {
            Self::File(file) => file.check(),
            Self::Memory { document, .. } => document.check(),
        }
    }

    /// The file, if there is one.
    pub(crate) fn file(&self) -> Option<&ConfFile> {
        match self {
            Self::File(file) => Some(file),
            Self::Memory { .. } => None,
        }
    }

    pub(crate) fn includes(&self) -> Box<dyn Includes> {
        match self {
            Self::File(file) => Box::new(file.includes()),
            Self::Memory { .. } => Box::new(NoIncludes),
        }
    }

    pub(crate) fn is_changed(&self) -> bool {
        match self {
            Self::File(file) => file.is_changed(),
            Self::Memory { document, before } => document.to_bytes() != before.bytes(),
        }
    }

    pub(crate) fn diff(&self) -> Vec<u8> {
        match self {
            Self::File(file) => file.diff(),
            Self::Memory { document, before } => unified_diff(before, document.source()),
        }
    }

    pub(crate) fn follow_ups(&self) -> Vec<FollowUp> {
        match self {
            Self::File(file) => file.follow_ups(),
            Self::Memory { document, before } => {
                let was = AnyDocument::parse(document.kind(), before.clone());
                follow_ups(before.name(), &was, document)
            }
        }
    }

    pub(crate) fn save(&mut self) -> Result<bool> {
        match self {
            Self::File(file) => file.save(),
            Self::Memory { before, .. } => Err(Error::new(
                ErrorKind::InvalidInput,
                "this document was made of bytes and belongs to no file",
            )
            .at(before.name())
            .help_with("write its to_bytes() yourself, or begin with open()")),
        }
    }

    pub(crate) fn resolve(&self, request: &Request) -> Result<Resolved> {
        let document = match self {
            Self::File(file) => return file.resolve(request),
            Self::Memory { document, .. } => document,
        };
        match (&**document, &request.who) {
            (AnyDocument::Lts(document), _) => document.resolve(&request.client, &NoIncludes),
            (AnyDocument::Ltsp(document), _) => document.resolve(&ltsp_request(request), &[]),
            (AnyDocument::Shell(document), _) => Ok(shell::resolve(std::slice::from_ref(document))),
            (AnyDocument::Limits(document), Some(who)) => {
                Ok(limits::effective(std::slice::from_ref(document), who).to_resolved())
            }
            _ => Err(other_format()),
        }
    }
}

/// A document of one format.
pub(crate) trait Format: Sized {
    fn of(document: &AnyDocument) -> Option<&Self>;
    fn of_mut(document: &mut AnyDocument) -> Option<&mut Self>;
}

macro_rules! format {
    ($($variant:ident: $format:ty),*) => {$(
        impl Format for $format {
            fn of(document: &AnyDocument) -> Option<&Self> {
                if let AnyDocument::$variant(document) = document { Some(document) } else { None }
            }
            fn of_mut(document: &mut AnyDocument) -> Option<&mut Self> {
                if let AnyDocument::$variant(document) = document { Some(document) } else { None }
            }
        }
    )*};
}

format! {
    Lts: LtsConf, Ltsp: LtspConf, Pxe: PxeConf, Limits: LimitsConf, Excludes: Excludes,
    Shell: ShellConf
}

/// The class of a document says its format, so this never happens.
pub(crate) fn other_format() -> Error {
    Error::new(ErrorKind::Internal, "a bug in ltsp: the document has another format than its class")
}
