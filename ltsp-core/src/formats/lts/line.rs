//! Lines taken for themselves.

use super::parser::parse;
use crate::text::Span;

/// The value, if the line is a declaration of that key and nothing else.
pub(super) fn declared_in(line: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    let parsed = parse(&[b"[x]\n", line].concat());
    let [one] = parsed.declarations.as_slice() else { return None };
    let text = |span: Span| &line[span.start - 4..span.end - 4];
    let sound = parsed.stops.is_empty() && parsed.strays.is_empty() && parsed.sections.len() == 1;
    (sound && text(one.key.text).eq_ignore_ascii_case(key)).then(|| text(one.value.text).to_vec())
}

/// The name, if the line is a section's header and nothing else.
pub(super) fn header_in(line: &[u8]) -> Option<Vec<u8>> {
    let parsed = parse(&[line, b"\nx=y"].concat());
    let [one] = parsed.sections.as_slice() else { return None };
    let alone =
        parsed.stops.is_empty() && parsed.strays.is_empty() && parsed.declarations.len() == 1;
    (alone && one.name.span.end <= line.len()).then(|| line[one.name.text.range()].to_vec())
}
