//! x
pub(super) fn check(_: &super::LimitsConf) -> Vec<crate::text::Diagnostic> { Vec::new() }
