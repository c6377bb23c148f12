//! ltsp.conf of LTSP 19+: shell in disguise, read statically and never run.
//!
//! LTSP turns the file into shell functions, one for each section, and evaluates them as root. Here
//! the same functions are found without running anything: a value is a literal, or text with
//! variables, or code, and code is said to be code, never guessed.
//!
//! Source of the rules: ltsp.conf(5), and the behaviour of LTSP 23.02 under dash.

mod autologin;
mod bre;
mod convert;
mod convert_rank;
mod document;
mod edit;
mod grammar;
mod lint;
mod lint_sections;
mod lint_values;
mod params;
mod params_table;
mod pattern;
mod resolve;
mod scan;
mod secret;
mod typed;
mod value;
mod word;

pub use autologin::{Autologin, autologin};
pub use convert::{Conversion, Converted, LtsSection, LtsSetting, Verdict, from_lts};
pub use document::LtspConf;
pub use grammar::section_name;
pub use params::{Param, ParamType, Place as ParamPlace, Successor, param, params, successor};
pub use resolve::{Effective, Reading, Request, Side, Unread};
pub use secret::Secret;
pub use typed::{EpoptesClient, EpoptesGroup, Password, family, passwords};
pub use value::{Alternative, Part, Value};
