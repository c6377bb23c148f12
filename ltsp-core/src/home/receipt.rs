//! What a home looked like after its last reset, and when that may be believed.

use std::path::Path;

use super::staging::{Run, Staging};
use super::template::plain_name;
use crate::error::Result;
use crate::sys::{Clocks, Dir, FileName, Meta, Rename, SysResult, Timestamp};
use crate::tree::bytes::{Reader, put_time, seal, unseal};
use crate::tree::witness::{Witness, Witnesses};

/// The witnesses of a home and the circumstances they were taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Receipt {
    pub(super) basis: Basis,
    pub(super) taken: Clocks,
    /// Everything was on the disk when it was taken.
    pub(super) durable: bool,
    /// It was made sure that it can speak for the content of files.
    pub(super) content: bool,
    pub(super) witnesses: Witnesses,
}

/// What a receipt is about. If any of it differs, the receipt is about something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Basis {
    /// Device and inode of the template's top directory.
    pub(super) template: (u64, u64),
    /// What the template was.
    pub(super) fingerprint: u64,
    /// Device and inode of the home.
    pub(super) home: (u64, u64),
    pub(super) gid: u32,
    /// The policy and rules that were in force; 0 for a fresh tree, where none had an effect yet.
    pub(super) rules: u64,
}

const MAGIC: &[u8; 8] = b"ltsprcp2";
const HEADER: usize = 8 + 8 * 5 + 4 + 8 + 8 + 4 + 8 + 16 + 1 + 1 + 4;
const RECORD: usize = 8 + 8 + 4 + 8 + 1;

/// A receipt of 4 million entries.
const MOST: usize = HEADER + 4_000_000 * RECORD + 8;

impl Receipt {
    /// Whether this receipt says something about a home with this `basis` now, and if not, why.
    ///
    /// A user can forge none of this.
    pub(super) fn fits(&self, basis: &Basis, now: &Clocks) -> Result<(), &'static str> {
        let own = &self.basis;
        if (own.template, own.fingerprint) != (basis.template, basis.fingerprint) {
            return Err("the template has changed");
        }
        if own.home != basis.home || own.gid != basis.gid {
            return Err("it is about another home");
        }
        if own.rules != 0 && own.rules != basis.rules {
            return Err("other rules were in force");
        }
        self.taken.reach_to(now, self.durable)
    }

    /// Everything but when it was taken and what it says.
    pub(super) fn circumstances(&self) -> (Basis, bool, bool) {
        (self.basis, self.durable, self.content)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let table = self.witnesses.table();
        let mut bytes = Vec::with_capacity(HEADER + table.len() * RECORD + 8);
        let Basis { template, fingerprint, home, gid, rules } = self.basis;
        bytes.extend_from_slice(MAGIC);
        for number in [template.0, template.1, fingerprint, home.0, home.1] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&gid.to_le_bytes());
        bytes.extend_from_slice(&rules.to_le_bytes());
        put_time(&mut bytes, self.taken.wall);
        bytes.extend_from_slice(&self.taken.since_boot.to_le_bytes());
        bytes.extend_from_slice(&self.taken.boot);
        bytes.push(u8::from(self.durable));
        bytes.push(u8::from(self.content));
        bytes.extend_from_slice(&u32::try_from(table.len()).unwrap_or(u32::MAX).to_le_bytes());
        for entry in table {
            let known = u8::from(entry.is_some());
            let witness = entry.unwrap_or(Witness { ino: 0, ctime: Timestamp::default(), size: 0 });
            bytes.extend_from_slice(&witness.ino.to_le_bytes());
            put_time(&mut bytes, witness.ctime);
            bytes.extend_from_slice(&witness.size.to_le_bytes());
            bytes.push(known);
        }
        seal(&mut bytes);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut reader = unseal(bytes)?;
        let mut receipt = Self::header(&mut reader)?;
        let count = reader.u32()?;
        let mut table = Vec::with_capacity(usize::try_from(count).ok()?.min(MOST / RECORD));
        for _ in 0..count {
            let ino = reader.u64()?;
            let ctime = reader.time()?;
            let size = reader.u64()?;
            let known = reader.take::<1>()? == [1];
            table.push(known.then_some(Witness { ino, ctime, size }));
        }
        receipt.witnesses = Witnesses::from_table(table);
        reader.is_empty().then_some(receipt)
    }

    fn header(reader: &mut Reader<'_>) -> Option<Self> {
        if reader.take::<8>()? != *MAGIC {
            return None;
        }
        let template = (reader.u64()?, reader.u64()?);
        let fingerprint = reader.u64()?;
        let home = (reader.u64()?, reader.u64()?);
        let gid = reader.u32()?;
        let rules = reader.u64()?;
        let wall = reader.time()?;
        let since_boot = reader.u64()?;
        let boot = reader.take::<16>()?;
        let durable = reader.take::<1>()? == [1];
        let content = reader.take::<1>()? == [1];
        Some(Self {
            basis: Basis { template, fingerprint, home, gid, rules },
            taken: Clocks { wall, since_boot, boot },
            durable,
            content,
            witnesses: Witnesses::default(),
        })
    }

    /// Writes it as `name` in `dir`, which nobody else can reach.
    pub(super) fn write(&self, dir: &Dir, name: &FileName) -> SysResult<()> {
        dir.create_file(name, 0o600)?.write_all(&self.to_bytes())
    }

    /// Reads the whole of it; `None` if it is missing or was not written to its end.
    pub(super) fn read(dir: &Dir, name: &FileName) -> Option<Self> {
        Self::from_bytes(&dir.open_file(name).ok()?.read_all(MOST).ok()?)
    }

    /// Reads only what it is about.
    pub(super) fn read_basis(dir: &Dir, name: &FileName) -> Option<Basis> {
        let start = dir.open_file(name).ok()?.read_start(HEADER).ok()?;
        Some(Self::header(&mut Reader(&start))?.basis)
    }
}

