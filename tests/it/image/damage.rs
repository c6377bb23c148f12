//! Damaged, cut short, foreign: an error each time, never a panic, within bounded memory and time.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use ltsp_core::image::squashfs::{Limits, Squashfs};
use ltsp_core::{Error, ErrorKind};
use testkit::tree;

use super::{mksquashfs, scratch};

/// A small image with one of everything, in all its parts.
fn small(scratch: &Path, options: &str) -> Vec<u8> {
    let source = scratch.join("source");
    if !source.exists() {
        tree! {
            "etc/os-release" => file("ID=test\n"),
            "boot/vmlinuz-1" => file(tree::filler(3, 9000)),
            "text" => file("words and words and words ".repeat(700).into_bytes()),
            "hole" => sparse(40_000, [(20_000, "x")]),
            "link" => symlink("etc/os-release"),
            "pipe" => fifo(),
            "null" => char_device(1, 3),
            "a/b/c/d" => file("deep").owner(7, 8).xattr("user.note", "kept"),
        }
        .build_at(&source);
    }
    let image = scratch.join("image");
    mksquashfs(&source, &image, &format!("-nopad -b 4K {options}"));
    fs::read(image).expect("root may read")
}

/// Reads everything, as far as it goes.
fn read_all(bytes: Vec<u8>) -> Result<u64, Error> {
    let limits = Limits { file: 1 << 20, entries: 1000, names: 1000 };
    let image = Squashfs::open_with(bytes, limits)?;
    let mut total = 0;
    let mut first = Ok(());
    image.walk(&mut |_, inode| {
        if inode.kind == ltsp_core::sys::FileType::File {
            match image.read(inode, 1 << 20) {
                Ok(content) => total += content.len() as u64,
                Err(error) => first = first.clone().and(Err(error)),
            }
        }
        Ok(())
    })?;
    first.map(|()| total)
}

#[track_caller]
fn assert_a_sound_error(error: &Error, what: &str) {
    let kinds = [ErrorKind::Parse, ErrorKind::Unsupported, ErrorKind::Refused];
    assert!(kinds.contains(&error.kind()), "{what}: {error:?}");
    assert!(error.to_string().len() < 600, "{what}: {error}");
}

const LAYOUTS: [&str; 7] = [
    "",
    "-comp xz",
    "-comp lz4",
    "-comp zstd",
    "-comp lzo",
    "-comp lzma",
    "-noI -noD -noF -noX -tailends",
];

#[test]
fn an_image_cut_short_anywhere_is_an_error() {
    let (_mount, scratch) = scratch();
    for layout in LAYOUTS {
        let whole = small(&scratch, layout);
        assert!(read_all(whole.clone()).expect("the whole one") > 50_000);
        let used = u64::from_le_bytes(whole[40..48].try_into().expect("eight bytes"));
        assert_eq!(used, whole.len() as u64, "-nopad leaves nothing behind the end");
        let edges = boundaries(&whole).into_iter().flat_map(|edge| [edge.saturating_sub(1), edge]);
        for length in (0..whole.len()).step_by(97).chain(edges) {
            let error = read_all(whole[..length.min(whole.len() - 1)].to_vec());
            let error = error.expect_err("an image that is cut short");
            assert_eq!(error.kind(), ErrorKind::Parse, "{layout} at {length}: {error}");
            // The same with a superblock that claims less.
            let mut lying = whole[..length].to_vec();
            if length >= 96 {
                lying[40..48].copy_from_slice(&(length as u64).to_le_bytes());
                if let Err(error) = read_all(lying) {
                    assert_a_sound_error(&error, layout);
                }
            }
        }
    }
}

/// Where the tables begin, as the superblock has them.
fn boundaries(image: &[u8]) -> Vec<usize> {
    let tables = [48, 56, 64, 72, 80, 88]
        .map(|at| u64::from_le_bytes(image[at..at + 8].try_into().expect("eight bytes")));
    let tables = tables.into_iter().filter_map(|start| usize::try_from(start).ok());
    tables.filter(|start| *start < image.len()).chain([4, 28, 32, 95, 96, 104]).collect()
}

#[test]
fn a_damaged_byte_anywhere_is_an_error_or_harmless_but_never_worse() {
    let (_mount, scratch) = scratch();
    let (mut errors, mut tries) = (0, 0);
    let mut slowest = Duration::ZERO;
    for layout in LAYOUTS {
        let whole = small(&scratch, layout);
        let sampled = (0..whole.len()).step_by(97);
        // The superblock and what stands at the edges of the tables, byte by byte.
        let near = boundaries(&whole).into_iter().flat_map(|edge| edge..edge + 40);
        for at in sampled.chain(0..96).chain(near).filter(|at| *at < whole.len()) {
            for change in [0x01, 0x80, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] ^= change;
                tries += 1;
                let begun = Instant::now();
                let answer = read_all(damaged);
                slowest = slowest.max(begun.elapsed());
                if let Err(error) = answer {
                    errors += 1;
                    assert_a_sound_error(&error, &format!("{layout} at {at}"));
                }
            }
        }
    }
    assert!(errors > tries / 4, "only {errors} of {tries} were noticed");
    assert!(slowest < Duration::from_secs(20), "{slowest:?}");
}

