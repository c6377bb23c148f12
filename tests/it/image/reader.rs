//! What the reader finds in an image is what unsquashfs takes out of it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;

use ltsp_core::ErrorKind;
use ltsp_core::image::squashfs::{Compression, CompressionOptions, Limits, Squashfs};
use ltsp_core::sys::FileType;
use testkit::{Tree, oracle, tree};

use super::{mksquashfs, open, scratch};

/// Everything about one name but its place in the image.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    kind: FileType,
    mode: u32,
    owner: (u32, u32),
    mtime: i64,
    nlink: u64,
    content: Vec<u8>,
}

fn read(image: &Squashfs) -> BTreeMap<Vec<u8>, Seen> {
    let mut all = BTreeMap::new();
    let walked = image.walk(&mut |path, inode| {
        let content = match inode.kind {
            FileType::File => image.read(inode, u64::MAX)?,
            FileType::Symlink => inode.target().expect("a link has a target").to_vec(),
            FileType::Device => inode.device().expect("a device has a number").to_le_bytes().into(),
            _ => Vec::new(),
        };
        let is_directory = inode.kind == FileType::Directory;
        let seen = Seen {
            kind: inode.kind,
            mode: u32::from(inode.mode),
            owner: (inode.uid, inode.gid),
            mtime: i64::from(inode.mtime),
            nlink: if is_directory { 0 } else { u64::from(inode.nlink) },
            content,
        };
        assert!(all.insert(path.to_vec(), seen).is_none(), "{} twice", path.escape_ascii());
        Ok(())
    });
    walked.expect("a sound image can be walked");
    all
}

/// The same of a directory of the system.
fn of_directory(top: &Path) -> BTreeMap<Vec<u8>, Seen> {
    let mut all = BTreeMap::new();
    for path in oracle::find(top, &[]) {
        let file = top.join(std::ffi::OsStr::from_bytes(&path));
        let meta = file.symlink_metadata().expect("it was just found");
        let kind = meta.file_type();
        let (kind, content) = if kind.is_dir() {
            (FileType::Directory, Vec::new())
        } else if kind.is_symlink() {
            let target = fs::read_link(&file).expect("a link can be read");
            (FileType::Symlink, target.as_os_str().as_bytes().to_vec())
        } else if kind.is_file() {
            (FileType::File, fs::read(&file).expect("root may read"))
        } else if kind.is_fifo() {
            (FileType::Fifo, Vec::new())
        } else if kind.is_socket() {
            (FileType::Socket, Vec::new())
        } else {
            let number = u32::try_from(meta.rdev()).expect("a small device number");
            (FileType::Device, number.to_le_bytes().into())
        };
        let seen = Seen {
            kind,
            mode: meta.mode() & 0o7777,
            owner: (meta.uid(), meta.gid()),
            mtime: meta.mtime(),
            nlink: if meta.is_dir() { 0 } else { meta.nlink() },
            content,
        };
        all.insert(path, seen);
    }
    all
}

/// The image of `source` with these options reads as unsquashfs extracts it.
#[track_caller]
fn assert_reads_as_extracted(source: &Path, scratch: &Path, options: &str) -> Squashfs {
    let image = scratch.join("image");
    mksquashfs(source, &image, options);
    let to = scratch.join("extracted");
    let words = ["-no-progress", "-quiet", "-d"].map(std::ffi::OsStr::new);
    oracle::run("unsquashfs", words.into_iter().chain([to.as_os_str(), image.as_os_str()]));
    let (opened, extracted) = (open(&image), of_directory(&to));
    let found = read(&opened);
    let names = |all: &BTreeMap<Vec<u8>, Seen>| all.keys().cloned().collect::<Vec<_>>();
    assert!(names(&found) == names(&extracted), "{options}: other names");
    for (path, seen) in &found {
        let there = &extracted[path];
        assert!(seen.content == there.content, "{options}: {}: content", path.escape_ascii());
        assert_eq!(seen, there, "{options}: {}", path.escape_ascii());
    }
    testkit::remove_tree(&to).expect("scratch can be removed");
    opened
}

/// One of everything, around the sizes where the format changes its ways.
fn everything() -> Tree {
    let mut all = tree! {
        "empty" => file(""),
        "small" => file("a few bytes\n").mode(0o4755).owner(1000, 1001),
        "hole" => sparse(3 << 20, [(1 << 20, "in the middle")]),
        "only a hole" => sparse(700_001, [(0, "")]),
        "link" => symlink("../small"),
        "long link" => symlink("x/".repeat(2000)),
        "pipe" => fifo().mode(0o600),
        "socket" => socket(),
        "null" => char_device(1, 3),
        "disk" => block_device(8, 1),
        "directory" => dir().mode(0o1777),
        "directory/empty" => dir(),
        "directory/in it" => file("x").mode(0),
        "näme" => file("Latin or not\n"),
    }
    .with(b"b\xff\n".as_slice(), tree::file("no text"))
    .with("another name", tree::hard_link("small"))
    .with("directory/third name", tree::hard_link("small"));
    for size in [4095, 4096, 4097, 131_071, 131_072, 131_073, 400_000, 1 << 20] {
        all = all.with(format!("sized/{size}"), tree::file(tree::filler(size, size)));
        let text = "the same words again, ".repeat(usize::try_from(size).expect("small") / 22);
        all = all.with(format!("sized/text {size}"), tree::file(text.as_bytes()));
    }
    all.dated(1_500_000_000, 0)
}

