//! Which groups an account is in, by a root's `/etc/group`.

use std::path::Path;

use super::directory::{Account, MOST};
use crate::error::{ErrorKind, Result};
use crate::formats::group;
use crate::sys::SysRoot;

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name, as its bytes are.
    pub name: Vec<u8>,
    /// Its id.
    pub gid: u32,
    /// Login names of its members.
    pub members: Vec<Vec<u8>>,
}

/// The groups of one root, read from its `/etc/group` (group(5)), not from the name service.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    groups: Vec<Group>,
}

impl Groups {
    /// Reads them; a root without the file has none.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(root: &SysRoot) -> Result<Self> {
        match root.read(Path::new("/etc/group"), MOST) {
            Ok(bytes) => Ok(Self::parse(&bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Takes them from the file's bytes.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let groups = group::entries(bytes)
            .map(|entry| Group {
                name: entry.name.to_vec(),
                gid: entry.gid,
                members: entry.members().map(<[u8]>::to_vec).collect(),
            })
            .collect();
        Self { groups }
    }

    /// The groups that `account` is in, its primary group among them if it has a line, in the order
    /// of the file.
    pub fn of<'a>(&'a self, account: &'a Account) -> impl Iterator<Item = &'a Group> {
        self.groups
            .iter()
            .filter(|group| group.gid == account.gid || group.members.contains(&account.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn an_account_is_in_its_primary_group_and_where_it_is_a_member() {
        let groups = Groups::parse(b"anna:x:1001:\nclass1:x:2001:bert,anna\nclass2:x:2002:bert\n");
        let anna = Account {
            name: b"anna".to_vec(),
            uid: 1001,
            gid: 1001,
            home: PathBuf::from("/home/anna"),
        };
        let names: Vec<_> = groups.of(&anna).map(|group| group.name.as_slice()).collect();
        assert_eq!(names, [&b"anna"[..], b"class1"]);
    }
}