#[test]
fn huge_numbers_in_the_superblock_allocate_nothing() {
    let (_mount, scratch) = scratch();
    let whole = small(&scratch, "");
    for at in (0..96).step_by(2) {
        for width in [2, 4, 8] {
            for value in [0u64, u64::MAX, u64::MAX - 1, 1 << 63, 0x7fff_ffff, whole.len() as u64] {
                let mut damaged = whole.clone();
                let end = (at + width).min(96);
                damaged[at..end].copy_from_slice(&value.to_le_bytes()[..end - at]);
                if let Err(error) = read_all(damaged) {
                    assert_a_sound_error(&error, &format!("{value:#x} at {at}"));
                }
            }
        }
    }
}

#[test]
fn a_directory_inside_itself_ends_the_walk() {
    let (_mount, scratch) = scratch();
    let source = scratch.join("loop");
    tree! { "a/b/c" => file("x") }.build_at(&source);
    let image = scratch.join("image");
    mksquashfs(&source, &image, "-nopad -noI");
    let mut bytes = fs::read(&image).expect("root may read");
    let table = |at: usize| {
        let field = bytes[at..at + 8].try_into().expect("eight bytes");
        usize::try_from(u64::from_le_bytes(field)).expect("a small image")
    };
    // Uncompressed: behind the length of the block, 12 bytes of header, then the entry `b` of `a`,
    // which is to lead to `a` itself. Directories are written from the bottom up: c in b, b in a.
    let (directories, root) = (table(72) + 2, table(32));
    let entries: Vec<usize> = (directories..bytes.len() - 9)
        .filter(|at| bytes[at + 4..at + 8] == [1, 0, 0, 0] && matches!(bytes[at + 8], b'a' | b'b'))
        .collect();
    assert_eq!(entries.len(), 2, "two entries are directories");
    let of_a = bytes[entries[1]..entries[1] + 2].to_vec();
    assert_eq!(bytes[entries[1] + 8], b'a');
    bytes[entries[0]..entries[0] + 2].copy_from_slice(&of_a);
    assert_ne!(root & 0xffff, usize::from(u16::from_le_bytes([of_a[0], of_a[1]])));
    let opened = Squashfs::open(bytes).expect("the superblock is sound");
    let error = opened.walk(&mut |_, _| Ok(())).expect_err("a loop");
    assert_eq!(error.kind(), ErrorKind::Parse, "{error}");
    // A path is as long as it says.
    assert!(opened.lookup("a/b/b/b/b").is_ok());
    assert_eq!(opened.lookup("a/b/c").expect_err("gone").kind(), ErrorKind::NotFound);
}

#[test]
fn foreign_files_and_other_versions_are_told_apart() {
    let kind = |bytes: &[u8]| {
        let error = Squashfs::open(bytes.to_vec()).expect_err("not an image of version 4.0");
        (error.kind(), error.to_string())
    };
    let (what, text) =
        kind(b"\x7fELF and so on, far more than a superblock would need to be read as one, truly");
    assert_eq!(what, ErrorKind::Parse);
    assert!(text.contains("no squashfs image") && text.contains("\\x7fELF"), "{text}");
    assert_eq!(kind(b"").0, ErrorKind::Parse);
    assert_eq!(kind(b"hs").0, ErrorKind::Parse);
    assert_eq!(kind(b"hsqs").0, ErrorKind::Parse);
    let mut old = vec![0; 200];
    old[..4].copy_from_slice(b"hsqs");
    old[28..32].copy_from_slice(&[3, 0, 1, 0]);
    let (what, text) = kind(&old);
    assert_eq!(what, ErrorKind::Unsupported);
    assert!(text.contains("3.1 (little-endian)"), "{text}");
    old[..4].copy_from_slice(b"sqsh");
    old[28..32].copy_from_slice(&[0, 2, 0, 1]);
    let (what, text) = kind(&old);
    assert_eq!(what, ErrorKind::Unsupported);
    assert!(text.contains("2.1 (big-endian)"), "{text}");
    old[..4].copy_from_slice(b"qshs");
    assert!(kind(&old).1.contains("vendor"), "{}", kind(&old).1);
    old[..4].copy_from_slice(b"hsqs");
    old[28..32].copy_from_slice(&[4, 0, 0, 0]);
    old[20] = 9;
    let (what, text) = kind(&old);
    assert_eq!(what, ErrorKind::Unsupported);
    assert!(text.contains("compression 9"), "{text}");
}

#[test]
fn the_seeds_of_the_fuzz_target_hold_when_they_are_damaged_at_random() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds/squashfs");
    // A linear congruential generator: the same damage in each run.
    let mut state = 1u64;
    let mut below = |end: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % end
    };
    let mut count = 0;
    for entry in fs::read_dir(seeds).expect("the target has seeds") {
        let seed = fs::read(entry.expect("it can be listed").path()).expect("it can be read");
        count += 1;
        testkit::fuzz::squashfs(&seed);
        for _ in 0..2000 {
            let mut damaged = seed.clone();
            for _ in 0..=below(4) {
                let at = below(damaged.len());
                match below(4) {
                    0 => damaged[at] ^= 1 << below(8),
                    1 => damaged[at] = [0, 1, 0x7f, 0x80, 0xff][below(5)],
                    2 => damaged[at] = u8::try_from(below(256)).expect("a byte"),
                    _ => {
                        let from = below(damaged.len());
                        let length = below(12).min(damaged.len() - from.max(at));
                        damaged.copy_within(from..from + length, at);
                    }
                }
            }
            testkit::fuzz::squashfs(&damaged);
        }
    }
    assert!(count >= 4, "only {count} seeds");
}
