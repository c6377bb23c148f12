//! A whole lab at once: many homes in one run, against one after the other.

use std::ffi::OsString;
use std::time::Duration;

use benchkit::{Size, use_for_a_session};
use testkit::FileSystem;

use crate::contender::Contender;
use crate::figures::Figures;
use crate::measure;
use crate::place::{Home, Place, ltspctl};
use crate::table::{Row, Table};
use crate::tools::Tools;

const ROUNDS: u64 = 3;
/// How many homes a contender that takes one after the other is measured with.
const SAMPLE: usize = 20;

/// Puts `count` used homes S back on ext4.
pub(crate) fn compare(tools: &Tools, count: u32) -> Table {
    let place = Place::new(FileSystem::Ext4, Size::S, 1024 + u64::from(count) * 48);
    let homes: Vec<Home> = (0..count).map(|number| place.home(number)).collect();
    let sample = &homes[..SAMPLE.min(homes.len())];
    let template = place.template.to_str().expect("a plain path");

    let one_by_one = |contender: Contender| {
        let scripts = sample.iter().map(|home| {
            let words = contender.command(tools, &place, home).expect("a program");
            let quoted = words.iter().map(|word| {
                format!("'{}'", word.to_str().expect("a plain word").replace('\'', r"'\''"))
            });
            quoted.collect::<Vec<_>>().join(" ")
        });
        let script = scripts.collect::<Vec<_>>().join("\n");
        vec![OsString::from("/bin/sh"), "-c".into(), script.into()]
    };
    let together = |more: &[&str]| {
        let all = [&["--template", template][..], more].concat();
        ltspctl(&tools.ltspctl, "reset", &homes, &all)
    };
    let clean = ltspctl(&tools.ltspctl, "clean", &homes, &[]);
    let stage = ltspctl(&tools.ltspctl, "stage", &homes, &["--template", template]);

    let sampled = |name: &str| format!("{name}, {} of them, scaled", sample.len());
    let contenders = [
        (sampled("script, one by one"), one_by_one(Contender::Script), sample.len()),
        (sampled("rsync --delete, one by one"), one_by_one(Contender::Rsync), sample.len()),
        (
            "ltspctl, swap, fresh copies".to_owned(),
            together(&["--strategy", "swap", "--spare", "never"]),
            homes.len(),
        ),
        (
            "ltspctl, swap, spares ready".to_owned(),
            together(&["--strategy", "swap", "--spare", "trusted", "--defer-cleanup"]),
            homes.len(),
        ),
        (
            "ltspctl, in place, receipts trusted".to_owned(),
            together(&["--strategy", "in-place", "--receipts", "trusted"]),
            homes.len(),
        ),
    ];
    let mut figures = vec![Figures::default(); contenders.len()];
    for round in 0..ROUNDS {
        for ((name, words, measured), figures) in contenders.iter().zip(&mut figures) {
            place.make_pristine(&homes);
            place.live_another_day(&homes, 1000 + round);
            for home in &homes {
                use_for_a_session(&home.path, round).expect("a home can be used");
            }
            let with_spares = name.contains("spares");
            let mut elsewhere = Duration::ZERO;
            if with_spares {
                elsewhere += measure::program(&stage).time;
            }
            place.settle();
            let mut cost = measure::program(words);
            let measured = u32::try_from(*measured).expect("a small number");
            cost.time = cost.time * count / measured;
            cost.processor = cost.processor * count / measured;
            if with_spares {
                elsewhere += measure::program(&clean).time;
            }
            let checked = sample.iter().step_by(4);
            let differences = checked.map(|home| place.differences(home)).max().unwrap_or(0);
            figures.add(&cost, elsewhere, differences);
        }
    }
    let rows = contenders
        .iter()
        .zip(&figures)
        .filter_map(|((name, _, _), seen)| Row::of(name, seen, Some(&figures[0])))
        .collect();
    let title = format!(
        "ext4 | {count} homes S | {ROUNDS} rounds in turns, ratio = times faster than the script"
    );
    Table { title, rows }
}
