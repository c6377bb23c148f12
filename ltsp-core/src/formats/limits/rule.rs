//! The lines of the file, typed.

use std::fmt;

use serde::Serialize;

use super::domain::Domain;
use super::grammar::Piece;
use super::item::Item;
use super::value::Value;
use crate::text::{Bytes, Place, Source};

/// Which of a resource's two limits a rule sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `soft`: where the session starts; its programs may raise it up to the hard limit.
    Soft,
    /// `hard`: what only root can raise.
    Hard,
    /// `-`: both.
    Both,
}

impl Kind {
    /// Its name in the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Soft => "soft",
            Self::Hard => "hard",
            Self::Both => "-",
        }
    }

    /// The kind of that name; upper and lower case are the same to pam_limits.
    #[must_use]
    pub fn of_name(name: &[u8]) -> Option<Self> {
        let kinds = [Self::Soft, Self::Hard, Self::Both];
        kinds.into_iter().find(|kind| kind.name().as_bytes().eq_ignore_ascii_case(name))
    }

    /// Whether it sets the soft limit.
    #[must_use]
    pub fn is_soft(self) -> bool {
        self != Self::Hard
    }

    /// Whether it sets the hard limit.
    #[must_use]
    pub fn is_hard(self) -> bool {
        self != Self::Soft
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A line that pam_limits takes: `DOMAIN TYPE ITEM VALUE`.
///
/// That it is taken does not mean that it has an effect: see [`LimitsConf::check`].
///
/// [`LimitsConf::check`]: crate::text::Document::check
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Whom it is for.
    pub domain: Domain,
    /// Which of the two limits. [`Item::Priority`], [`Item::Maxlogins`] and the like have only one
    /// value; there it is of no account, and [`Kind::Both`] if the line has a type that pam_limits
    /// does not know.
    pub kind: Kind,
    /// What is limited.
    pub item: Item,
    /// To what.
    pub value: Value,
    /// Where it stands, from the first field to the last.
    #[serde(flatten)]
    pub place: Place,
}

/// A line `DOMAIN -`: pam_limits leaves whoever it is for as they are, whatever all files say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exemption {
    /// Whom it is for. [`Domain::Any`], [`Domain::All`] and [`Domain::GroupCount`] exempt nobody.
    pub domain: Domain,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
}

/// A rule yet to be written, for [`LimitsConf::set_block`](super::LimitsConf::set_block).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct NewRule {
    /// As in the file: `guest`, `@guests`, `*`, `1000:`.
    pub domain: Bytes,
    /// Which of the two limits.
    pub kind: Kind,
    /// What is limited.
    pub item: Item,
    /// To what, as in the file, in the unit of the item: `2`, `unlimited`.
    pub value: Bytes,
}

impl NewRule {
    /// A rule for `domain`.
    pub fn new(domain: impl Into<Bytes>, kind: Kind, item: Item, value: impl fmt::Display) -> Self {
        Self { domain: domain.into(), kind, item, value: value.to_string().into() }
    }
}

/// Why pam_limits passes a line over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// One, two or three fields.
    Fields,
    /// A domain with a colon that is no range.
    Range,
    Item,
    Kind,
    Value,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Statement {
    Exempt,
    Set(Kind, Item, Value),
}

/// The fields of a piece as bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    pub(super) source: &'a Source,
    pub(super) piece: Piece,
}

impl<'a> Fields<'a> {
    pub(super) fn domain(self) -> &'a [u8] {
        self.source.slice(self.piece.field(0))
    }

    pub(super) fn kind(self) -> &'a [u8] {
        self.source.slice(self.piece.field(1))
    }

    pub(super) fn item(self) -> &'a [u8] {
        self.source.slice(self.piece.field(2))
    }

    pub(super) fn value(self) -> &'a [u8] {
        self.source.slice(self.piece.field(3))
    }

    /// Whether it has the form `DOMAIN -`; whatever follows the `-` without a blank is not looked at.
    pub(super) fn is_exemption(self) -> bool {
        self.piece.count() == 2 && self.kind().starts_with(b"-")
    }

    /// What it says to those whom it is for.
    pub(super) fn statement(self) -> Result<Statement, Flaw> {
        if self.is_exemption() {
            return Ok(Statement::Exempt);
        }
        if self.piece.count() < 4 {
            return Err(Flaw::Fields);
        }
        let item = Item::of_name(self.item()).ok_or(Flaw::Item)?;
        let any = item.takes_any_type().then_some(Kind::Both);
        let kind = Kind::of_name(self.kind()).or(any).ok_or(Flaw::Kind)?;
        let value = Value::read(item, self.value()).ok_or(Flaw::Value)?;
        Ok(Statement::Set(kind, item, value))
    }

    /// Whom it is for and what it says.
    pub(super) fn read(self) -> Result<(Domain, Statement), Flaw> {
        let domain = Domain::read(self.domain()).ok_or(Flaw::Range)?;
        Ok((domain, self.statement()?))
    }

    pub(super) fn place(self) -> Place {
        Place::new(self.source, self.piece.content())
    }
}