#[test]
fn every_compression_reads_as_unsquashfs_extracts_it() {
    let (_mount, scratch) = scratch();
    let source = scratch.join("source");
    everything().build_at(&source);
    for (word, compression) in [
        ("gzip", Compression::Gzip),
        ("lzma", Compression::Lzma),
        ("lzo", Compression::Lzo),
        ("xz", Compression::Xz),
        ("lz4", Compression::Lz4),
        ("zstd", Compression::Zstd),
    ] {
        let image = assert_reads_as_extracted(&source, &scratch, &format!("-comp {word}"));
        assert_eq!(image.superblock().compression, compression);
        assert_eq!(compression.name(), word);
    }
}

#[test]
fn every_way_to_lay_an_image_out_reads_as_unsquashfs_extracts_it() {
    let (_mount, scratch) = scratch();
    let source = scratch.join("source");
    everything().build_at(&source);
    for options in [
        "-noI -noD -noF -noX",
        "-noF",
        "-noD",
        "-noI",
        "-noId",
        "-no-fragments",
        "-tailends",
        "-no-exports",
        "-no-sparse",
        "-no-duplicates",
        "-no-xattrs",
        "-nopad",
        "-b 4K",
        "-b 1M",
        "-b 1M -comp xz -Xdict-size 100% -Xbcj x86",
        "-comp lz4 -Xhc",
        "-comp zstd -Xcompression-level 1 -b 8K -tailends",
        "-comp lzo -Xalgorithm lzo1x_1_15 -b 64K",
        "-Xcompression-level 1 -Xwindow-size 8",
        "-all-root",
    ] {
        assert_reads_as_extracted(&source, &scratch, options);
    }
}

#[test]
fn the_superblock_says_how_the_image_was_made() {
    let (_mount, scratch) = scratch();
    let source = scratch.join("source");
    everything().build_at(&source);
    let image = scratch.join("image");
    mksquashfs(
        &source,
        &image,
        "-mkfs-time 1600000000 -b 256K -noI -noF -no-exports -comp xz -Xbcj arm",
    );
    let opened = open(&image);
    let superblock = opened.superblock();
    assert_eq!(superblock.version.to_string(), "4.0");
    assert_eq!((superblock.created, superblock.block_size), (1_600_000_000, 256 << 10));
    let flags = superblock.flags;
    assert!(flags.uncompressed_inodes && flags.uncompressed_fragments && !flags.uncompressed_data);
    assert!(flags.duplicates_shared && flags.compressor_options && !superblock.exportable);
    let names = oracle::find(&source, &[]).len();
    // Three names are one inode; the top has one, too.
    assert_eq!(superblock.inodes as usize, names - 2 + 1);
    let options = Some(&CompressionOptions::Xz { dictionary: 256 << 10, filters: 8 });
    assert_eq!(opened.options(), options);
    assert!(superblock.bytes_used <= image.metadata().expect("it is there").len());
    for (words, expected) in [
        ("-comp zstd -Xcompression-level 7", CompressionOptions::Zstd { level: 7 }),
        ("-comp lz4", CompressionOptions::Lz4 { version: 1, high: false }),
        ("-comp lz4 -Xhc", CompressionOptions::Lz4 { version: 1, high: true }),
        ("-comp lzo -Xalgorithm lzo1x_1", CompressionOptions::Lzo { algorithm: 0, level: 0 }),
        (
            "-Xcompression-level 3 -Xwindow-size 12",
            CompressionOptions::Gzip { level: 3, window: 12, strategies: 0 },
        ),
    ] {
        mksquashfs(&source, &image, words);
        assert_eq!(open(&image).options(), Some(&expected), "{words}");
    }
    mksquashfs(&source, &image, "");
    let plain = open(&image);
    assert!(plain.options().is_none() && plain.superblock().exportable);
}

