//! One line of strace, taken apart.

/// A system call as strace shows it (with `-y`, so that descriptors carry their paths).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Thread that made it.
    pub thread: u32,
    /// How many calls of this name the thread had made, this one included.
    pub nth: u64,
    /// Name; `syscall_0x...` when strace does not know it.
    pub name: String,
    /// Arguments as shown.
    pub args: Vec<String>,
    /// What it returned, as shown; `?` if it never did.
    pub result: String,
    /// Whether strace made it fail.
    pub injected: bool,
}

impl Call {
    /// Takes a line of a trace apart; lines about signals and ends of threads are none.
    pub(super) fn parse(thread: u32, line: &str) -> Option<Self> {
        let (name, rest) = line.split_once('(')?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            return None;
        }
        let (args, result) = arguments(rest)?;
        let result = result.trim_start().strip_prefix('=')?.trim();
        let injected = result.ends_with("(INJECTED)");
        Some(Self {
            thread,
            nth: 0,
            name: name.to_owned(),
            args,
            result: result.to_owned(),
            injected,
        })
    }

    /// Whether it returned without an error.
    pub fn succeeded(&self) -> bool {
        !self.result.starts_with('-') && self.result != "?"
    }

    /// The bytes of an argument that is a string.
    pub fn string(&self, index: usize) -> Option<Vec<u8>> {
        let quoted = self.args.get(index)?.strip_prefix('"')?;
        Some(unescape(&quoted[..quoted.rfind('"')?]))
    }

    /// The descriptor of an argument as shown (a number or `AT_FDCWD`) and the path strace knows for it.
    pub fn descriptor(&self, index: usize) -> Option<(&str, Option<Vec<u8>>)> {
        let argument = self.args.get(index)?;
        match argument.split_once('<') {
            Some((fd, path)) => Some((fd, Some(unescape(path.strip_suffix('>').unwrap_or(path))))),
            None => Some((argument, None)),
        }
    }

    /// The call in short, for messages.
    pub fn shown(&self) -> String {
        format!("{}({}) = {}", self.name, self.args.join(", "), self.result)
    }
}

/// Splits `a, "b, c", {d, e}) = 0` into its arguments and what follows the closing parenthesis.
fn arguments(text: &str) -> Option<(Vec<String>, &str)> {
    let (mut args, mut start, mut depth, mut closers) = (Vec::new(), 0, 0_u32, Vec::new());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                while bytes.get(at).is_some_and(|&byte| byte != b'"') {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            // A descriptor's path; in it strace writes < and > as octal escapes. Not a shift such as 1<<3.
            b'<' if bytes.get(at + 1) != Some(&b'<')
                && at > 0
                && (bytes[at - 1].is_ascii_alphanumeric()) =>
            {
                while bytes.get(at).is_some_and(|&byte| byte != b'>') {
                    at += 1;
                }
            }
            open @ (b'(' | b'[' | b'{') => {
                depth += 1;
                closers.push(open);
            }
            b')' if depth == 0 => {
                let last = text[start..at].trim();
                if !last.is_empty() {
                    args.push(last.to_owned());
                }
                return Some((args, &text[at + 1..]));
            }
            b')' | b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                closers.pop();
            }
            b',' if depth == 0 => {
                args.push(text[start..at].trim().to_owned());
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes().peekable();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => out.push(b'\n'),
            Some(b't') => out.push(b'\t'),
            Some(b'r') => out.push(b'\r'),
            Some(b'v') => out.push(0x0b),
            Some(b'f') => out.push(0x0c),
            Some(digit @ b'0'..=b'7') => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    match bytes.peek() {
                        Some(&more @ b'0'..=b'7') => value = value * 8 + u32::from(more - b'0'),
                        _ => break,
                    }
                    bytes.next();
                }
                out.push(u8::try_from(value & 0xff).expect("masked to a byte"));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Call;

    fn parsed(line: &str) -> Call {
        Call::parse(1, line).expect("a call")
    }

    #[test]
    fn strings_with_commas_quotes_and_escapes_are_one_argument() {
        let call = parsed(
            r#"renameat2(3</tmp/a\74b, c>, "a, \"b\\\n\377", 4</x>, "c)", RENAME_EXCHANGE) = 0"#,
        );
        assert_eq!(call.args.len(), 5);
        assert_eq!(call.string(1), Some(b"a, \"b\\\n\xff".to_vec()));
        assert_eq!(call.string(3), Some(b"c)".to_vec()));
        assert_eq!(call.descriptor(0), Some(("3", Some(b"/tmp/a<b, c".to_vec()))));
        assert!(call.succeeded());
    }

    #[test]
    fn failed_injected_and_unfinished_calls_are_told_apart() {
        let call =
            parsed(r#"mkdirat(AT_FDCWD</>, "d", 0755) = -1 EIO (Input/output error) (INJECTED)"#);
        assert!(call.injected && !call.succeeded());
        assert!(!parsed(r#"mkdirat(3</>, "d", 0755)   = ?"#).succeeded());
        let call = parsed(r"statx(1, {a=[1, 2], b=1<<3}, 0x1 /* x */) = 0");
        assert_eq!(call.args, ["1", "{a=[1, 2], b=1<<3}", "0x1 /* x */"]);
        assert_eq!(Call::parse(1, "+++ killed by SIGKILL +++"), None);
        assert_eq!(Call::parse(1, "--- SIGCHLD {si_signo=SIGCHLD} ---"), None);
    }
}
