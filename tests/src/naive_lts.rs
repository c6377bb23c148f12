//! A second reader of lts.conf, written from the description of the first and without its ideas:
//! one character at a time, tokens in a list, chains as they come.
use ltsp_core::formats::Client;

#[derive(Debug, PartialEq)]
enum Token {
    Sign(u8),
    Text(Vec<u8>),
}

/// What is left to read: bytes not yet scanned, and what the scanner would read next.
struct Input<'a> {
    buffer: Vec<u8>,
    file: Vec<u8>,
    /// How much of the buffer is used up.
    at: usize,
    line_start: bool,
    opened: Vec<Vec<u8>>,
    open: &'a dyn Fn(&[u8]) -> Option<Vec<u8>>,
}

const BLOCK: usize = 8192;
const ENDS: &[u8] = b"=\n[]\"'#";

impl Input<'_> {
    /// The byte `ahead` of the next, read from the file in blocks as it is asked for.
    fn peek(&mut self, ahead: usize) -> Option<u8> {
        while self.buffer.len() <= self.at + ahead && !self.file.is_empty() {
            let rest = self.file.split_off(self.file.len().min(BLOCK));
            self.buffer.append(&mut std::mem::replace(&mut self.file, rest));
        }
        self.buffer.get(self.at + ahead).copied()
    }

    fn run(&mut self, from: usize, ends: &[u8]) -> usize {
        let mut at = from;
        while self.peek(at).is_some_and(|byte| !ends.contains(&byte)) {
            at += 1;
        }
        at
    }

    fn quoted(&mut self, from: usize) -> Option<usize> {
        if self.peek(from) != Some(b'"') {
            return None;
        }
        let end = self.run(from, b"\n");
        (from + 1..end).rev().find(|at| self.buffer[self.at + at] == b'"').map(|last| last + 1)
    }

    fn cut(&mut self, from: usize, to: usize) -> Vec<u8> {
        let text = self.buffer[self.at + from..self.at + to].to_vec();
        self.at += to;
        self.line_start = self.buffer[self.at - 1] == b'\n';
        text
    }

    /// The next token; `Err` where the original crashes; strays go to `out`.
    fn token(&mut self, out: &mut Vec<u8>) -> Result<Option<Token>, ()> {
        loop {
            let Some(first) = self.peek(0) else { return Ok(None) };
            if self.line_start {
                if let Some((name, end)) = self.include() {
                    self.cut(0, end);
                    if self.opened.contains(&name) {
                        return Ok(Some(Token::Sign(b'i')));
                    }
                    if self.opened.len() == 10 {
                        return Err(());
                    }
                    self.file = (self.open)(&name).ok_or(())?;
                    self.opened.push(name);
                    return Ok(Some(Token::Sign(b'i')));
                }
            }
            match first {
                b'=' | b'[' | b']' => {
                    self.cut(0, 1);
                    return Ok(Some(Token::Sign(first)));
                }
                b'\n' => {
                    self.cut(0, 1);
                }
                b'#' => {
                    let end = self.run(1, b"\n");
                    if self.peek(end).is_some() {
                        self.cut(0, end + 1);
                    } else {
                        out.extend(self.cut(0, 1));
                    }
                }
                b'\'' => out.extend(self.cut(0, 1)),
                b'"' => match self.quoted(0) {
                    Some(end) => {
                        let text = self.cut(0, end);
                        return Ok(Some(Token::Text(c_string(&text[1..text.len() - 1]))));
                    }
                    None => out.extend(self.cut(0, 1)),
                },
                _ => {
                    let end = self.run(0, ENDS);
                    let text = self.cut(0, end);
                    if text.iter().any(|byte| !b" \t".contains(byte)) {
                        return Ok(Some(Token::Text(trim(&c_string(&text)))));
                    }
                }
            }
        }
    }

    fn include(&mut self) -> Option<(Vec<u8>, usize)> {
        let mut at = 0;
        while matches!(self.peek(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        for byte in b"include" {
            if self.peek(at) != Some(*byte) {
                return None;
            }
            at += 1;
        }
        let word = at;
        while matches!(self.peek(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        if at == word {
            return None;
        }
        if let Some(end) = self.quoted(at) {
            let text = &self.buffer[self.at + at + 1..self.at + end - 1];
            return Some((c_string(text), end));
        }
        let end = self.run(word + 1, ENDS);
        let text = &self.buffer[self.at + word + 1..self.at + end];
        (!text.is_empty()).then(|| (trim(&c_string(text)), end))
    }
}

fn c_string(text: &[u8]) -> Vec<u8> {
    text.iter().copied().take_while(|byte| *byte != 0).collect()
}

fn trim(text: &[u8]) -> Vec<u8> {
    let space = |byte: &u8| b" \t\n\r\x0b\x0c".contains(byte);
    let start = text.iter().position(|byte| !space(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !space(byte)).map_or(start, |at| at + 1);
    text[start..end].to_vec()
}

type Section = (Vec<u8>, Vec<(Vec<u8>, Vec<u8>)>);

fn sections(input: &mut Input<'_>, out: &mut Vec<u8>) -> Result<Vec<Section>, ()> {
    let mut all: Vec<Section> = Vec::new();
    let mut next = input.token(out)?;
    loop {
        match next {
            Some(Token::Sign(b'i')) => next = input.token(out)?,
            Some(Token::Sign(b'[')) => {
                let Some(Token::Text(name)) = input.token(out)? else { return Ok(all) };
                if input.token(out)? != Some(Token::Sign(b']')) {
                    return Ok(all);
                }
                all.push((name, Vec::new()));
                next = input.token(out)?;
                let mut count = 0;
                while let Some(Token::Text(key)) = next {
                    if input.token(out)? != Some(Token::Sign(b'=')) {
                        return Ok(all);
                    }
                    let Some(Token::Text(value)) = input.token(out)? else { return Ok(all) };
                    all.last_mut().expect("it was pushed").1.push((key, value));
                    count += 1;
                    next = input.token(out)?;
                }
                if count == 0 {
                    return Ok(all);
                }
            }
            _ => return Ok(all),
        }
    }
}

/// How the original ends.
#[derive(Debug, PartialEq, Eq)]
pub enum Ending {
    /// With this on standard output.
    Prints(Vec<u8>),
    /// It crashes because of an included file.
    Crashes,
    /// It never ends, or would need so long that nobody can tell.
    Endless {
        /// It is sure that it never ends.
        sure: bool,
    },
}

/// What `getltscfg -a` does. `open` finds included files.
pub fn getltscfg(text: &[u8], client: &Client, open: &dyn Fn(&[u8]) -> Option<Vec<u8>>) -> Ending {
    let mut input = Input {
        buffer: Vec::new(),
        file: text.to_vec(),
        at: 0,
        line_start: true,
        opened: vec![b"lts.conf".to_vec()],
        open,
    };
    let mut out = Vec::new();
    let Ok(all) = sections(&mut input, &mut out) else { return Ending::Crashes };
    let find = |name: &[u8]| all.iter().position(|(own, _)| own.eq_ignore_ascii_case(name));
    let mut names: Vec<Vec<u8>> = Vec::new();
    names.extend(client.host.as_ref().map(|host| host.to_vec()));
    names.extend(client.ip.map(|ip| ip.to_string().into_bytes()));
    names.extend(client.mac.map(|mac| mac.to_string().into_bytes()));

    let mut chain: Vec<(usize, usize)> = Vec::new();
    chain.extend(names.iter().find_map(|name| find(name)).map(|section| (section, 0)));
    if let Err(ending) = expand(&all, &mut chain) {
        return ending;
    }
    for name in &names {
        let fits = |(own, _): &Section| !own.eq_ignore_ascii_case(name) && fnmatch(own, name);
        chain.extend(all.iter().position(fits).map(|section| (section, 0)));
    }
    if let Err(ending) = expand(&all, &mut chain) {
        return ending;
    }
    chain.extend(find(b"default").map(|section| (section, 0)));

    let mut values: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for (section, _) in chain.iter().rev() {
        for (key, value) in &all[*section].1 {
            let key = key.to_ascii_uppercase();
            match values.iter_mut().find(|(known, _)| *known == key) {
                Some((_, old)) => old.clone_from(value),
                None => values.push((key, value.clone())),
            }
        }
    }
    values.retain(|(key, value)| key != b"LIKE" && !value.eq_ignore_ascii_case(b"none"));
    for (key, value) in &values {
        out.extend([&key[..], b"=\"", value, b"\"\n"].concat());
    }
    for (key, _) in &values {
        out.extend([b"export ", &key[..], b"\n"].concat());
    }
    Ending::Prints(out)
}

/// Puts what LIKE names at the end of the chain, also for what comes to stand there.
fn expand(all: &[Section], chain: &mut Vec<(usize, usize)>) -> Result<(), Ending> {
    let mut at = 0;
    while let Some((section, depth)) = chain.get(at).copied() {
        for (key, value) in &all[section].1 {
            if key.eq_ignore_ascii_case(b"like") {
                let target = all.iter().position(|(own, _)| own.eq_ignore_ascii_case(value));
                chain.extend(target.map(|section| (section, depth + 1)));
            }
        }
        at += 1;
        if depth > all.len() {
            return Err(Ending::Endless { sure: true });
        }
        if chain.len() > 20_000 {
            return Err(Ending::Endless { sure: false });
        }
    }
    Ok(())
}

/// The C library's own.
#[allow(unsafe_code, reason = "the oracle is a C function")]
pub fn fnmatch(pattern: &[u8], text: &[u8]) -> bool {
    /// glibc's FNM_CASEFOLD.
    const CASEFOLD: libc::c_int = 1 << 4;
    let pattern = std::ffi::CString::new(c_string(pattern)).expect("no NUL is left");
    let text = std::ffi::CString::new(c_string(text)).expect("no NUL is left");
    // SAFETY: both are C strings that live until the call returns.
    unsafe { libc::fnmatch(pattern.as_ptr(), text.as_ptr(), CASEFOLD) == 0 }
}