#[test]
fn large_directories_and_deep_trees_read_as_unsquashfs_extracts_them() {
    let (_mount, scratch) = scratch();
    let source = scratch.join("source");
    let mut deep = String::new();
    let mut tree = Tree::new();
    for level in 0..300 {
        deep.push_str(if level == 0 { "deep" } else { "/down" });
        tree = tree.with(&deep, tree::dir());
    }
    tree = tree.with(format!("{deep}/bottom"), tree::file("found"));
    for number in 0..10_000 {
        let name = format!("many/{number:05}-{}", "n".repeat(number % 200));
        tree = tree.with(name, tree::file(if number % 3 == 0 { "" } else { "x" }));
    }
    tree.build_at(&source);
    for options in ["", "-comp zstd -b 4K", "-noI"] {
        let image = assert_reads_as_extracted(&source, &scratch, options);
        let many = image.lookup("many").expect("it is there");
        assert_eq!(image.list(&many).expect("it can be listed").len(), 10_000);
        let bottom = image.lookup(format!("{deep}/bottom")).expect("it is there");
        assert_eq!(image.read(&bottom, 5).expect("it is small"), b"found");
        let last = image.lookup("/many/09999-".to_owned() + &"n".repeat(199));
        assert_eq!(last.expect("it is there").size, 0);
    }
}

#[test]
fn links_inside_an_image_never_leave_it() {
    let (_mount, scratch) = scratch();
    let source = scratch.join("source");
    tree! {
        "etc/passwd" => file("the image's own\n"),
        "absolute" => symlink("/etc/passwd"),
        "up" => symlink("../../../../../../etc/passwd"),
        "home/g1/up" => symlink("../../../etc/./passwd"),
        "home/g1/etc" => symlink("/etc"),
        "home/g1/proc" => symlink("/proc/self/cwd/../../../../../../../../../../../../etc/passwd"),
        "loop" => symlink("pool"),
        "pool" => symlink("loop"),
        "self" => symlink("self/x"),
        "through a file" => symlink("etc/passwd/x"),
        "nowhere" => symlink("/etc/shadow"),
    }
    .build_at(&source);
    let image = scratch.join("image");
    mksquashfs(&source, &image, "");
    let image = open(&image);
    for path in ["absolute", "/up", "home/g1/up", "home/g1/etc/passwd", "//home/../../absolute"] {
        let inode = image.lookup(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(image.read(&inode, 100).expect("a file"), b"the image's own\n", "{path}");
    }
    for (path, kind) in [
        ("home/g1/proc", ErrorKind::NotFound),
        ("nowhere", ErrorKind::NotFound),
        ("loop", ErrorKind::Unsafe),
        ("self", ErrorKind::Unsafe),
        ("through a file", ErrorKind::NotFound),
        ("etc/passwd/", ErrorKind::NotFound),
        ("etc/passwd/..", ErrorKind::NotFound),
        ("no\u{1b}[31m", ErrorKind::NotFound),
    ] {
        let error = image.lookup(path).expect_err("it leads nowhere");
        assert_eq!(error.kind(), kind, "{path}: {error}");
        assert!(!error.to_string().contains('\u{1b}'), "{error}");
    }
    let link = image.lookup_link("home/g1/up").expect("the link itself");
    assert_eq!(link.target(), Some(&b"../../../etc/./passwd"[..]));
}

#[test]
fn what_is_larger_than_one_is_willing_to_read_is_refused() {
    let (_mount, scratch) = scratch();
    let source = scratch.join("source");
    tree! {
        "huge" => sparse(1 << 31, [(1 << 30, "somewhere")]),
        "text" => file("0123456789"),
        "d/a" => file(""),
        "d/b" => file(""),
        "d/c" => file(""),
    }
    .build_at(&source);
    // Two gigabytes of nothing have an image of some kilobytes.
    let image = scratch.join("image");
    mksquashfs(&source, &image, "-b 1M");
    let opened = open(&image);
    let huge = opened.lookup("huge").expect("it is there");
    assert_eq!(huge.size, 1 << 31);
    let error = opened.read(&huge, u64::MAX).expect_err("256 MiB are the limit");
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(opened.read_start(&huge, 5_000_000).expect("a start"), vec![0; 5_000_000]);
    let text = opened.lookup("text").expect("it is there");
    assert_eq!(opened.read(&text, 9).expect_err("ten bytes").kind(), ErrorKind::Refused);
    assert_eq!(opened.read_start(&text, 4).expect("a start"), b"0123");
    assert_eq!(opened.list(&text).expect_err("no directory").kind(), ErrorKind::InvalidInput);
    let bytes = fs::read(&image).expect("root may read");
    let few = Limits { entries: 2, names: 3, ..Limits::default() };
    let opened = Squashfs::open_with(bytes, few).expect("it opens");
    let directory = opened.lookup("d").expect("it is there");
    assert_eq!(opened.list(&directory).expect_err("three").kind(), ErrorKind::Refused);
    let error = opened.walk(&mut |_, _| Ok(())).expect_err("seven names");
    assert_eq!(error.kind(), ErrorKind::Refused);
}

#[test]
fn several_threads_read_one_image_at_once() {
    let (_mount, scratch) = scratch();
    let source = scratch.join("source");
    everything().build_at(&source);
    let image = scratch.join("image");
    mksquashfs(&source, &image, "-b 16K");
    let image = open(&image);
    let all = read(&image);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(read(&image) == all));
        }
    });
}
