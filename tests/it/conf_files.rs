//! conf_files
