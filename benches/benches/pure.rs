//! What makes no system calls: matching rules, parsing accounts.
#![allow(missing_docs, reason = "criterion's macros make an undocumented function")]

use std::fmt::Write as _;
use std::hint::black_box;

use benchkit::Size;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ltsp_core::formats::passwd;
use ltsp_core::tree::{Fate, Patterns, Rules};

/// Rules like a lab's, and every path of a pupil's home.
fn matching(criterion: &mut Criterion) {
    let keep = [
        "Documents/**",
        ".mozilla/firefox/*/places.sqlite",
        "Pictures/[!.]*",
        ".config/*/settings.json",
    ];
    let volatile = ["**/Singleton*", ".cache", "**/*.part"];
    let tree = Size::M.tree();
    let paths: Vec<Vec<&[u8]>> =
        tree.entries.iter().map(|(path, _)| path.split(|&byte| byte == b'/').collect()).collect();
    let compile =
        |patterns: &[&str]| Patterns::compile(patterns).expect("patterns that make sense");
    let rules = Rules::new(Fate::Reset, compile(&keep), compile(&volatile));
    let mut group = criterion.benchmark_group("rules");
    group.throughput(Throughput::Elements(paths.len() as u64));
    group.bench_function("3,300 paths against 7 rules", |bencher| {
        bencher.iter(|| {
            let kept = paths.iter().filter(|path| {
                let mut mark = rules.top();
                for name in path.iter() {
                    mark = rules.below(&mark, name);
                }
                mark.fate == Fate::Keep
            });
            black_box(kept.count())
        });
    });
    let name = "a".repeat(199) + "b";
    let stars = compile(&["*a".repeat(100).as_str()]);
    group.throughput(Throughput::Elements(1));
    group.bench_function("a name against 100 stars", |bencher| {
        bencher.iter(|| black_box(stars.matches([name.as_bytes()])));
    });
    group.finish();
}

fn accounts(criterion: &mut Criterion) {
    let mut text = String::from("root:x:0:0:root:/root:/bin/bash\n# pupils\n");
    for number in 0..10_000 {
        writeln!(
            text,
            "pupil{number}:x:{0}:{0}:Pupil {number},,,:/home/pupil{number}:/bin/bash",
            2000 + number
        )
        .expect("text grows");
    }
    let mut group = criterion.benchmark_group("passwd");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("10,000 accounts", |bencher| {
        bencher.iter(|| passwd::entries(black_box(text.as_bytes())).count());
    });
    group.finish();
}

criterion_group!(benches, matching, accounts);
criterion_main!(benches);
