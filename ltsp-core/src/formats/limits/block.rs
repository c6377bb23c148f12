//! Rules of our own between two marker lines; what stands before and behind them is left alone.

use serde::Serialize;

use super::document::LimitsConf;
use super::grammar::{Piece, pieces};
use super::item::Item;
use super::rule::{Fields, Kind, NewRule, Rule, Statement};
use super::settings::{check_rule, invalid};
use super::write::{insert_behind, line_like};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Bytes, Document, Edit, Place, Source, Span, line_end, line_end_near};

const BEGIN: &[u8] = b"# BEGIN ltsp ";
const END: &[u8] = b"# END ltsp ";

/// What the script that makes guest accounts writes above its rules. When it runs again it deletes
/// from this line to the end of the file.
pub(super) const SCRIPT_MARK: &[u8] = b"### custom";

/// Rules between `# BEGIN ltsp NAME` and `# END ltsp NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// Its name.
    pub name: Bytes,
    /// Where its first marker stands.
    pub place: Place,
    /// All of its lines, markers and line ends included.
    pub whole: Span,
    /// The lines between the markers.
    pub inside: Span,
}

/// What a script's rules became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// The rules, now in a block.
    pub rules: Vec<Rule>,
    /// Whether something stands behind them, which the script would have deleted.
    pub more_behind: bool,
}

/// A marker line.
enum Marker<'a> {
    Begin(&'a [u8]),
    End(&'a [u8]),
}

fn marker(line: &[u8]) -> Option<Marker<'_>> {
    let line = line.trim_ascii();
    let begin = line.strip_prefix(BEGIN).map(Marker::Begin);
    begin.or_else(|| line.strip_prefix(END).map(Marker::End))
}

/// A marker without its other half.
#[derive(Clone, Debug)]
pub(super) struct Broken {
    pub(super) span: Span,
    pub(super) what: String,
}

/// Every block, and every marker that belongs to none.
pub(super) fn find(source: &Source) -> (Vec<Block>, Vec<Broken>) {
    let (mut blocks, mut broken) = (Vec::<Block>::new(), Vec::new());
    let mut open: Option<(Bytes, Span)> = None;
    // Most files have no marker at all; looking for one costs less than cutting lines.
    if !contains(source.bytes(), b"ltsp ") {
        return (blocks, broken);
    }
    for number in 1..=source.line_count() as u64 {
        let (Some(line), Some(whole)) = (source.line(number), source.whole_line(number)) else {
            continue;
        };
        match marker(source.slice(line)) {
            None => {}
            Some(Marker::Begin(name)) => {
                let name = Bytes::from(name);
                if let Some((first, span)) = open.replace((name.clone(), whole)) {
                    broken.push(Broken { span, what: format!("the block `{first}` has no end") });
                }
                if blocks.iter().any(|block| block.name == name) {
                    let what = format!("there are two blocks `{name}`");
                    broken.push(Broken { span: line, what });
                }
            }
            Some(Marker::End(name)) => match open.take() {
                Some((of, begin)) if *of == *name => blocks.push(Block {
                    name: of,
                    place: Place::new(source, begin),
                    whole: begin.to(whole),
                    inside: Span::new(begin.end, whole.start),
                }),
                other => {
                    open = other;
                    let name = Bytes::from(name);
                    let what = format!("the end of the block `{name}` has no beginning");
                    broken.push(Broken { span: line, what });
                }
            },
        }
    }
    if let Some((name, span)) = open {
        broken.push(Broken { span, what: format!("the block `{name}` has no end") });
    }
    broken.sort_by_key(|broken| broken.span);
    (blocks, broken)
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == word[0]) {
        rest = &rest[at..];
        if rest.starts_with(word) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

fn check_name(name: &str) -> Result<()> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if name.is_empty() || name.len() > 64 || !name.bytes().all(fits) {
        return Err(invalid(format!("`{name}` is no name for a block"))
            .help_with("letters, digits, `-`, `_` and `.`, at most 64 of them"));
    }
    Ok(())
}

