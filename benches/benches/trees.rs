//! Whole resets: fresh copies on a file system in memory, mending in place where receipts are believed. Needs root.
#![allow(missing_docs, reason = "criterion's macros make an undocumented function")]
#![allow(clippy::disallowed_methods, reason = "a benchmark makes its trees by path")]

use std::time::Duration;

use benchkit::{GID, Size, UID, use_for_a_session};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ltsp_core::home::{HomeReset, Policy, ReceiptUse, Report, SpareUse, Strategy};
use testkit::FileSystem;
use testkit::mount::Mount;

/// A template and a pristine home on a file system of their own.
struct Place {
    mount: Mount,
}

impl Place {
    fn new(file_system: FileSystem, size: Size) -> Self {
        let mount = file_system.mount_sized(1024, "");
        size.tree().build_at(mount.path().join("template"));
        std::fs::create_dir(mount.path().join("home")).expect("there is room");
        let place = Self { mount };
        run(&place.reset().create_missing(true));
        place
    }

    fn reset(&self) -> HomeReset {
        HomeReset::new(Policy::Exact)
            .template(self.mount.path().join("template"))
            .home(self.mount.path().join("home/g"), UID, GID)
            .spare(SpareUse::Never)
    }

    fn use_it(&self) {
        use_for_a_session(&self.mount.path().join("home/g"), 1).expect("a home can be used");
    }
}

fn run(reset: &HomeReset) -> Report {
    reset.run(&()).and_then(Report::into_result).expect("the home can be reset")
}

fn copies(criterion: &mut Criterion) {
    for size in [Size::S, Size::M] {
        let place = Place::new(FileSystem::Tmpfs, size);
        let mut group = criterion.benchmark_group(format!("tmpfs, home {size}"));
        group.sample_size(10).measurement_time(Duration::from_secs(3));
        let swap = place.reset().strategy(Strategy::Swap);
        group.bench_function("fresh copy, swap, remove", |bencher| bencher.iter(|| run(&swap)));
        group.bench_function("template scanned, home verified", |bencher| {
            bencher.iter(|| swap.verify(&()).expect("it can begin"));
        });
        group.finish();
    }
}

fn mending(criterion: &mut Criterion) {
    for size in [Size::S, Size::M] {
        let place = Place::new(FileSystem::Ext4, size);
        let mut group = criterion.benchmark_group(format!("ext4, home {size}"));
        group.sample_size(10).measurement_time(Duration::from_secs(3));
        let mend = place.reset().strategy(Strategy::InPlace).receipts(ReceiptUse::Trusted);
        // What the first makes, the second confirms.
        run(&mend);
        run(&mend);
        group.bench_function("in place, unchanged, receipt", |bencher| {
            bencher.iter(|| run(&mend));
        });
        group.bench_function("in place, used, receipt", |bencher| {
            bencher.iter_batched(|| place.use_it(), |()| run(&mend), BatchSize::PerIteration);
        });
        let compare = place.reset().strategy(Strategy::InPlace).receipts(ReceiptUse::Never);
        group.bench_function("in place, unchanged, contents compared", |bencher| {
            bencher.iter(|| run(&compare));
        });
        group.finish();
    }
}

criterion_group!(benches, copies, mending);
criterion_main!(benches);
