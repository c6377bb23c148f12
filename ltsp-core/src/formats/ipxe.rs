//! iPXE scripts: the items of their menus and the labels they go to.

use nom::branch::alt;
use nom::bytes::complete::{is_a, tag, take_till, take_till1};
use nom::character::complete::{space0, space1};
use nom::combinator::{opt, peek, rest, value};
use nom::multi::many0;
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};
use serde::Serialize;

use crate::text::{Bytes, Source};

/// An item of a menu that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What `choose` answers; the label that LTSP's menu then goes to.
    pub name: Bytes,
    /// What people see.
    pub title: Bytes,
    /// Line number, from 1.
    pub line: u64,
}

/// The items that can be chosen, in the order of the menu: not the headings (`--gap`).
#[must_use]
pub fn items(source: &Source) -> Vec<Item> {
    let lines = source.lines().enumerate();
    lines
        .filter_map(|(index, span)| {
            let (_, (name, title)) = item(source.slice(span)).ok()?;
            let (name, title) = (Bytes::from(name), Bytes::from(title));
            Some(Item { name, title, line: index as u64 + 1 })
        })
        .collect()
}

/// The labels (`:NAME`) that `goto` can go to, with their lines.
#[must_use]
pub fn labels(source: &Source) -> Vec<(Bytes, u64)> {
    let lines = source.lines().enumerate();
    lines
        .filter_map(|(index, span)| {
            let (_, name) = label(source.slice(span)).ok()?;
            Some((Bytes::from(name), index as u64 + 1))
        })
        .collect()
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

fn label(line: &[u8]) -> IResult<&[u8], &[u8]> {
    preceded((space0, tag(":")), take_till1(is_blank)).parse(line)
}

/// What an option says: whether the item is only a heading.
type Gap = bool;

fn item(line: &[u8]) -> IResult<&[u8], (&[u8], &[u8])> {
    let (line, _) = (space0, tag("item"), space1).parse(line)?;
    let (line, options) = many0(terminated(option, alt((space1, peek(end))))).parse(line)?;
    if options.contains(&true) {
        return Err(nom::Err::Error(nom::error::make_error(line, nom::error::ErrorKind::Not)));
    }
    let (line, name) = take_till1(is_blank).parse(line)?;
    let (line, title) = preceded(space0, rest).parse(line)?;
    Ok((line, (name, title.trim_ascii_end())))
}

fn end(input: &[u8]) -> IResult<&[u8], &[u8]> {
    nom::combinator::eof(input)
}

/// An option of `item`. Those with a value may have it behind `=` or as the next word.
fn option(input: &[u8]) -> IResult<&[u8], Gap> {
    let word = || take_till(is_blank);
    let behind = (alt((tag("="), is_a(" \t"))), word());
    let long = (alt((tag("--key"), tag("--menu"))), behind);
    let short = (alt((tag("-k"), tag("-m"))), opt(space1), word());
    alt((
        value(true, alt((tag("--gap"), tag("-g")))),
        value(false, alt((tag("--default"), tag("-d")))),
        value(false, long),
        value(false, short),
    ))
    .parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(String, String, u64)> {
        let found = items(&Source::new("ltsp.ipxe", text)).into_iter();
        found.map(|one| (one.name.text().into(), one.title.text().into(), one.line)).collect()
    }

    #[test]
    fn an_item_has_a_name_and_a_title() {
        let text = "#!ipxe\nmenu Boot\nitem --gap   Heading:\nitem --key 1 x86_64   Ubuntu MATE \r\n\
                    item --key=2 --default r_lab  lab\n item -k 3 plain\nitem\nitem -g\nitems x\n";
        assert_eq!(
            of(text),
            [
                ("x86_64".into(), "Ubuntu MATE".into(), 4),
                ("r_lab".into(), "lab".into(), 5),
                ("plain".into(), String::new(), 6),
            ]
        );
    }

    #[test]
    fn labels_are_where_goto_goes() {
        let found = labels(&Source::new("x", ":start\nset a :no\n :images # 2\n:\n"));
        let found: Vec<_> = found.iter().map(|(name, line)| (name.text(), *line)).collect();
        assert_eq!(found, [("start".into(), 1), ("images".into(), 3)]);
    }
}
