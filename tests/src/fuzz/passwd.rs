//! The parser of passwd(5) against a plain splitter.
use ltsp_core::accounts::Accounts;
use ltsp_core::formats::passwd::entries;
use std::os::unix::ffi::OsStrExt;

/// The bytes of a passwd file.
pub fn passwd(data: &[u8]) {
    let parsed: Vec<_> = entries(data).collect();
    let split: Vec<_> = data.split(|&byte| byte == b'\n').filter_map(fields).collect();
    assert_eq!(parsed.len(), split.len(), "accounts of {}", data.escape_ascii());
    for (entry, (fields, uid, gid)) in parsed.iter().zip(&split) {
        let found = [entry.name, entry.password, entry.gecos, entry.home, entry.shell];
        assert_eq!(found, [fields[0], fields[1], fields[4], fields[5], fields[6]]);
        assert_eq!((entry.uid, entry.gid), (*uid, *gid));
        assert!(!found.concat().iter().any(|byte| matches!(byte, b':' | b'\n')));
    }
    let accounts = Accounts::parse(data);
    assert_eq!(accounts.all().len(), parsed.len());
    for (account, entry) in accounts.all().iter().zip(&parsed) {
        assert_eq!(
            (&account.name[..], account.uid, account.gid),
            (entry.name, entry.uid, entry.gid)
        );
        assert_eq!(account.home.as_os_str().as_bytes(), entry.home);
        let first = parsed.iter().find(|first| first.name == entry.name).expect("at least itself");
        let named = accounts.named(entry.name).expect("it is there");
        assert_eq!((named.uid, named.gid), (first.uid, first.gid), "the first of that name");
        assert!(accounts.with_home(&account.home).any(|sharer| sharer.name == entry.name));
    }
}

/// Seven fields with two ids, if the line is an account.
fn fields(line: &[u8]) -> Option<(Vec<&[u8]>, u32, u32)> {
    let fields: Vec<_> = line.split(|&byte| byte == b':').collect();
    let id = |field: &[u8]| -> Option<u32> {
        let text = std::str::from_utf8(field).ok()?;
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
    };
    let name = fields[0].first()?;
    if fields.len() != 7 || b"#+-".contains(name) {
        return None;
    }
    let (uid, gid) = (id(fields[2])?, id(fields[3])?);
    Some((fields, uid, gid))
}
