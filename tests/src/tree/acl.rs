//! POSIX access control lists in the kernel's own attribute format.

/// Read, write and execute as the usual three bits.
pub type Perm = u16;

const USER_OBJ: u16 = 0x01;
const USER: u16 = 0x02;
const GROUP_OBJ: u16 = 0x04;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;
const OTHER: u16 = 0x20;
const NO_ID: u32 = u32::MAX;

/// An ACL under construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acl {
    entries: Vec<(u16, Perm, u32)>,
}

impl Acl {
    /// The three entries every ACL has: owner, group, others.
    pub fn new(user: Perm, group: Perm, other: Perm) -> Self {
        Self {
            entries: vec![
                (USER_OBJ, user, NO_ID),
                (GROUP_OBJ, group, NO_ID),
                (OTHER, other, NO_ID),
            ],
        }
    }

    /// Grants to a named user.
    #[must_use]
    pub fn user(mut self, uid: u32, perm: Perm) -> Self {
        self.entries.push((USER, perm, uid));
        self
    }

    /// Grants to a named group.
    #[must_use]
    pub fn group(mut self, gid: u32, perm: Perm) -> Self {
        self.entries.push((GROUP, perm, gid));
        self
    }

    /// The attribute's bytes, with a mask that restricts nothing where named entries require one.
    pub fn to_xattr(&self) -> Vec<u8> {
        let mut entries = self.entries.clone();
        if entries.iter().any(|entry| matches!(entry.0, USER | GROUP)) {
            let mask = entries.iter().filter(|entry| matches!(entry.0, USER | GROUP | GROUP_OBJ));
            let mask = mask.fold(0, |mask, entry| mask | entry.1);
            entries.push((MASK, mask, NO_ID));
        }
        entries.sort_by_key(|entry| (entry.0, entry.2));
        let mut bytes = 2_u32.to_le_bytes().to_vec();
        for (tag, perm, id) in entries {
            bytes.extend_from_slice(&tag.to_le_bytes());
            bytes.extend_from_slice(&perm.to_le_bytes());
            bytes.extend_from_slice(&id.to_le_bytes());
        }
        bytes
    }
}