impl LimitsConf {
    /// Every block of rules between `# BEGIN ltsp NAME` and `# END ltsp NAME`.
    ///
    /// # Errors
    /// [`ErrorKind::Parse`] if a marker lacks its other half or two blocks have one name, with the
    /// line.
    pub fn blocks(&self) -> Result<Vec<Block>> {
        let (blocks, broken) = find(self.source());
        match broken.first() {
            None => Ok(blocks),
            Some(Broken { span, what }) => {
                let position = self.source().position(span.start);
                Err(Error::new(ErrorKind::Parse, what.clone())
                    .at(self.source().name())
                    .at_line(position.line, position.column)
                    .help_with("mend the marker lines by hand; nothing was changed"))
            }
        }
    }

    /// The block of that name.
    ///
    /// # Errors
    /// As [`blocks`](Self::blocks).
    pub fn block(&self, name: &str) -> Result<Option<Block>> {
        Ok(self.blocks()?.into_iter().find(|block| block.name == *name))
    }

    /// The rules in a block, in its order.
    pub fn rules_in(&self, block: &Block) -> impl Iterator<Item = Rule> + '_ {
        let inside = block.inside;
        self.rules().filter(move |rule| {
            inside.start <= rule.place.span.start && rule.place.span.end <= inside.end
        })
    }

    /// Makes `rules` all that stands in the block of that name, which is added at the end of the
    /// file if it is missing. Says whether the file is another one now; every byte outside the
    /// block stays (a last line without an end gets one).
    ///
    /// # Errors
    /// As [`blocks`](Self::blocks); [`ErrorKind::InvalidInput`] if the name does not suit or
    /// pam_limits would not read a rule as it is meant. The file is then as it was.
    pub fn set_block(&mut self, name: &str, rules: &[NewRule]) -> Result<bool> {
        check_name(name)?;
        let source = self.source().clone();
        let was = self.block(name)?;
        let end: &[u8] = match &was {
            Some(block) => line_end_near(&source, block.whole.start),
            None => line_end(&source),
        };
        let mut text = Vec::new();
        for rule in rules {
            check_rule(&rule.domain, rule.item, &rule.value)?;
            let line = line_like(
                None,
                [
                    &rule.domain,
                    rule.kind.name().as_bytes(),
                    rule.item.name().as_bytes(),
                    &rule.value,
                ],
            );
            check_line(&line, rule)?;
            text.extend_from_slice(&line);
            text.extend_from_slice(end);
        }
        let edit = match was {
            Some(block) if source.slice(block.inside) == text => return Ok(false),
            Some(block) => Edit::replace(block.inside, text),
            None => {
                let begin = [BEGIN, name.as_bytes(), end].concat();
                let block = [&begin, &text[..], END, name.as_bytes(), end].concat();
                let missing: &[u8] = match source.bytes() {
                    [] | [.., b'\n'] => b"",
                    _ => end,
                };
                Edit::insert(source.bytes().len(), [missing, &block].concat())
            }
        };
        self.edit(&[edit])?;
        Ok(true)
    }

    /// Removes the block of that name, markers included; says whether there was one.
    ///
    /// # Errors
    /// As [`blocks`](Self::blocks).
    pub fn remove_block(&mut self, name: &str) -> Result<bool> {
        let Some(block) = self.block(name)? else { return Ok(false) };
        self.edit(&[Edit::delete(block.whole)])?;
        Ok(true)
    }

    /// Turns the rules of the well-known script that makes guest accounts into a block of that
    /// name: the line `### custom` becomes its first marker, and its last one follows the rules
    /// that the script writes (`nproc`, `cpu` and `maxlogins` of a group, `core` of everybody, as
    /// far as they are there). These stay as they are, and so does everything before and behind
    /// them. `None` if the file has no such rules.
    ///
    /// The script, if it runs again, no longer finds its line and adds its rules anew at the end.
    ///
    /// # Errors
    /// As [`blocks`](Self::blocks), also if the rules stand inside another block;
    /// [`ErrorKind::InvalidInput`] if the name does not suit or there is such a block already. The
    /// file is then as it was.
    pub fn import_script_block(&mut self, name: &str) -> Result<Option<Imported>> {
        check_name(name)?;
        if self.block(name)?.is_some() {
            return Err(
                invalid(format!("there is a block `{name}` already")).at(self.source().name())
            );
        }
        let source = self.source().clone();
        let Some((mark, last)) = script_rules(&source) else { return Ok(None) };
        let end = line_end_near(&source, mark.start);
        let whole = source.whole_line_at(mark.start);
        let begin = [BEGIN, name.as_bytes()].concat();
        let edits = [
            Edit::replace(mark, begin),
            insert_behind(&source, last, &[END, name.as_bytes()].concat()),
        ];
        debug_assert!(source.slice(whole).ends_with(end));
        let mut after = self.clone();
        after.edit(&edits)?;
        // The script's rules may stand inside another block, and blocks do not nest.
        let block = after.block(name)?.ok_or_else(|| {
            Error::new(ErrorKind::Internal, "a block is gone as soon as it was made")
        })?;
        *self = after;
        let behind = &self.source().bytes()[block.whole.end..];
        let more_behind = !behind.trim_ascii().is_empty();
        Ok(Some(Imported { rules: self.rules_in(&block).collect(), more_behind }))
    }
}

