//! stub
use super::LtsConf; use crate::text::Diagnostic;
pub(super) fn check(_d:&LtsConf)->Vec<Diagnostic>{Vec::new()}
