//! Time and memory stay in proportion to the file, whatever is in it.
use ltsp_core::formats::Client;
use ltsp_core::formats::ltsp::{LtspConf, Request};
use ltsp_core::text::{Document, Source};
use std::time::{Duration, Instant};

/// Generous, for slow machines and builds without optimisation; what is quadratic takes hours.
const LIMIT: Duration = Duration::from_secs(20);

fn timely(what: &str, text: String) {
    let start = Instant::now();
    let conf = LtspConf::parse(Source::new("ltsp.conf", text));
    let request = Request { client: Client::named("pc5000"), ..Request::default() };
    let _ = conf.resolve(&request, &[]);
    assert!(start.elapsed() < LIMIT, "{what}: {:?}", start.elapsed());
}

#[test]
fn large_and_hostile_files_are_read_in_linear_time() {
    let sections: String =
        (0..100_000).map(|n| format!("[pc{n}]\nHOSTNAME=a{n}\nRELOGIN=0\n")).collect();
    timely("many sections", sections);
    timely("open substitutions", "A=$(\n".repeat(200_000));
    timely("open braces", "${".repeat(1_000_000));
    timely("blocks", "{ ".repeat(500_000));
    timely("one line", format!("A='{}'", "x".repeat(20_000_000)));
    timely("stars", format!("[{}]\n", "*a".repeat(100_000)));
    timely(
        "includes",
        (0..50_000).map(|n| format!("[a{n}]\nINCLUDE=a{}\n", n + 1)).collect::<String>()
            + "[pc5000]\nINCLUDE=a0\n",
    );
    let doubt = "if x; then\nINCLUDE=b\nINCLUDE=b\nfi\n";
    timely(
        "doubt",
        (0..2_000)
            .map(|n| format!("[a{n}]\n{}", doubt.replace('b', &format!("a{}", n + 1))))
            .collect::<String>()
            + "[pc5000]\nINCLUDE=a0\n",
    );
}

#[test]
fn a_client_of_ten_thousand_is_found_at_once() {
    let text: String = (0..10_000)
        .map(|n| format!("[pc{n}]\nHOSTNAME=a{n}\nAUTOLOGIN='guest{n}'\nRELOGIN=0\n"))
        .collect();
    let bytes = text.len();
    let start = Instant::now();
    let conf = LtspConf::parse(Source::new("ltsp.conf", text));
    let parsed = start.elapsed();
    let request = Request { client: Client::named("pc5000"), ..Request::default() };
    conf.resolve(&request, &[]).expect("a sound file");
    let start = Instant::now();
    for _ in 0..1000 {
        conf.resolve(&request, &[]).expect("a sound file");
    }
    let resolved = start.elapsed() / 1000;
    println!("{bytes} bytes parsed in {parsed:?}, resolved in {resolved:?}");
    assert!(resolved < Duration::from_millis(1), "{resolved:?}");
}