/// Whether the line is read as that rule: a long one is not.
fn check_line(line: &[u8], rule: &NewRule) -> Result<()> {
    let source = Source::new("", line);
    let read = match pieces(line)[..] {
        [piece] => Fields { source: &source, piece }.read().ok(),
        _ => None,
    };
    match read {
        Some((_, Statement::Set(kind, item, _))) if (kind, item) == (rule.kind, rule.item) => {
            Ok(())
        }
        _ => {
            Err(invalid(format!("pam_limits would not read `{}` in one piece", Bytes::from(line))))
        }
    }
}

/// Where `### custom` stands, without its line end, and the last line of the script's rules.
pub(super) fn script_rules(source: &Source) -> Option<(Span, Span)> {
    let lines = source.line_count() as u64;
    let starts = |number: &u64| {
        source.line(*number).is_some_and(|line| source.slice(line).starts_with(SCRIPT_MARK))
    };
    let mark = (1..=lines).find(starts)?;
    let mut left =
        vec![(true, Item::Nproc), (false, Item::Core), (true, Item::Cpu), (true, Item::Maxlogins)];
    let mut last = None;
    for number in mark + 1..=lines {
        let line = source.whole_line(number)?;
        let Some(shape) = shape(source.slice(line)) else { break };
        let Some(at) = left.iter().position(|known| *known == shape) else { break };
        left.remove(at);
        last = Some(line);
    }
    Some((source.line(mark)?, last?))
}

