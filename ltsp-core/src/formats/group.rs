//! group(5): `name:password:GID:member,member`.

use nom::bytes::complete::{tag, take_till};
use nom::character::complete::u32;
use nom::combinator::{eof, verify};
use nom::sequence::terminated;
use nom::{IResult, Parser};

/// One line of the file that is a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The group's name.
    pub name: &'a [u8],
    /// Password field, `x` where it is in gshadow(5).
    pub password: &'a [u8],
    /// The group's id.
    pub gid: u32,
    /// The members' login names, separated by commas. Those whose primary group it is are not
    /// among them.
    pub members: &'a [u8],
}

impl<'a> Entry<'a> {
    /// Each member's login name.
    pub fn members(&self) -> impl Iterator<Item = &'a [u8]> {
        self.members.split(|byte| *byte == b',').filter(|name| !name.is_empty())
    }
}

/// The groups in `bytes`. As glibc's fgetgrent(3) has it: empty lines, comments, NIS lines (`+`,
/// `-`) and lines that are not made of four fields with a number are passed over.
pub fn entries(bytes: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    bytes.split(|byte| *byte == b'\n').filter_map(|line| match entry(line) {
        Ok((_, entry)) => Some(entry),
        Err(_) => None,
    })
}

fn field(input: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_till(|byte| byte == b':'), tag(":")).parse(input)
}

fn entry(line: &[u8]) -> IResult<&[u8], Entry<'_>> {
    let name =
        verify(field, |name: &[u8]| !matches!(name.first(), None | Some(b'#' | b'+' | b'-')));
    let (rest, (name, password, gid, members, _)) =
        (name, field, terminated(u32, tag(":")), take_till(|byte| byte == b':'), eof)
            .parse(line)?;
    Ok((rest, Entry { name, password, gid, members }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_has_its_fields_and_members() {
        let all: Vec<_> = entries(b"# local\nclass1:x:2001:anna,bert,,\n+\nempty::7:\n").collect();
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].name, all[0].gid), (&b"class1"[..], 2001));
        assert_eq!(all[0].members().collect::<Vec<_>>(), [&b"anna"[..], b"bert"]);
        assert_eq!(all[1].members().count(), 0);
    }

    #[test]
    fn what_is_no_group_is_passed_over() {
        assert_eq!(entries(b"\n:x:1:\na:x:y:\nb:x:1\nc:x:1:m:more\nd:x:4294967296:\n").count(), 0);
    }
}
