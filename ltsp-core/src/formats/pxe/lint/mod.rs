//! x
use super::document::PxeConf;
use crate::text::Diagnostic;
pub(super) fn check(_conf: &PxeConf) -> Vec<Diagnostic> { Vec::new() }
