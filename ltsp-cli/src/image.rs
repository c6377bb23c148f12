//! `ltspctl image`: list, show.

use std::ffi::OsString;
use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueHint};
use ltsp_core::image::{ClientImage, Generation, ImageStore, Table};
use ltsp_core::{Error, Result, SysRoot};

use crate::exit::{self, Exit};
use crate::output::{self, Answer};

/// See the images that clients run from
#[derive(Debug, Subcommand)]
#[command(after_long_help = exit::table())]
pub(crate) enum Verb {
    List(List),
    Show(Show),
}

/// List the server itself, chroots, disks of virtual machines and squashfs images
///
/// An image that cannot be read hides no other: the list says what is wrong with it, and the exit
/// code is that of the first one.
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct List {
    #[command(flatten)]
    place: Place,
}

/// Show all that is known of the images of one name, or of all
///
/// Kernels and packages inside, and the lines of the configuration that serve it.
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Show {
    /// A name, a file name (i386.img.old) or a path below the root; / is the server itself
    name: Option<OsString>,
    #[command(flatten)]
    place: Place,
}

/// Where the images are.
#[derive(Args, Debug)]
struct Place {
    /// The directory that stands for /
    #[arg(long, value_name = "DIR", default_value = "/", value_hint = ValueHint::DirPath)]
    root: PathBuf,
    /// The generation of LTSP; without this, each whose directory is there
    #[arg(long, value_parser = generation())]
    generation: Option<Generation>,
    /// The directory of chroots and images, a path below the root
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, requires = "generation")]
    base: Option<PathBuf>,
    /// Print one JSON document, also if images could not be read
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// The numbers that people give to the generations.
fn generation() -> impl TypedValueParser<Value = Generation> {
    let values = [
        PossibleValue::new("5").help("LTSP 5: /opt/ltsp, nbd-server, pxelinux"),
        PossibleValue::new("19").help("LTSP 19 and newer: /srv/ltsp, NFS, iPXE"),
    ];
    PossibleValuesParser::new(values).map(|text| match text.as_str() {
        "5" => Generation::Ltsp5,
        _ => Generation::Ltsp19,
    })
}

impl Verb {
    /// Does it and prints the outcome.
    pub(crate) fn run(self) -> Exit {
        match self {
            Self::List(List { place }) => {
                let listed = place.store().and_then(|store| store.list());
                output::answer(place.json, &listed.map(Listed))
            }
            Self::Show(Show { name, place }) => {
                let shown = place.store().and_then(|store| match &name {
                    Some(name) => store.images(name.as_bytes()),
                    None => store.list(),
                });
                output::answer(place.json, &shown.map(Shown))
            }
        }
    }
}

impl Place {
    fn store(&self) -> Result<ImageStore> {
        let store = ImageStore::open(&SysRoot::open(&self.root)?, self.generation)?;
        Ok(match (self.generation, &self.base) {
            (Some(generation), Some(base)) => store.with_base(generation, base),
            _ => store,
        })
    }
}

/// The answer of `list`.
struct Listed(Vec<ClientImage>);

/// The answer of `show`.
struct Shown(Vec<ClientImage>);

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Table(&self.0).fmt(f)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, image) in self.0.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            image.fmt(f)?;
        }
        Ok(())
    }
}

impl Answer for Listed {
    fn json(&self) -> String {
        let images: Vec<String> = self.0.iter().map(brief).collect();
        format!("{{\"images\":[{}]}}", images.join(","))
    }
    fn errors(&self) -> Vec<&Error> {
        problems(&self.0)
    }
}

impl Answer for Shown {
    fn json(&self) -> String {
        let images: Vec<String> = self.0.iter().map(ClientImage::to_json).collect();
        format!("{{\"images\":[{}]}}", images.join(","))
    }
    fn errors(&self) -> Vec<&Error> {
        problems(&self.0)
    }
}

/// Without the list of packages.
fn brief(image: &ClientImage) -> String {
    serde_json::to_string(image).expect("an image is plain data")
}

/// What could not be read, each said once though it may concern several images.
fn problems(images: &[ClientImage]) -> Vec<&Error> {
    let mut found: Vec<&Error> = Vec::new();
    for error in images.iter().flat_map(|image| &image.problems) {
        if !found.iter().any(|known| known.to_string() == error.to_string()) {
            found.push(error);
        }
    }
    found
}
