//! Writing a value so that every shell reads back exactly it.

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Bare,
    Single,
    Double,
}

impl Style {
    /// How that value is written.
    pub(super) fn of(raw: &[u8]) -> Self {
        match raw.first() {
            Some(b'\'') => Self::Single,
            Some(b'"') => Self::Double,
            _ => Self::Bare,
        }
    }
}

/// Whether the value needs no quotes.
pub(super) fn bare(value: &[u8]) -> bool {
    !value.is_empty()
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(byte))
}

/// The value in that style, or in one that can hold it.
pub(super) fn quote(value: &[u8], style: Style) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len() + 2);
    match style {
        Style::Bare if bare(value) => text.extend_from_slice(value),
        Style::Single if !value.contains(&b'\'') => {
            text.push(b'\'');
            text.extend_from_slice(value);
            text.push(b'\'');
        }
        _ => {
            text.push(b'"');
            for byte in value {
                if matches!(byte, b'$' | b'`' | b'"' | b'\\') {
                    text.push(b'\\');
                }
                text.push(*byte);
            }
            text.push(b'"');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_quoted_as_it_needs_and_as_its_neighbours_are() {
        for (value, style, text) in [
            ("/opt/ltsp", Style::Bare, "/opt/ltsp"),
            ("/opt/ltsp", Style::Single, "'/opt/ltsp'"),
            ("it's", Style::Single, "\"it's\""),
            ("a b", Style::Bare, "\"a b\""),
            ("", Style::Bare, "\"\""),
            ("~", Style::Bare, "\"~\""),
            ("$a`b\"c\\", Style::Double, "\"\\$a\\`b\\\"c\\\\\""),
        ] {
            assert_eq!(quote(value.as_bytes(), style), text.as_bytes(), "{value}");
        }
    }
}
