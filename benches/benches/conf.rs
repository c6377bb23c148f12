//! Configuration documents: reading a file, and finding out what a client gets.
#![allow(missing_docs, reason = "criterion's macros make an undocumented function")]

use std::hint::black_box;

use benchkit::conf;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ltsp_core::formats::Client;
use ltsp_core::formats::excludes::Excludes;
use ltsp_core::formats::limits::{self, LimitsConf, Who};
use ltsp_core::formats::lts::LtsConf;
use ltsp_core::formats::ltsp::{LtspConf, Request};
use ltsp_core::formats::pxe::PxeConf;
use ltsp_core::formats::shell::ShellConf;
use ltsp_core::text::{Document, NoIncludes, Source};

/// Reads the text again and again, then asks the document again and again.
fn document<D: Document, T>(
    criterion: &mut Criterion,
    name: &str,
    text: String,
    ask: impl Fn(&D) -> T,
) {
    let source = Source::new(name, text);
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(source.bytes().len() as u64));
    group.bench_function("parse", |bencher| {
        // A source keeps where its lines begin, which is a part of reading it.
        bencher.iter_with_large_drop(|| D::parse(source.clone()));
    });
    let parsed = D::parse(source);
    group.throughput(Throughput::Elements(1));
    group.bench_function("ask", |bencher| bencher.iter(|| black_box(ask(&parsed))));
    group.finish();
}

fn all(criterion: &mut Criterion) {
    let client = Client {
        host: Some("pc-3-04242".into()),
        ip: "192.168.67.42".parse().ok(),
        mac: conf::mac(4242).parse().ok(),
        ..Client::default()
    };
    document(criterion, "lts.conf of 10,000 sections", conf::lts(10_000), |document: &LtsConf| {
        document.resolve(&client, &NoIncludes).expect("it is sound")
    });
    let who = Who {
        name: "pupil04242".into(),
        uid: 4242,
        gid: 4242,
        groups: vec![("pupil04242".into(), 4242), ("form042".into(), 100)],
    };
    let lines = conf::limits(100_000);
    document(criterion, "limits.conf of 100,000 lines", lines, |document: &LimitsConf| {
        limits::effective(std::slice::from_ref(document), &who)
    });
    document(criterion, "pxelinux of 2,000 labels", conf::pxe(2000), |document: &PxeConf| {
        document.resolve(&NoIncludes).expect("it is sound")
    });
    let request = Request { client: client.clone(), ..Request::default() };
    document(criterion, "ltsp.conf of 1,000 clients", conf::ltsp(1000), |document: &LtspConf| {
        document.resolve(&request, &[]).expect("it is sound")
    });
    document(criterion, "10,000 shell assignments", conf::shell(10_000), |document: &ShellConf| {
        ltsp_core::formats::shell::resolve(std::slice::from_ref(document))
    });
    document(criterion, "10,000 excludes", conf::excludes(10_000), |document: &Excludes| {
        document.matches(b"home/pupil/Documents/letter.odt").is_some()
    });
}

criterion_group!(benches, all);
criterion_main!(benches);
