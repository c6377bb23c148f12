//! What an owner can do to a file's content while even its change time stands still: old mappings and exchanged blocks.
use std::fs::{self, File, OpenOptions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};

use ltsp_core::Observer;
use ltsp_core::home::{Busy, HomeReset, ReceiptUse, Strategy};
use testkit::mount::{FileSystem, on_each};
use testkit::session::{OnTerm, Session};
use testkit::tree::{Tree, dir};
use testkit::{Host, tree};

use crate::reset_support::{
    STRATEGIES, exact, guest_on, is_the_template, run, staged, stamp, tick, unchanged,
};

fn in_place(host: &Host, receipts: ReceiptUse) -> HomeReset {
    exact(host).strategy(Strategy::InPlace).receipts(receipts)
}

/// A shared mapping of a file's first page, as another program has it.
struct Mapping(&'static AtomicU8);

impl Mapping {
    #[track_caller]
    fn of(path: &Path) -> Self {
        let file = OpenOptions::new().read(true).write(true).open(path).expect("root may");
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let fd = file.as_raw_fd();
        // SAFETY: the kernel chooses the place, and the file is not empty.
        let at = unsafe { libc::mmap(std::ptr::null_mut(), 4096, access, libc::MAP_SHARED, fd, 0) };
        assert_ne!(at, libc::MAP_FAILED, "{}", std::io::Error::last_os_error());
        // SAFETY: the page stays mapped as long as this value, which does not hand the reference out.
        let mapping = Self(unsafe { &*at.cast::<AtomicU8>() });
        // Where the kernel does not watch stores, this is what lets later ones pass unseen.
        mapping.load();
        mapping
    }

    fn load(&self) -> u8 {
        self.0.load(Ordering::SeqCst)
    }

    fn store(&self, byte: u8) {
        self.0.store(byte, Ordering::SeqCst);
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: it was mapped with this length, and nothing else refers to it.
        unsafe { libc::munmap(self.0.as_ptr().cast(), 4096) };
    }
}

/// Gives a file its template's modification time again, if it has lost it.
#[track_caller]
fn put_time_back(host: &Host, path: &str) {
    let time = |path| fs::metadata(path).and_then(|meta| meta.modified()).expect("it has a time");
    let (own, wanted) = (host.home("guest").join(path), time(host.template_path().join(path)));
    if time(own.clone()) != wanted {
        let file = OpenOptions::new().write(true).open(own);
        file.and_then(|file| file.set_modified(wanted)).expect("root may set times");
    }
}

/// Files that only their owner, a group or everybody may write.
fn shared() -> Tree {
    tree! {
        "own" => file("own").mode(0o600),
        "group" => file("group").mode(0o664),
        "all" => file("all").mode(0o666),
    }
    .with_root(dir().mode(0o740))
    .dated(1_500_000_000, 0)
}

const SHARED: [&str; 3] = ["own", "group", "all"];

/// Runs a test on every file system under every way to use receipts.
#[track_caller]
fn on_each_in_every_way(mut test: impl FnMut(&Path, ReceiptUse)) {
    on_each(|_, place| ReceiptUse::ALL.iter().for_each(|&receipts| test(place, receipts)));
}

#[test]
fn a_store_through_a_mapping_is_healed() {
    on_each_in_every_way(|place, receipts| {
        for first in STRATEGIES {
            let host = guest_on(place).template(shared());
            run(&exact(&host).strategy(first));
            let maps = SHARED.map(|path| Mapping::of(&host.home("guest").join(path)));
            maps.iter().for_each(|map| map.store(b'!'));
            SHARED.iter().for_each(|path| put_time_back(&host, path));
            run(&in_place(&host, receipts));
            is_the_template(&host);
            // These lead to the files that were replaced.
            maps.iter().for_each(|map| map.store(b'?'));
            run(&in_place(&host, receipts));
            is_the_template(&host);
        }
    });
}

#[test]
fn a_store_into_a_page_that_was_written_before_a_reset_is_healed() {
    on_each_in_every_way(|place, receipts| {
        for busy in [Busy::Refuse, Busy::Ignore] {
            let host = guest_on(place).template(shared());
            run(&exact(&host).receipts(ReceiptUse::Never));
            let maps = SHARED.map(|path| Mapping::of(&host.home("guest").join(path)));
            let was: Vec<u8> = maps.iter().map(Mapping::load).collect();
            // Written and put back: all is as it should be, but the pages are open to stores.
            for (map, byte) in maps.iter().zip(was) {
                map.store(b'!');
                map.store(byte);
            }
            SHARED.iter().for_each(|path| put_time_back(&host, path));
            unchanged(&run(&in_place(&host, receipts).busy(busy)));
            maps.iter().for_each(|map| map.store(b'!'));
            SHARED.iter().for_each(|path| put_time_back(&host, path));
            let report = run(&in_place(&host, receipts));
            assert_eq!(report.counts.replaced, 3, "receipts {receipts}: {report:?}");
            is_the_template(&host);
        }
    });
}

/// Logs the account in once its home is being mended, to leave pages open to stores behind right content and time.
struct Login<'a> {
    host: &'a Host,
    maps: &'a [Mapping],
    session: Mutex<Option<Session>>,
}

