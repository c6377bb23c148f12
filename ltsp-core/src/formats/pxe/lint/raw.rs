//! Bytes that keep pxelinux from reading a line as it looks.

use super::Lint;
use crate::formats::pxe::directive::Key;
use crate::formats::pxe::grammar::{self, is_blank};
use crate::text::{Edit, Span};

pub(super) fn check(lint: &mut Lint<'_>) {
    let bytes = lint.conf.source.bytes();
    if bytes.starts_with(b"\xef\xbb\xbf") {
        let mark = Span::new(0, 3);
        let said = lint
            .error(
                "pxe-byte-order-mark",
                mark,
                "the file begins with a byte order mark: pxelinux takes it for a part of the first word, and does not know the directive",
            )
            .mend("delete the mark", vec![Edit::delete(mark)]);
        lint.push(said);
    }
    let mut texts = lint
        .conf
        .lines()
        .iter()
        .filter(|line| matches!(line.key, Key::TextHelp | Key::OtherText))
        .map(|line| line.value)
        .collect::<Vec<_>>()
        .into_iter()
        .peekable();
    let mut at = 0;
    while at < bytes.len() {
        while texts.next_if(|text| text.end <= at).is_some() {}
        if let Some(text) = texts.peek().filter(|text| text.start <= at) {
            at = text.end;
            continue;
        }
        let (end, next) = grammar::read(bytes, at);
        line(lint, at, end, next);
        at = next;
    }
}

fn line(lint: &mut Lint<'_>, start: usize, end: usize, next: usize) {
    let bytes = lint.conf.source.bytes();
    let rest = Span::new(end, next);
    let lost = bytes[rest.range()].iter().any(|byte| !is_blank(*byte));
    let stop = bytes.get(end).filter(|_| end < next);
    if lost && stop == Some(&b'\r') {
        let said = lint.error(
            "pxe-carriage-return",
            rest,
            "a carriage return ends the line for pxelinux: what follows up to the line feed is not read",
        );
        lint.push(said.help("make it a line end (line feed), or take it out"));
    } else if lost && stop == Some(&0) {
        let said = lint.error(
            "pxe-nul",
            rest,
            "a NUL byte ends the line for pxelinux: what follows up to the line feed is not read",
        );
        lint.push(
            said.help("take it out; if the file is full of them it is UTF-16: save it as UTF-8"),
        );
    }
    if next - start == grammar::LONGEST_READ && next < bytes.len() && bytes[next - 1] != b'\n' {
        let said = lint.error(
            "pxe-long-line",
            Span::new(start, next),
            "the line is longer than the 4095 bytes that pxelinux reads at once: the rest of it is read as a line of its own",
        );
        lint.push(said.help("make it shorter"));
    }
}
