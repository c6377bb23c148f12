//! passwd(5): `name:password:UID:GID:GECOS:directory:shell`.

use nom::bytes::complete::{tag, take_till};
use nom::character::complete::u32;
use nom::combinator::{eof, verify};
use nom::sequence::terminated;
use nom::{IResult, Parser};

/// One line of the file that is an account. Fields are bytes: nothing promises UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Login name.
    pub name: &'a [u8],
    /// Password field, `x` where it is in shadow(5).
    pub password: &'a [u8],
    /// User id.
    pub uid: u32,
    /// Primary group's id.
    pub gid: u32,
    /// Full name and the like.
    pub gecos: &'a [u8],
    /// Home directory.
    pub home: &'a [u8],
    /// Login shell; empty means `/bin/sh`.
    pub shell: &'a [u8],
}

/// The accounts in `bytes`.
///
/// As glibc's fgetpwent(3) has it: empty lines, comments, NIS lines (`+`, `-`) and lines that are
/// not made of seven fields with two numbers are passed over.
pub fn entries(bytes: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    bytes.split(|byte| *byte == b'\n').filter_map(|line| match entry(line) {
        Ok((_, entry)) => Some(entry),
        Err(_) => None,
    })
}

fn field(input: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_till(|byte| byte == b':'), tag(":")).parse(input)
}

fn number(input: &[u8]) -> IResult<&[u8], u32> {
    terminated(u32, tag(":")).parse(input)
}

fn name(input: &[u8]) -> IResult<&[u8], &[u8]> {
    verify(field, |name: &[u8]| !matches!(name.first(), None | Some(b'#' | b'+' | b'-')))
        .parse(input)
}

fn entry(line: &[u8]) -> IResult<&[u8], Entry<'_>> {
    let (rest, (name, password, uid, gid, gecos, home, shell, _)) =
        (name, field, number, number, field, field, take_till(|byte| byte == b':'), eof)
            .parse(line)?;
    Ok((rest, Entry { name, password, uid, gid, gecos, home, shell }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_its_seven_fields() {
        let all: Vec<_> = entries(b"root:x:0:0:root:/root:/bin/bash\n").collect();
        assert_eq!(
            all,
            [Entry {
                name: b"root",
                password: b"x",
                uid: 0,
                gid: 0,
                gecos: b"root",
                home: b"/root",
                shell: b"/bin/bash",
            }]
        );
    }

    #[test]
    fn what_is_no_account_is_passed_over_and_hides_nothing() {
        let text = b"# a comment\n\n+::::::\n-bad\nbroken:x:one:2:::\n:x:1:1:::\n\
                     g1:x:1001:1001:G\xfcnther:/home/g1:\nlast:x:7:8::/home/last:/bin/sh";
        let names: Vec<_> = entries(text).map(|entry| entry.name).collect();
        assert_eq!(names, [&b"g1"[..], b"last"]);
    }

    #[test]
    fn a_number_too_large_for_an_id_is_no_account() {
        assert_eq!(entries(b"x:x:4294967296:0:::\n").count(), 0);
    }
}