impl Observer for Login<'_> {
    fn cancelled(&self) -> bool {
        // Not before the account's processes were looked for: then it would be busy.
        if staged(self.host, "run-").is_empty() {
            return false;
        }
        let account = self.host.of("guest");
        let mut session = self.session.lock().expect("no panic while held");
        session.get_or_insert_with(|| {
            Session::start(account.uid, account.gid, Path::new("/"), OnTerm::Ends)
        });
        for (map, path) in self.maps.iter().zip(SHARED) {
            let byte = map.load();
            map.store(b'!');
            map.store(byte);
            put_time_back(self.host, path);
        }
        false
    }
}

#[test]
fn what_an_account_does_during_a_reset_is_not_vouched_for() {
    on_each_in_every_way(|place, receipts| {
        let host = guest_on(place).template(shared());
        run(&exact(&host).receipts(ReceiptUse::Never));
        let maps = SHARED.map(|path| Mapping::of(&host.home("guest").join(path)));
        let login = Login { host: &host, maps: &maps, session: Mutex::new(None) };
        let report = in_place(&host, receipts).run(&login).expect("begins");
        assert!(report.failed().next().is_none(), "{report}");
        maps.iter().for_each(|map| map.store(b'!'));
        assert!(login.session.into_inner().expect("no panic").is_some(), "nobody has logged in");
        run(&in_place(&host, receipts));
        is_the_template(&host);
    });
}

/// Runs `body` in a thread under guest's ids and without any capability.
#[track_caller]
fn as_guest(host: &Host, body: impl FnOnce() + Send) {
    let account = host.of("guest");
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            // The C library's functions would do it to all threads of the process.
            for (call, id) in
                [(libc::SYS_setresgid, account.gid), (libc::SYS_setresuid, account.uid)]
            {
                // SAFETY: plain numbers.
                assert_eq!(unsafe { libc::syscall(call, id, id, id) }, 0);
            }
            body();
        });
        thread.join().expect("the account may do this to its own files");
    });
}

#[track_caller]
fn ioctl(file: &File, request: libc::c_ulong, argument: &mut [u8]) {
    // SAFETY: the request says how long its argument is, and the argument is that long.
    let status = unsafe { libc::ioctl(file.as_raw_fd(), request, argument.as_mut_ptr()) };
    assert_eq!(status, 0, "{}", std::io::Error::last_os_error());
}

