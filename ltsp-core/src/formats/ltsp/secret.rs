//! A password that no message, log or JSON shows.

use std::fmt;

use serde::Serialize;

/// Bytes that only [`expose`](Self::expose) shows; cleared when dropped.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(into = "&'static str")]
pub struct Secret(Vec<u8>);

/// What stands for a secret.
const HIDDEN: &str = "(hidden)";

impl Secret {
    /// Keeps `bytes` secret.
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The secret.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether there is nothing to hide.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Secret> for &'static str {
    fn from(_: Secret) -> Self {
        HIDDEN
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        // Else the compiler may leave the clearing out.
        std::hint::black_box(&self.0);
    }
}

/// The bytes that `text` encodes, padding being optional as base64(1) takes it at its end.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let digits = match text {
        [digits @ .., b'=', b'='] if digits.len() % 4 == 2 => digits,
        [digits @ .., b'='] if digits.len() % 4 == 3 => digits,
        digits if digits.len() % 4 == 0 => digits,
        _ => return None,
    };
    let mut out = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let mut bits: u32 = 0;
        for digit in group {
            let value = match digit {
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
        }
        let missing = 4 - group.len();
        bits <<= 6 * missing;
        out.extend_from_slice(&bits.to_be_bytes()[1..4 - missing]);
    }
    Some(out)
}

/// The base64 of `bytes`, as base64(1) writes it.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let mut bits: u32 = 0;
        for at in 0..3 {
            bits = bits << 8 | u32::from(group.get(at).copied().unwrap_or(0));
        }
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_and_written_as_the_program_does() {
        for (text, bytes) in
            [("", ""), ("MTIzNAo=", "1234\n"), ("YQ==", "a"), ("YWI=", "ab"), ("YWJj", "abc")]
        {
            assert_eq!(base64(text.as_bytes()).as_deref(), Some(bytes.as_bytes()), "{text}");
            assert_eq!(to_base64(bytes.as_bytes()), text);
        }
        for wrong in ["guest", "YQ=", "Y", "a b=", "====", "Y=Q="] {
            assert_eq!(base64(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_not_shown_by_accident() {
        let secret = Secret::new(b"qwer1234".to_vec());
        assert_eq!(format!("{secret:?}"), HIDDEN);
        assert_eq!(serde_json::to_string(&secret).unwrap(), format!("{HIDDEN:?}"));
        assert_eq!(secret.expose(), b"qwer1234");
    }
}
