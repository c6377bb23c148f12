//! Keep rules: what compiles, what matches, and that a walk from the top agrees with looking at whole paths.
use super::glob::Glob;
use ltsp_core::ErrorKind;
use ltsp_core::tree::{Fate, Mark, Patterns, Rules};

/// A pattern with its specification.
type Rule<'p> = (&'p [u8], Glob<'p>);

/// Fields that end in NUL: `k` and a keep pattern, `v` and a volatile one, anything else a path.
pub fn patterns(data: &[u8]) {
    let (mut keep, mut volatile, mut paths) = (Vec::new(), Vec::new(), Vec::new());
    for field in data.split(|&byte| byte == 0).take(16) {
        let field = &field[..field.len().min(100)];
        match field.split_first() {
            Some((b'k', pattern)) => keep.extend(rule(pattern)),
            Some((b'v', pattern)) => volatile.extend(rule(pattern)),
            Some(_) => paths.push(field),
            None => {}
        }
    }
    let paths: Vec<Vec<&[u8]>> = paths
        .iter()
        .map(|path| path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()).collect())
        .collect();

    for (pattern, glob) in keep.iter().chain(&volatile) {
        let compiled = compile([*pattern]);
        for path in &paths {
            let matched = compiled.matches(path.iter().copied());
            assert!(
                matched == glob.matches(path),
                "{} on {}: {matched}",
                show(pattern),
                shown(path)
            );
        }
    }
    for default in [Fate::Reset, Fate::Keep] {
        let exceptions = compile(keep.iter().map(|(pattern, _)| *pattern));
        let vetoes = compile(volatile.iter().map(|(pattern, _)| *pattern));
        let rules = Rules::new(default, exceptions, vetoes);
        let specified = |path: &[&[u8]]| fate(default, &keep, &volatile, path);
        for path in &paths {
            walk(&rules, &specified, path, &paths);
        }
    }
}

/// The pattern, if it makes sense to both.
fn rule(pattern: &[u8]) -> Option<Rule<'_>> {
    let specified = Glob::parse(pattern);
    match Patterns::compile([pattern]) {
        Ok(_) => assert!(specified.is_some(), "{} compiles", show(pattern)),
        Err(error) => {
            assert!(specified.is_none(), "{} does not compile: {error}", show(pattern));
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
    }
    specified.map(|glob| (pattern, glob))
}

fn compile<'p>(patterns: impl IntoIterator<Item = &'p [u8]>) -> Patterns {
    Patterns::compile(patterns).expect("each of them compiles alone")
}

/// What is to become of a path, from the table in the documentation of the rules. A veto ends an exception, and nothing below
/// a veto is an exception again.
pub(super) fn fate(
    default: Fate,
    keep: &[Rule<'_>],
    volatile: &[Rule<'_>],
    path: &[&[u8]],
) -> Fate {
    let any = |rules: &[Rule<'_>]| rules.iter().any(|(_, glob)| glob.matches(path));
    let other = if default == Fate::Keep { Fate::Reset } else { Fate::Keep };
    if path.is_empty() || any(volatile) || !any(keep) { default } else { other }
}

fn walk(
    rules: &Rules,
    specified: &dyn Fn(&[&[u8]]) -> Fate,
    path: &[&[u8]],
    others: &[Vec<&[u8]>],
) {
    let mut mark: Mark = rules.top();
    for length in 0..=path.len() {
        if length > 0 {
            mark = rules.below(&mark, path[length - 1]);
        }
        let here = &path[..length];
        let wanted = specified(here);
        assert!(mark.fate == wanted, "{} is {:?}, not {wanted:?}", shown(here), mark.fate);
        if !mark.mixed {
            // Then everything below has the same fate, whatever it is called.
            for below in others {
                let below = [here, below].concat();
                let wanted = specified(&below);
                assert!(
                    mark.fate == wanted,
                    "{} is not mixed, but {} below it is {wanted:?}",
                    shown(here),
                    shown(&below)
                );
            }
        }
    }
}

/// A pattern that is known to make sense, with its specification.
pub(super) fn sound_rule(pattern: &[u8]) -> Rule<'_> {
    (pattern, Glob::parse(pattern).expect("a pattern that makes sense"))
}

fn show(bytes: &[u8]) -> String {
    format!("\"{}\"", bytes.escape_ascii())
}

fn shown(path: &[&[u8]]) -> String {
    show(&path.join(&b'/'))
}
