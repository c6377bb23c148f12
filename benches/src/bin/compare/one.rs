//! One home at a time: every contender, in turns, on one file system.

use std::collections::BTreeMap;
use std::time::Duration;

use benchkit::{Size, use_for_a_session};
use testkit::FileSystem;

use crate::contender::Contender;
use crate::figures::Figures;
use crate::measure::{self, Cost};
use crate::place::{Home, Place};
use crate::table::{Row, Table};
use crate::tools::Tools;

/// Lets all contenders whose name contains `only` put a used home back, `rounds` times.
pub(crate) fn compare(
    tools: &Tools,
    file_system: FileSystem,
    size: Size,
    rounds: usize,
    only: Option<&str>,
) -> Table {
    let mebibytes = match size {
        Size::S => 512,
        Size::M => 1536,
        Size::L => 8192,
    };
    let place = Place::new(file_system, size, mebibytes);
    let home = place.home(0);
    place.make_pristine(std::slice::from_ref(&home));
    assert_eq!(place.differences(&home), 0, "the home that all begin with is not the template");

    let wanted = |contender: &Contender| {
        only.is_none_or(|only| contender.name().contains(only))
            || matches!(contender, Contender::Script)
    };
    let contenders: Vec<Contender> = Contender::ALL.into_iter().filter(wanted).collect();
    let mut figures: BTreeMap<&str, Figures> = BTreeMap::new();
    for round in 0..rounds {
        for turn in 0..contenders.len() {
            // Nobody always follows the same one.
            let contender = contenders[(turn + round * 5) % contenders.len()];
            let seen = figures.entry(contender.name()).or_default();
            turn_of(contender, tools, &place, &home, round, seen);
        }
    }
    let row = |contender: &Contender| {
        let against = figures.get(contender.measure_of().name());
        Row::of(contender.name(), figures.get(contender.name())?, against)
    };
    let rows = contenders.iter().filter_map(row).collect();
    let (entries, bytes) = place.extent();
    let title = format!(
        "{} | home {size}: {entries} entries, {} MB | {rounds} rounds in turns, ratio = times faster than the script, or \
         for unchanged homes than rsync",
        format!("{file_system:?}").to_lowercase(),
        bytes / 1_000_000
    );
    Table { title, rows }
}

fn turn_of(
    contender: Contender,
    tools: &Tools,
    place: &Place,
    home: &Home,
    round: usize,
    seen: &mut Figures,
) {
    place.make_pristine(std::slice::from_ref(home));
    if !contender.finds_it_unchanged() {
        place.live_another_day(std::slice::from_ref(home), 1000 + round as u64);
        use_for_a_session(&home.path, round as u64).expect("a home can be used");
    }
    let mut elsewhere = Duration::ZERO;
    if let Some(ahead) = contender.ahead(tools, place, home) {
        elsewhere += succeeding(measure::program(&ahead));
    }
    place.settle();
    let cost = match contender.command(tools, place, home) {
        Some(words) => measure::program(&words),
        None => measure::library(place.template.as_os_str(), home.path.as_os_str()),
    };
    if let Some(later) = contender.later(tools, home) {
        elsewhere += succeeding(measure::program(&later));
    }
    seen.add(&cost, elsewhere, place.differences(home));
}

fn succeeding(cost: Cost) -> Duration {
    assert_eq!(cost.failure, None, "what belongs to a reset failed");
    cost.time
}