/// `EXT4_IOC_MOVE_EXT`, for defragmenting: `file` gets blocks of `donor`, which gets those of `file`.
#[track_caller]
fn move_extents(file: &File, donor: &File, blocks: u64) {
    let donor = u64::try_from(donor.as_raw_fd()).expect("an open descriptor") << 32;
    let argument = [donor, 0, 0, blocks, 0].map(u64::to_le_bytes);
    ioctl(file, 0xc028_660f, &mut argument.concat());
}

/// `XFS_IOC_SWAPEXT`, for defragmenting: the contents of two files change places.
#[track_caller]
fn swap_extents(file: &File, other: &File) {
    let meta = file.metadata().expect("it is open");
    let fd = |file: &File| i64::from(file.as_raw_fd()).to_le_bytes();
    let time = |seconds: i64, nanos: i64| [seconds.to_le_bytes(), nanos.to_le_bytes()].concat();
    let mut argument = [fd(file), fd(other), [0; 8], meta.len().to_le_bytes()].concat();
    argument.splice(0..0, 0_i64.to_le_bytes());
    argument.extend([0; 16]);
    // struct xfs_bstat, of which the kernel compares the number and the times.
    argument.extend(meta.ino().to_le_bytes());
    argument.extend([0; 24]);
    argument.extend(meta.len().to_le_bytes());
    argument.extend(time(meta.atime(), meta.atime_nsec()));
    argument.extend(time(meta.mtime(), meta.mtime_nsec()));
    argument.extend(time(meta.ctime(), meta.ctime_nsec()));
    argument.resize(192, 0);
    ioctl(file, 0xc0c0_586d, &mut argument);
}

/// Has the owner put another file's content into one, and insists that the next reset finds it.
#[track_caller]
fn content_is_exchanged(file_system: FileSystem, exchange: fn(&File, &File)) {
    let mount = file_system.mount();
    for first in STRATEGIES {
        let host = guest_on(mount.path()).template(tree! { "victim" => file(filler(1, 16_384)) });
        run(&exact(&host).strategy(first));
        // What the first one made is confirmed by the second.
        tick();
        run(&in_place(&host, ReceiptUse::Trusted));
        let victim = host.home("guest").join("victim");
        let before = stamp(&victim);
        // What lies in memory only has no blocks yet.
        let disk = File::open(mount.path()).expect("it is mounted");
        // SAFETY: the descriptor is open.
        assert_eq!(unsafe { libc::syncfs(disk.as_raw_fd()) }, 0);
        as_guest(&host, || {
            let other = victim.with_file_name("other");
            fs::write(&other, vec![b'!'; 16_384]).expect("there is room");
            let open = |path| OpenOptions::new().read(true).write(true).open(path);
            let (file, evil) = (open(&victim).expect("own"), open(&other).expect("own"));
            evil.sync_all().expect("a disk");
            // SAFETY: plain numbers; it only drops what is cached.
            unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) };
            exchange(&file, &evil);
            fs::remove_file(other).expect("own");
        });
        assert_eq!(stamp(&victim), before, "the change time has not moved");
        let content = |path: &Path| fs::read(path).expect("it exists");
        let template = content(&host.template_path().join("victim"));
        assert_ne!(content(&victim), template);
        // Whoever trusts the receipt is deceived, as its documentation says.
        let report = run(&in_place(&host, ReceiptUse::Trusted));
        assert_eq!(report.counts.replaced, 0, "after {first}: {report:?}");
        assert_ne!(content(&victim), template, "after {first}");
        let report = run(&exact(&host).strategy(Strategy::InPlace));
        assert_eq!(report.counts.replaced, 1, "after {first}: {report:?}");
        is_the_template(&host);
    }
}

#[test]
fn content_moved_behind_an_unchanged_change_time_is_healed_on_ext4() {
    content_is_exchanged(FileSystem::Ext4, |file, other| move_extents(other, file, 4));
}

#[test]
fn content_swapped_behind_an_unchanged_change_time_is_healed_on_xfs() {
    content_is_exchanged(FileSystem::Xfs, swap_extents);
}