/// The receipt of the home called `key`.
pub(super) fn load(staging: &Staging, key: &str) -> Option<Receipt> {
    Receipt::read(staging.dir(), &file_name(key))
}

/// Whether the home called `key` has a receipt at all.
pub(super) fn exists(staging: &Staging, key: &str) -> bool {
    staging.dir().meta_of(&file_name(key)).is_ok()
}

/// Makes `receipt` the one of the home called `key`, in one step.
pub(super) fn store(staging: &Staging, run: &Run<'_>, key: &str, receipt: &Receipt) -> Result<()> {
    let name = plain_name("receipt");
    let stored = receipt
        .write(&run.dir, &name)
        .and_then(|()| put(&run.dir, &name, staging, key))
        .map_err(|error| error.because("cannot write the receipt").at(shown(staging, key)));
    // The one before, or this one if that failed: it is no part of what the run removes.
    let _ = run.dir.unlink(&name);
    stored
}

/// Makes the receipt that lies in `dir` the one of the home called `key`. The one before it may
/// be left there.
pub(super) fn install(staging: &Staging, dir: &Dir, key: &str) -> Result<()> {
    put(dir, &plain_name("receipt"), staging, key)
        .map_err(|error| error.because("cannot put the receipt in place").at(shown(staging, key)))
}

/// Moves a receipt to its place. ext4 writes a file to its disk at once that replaces another one
/// by a rename, which nobody need wait for; one that changes places with another it does not.
fn put(dir: &Dir, name: &FileName, staging: &Staging, key: &str) -> SysResult<()> {
    let to = file_name(key);
    match dir.rename(name, staging.dir(), &to, Rename::Exchange) {
        Ok(()) => match dir.meta_of(name) {
            // A receipt is a file.
            Ok(meta) if meta.is_dir() => {
                dir.rename(name, staging.dir(), &to, Rename::Exchange)?;
                dir.rename(name, staging.dir(), &to, Rename::Replace)
            }
            _ => Ok(()),
        },
        Err(_) => dir.rename(name, staging.dir(), &to, Rename::Replace),
    }
}

