//! The file as directives and labels, each with its place.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::directive::{KEY_COUNT, Key, Scope};
use super::grammar::{self, Raw};
use crate::text::{Diagnostic, Document, Source, Span};

/// A configuration file of pxelinux (or of its siblings syslinux, isolinux and extlinux), such as
/// `pxelinux.cfg/default`. Cheap to clone.
///
/// # What is read
/// As pxelinux 6 does, by its source and documentation:
/// * A line is blanks, a directive in any case, blanks, and a value up to the end of the line. Every
///   control character is a blank; the value keeps the blanks at its end. A `#` is a comment only as
///   the first thing of a line. Directives that are not known are skipped without a word.
/// * At most 4095 bytes are read at once: what is longer goes on as if it were the next line. A
///   carriage return or a NUL ends the line for good.
/// * A label reaches from LABEL to the next LABEL, MENU BEGIN, MENU END or MENU SEPARATOR. Its name
///   is one word, and its case counts. Of two labels of one name the first is booted by that name.
/// * Of a directive that is given twice the last counts.
///
/// # As [`Settings`](crate::text::Settings)
/// A section is a label, `None` is the configuration (and its outermost menu); a key is a directive
/// of [`DIRECTIVES`](super::DIRECTIVES) such as `append`, `menu label` or `menu color title`, in any
/// case. Directives that count for the whole configuration belong to `None` wherever they stand.
/// `sysappend` is another name of `ipappend`.
#[derive(Clone)]
pub struct PxeConf {
    pub(super) source: Source,
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) lines: Vec<Line>,
    pub(super) labels: Vec<LabelAt>,
    /// Line and number from 1 of the last line of each key that counts for the configuration.
    last: [u32; KEY_COUNT],
    /// Labels by name, then by place; made when first asked for.
    by_name: OnceLock<Vec<u32>>,
}

/// No label.
pub(super) const NONE: u32 = u32::MAX;

/// One directive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// With its line end; of a TEXT with all up to ENDTEXT.
    pub(super) span: Span,
    pub(super) keyword: Span,
    /// Of a TEXT what stands between it and ENDTEXT.
    pub(super) value: Span,
    /// The label it belongs to, or [`NONE`].
    pub(super) label: u32,
    /// How many MENU BEGIN are open.
    pub(super) depth: u32,
    pub(super) key: Key,
    /// Of a TEXT: whether ENDTEXT is there.
    pub(super) closed: bool,
}

/// Where a label is.
#[derive(Clone, Copy, Debug)]
pub(super) struct LabelAt {
    pub(super) name: Span,
    /// Its LABEL line.
    pub(super) first: usize,
    /// The line behind its last one.
    pub(super) end: usize,
}

impl Document for PxeConf {
    fn parse(source: Source) -> Self {
        let inner = Arc::new(Parser::new(source.bytes()).run());
        Self { source, inner }
    }

    fn source(&self) -> &Source {
        &self.source
    }

    fn check(&self) -> Vec<Diagnostic> {
        super::lint::check(self)
    }
}

/// Passwords stay out of it.
impl fmt::Debug for PxeConf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PxeConf")
            .field("name", &self.source.name())
            .field("labels", &self.inner.labels.len())
            .finish_non_exhaustive()
    }
}

impl PxeConf {
    pub(super) fn slice(&self, span: Span) -> &[u8] {
        self.source.slice(span)
    }

    pub(super) fn lines(&self) -> &[Line] {
        &self.inner.lines
    }

    pub(super) fn labels(&self) -> &[LabelAt] {
        &self.inner.labels
    }

    /// The lines of a label, without LABEL itself and without those of other things between them.
    pub(super) fn lines_of(&self, label: usize) -> impl DoubleEndedIterator<Item = &Line> {
        let at = &self.inner.labels[label];
        self.inner.lines[at.first + 1..at.end]
            .iter()
            .filter(move |line| line.label as usize == label)
    }

