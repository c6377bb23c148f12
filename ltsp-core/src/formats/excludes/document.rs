//! The document: lines and patterns of a list of excludes.

use std::sync::OnceLock;

use serde::Serialize;

use super::grammar::{Kind, Line, lines, sticky};
use super::lint;
use super::matching::Index;
use crate::text::{Bytes, Diagnostic, Document, Place, Source};

/// One pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pattern {
    /// As mksquashfs takes it: behind leading blanks and one backslash.
    pub text: Bytes,
    /// Whether it begins with `... ` and so counts at every depth (its first component alone).
    pub sticky: bool,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
}

/// A list of what is left out of an image.
#[derive(Clone, Debug)]
pub struct Excludes {
    source: Source,
    lines: Vec<Line>,
    read: OnceLock<Read>,
}

/// What is made only when somebody asks.
#[derive(Clone, Debug)]
struct Read {
    patterns: Vec<Pattern>,
    index: Index,
}

impl Excludes {
    /// Every pattern, in the order of the file. Lines at which mksquashfs stops are none.
    #[must_use]
    pub fn patterns(&self) -> &[Pattern] {
        &self.read().patterns
    }

    /// The first pattern because of which `path` is not in the image; `None` if it is.
    ///
    /// The path is relative to the root of the image; slashes at its start and end, and components
    /// `.`, do not count. What lies in a directory that is left out is left out too. If the file
    /// has a line at which mksquashfs stops (see [`check`](Document::check)) there is no image at
    /// all; the other lines are then answered for.
    #[must_use]
    pub fn matches(&self, path: &[u8]) -> Option<&Pattern> {
        let read = self.read();
        Some(&read.patterns[read.index.find(path)?])
    }

    fn read(&self) -> &Read {
        self.read.get_or_init(|| {
            let lines = self.lines.iter().filter(|line| line.kind == Kind::Pattern);
            let patterns: Vec<Pattern> = lines
                .map(|line| {
                    let text = self.source.slice(line.text);
                    Pattern {
                        text: text.into(),
                        sticky: sticky(text).1,
                        place: Place::new(&self.source, line.text),
                    }
                })
                .collect();
            let index = Index::new(patterns.iter().map(|pattern| &*pattern.text));
            Read { patterns, index }
        })
    }

    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub(super) fn text(&self, line: &Line) -> &[u8] {
        self.source.slice(line.text)
    }
}

impl Document for Excludes {
    fn parse(source: Source) -> Self {
        let lines = lines(source.bytes());
        Self { source, lines, read: OnceLock::new() }
    }

    fn source(&self) -> &Source {
        &self.source
    }

    fn check(&self) -> Vec<Diagnostic> {
        lint::check(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out(list: &str, path: &str) -> Option<String> {
        let list = Excludes::parse(Source::new("image.excludes", list));
        list.matches(path.as_bytes()).map(|pattern| pattern.text.to_string())
    }

    #[test]
    fn what_a_pattern_matches_is_left_out_with_all_that_is_in_it() {
        let list = "home/*\netc/.git/\nvar/log/*/*\nswapfile\n";
        for (path, why) in [
            ("home", None),
            ("home/u", Some("home/*")),
            ("/home/u/deep/file", Some("home/*")),
            ("home/.hidden", None),
            ("etc/.git", Some("etc/.git/")),
            ("./etc//.git/x", Some("etc/.git/")),
            ("var/log/a", None),
            ("var/log/a/b", Some("var/log/*/*")),
            ("swapfile", Some("swapfile")),
            ("swapfile2", None),
            ("x/swapfile", None),
            ("", None),
        ] {
            assert_eq!(left_out(list, path).as_deref(), why, "{path}");
        }
    }

    #[test]
    fn a_pattern_for_every_depth_counts_by_its_first_component_alone() {
        let list = "... *.o\n... tmp/x\n";
        assert_eq!(left_out(list, "a/b/c.o").as_deref(), Some("... *.o"));
        assert_eq!(left_out(list, "a/.o"), None);
        assert_eq!(left_out(list, "a/tmp").as_deref(), Some("... tmp/x"));
        assert_eq!(left_out(list, "a/tm"), None);
    }

    #[test]
    fn the_first_pattern_that_counts_is_named() {
        assert_eq!(left_out("*/b\na/*\n... b\n", "a/b").as_deref(), Some("*/b"));
        assert_eq!(left_out("... b\na/b\n", "a/b").as_deref(), Some("... b"));
    }

    #[test]
    fn a_line_that_stops_mksquashfs_matches_nothing() {
        assert_eq!(left_out("/etc\nhome\n", "etc"), None);
        assert_eq!(left_out("/etc\nhome\n", "home").as_deref(), Some("home"));
    }
}
