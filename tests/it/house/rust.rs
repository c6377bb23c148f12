//! As much of the grammar of Rust as the rules need: tokens, and the paths that begin with `crate`, `super` or a crate.

/// Paths that begin with `crate` or `super`, from the crate's root on, with their lines.
pub(super) fn inner_paths(module: &[String], tokens: &[Token]) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut inline: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        let next =
            |ahead: usize, text: &str| tokens.get(at + ahead).is_some_and(|next| next.is(text));
        if token.is("{") {
            depth += 1;
        } else if token.is("}") {
            depth -= 1;
            inline.retain(|(_, opened)| *opened < depth);
        } else if token.is("mod") && next(2, "{") {
            inline.push((tokens[at + 1].text.clone(), depth));
        } else if token.is("crate") && next(1, "::") {
            path_tree(tokens, at + 2, &[], &mut found);
        } else if token.is("super")
            && next(1, "::")
            && !(at >= 2 && tokens[at - 1].is("::") && tokens[at - 2].is("super"))
        {
            let mut here: Vec<String> = module.to_vec();
            here.extend(inline.iter().map(|(name, _)| name.clone()));
            let mut rest = at;
            while tokens.get(rest).is_some_and(|up| up.is("super")) {
                here.pop();
                rest += 2;
            }
            path_tree(tokens, rest, &here, &mut found);
        }
    }
    found
}

/// Paths that begin with one of the crates `names`.
pub(super) fn outer_paths(names: &[&str], tokens: &[Token]) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let named = token.kind == Kind::Word && names.contains(&token.text.as_str());
        let inside = at >= 1
            && (tokens[at - 1].is(".")
                || (tokens[at - 1].is("::") && at >= 2 && tokens[at - 2].kind == Kind::Word));
        let leads = tokens.get(at + 1).is_some_and(|next| next.is("::"));
        let imported = at >= 1
            && (tokens[at - 1].is("use")
                || (tokens[at - 1].is("crate") && at >= 2 && tokens[at - 2].is("extern")));
        if named && !inside && (leads || imported) {
            path_tree(tokens, at, &[], &mut found);
        }
    }
    found
}

/// Adds every path of the tree `a::{b, c::d}` that begins at `at`; returns where it ends.
pub(super) fn path_tree(
    tokens: &[Token],
    at: usize,
    prefix: &[String],
    found: &mut Vec<(usize, Vec<String>)>,
) -> usize {
    let Some(token) = tokens.get(at) else {
        return at;
    };
    if token.is("{") {
        let mut at = at + 1;
        while tokens.get(at).is_some_and(|token| !token.is("}")) {
            at = path_tree(tokens, at, prefix, found);
            while tokens.get(at).is_some_and(|token| !token.is(",") && !token.is("}")) {
                at += 1;
            }
            at += usize::from(tokens.get(at).is_some_and(|token| token.is(",")));
        }
        return at + 1;
    }
    let mut path = prefix.to_vec();
    if token.kind == Kind::Word || token.is("*") {
        path.push(token.text.clone());
        if tokens.get(at + 1).is_some_and(|next| next.is("::")) {
            return path_tree(tokens, at + 2, &path, found);
        }
    }
    found.push((token.line, path));
    at + 1
}

/// What a [`Token`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    String,
    Mark,
}

/// One word, string or mark, and its line.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) line: usize,
}

impl Token {
    pub(super) fn is(&self, text: &str) -> bool {
        self.kind != Kind::String && self.text == text
    }
}

/// The words, strings and marks of Rust source: no comments, no lifetimes; `::` is one mark.
pub(super) fn tokens(source: &str) -> Vec<Token> {
    let text: Vec<char> = source.chars().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < text.len() {
        let rest = &text[at..];
        let (kind, length) = match rest {
            ['/', '/', ..] => (None, length_until(rest, |rest| rest[0] == '\n')),
            ['/', '*', ..] => (None, block_comment(rest)),
            ['"', ..] => (Some(Kind::String), string(rest)),
            ['\'', '\\', ..] => (None, 3 + length_until(&rest[3..], |rest| rest[0] == '\'') + 1),
            ['\'', _, '\'', ..] => (None, 3),
            ['\'', ..] => (None, 1 + length_until(&rest[1..], |rest| !is_word(rest[0]))),
            [':', ':', ..] => (Some(Kind::Mark), 2),
            [first, ..] if is_word(*first) => {
                let length = length_until(rest, |rest| !is_word(rest[0]));
                match (rest[..length].iter().collect::<String>().as_str(), rest.get(length)) {
                    ("r" | "br" | "cr", Some('"' | '#')) => match raw_string(&rest[length..]) {
                        Some(more) => (Some(Kind::String), length + more),
                        // A raw word such as r#type.
                        None => (None, length + 1),
                    },
                    ("b" | "c", Some('"')) => {
                        (Some(Kind::String), length + string(&rest[length..]))
                    }
                    _ => (Some(Kind::Word), length),
                }
            }
            [first, ..] if first.is_whitespace() => (None, 1),
            _ => (Some(Kind::Mark), 1),
        };
        let length = length.min(rest.len());
        if let Some(kind) = kind {
            tokens.push(Token { kind, text: rest[..length].iter().collect(), line });
        }
        line += rest[..length].iter().filter(|letter| **letter == '\n').count();
        at += length;
    }
    tokens
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn length_until(text: &[char], end: impl Fn(&[char]) -> bool) -> usize {
    (0..text.len()).find(|at| end(&text[*at..])).unwrap_or(text.len())
}

fn block_comment(text: &[char]) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < text.len() {
        match &text[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] if depth == 1 => return at + 2,
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    at
}

fn string(text: &[char]) -> usize {
    let mut at = 1;
    while at < text.len() && text[at] != '"' {
        at += 1 + usize::from(text[at] == '\\');
    }
    at + 1
}

fn raw_string(text: &[char]) -> Option<usize> {
    let hashes = length_until(text, |rest| rest[0] != '#');
    (text.get(hashes) == Some(&'"')).then_some(())?;
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let inside = length_until(&text[hashes + 1..], |rest| rest.starts_with(&closing));
    Some(hashes + 1 + inside + closing.len())
}