/// Whether the line is a hard limit of a group, or else of everybody, and of what.
fn shape(line: &[u8]) -> Option<(bool, Item)> {
    let text = Source::new("", line);
    let [piece]: [Piece; 1] = pieces(line).try_into().ok()?;
    let fields = Fields { source: &text, piece };
    match (fields.domain(), fields.read().ok()?.1) {
        ([b'@', _, ..], Statement::Set(Kind::Hard, item, _)) => Some((true, item)),
        (b"*", Statement::Set(Kind::Hard, item, _)) => Some((false, item)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> LimitsConf {
        LimitsConf::parse(Source::new("limits.conf", text))
    }

    fn text(file: &LimitsConf) -> &str {
        std::str::from_utf8(file.to_bytes()).unwrap()
    }

    fn rules() -> Vec<NewRule> {
        vec![
            NewRule::new("@guests", Kind::Hard, Item::Nproc, 1000),
            NewRule::new("*", Kind::Both, Item::Core, "0"),
        ]
    }

    #[test]
    fn a_block_comes_at_the_end_and_goes_without_a_trace() {
        for before in ["", "a - nproc 5\n", "# x\r\n\r\n"] {
            let mut limits = file(before);
            assert!(limits.set_block("guests", &rules()).unwrap());
            let end = if before.contains('\r') { "\r\n" } else { "\n" };
            let expected = [
                "# BEGIN ltsp guests",
                "@guests         hard    nproc           1000",
                "*               -       core            0",
                "# END ltsp guests",
                "",
            ];
            assert_eq!(text(&limits), format!("{before}{}", expected.join(end)));
            assert!(!limits.set_block("guests", &rules()).unwrap(), "it is as it should be");
            let block = limits.block("guests").unwrap().unwrap();
            assert_eq!(limits.rules_in(&block).count(), 2);
            assert!(limits.remove_block("guests").unwrap());
            assert_eq!(text(&limits), before);
            assert!(!limits.remove_block("guests").unwrap());
        }
        let mut limits = file("a - nproc 5");
        limits.set_block("x", &[]).unwrap();
        assert_eq!(text(&limits), "a - nproc 5\n# BEGIN ltsp x\n# END ltsp x\n");
    }

    #[test]
    fn what_stands_around_a_block_survives() {
        let around = |inside: &str| {
            format!(
                "\u{feff}# BEGIN ltsp\nx\r\n # BEGIN ltsp g \n{inside}# END ltsp g\n\0tail # END ltsp h"
            )
        };
        let mut limits = file(&around("old\n"));
        limits.set_block("g", &rules()[..1]).unwrap();
        assert_eq!(text(&limits), around("@guests         hard    nproc           1000\n"));
    }

    #[test]
    fn broken_markers_are_named_and_nothing_changes() {
        for (broken, line, what) in [
            ("\n# BEGIN ltsp g\na\n", 2, "no end"),
            ("# END ltsp g\n", 1, "no beginning"),
            ("# BEGIN ltsp g\n# BEGIN ltsp g\n# END ltsp g\n", 1, "no end"),
            ("# BEGIN ltsp g\n# END ltsp g\n# END ltsp g\n", 3, "no beginning"),
            ("# BEGIN ltsp g\n# END ltsp h\n# END ltsp g\n", 2, "no beginning"),
            ("# BEGIN ltsp g\n# END ltsp g\n# BEGIN ltsp g\n# END ltsp g\n", 3, "two blocks"),
        ] {
            let mut limits = file(broken);
            for error in [
                limits.set_block("g", &rules()).unwrap_err(),
                limits.set_block("other", &rules()).unwrap_err(),
                limits.remove_block("g").unwrap_err(),
                limits.import_script_block("g").unwrap_err(),
            ] {
                assert_eq!(
                    (error.kind(), error.line()),
                    (ErrorKind::Parse, Some(line)),
                    "{broken}"
                );
                assert!(error.message().contains(what), "{error}");
            }
            assert_eq!(text(&limits), broken);
        }
    }

    #[test]
    fn a_rule_that_would_not_be_read_is_refused() {
        for rule in [
            NewRule::new("a b", Kind::Hard, Item::Nproc, 1),
            NewRule::new("a", Kind::Hard, Item::Nproc, "many"),
            NewRule::new("%", Kind::Hard, Item::Nproc, 1),
            NewRule::new(format!("@{}", "x".repeat(1020)), Kind::Hard, Item::Nproc, 1),
        ] {
            let mut limits = file("# x\n");
            let error = limits.set_block("g", &[rule]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(text(&limits), "# x\n");
        }
        for name in ["", "a b", "a\nb", "é"] {
            let error = file("").set_block(name, &[]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn the_rules_of_the_script_become_a_block() {
        let of_script =
            "@guest hard nproc 100\n *  hard core 0\n@guest\thard cpu 2\n@guest hard maxlogins 1\n";
        let mut limits = file(&format!("# head\n### custom\n{of_script}@staff hard cpu 5\n# tail"));
        let got = limits.import_script_block("guests").unwrap().unwrap();
        assert_eq!((got.rules.len(), got.more_behind), (4, true));
        assert_eq!(
            text(&limits),
            format!(
                "# head\n# BEGIN ltsp guests\n{of_script}# END ltsp guests\n@staff hard cpu 5\n# tail"
            )
        );
        assert_eq!(limits.import_script_block("more").unwrap(), None);
        let mut limits = file("### custom\r\n@g hard cpu 1");
        let got = limits.import_script_block("g").unwrap().unwrap();
        assert!(!got.more_behind);
        assert_eq!(text(&limits), "# BEGIN ltsp g\r\n@g hard cpu 1\r\n# END ltsp g");
        // Blocks do not nest.
        let inside = "# BEGIN ltsp a\n### custom\n@g hard cpu 1\n# END ltsp a\n";
        let mut limits = file(inside);
        assert_eq!(limits.import_script_block("g").unwrap_err().kind(), ErrorKind::Parse);
        assert_eq!(text(&limits), inside);
        for other in
            ["", "### custom", "### custom\n\n@g hard cpu 1\n", "x ### custom\n@g hard cpu 1\n"]
        {
            assert_eq!(file(other).import_script_block("g").unwrap(), None, "{other}");
        }
    }
}
