//! The native half of the Python package `ltsp`; `python/ltsp` is the half that people see.
#![forbid(unsafe_code)]

mod args;
mod cancel;
mod client;
mod command_line;
mod conf;
mod counts;
mod errors;
mod event;
mod home;
mod image;
mod options;
mod plan;
mod report;
mod reset;
mod values;
mod watch;

/// Native half of `ltsp`. Import from `ltsp` instead.
#[pyo3::pymodule]
mod _ltsp {
    #[pymodule_export]
    use crate::cancel::CancelToken;
    #[pymodule_export]
    use crate::command_line::KernelCommandLine;
    #[pymodule_export]
    use crate::conf::{
        Conf, Excludes, LimitsConf, LtsConf, LtspConf, PxeConf, ShellConf, effective_limits,
        open_conf, pxe_search_order,
    };
    #[pymodule_export]
    use crate::counts::Counts;
    #[pymodule_export]
    use crate::event::Event;
    #[pymodule_export]
    use crate::home::reset_home;
    #[pymodule_export]
    use crate::image::images;
    #[pymodule_export]
    use crate::plan::{Change, HomePlan, Plan};
    #[pymodule_export]
    use crate::report::{HomeReport, Report};
    #[pymodule_export]
    use crate::reset::HomeReset;

    /// The package's version.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name that Python tools look for")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
