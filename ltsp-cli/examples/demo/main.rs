//! `make demo`: guests mess up their homes, the library puts them back, and a script shows what
//! that used to cost.
//!
//! Everything happens below a scratch root in /var/tmp, or in the directory LTSP_DEMO_DIR.
#![allow(clippy::disallowed_methods, reason = "it plays the guests and runs the script")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

mod lab;
mod template;

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use ltsp_core::home::{Counts, HomeReset, Plan, SpareUse, Strategy};

use crate::lab::{GUESTS, Lab};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match demo() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn demo() -> Result {
    let lab = Lab::new()?;
    println!("{} now has a template and {GUESTS} guest accounts.", lab.root.display());
    if !lab.is_root() {
        println!(
            "This is not run as root, so ownership is left alone: all homes belong to you, and your\n\
             processes would count as the guests'; they are ignored, and so no receipts are taken."
        );
    }
    let exact = lab.reset()?;
    let copy = exact.clone().spare(SpareUse::Never);
    let mut rows = Vec::new();

    rows.push(row(&lab, "made from nothing", &copy.clone().create_missing(true), &exact)?);

    lab.mess_up()?;
    println!("\nThe guests were here. What a dry run finds:");
    show(&exact.plan(&lab.stop)?);
    rows.push(row(&lab, "swap: a fresh copy", &copy, &exact)?);

    let before = Instant::now();
    exact.stage(&lab.stop)?.into_result()?;
    let staging = before.elapsed();
    lab.mess_up()?;
    rows.push(row(&lab, "swap: a ready spare", &exact.clone().defer_cleanup(true), &exact)?);
    let before = Instant::now();
    exact.clean(&lab.stop)?.into_result()?;
    let cleaning = before.elapsed();

    let in_place = exact.clone().strategy(Strategy::InPlace);
    in_place.run(&lab.stop)?.into_result()?;
    lab.mess_up()?;
    let what = if lab.is_root() { "in place, by receipt" } else { "in place" };
    rows.push(row(&lab, what, &in_place, &exact)?);

    lab.mess_up()?;
    let keep = exact.clone().keep("Documents/**");
    rows.push(row(&lab, "keep 'Documents/**'", &keep, &keep)?);
    let essay = |guest: &u32| lab.home(*guest).join("Documents/essay.txt").is_file();
    let essays = (1..=GUESTS).filter(essay).count();

    copy.run(&lab.stop)?.into_result()?;
    lab.mess_up()?;
    let script = lab.script()?;
    let mut left = Vec::new();
    if let Some(elapsed) = script {
        let found = exact.verify(&lab.stop)?.into_result()?;
        let wrong = differences(&found);
        rows.push(Row { what: "script: rm, rsync, chown", counts: None, elapsed, wrong });
        for change in &found.homes[0].changes {
            left.push(format!("{:?} ({})", change.path, change.why));
        }
    }

    table(&rows, script);
    println!(
        "\nSpares were built ahead in {}; the old homes were removed, when nobody",
        time(staging)
    );
    println!(
        "waited any more, in {}. The keep rule saved {essays} of {GUESTS} essays.",
        time(cleaning)
    );
    if !left.is_empty() {
        println!("What the script left wrong in each home:\n  {}", left.join("\n  "));
    }
    if script.is_none() {
        println!("Nothing to compare with: the usual script needs rsync (apt install rsync).");
    }
    let wrong: usize = rows.iter().filter(|row| row.counts.is_some()).map(|row| row.wrong).sum();
    if wrong > 0 || u32::try_from(essays)? != GUESTS {
        return Err("a reset left homes that are not what they should be".into());
    }
    Ok(())
}

/// One line of the table; what the script did nobody counts.
struct Row {
    what: &'static str,
    counts: Option<Counts>,
    elapsed: Duration,
    wrong: usize,
}

/// Does a reset, then compares the homes with what they should be.
fn row(lab: &Lab, what: &'static str, reset: &HomeReset, expected: &HomeReset) -> Result<Row> {
    let report = reset.run(&lab.stop)?.into_result()?;
    let (counts, elapsed) = (Some(report.totals()), report.elapsed);
    let found = expected.verify(&lab.stop)?.into_result()?;
    let wrong = differences(&found);
    if wrong > 0 {
        println!("\nWrong after \"{what}\":");
        show(&found);
    }
    Ok(Row { what, counts, elapsed, wrong })
}

fn differences(plan: &Plan) -> usize {
    plan.homes.iter().map(|home| home.changes.len()).sum()
}

/// The beginning of a plan.
fn show(plan: &Plan) {
    let text = plan.to_string();
    for line in text.lines().take(14) {
        println!("  {line}");
    }
    println!("  ... {} differences in all", differences(plan));
}

fn table(rows: &[Row], script: Option<Duration>) {
    println!(
        "\n{:24}  {:>6}  {:>7}  {:>8}  {:>9}  {:>8}  {:>6}  {:>5}",
        format!("{GUESTS} HOMES"),
        "MADE",
        "REMOVED",
        "WRITTEN",
        "TIME",
        "A HOME",
        "SPEED",
        "WRONG"
    );
    for row in rows {
        let (made, removed, written) = row.counts.map_or_else(
            || ("-".to_owned(), "-".to_owned(), "-".to_owned()),
            |counts| {
                let megabytes = (counts.bytes_written + counts.bytes_shared) as f64 / 1e6;
                let made = counts.created + counts.replaced + counts.metadata;
                (made.to_string(), counts.removed.to_string(), format!("{megabytes:.1} MB"))
            },
        );
        let speed = script.map_or("-".to_owned(), |script| {
            format!("{:.1}x", script.as_secs_f64() / row.elapsed.as_secs_f64())
        });
        let (elapsed, each) = (time(row.elapsed), time(row.elapsed / GUESTS));
        println!(
            "{:24}  {made:>6}  {removed:>7}  {written:>8}  {elapsed:>9}  {each:>8}  {speed:>6}  {:>5}",
            row.what, row.wrong
        );
    }
    println!(
        "MADE and REMOVED count files, directories and links. SPEED is against the script. WRONG is\n\
         what a comparison with the template finds afterwards: content, owners, modes, times, links."
    );
}

fn time(elapsed: Duration) -> String {
    format!("{:.1} ms", elapsed.as_secs_f64() * 1e3)
}
