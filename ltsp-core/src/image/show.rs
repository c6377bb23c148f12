//! Images as people read them: a table of all, and one in full.

use std::fmt::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::client_image::ClientImage;
use super::served::ServedBy;
use crate::error::show;

/// A table of images, one a line.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a>(pub &'a [ClientImage]);

const HEADINGS: [&str; 7] = ["NAME", "KIND", "ARCH", "SIZE", "COMPRESSION", "KERNEL", "SERVED BY"];

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no images\n");
        }
        let mut rows = vec![HEADINGS.map(str::to_owned)];
        rows.extend(self.0.iter().map(row));
        let widths: [usize; 7] = std::array::from_fn(|column| {
            rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
        });
        for row in &rows {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
                // Numbers stand below one another.
                if HEADINGS[column] == "SIZE" {
                    write!(line, "{cell:>width$}  ")?;
                } else {
                    write!(line, "{cell:<width$}  ")?;
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        let mut said: Vec<String> = Vec::new();
        for problem in self.0.iter().flat_map(|image| &image.problems) {
            let text = problem.to_string();
            if !said.contains(&text) {
                writeln!(f, "failed: {text}")?;
                said.push(text);
            }
        }
        Ok(())
    }
}

fn row(image: &ClientImage) -> [String; 7] {
    let mut kernel = image.kernels.first().map_or(String::new(), |one| clean(&one.version));
    if image.kernels.len() > 1 {
        let _ = write!(kernel, " and {} more", image.kernels.len() - 1);
    }
    let mut ways: Vec<ServedBy> = image.served_by.iter().map(|served| served.by).collect();
    ways.sort();
    ways.dedup();
    let ways: Vec<_> = ways.into_iter().map(ServedBy::name).collect();
    let compression = image.squashfs.as_ref().map_or("", |info| info.superblock.compression.name());
    let mut cells = [
        title(image),
        image.kind.name().to_owned(),
        image.architecture.as_ref().map_or(String::new(), |found| clean(found.name().as_bytes())),
        image.size.map_or(String::new(), human),
        compression.to_owned(),
        kernel,
        ways.join(", "),
    ];
    for cell in cells.iter_mut().filter(|cell| cell.is_empty()) {
        "-".clone_into(cell);
    }
    cells
}

fn title(image: &ClientImage) -> String {
    clean(&image.name) + if image.backup { " (backup)" } else { "" }
}

impl fmt::Display for ClientImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", title(self))?;
        let line = |f: &mut fmt::Formatter<'_>, what: &str, value: &dyn fmt::Display| {
            writeln!(f, "  {what:<13} {value}")
        };
        let kind = format!("{} of {}", self.kind.name(), self.generation.name());
        line(f, "kind", &kind)?;
        line(f, "path", &show(&self.path))?;
        if let Some(size) = self.size {
            line(f, "size", &format!("{} ({size} bytes)", human(size)))?;
        }
        if let Some(modified) = self.modified {
            line(f, "changed", &utc(modified))?;
        }
        if let Some(architecture) = &self.architecture {
            line(f, "architecture", &clean(architecture.name().as_bytes()))?;
        }
        if let Some(os) = &self.os {
            let name = if os.name.is_empty() { &os.id } else { &os.name };
            line(f, "system", &clean(name))?;
        }
        if let Some(info) = &self.squashfs {
            let squashfs = &info.superblock;
            let text = format!(
                "{} with {}, blocks of {}, {} inodes",
                squashfs.version,
                squashfs.compression.name(),
                human(u64::from(squashfs.block_size)),
                squashfs.inodes
            );
            line(f, "squashfs", &text)?;
            line(f, "built", &utc(i64::from(squashfs.created)))?;
        }
        for kernel in &self.kernels {
            let without = if kernel.initrd.is_some() { "" } else { ", no initrd" };
            line(f, "kernel", &format!("{}{without}", clean(&kernel.version)))?;
        }
        if let Some(count) = self.package_count {
            let ltsp = self.packages.iter().filter(|package| package.name.starts_with(b"ltsp"));
            let ltsp: Vec<_> = ltsp
                .map(|package| format!("{} {}", clean(&package.name), clean(&package.version)))
                .collect();
            let among = if ltsp.is_empty() { "" } else { ", among them " };
            line(f, "packages", &format!("{count}{among}{}", ltsp.join(", ")))?;
        }
        for served in &self.served_by {
            let text = format!(
                "{}: {} ({}:{})",
                served.by.name(),
                clean(served.what.as_bytes()),
                show(&served.file),
                served.line
            );
            line(f, "served by", &text)?;
        }
        if self.served_by.is_empty() {
            line(f, "served by", &"nothing that was found")?;
        }
        for problem in &self.problems {
            line(f, "failed", problem)?;
        }
        Ok(())
    }
}

/// Text that cannot harm a terminal.
fn clean(bytes: &[u8]) -> String {
    show(Path::new(std::ffi::OsStr::from_bytes(bytes))).to_string()
}

/// A number of bytes with one decimal: `831.2 MiB`.
fn human(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // In tenths, rounded, so that no float is needed.
    let mut tenths = (u128::from(bytes) * 10 + 512) / 1024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths = (tenths + 512) / 1024;
        unit += 1;
    }
    if tenths % 10 == 0 {
        return format!("{} {}", tenths / 10, UNITS[unit]);
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// Seconds since 1970 as date and time.
fn utc(seconds: i64) -> String {
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days since 0000-03-01, so that leap days end a year of 400-year eras.
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3600, of_day % 3600 / 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_date_does() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_827_696, "2000-02-29 12:34:56 UTC"),
            (1_600_000_000, "2020-09-13 12:26:40 UTC"),
            (4_294_967_295, "2106-02-07 06:28:15 UTC"),
            (-1, "1969-12-31 23:59:59 UTC"),
        ] {
            assert_eq!(utc(seconds), text);
        }
    }

    #[test]
    fn sizes_are_shown_in_the_largest_unit_that_fits() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (1536, "1.5 KiB"),
            (131_072, "128 KiB"),
            (871_576_371, "831.2 MiB"),
            (u64::MAX, "16 EiB"),
        ] {
            assert_eq!(human(bytes), text);
        }
    }
}
