//! Any bytes as a squashfs image: everything is listed and read, in bounded memory and time.
use ltsp_core::image::squashfs::{Limits, Squashfs};
use ltsp_core::sys::FileType;
use ltsp_core::{Error, ErrorKind};

/// More than any sound image of the size of a seed has inside.
const LIMITS: Limits = Limits { file: 1 << 20, entries: 500, names: 500 };

/// Bytes of content after which a round ends.
const ENOUGH: usize = 4 << 20;

/// The bytes are the image.
pub fn squashfs(data: &[u8]) {
    let image = match Squashfs::open_with(data.to_vec(), LIMITS) {
        Ok(image) => image,
        Err(error) => return expected(&error),
    };
    assert!(image.superblock().bytes_used <= data.len() as u64);
    let mut paths = Vec::new();
    let mut total = 0;
    let walked = image.walk(&mut |path, inode| {
        assert!(!path.is_empty() && !path.starts_with(b"/") && !path.contains(&0));
        assert!(path.split(|byte| *byte == b'/').all(|name| !matches!(name, b"" | b"." | b"..")));
        assert_eq!(inode.target().is_some(), inode.kind == FileType::Symlink);
        paths.push(path.to_vec());
        match image.read(inode, LIMITS.file) {
            Ok(content) => {
                assert_eq!(content.len() as u64, inode.size);
                total += content.len();
                let start = image.read_start(inode, 10).expect("the start of what was just read");
                assert!(content.starts_with(&start));
            }
            Err(error) => expected(&error),
        }
        if total > ENOUGH {
            return Err(Error::new(ErrorKind::Cancelled, "enough"));
        }
        Ok(())
    });
    match walked {
        Err(error) if error.kind() != ErrorKind::Cancelled => expected(&error),
        _ => {}
    }
    for path in paths.iter().take(50) {
        for answer in [image.lookup(path), image.lookup_link(path)] {
            match answer {
                Ok(inode) if inode.kind == FileType::Directory => {
                    if let Err(error) = image.list(&inode) {
                        expected(&error);
                    }
                }
                Ok(_) => {}
                Err(error) => expected(&error),
            }
        }
    }
}

/// Errors of damaged images have these kinds, and messages that fit on a screen.
#[track_caller]
fn expected(error: &Error) {
    let kinds = [
        ErrorKind::Parse,
        ErrorKind::Unsupported,
        ErrorKind::Refused,
        ErrorKind::Unsafe,
        ErrorKind::NotFound,
        ErrorKind::InvalidInput,
    ];
    assert!(kinds.contains(&error.kind()), "{error:?}");
    assert!(error.to_string().len() < 2000, "{error}");
}