    /// The first label of that name.
    pub(super) fn label(&self, name: &[u8]) -> Option<usize> {
        let by_name = self.inner.by_name.get_or_init(|| {
            let labels = &self.inner.labels;
            let count = u32::try_from(labels.len()).unwrap_or(NONE);
            let mut by_name: Vec<u32> = (0..count).collect();
            by_name.sort_by_key(|label| self.slice(labels[*label as usize].name));
            by_name
        });
        let name_of = |label: &u32| self.slice(self.inner.labels[*label as usize].name);
        let at = by_name.partition_point(|label| name_of(label) < name);
        let label = by_name.get(at)?;
        (name_of(label) == name).then_some(*label as usize)
    }

    /// The last line of `key` that counts for the configuration or its outermost menu.
    pub(super) fn global(&self, key: Key) -> Option<&Line> {
        let number = self.inner.last[key as usize];
        (number > 0).then(|| &self.inner.lines[number as usize - 1])
    }
}

/// Whether a line with that key, label and depth counts for the configuration as a whole.
pub(super) fn is_global(key: Key, label: u32, depth: u32) -> bool {
    match key.scope() {
        Some(Scope::Global) => true,
        Some(Scope::Menu) => depth == 0,
        Some(Scope::LabelOrGlobal) => label == NONE,
        Some(Scope::LabelOrMenu) => label == NONE && depth == 0,
        Some(Scope::Label | Scope::Structure) | None => false,
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    inner: Inner,
    label: u32,
    depth: u32,
}

impl<'a> Parser<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let inner = Inner {
            lines: Vec::with_capacity(bytes.len() / 40),
            labels: Vec::new(),
            last: [0; KEY_COUNT],
            by_name: OnceLock::new(),
        };
        Self { bytes, at: 0, inner, label: NONE, depth: 0 }
    }

    fn run(mut self) -> Inner {
        while self.at < self.bytes.len() {
            let start = self.at;
            let (end, next) = grammar::read(self.bytes, start);
            self.at = next;
            if let Some(raw) = grammar::line(self.bytes, start, end) {
                self.take(start, raw);
            }
        }
        self.inner
    }

    fn take(&mut self, start: usize, raw: Raw) {
        let mut value = raw.value;
        let mut closed = true;
        match raw.key {
            Key::TextHelp | Key::OtherText => (value, closed) = self.text(),
            Key::Label | Key::MenuSeparator => self.label = NONE,
            Key::MenuBegin => {
                self.label = NONE;
                self.depth = self.depth.saturating_add(1);
            }
            Key::MenuEnd => {
                self.label = NONE;
                self.depth = self.depth.saturating_sub(1);
            }
            // With a name behind the file it is a submenu, which ends the label.
            Key::MenuInclude if !grammar::first_word(&self.bytes[value.range()]).1.is_empty() => {
                self.label = NONE;
            }
            _ => {}
        }
        let index = self.inner.lines.len();
        if raw.key == Key::Label {
            let (name, _) = grammar::first_word(&self.bytes[value.range()]);
            let name = Span::new(value.start, value.start + name.len());
            self.label = u32::try_from(self.inner.labels.len()).unwrap_or(NONE);
            self.inner.labels.push(LabelAt { name, first: index, end: index + 1 });
        }
        let (label, depth) = (self.label, self.depth);
        if let Some(label) = self.inner.labels.get_mut(label as usize) {
            label.end = index + 1;
        }
        self.inner.lines.push(Line {
            span: Span::new(start, self.at),
            keyword: raw.keyword,
            value,
            label,
            depth,
            key: raw.key,
            closed,
        });
        if is_global(raw.key, label, depth) {
            self.inner.last[raw.key as usize] = u32::try_from(index + 1).unwrap_or(0);
        }
    }

    /// Goes behind ENDTEXT; returns what stands before it.
    fn text(&mut self) -> (Span, bool) {
        let from = self.at;
        while self.at < self.bytes.len() {
            let start = self.at;
            let (end, next) = grammar::read(self.bytes, start);
            self.at = next;
            if grammar::is_end_text(self.bytes, start, end) {
                return (Span::new(from, start), true);
            }
        }
        (Span::new(from, self.at), false)
    }
}
