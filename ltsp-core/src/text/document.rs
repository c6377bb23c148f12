//! What every document can do.

use super::{Bytes, Diagnostic, Edit, Place, Source, apply, unified_diff};
use crate::error::Result;

/// A file that was understood as far as it could be and that can be written back byte for byte.
pub trait Document: Clone {
    /// Reads it. Never fails: what is not understood is kept and reported by
    /// [`check`](Self::check).
    fn parse(source: Source) -> Self;

    /// The bytes it was read from, with all edits since.
    fn source(&self) -> &Source;

    /// Every mistake and every silent trap in it, in the order of the file.
    fn check(&self) -> Vec<Diagnostic>;

    /// What to write to disk. For every `source`, `parse(source).to_bytes()` is `source`.
    fn to_bytes(&self) -> &[u8] {
        self.source().bytes()
    }

    /// Makes `edits`, and reads the result anew.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if they overlap; the document is
    /// then as it was.
    fn edit(&mut self, edits: &[Edit]) -> Result<()> {
        let bytes = apply(self.source(), edits)?;
        *self = Self::parse(self.source().with_bytes(bytes));
        Ok(())
    }

    /// Makes every change that [`check`](Self::check) suggests and calls safe; returns what was
    /// mended.
    fn fix(&mut self) -> Vec<Diagnostic> {
        /// One mend may uncover the next mistake; but no file needs so many rounds.
        const ROUNDS: usize = 100;
        let mut mended = Vec::new();
        for _ in 0..ROUNDS {
            let mut edits: Vec<Edit> = Vec::new();
            let mut this_round = Vec::new();
            // Mends that touch each other wait for the next round, which sees what the first made.
            let mut done: Option<usize> = None;
            for found in self.check() {
                let Some(mend) = found.mend.as_ref().filter(|mend| mend.safe) else { continue };
                let Some(end) = mend.edits.iter().map(|edit| edit.span.end).max() else { continue };
                if mend.edits.iter().all(|edit| done.is_none_or(|done| done < edit.span.start)) {
                    edits.extend(mend.edits.iter().cloned());
                    done = Some(end);
                    this_round.push(found);
                }
            }
            let was = self.source().clone();
            if self.edit(&edits).is_err() || was.bytes() == self.to_bytes() {
                break;
            }
            mended.append(&mut this_round);
        }
        mended
    }

    /// What changed since `before`, as `diff -u` prints it; empty if nothing did.
    fn diff(&self, before: &Source) -> Vec<u8> {
        unified_diff(before, self.source())
    }
}

/// One line that gives a name a value.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Setting {
    /// The section it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<Bytes>,
    /// The name, as it is written.
    pub key: Bytes,
    /// The value, without its quotes.
    pub value: Bytes,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
}

/// A document of names with values, perhaps in sections. The section is `None` for what stands
/// before or outside all sections, and for formats without sections.
///
/// Each change touches one line (or adds lines), imitates its neighbours, and is refused if what
/// the original program would read afterwards were not what was asked for.
pub trait Settings: Document {
    /// The value of `key` as the original program would take it from that section alone, and where
    /// it stands.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such section.
    fn get(&self, section: Option<&[u8]>, key: &[u8]) -> Result<Option<(Bytes, Place)>>;

    /// Gives `key` that value: in its line if it has one, else in a new line at the end of the
    /// section. A missing section is added at the end of the file.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the format cannot express
    /// the section, the name or the value, or if the file has an error above that place that would
    /// keep the line from being read.
    fn set(&mut self, section: Option<&[u8]>, key: &[u8], value: &[u8]) -> Result<()>;

    /// Removes every line that gives `key` a value in that section; says whether there was one.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    fn unset(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool>;

    /// Turns the lines that give `key` a value in that section into comments; says whether there
    /// was one.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    fn comment_out(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool>;

    /// Turns the last commented-out line of `key` in that section (`#KEY=value`) into a line that
    /// counts, with the value it has; says whether there was one.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    fn uncomment(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool>;

    /// Adds an empty section at the end of the file, if it is missing; says whether it was. A
    /// format in which an empty section is an error adds nothing and says so.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the format has no sections or
    /// cannot express the name; [`ErrorKind::Refused`](crate::ErrorKind::Refused) if an empty
    /// section would be an error.
    fn add_section(&mut self, section: &[u8]) -> Result<bool>;

    /// Every line that gives a name a value, in the order of the file.
    fn settings(&self) -> Vec<Setting>;

    /// The sections' names, in the order of the file.
    fn sections(&self) -> Vec<(Bytes, Place)>;
}