/// Forgets the receipt of the home called `key`.
pub(super) fn forget(staging: &Staging, key: &str) {
    // One that stays does no harm: it is about another inode.
    let _ = staging.dir().unlink(&file_name(key));
}

fn shown(staging: &Staging, key: &str) -> std::path::PathBuf {
    staging.path().join(Path::new(&format!("receipt-{key}")))
}

fn file_name(key: &str) -> crate::sys::FileNameBuf {
    plain_name(&format!("receipt-{key}"))
}

/// The basis of a home with this metadata.
pub(super) fn basis(template: &Meta, fingerprint: u64, home: &Meta, gid: u32, rules: u64) -> Basis {
    Basis { template: template.id(), fingerprint, home: home.id(), gid, rules }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt() -> Receipt {
        let witness = Witness { ino: 5, ctime: Timestamp { secs: 9, nanos: 8 }, size: 7 };
        Receipt {
            basis: Basis { template: (1, 2), fingerprint: 3, home: (4, 5), gid: 6, rules: 7 },
            taken: Clocks {
                wall: Timestamp { secs: 1000, nanos: 0 },
                since_boot: 50_000_000_000,
                boot: [1; 16],
            },
            durable: false,
            content: true,
            witnesses: Witnesses::from_table(vec![Some(witness), None]),
        }
    }

    fn later(seconds: i64) -> Clocks {
        let taken = receipt().taken;
        Clocks {
            wall: Timestamp { secs: taken.wall.secs + seconds, nanos: 0 },
            since_boot: 50_000_000_000 + u64::try_from(seconds).unwrap_or(0) * 1_000_000_000,
            ..taken
        }
    }

    #[test]
    fn a_receipt_reads_back_as_it_was_written() {
        let bytes = receipt().to_bytes();
        assert_eq!(Receipt::from_bytes(&bytes), Some(receipt()));
        assert_eq!(
            Receipt::header(&mut Reader(&bytes[..HEADER])).map(|receipt| receipt.basis),
            Some(receipt().basis)
        );
    }

    #[test]
    fn a_damaged_receipt_is_none() {
        let bytes = receipt().to_bytes();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert_eq!(Receipt::from_bytes(&damaged), None, "byte {at}");
            assert_eq!(Receipt::from_bytes(&bytes[..at]), None, "cut at {at}");
        }
    }

    #[test]
    fn a_receipt_about_something_else_is_not_believed() {
        let receipt = receipt();
        let basis = receipt.basis;
        assert_eq!(receipt.fits(&basis, &later(60)), Ok(()));
        for other in [
            Basis { template: (1, 3), ..basis },
            Basis { fingerprint: 4, ..basis },
            Basis { home: (4, 6), ..basis },
            Basis { gid: 7, ..basis },
            Basis { rules: 8, ..basis },
        ] {
            assert!(receipt.fits(&other, &later(60)).is_err(), "{other:?}");
        }
    }

    #[test]
    fn a_receipt_is_not_believed_if_the_clock_was_set_back() {
        let receipt = receipt();
        let basis = receipt.basis;
        let mut now = later(60);
        now.wall.secs = 999;
        assert!(receipt.fits(&basis, &now).is_err(), "before it was taken");
        now.wall.secs = 1030;
        assert!(receipt.fits(&basis, &now).is_err(), "set back by half a minute");
        now.wall.secs = 1090;
        assert_eq!(receipt.fits(&basis, &now), Ok(()), "set forward does no harm");
    }

    #[test]
    fn after_a_restart_only_what_was_on_the_disk_is_believed() {
        let mut receipt = receipt();
        let basis = receipt.basis;
        let now = Clocks { boot: [2; 16], since_boot: 1, ..later(60) };
        assert!(receipt.fits(&basis, &now).is_err());
        receipt.durable = true;
        assert_eq!(receipt.fits(&basis, &now), Ok(()));
    }
}
