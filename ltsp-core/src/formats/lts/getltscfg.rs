//! What the original program prints, byte for byte.

use serde::Serialize;

use super::document::LtsConf;
use super::resolve::resolve;
use crate::error::Result;
use crate::formats::Client;
use crate::text::{Bytes, Includes};

/// What `getltscfg` prints. It ends with status 0, whatever is wrong with the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GetltscfgOutput {
    /// Standard output. Characters that fit nothing stand in front of everything else, where they
    /// break the client's `eval`.
    pub stdout: Bytes,
    /// Standard error.
    pub stderr: Bytes,
}

impl GetltscfgOutput {
    /// Standard output without the `export NAME` lines: what the client keeps in
    /// `/run/ltsp/ltsp_config_env`.
    #[must_use]
    pub fn assignments(&self) -> Vec<u8> {
        let lines = self.stdout.split_inclusive(|byte| *byte == b'\n');
        lines.filter(|line| !line.starts_with(b"export ")).flatten().copied().collect()
    }
}

impl LtsConf {
    /// What `getltscfg -a` prints for `client`, or `getltscfg KEYWORD`.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    pub fn getltscfg(
        &self,
        client: &Client,
        includes: &dyn Includes,
        keyword: Option<&[u8]>,
    ) -> Result<GetltscfgOutput> {
        self.read(includes, |body, warnings| {
            let text = body.bytes();
            let mut stdout: Vec<u8> = body.parsed.strays.iter().map(|at| text[*at]).collect();
            let mut stderr = warnings.to_vec();
            if let Some(stop) = body.parsed.stops.first() {
                let place = body.place(stop.token.span);
                stderr.extend_from_slice(b"\nsyntax error in ");
                stderr.extend_from_slice(place.file.as_os_str().as_encoded_bytes());
                stderr.extend_from_slice(format!(", line={}\n\n", place.line).as_bytes());
            }
            let resolved = resolve(body, client)?;
            match keyword {
                Some(keyword) => {
                    if let Some(value) = resolved.get(&keyword.to_ascii_uppercase()) {
                        stdout.extend_from_slice(value);
                        stdout.push(b'\n');
                    }
                }
                None => {
                    for (key, value) in resolved.iter() {
                        for piece in [&key[..], b"=\"", value, b"\"\n"] {
                            stdout.extend_from_slice(piece);
                        }
                    }
                    for (key, _) in resolved.iter() {
                        for piece in [b"export ", &key[..], b"\n"] {
                            stdout.extend_from_slice(piece);
                        }
                    }
                }
            }
            Ok(GetltscfgOutput { stdout: stdout.into(), stderr: stderr.into() })
        })
    }
}
