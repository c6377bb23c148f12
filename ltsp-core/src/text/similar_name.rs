//! "Did you mean": the known name that a mistyped one is nearest to.

/// The one of `known` that differs least from `name`, if it differs little: one typing mistake for
/// every four letters. Case does not count.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Names of parameters are short; a long "name" is no mistyped one.
    if name.len() > 64 {
        return None;
    }
    let name: Vec<char> = name.chars().map(|c| c.to_ascii_uppercase()).collect();
    let most = (name.len() / 4).max(1);
    known
        .into_iter()
        .filter(|known| known.len().abs_diff(name.len()) <= most)
        .map(|known| (distance(&name, known), known))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, known)| known)
}

/// Insertions, deletions, replacements and exchanges of neighbours that turn one into the other
/// (restricted Damerau-Levenshtein).
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().map(|c| c.to_ascii_uppercase()).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let mut best = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["LDM_AUTOLOGIN", "LDM_SERVER", "LDM_SESSION", "SOUND"];

    #[test]
    fn a_typing_mistake_finds_the_name_that_was_meant() {
        for wrong in ["LDM_AUTOLOGN", "ldm_autologin", "LDM_AUTOLGOIN", "LDMAUTOLOGIN"] {
            assert_eq!(did_you_mean(wrong, KNOWN), Some("LDM_AUTOLOGIN"), "{wrong}");
        }
        assert_eq!(did_you_mean("SUOND", KNOWN), Some("SOUND"));
    }

    #[test]
    fn a_name_of_ones_own_is_no_mistake() {
        for own in ["MY_SITE_VAR", "X", "", "SCREEN_07"] {
            assert_eq!(did_you_mean(own, KNOWN), None, "{own}");
        }
        assert_eq!(did_you_mean(&"A".repeat(100_000), KNOWN), None);
    }
}
