//! Which files of limits.d pam_limits reads, and in which order.

/// The names of limits.d that pam_limits reads, in its order: those that end in `.conf` and do not
/// begin with a dot, by their bytes. limits.conf comes before them all.
#[must_use]
pub fn in_reading_order<N: AsRef<[u8]>>(names: impl IntoIterator<Item = N>) -> Vec<N> {
    let mut read: Vec<N> = names.into_iter().filter(|name| is_read(name.as_ref())).collect();
    read.sort_by(|one, other| one.as_ref().cmp(other.as_ref()));
    read
}

/// Whether pam_limits reads a file of this name in limits.d.
#[must_use]
pub fn is_read(name: &[u8]) -> bool {
    name.ends_with(b".conf") && !name.starts_with(b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_conf_files_are_read_and_by_their_bytes() {
        let names =
            ["b.conf", "10-a.conf", "B.conf", ".x.conf", "x.conf~", "9.conf", ".conf", "é.conf"];
        assert_eq!(in_reading_order(names), ["10-a.conf", "9.conf", "B.conf", "b.conf", "é.conf"]);
    }
}
