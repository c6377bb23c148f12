//! Files of assignments: nothing is lost, mends mend, changes read back.
use ltsp_core::formats::shell::{Certainty, ShellConf, resolve};
use ltsp_core::text::{Document, Settings, Source};

/// Names that select the lints of each tool.
const NAMES: [&str; 6] = [
    "/etc/default/ltsp",
    "/etc/ltsp/ltsp-update-image.conf",
    "/etc/ltsp/update-kernels.conf.d/10-mine",
    "/etc/ltsp/ltsp-server.conf.d/a.conf",
    "/etc/ltsp/ltsp-build-client.conf",
    "/etc/ltsp/ltsp-chroot.conf",
];

/// The first byte chooses the file's name; then fields that end in `\xff`: the file, a name, a
/// value.
pub fn shell(data: &[u8]) {
    let data = &data[..data.len().min(4096)];
    let (first, data) = data.split_first().map_or((0, data), |(first, rest)| (*first, rest));
    let name = NAMES[usize::from(first) % NAMES.len()];
    let mut fields = data.splitn(3, |byte| *byte == 0xff);
    let mut field = || fields.next().unwrap_or_default();
    let (file, key, value) = (field(), field(), field());
    let read = ShellConf::parse(Source::new(name, file));
    assert_eq!(read.to_bytes(), file);
    for variable in read.variables() {
        assert_eq!(variable.value.is_some(), variable.certainty == Certainty::Known);
    }
    let _ = (read.opaque(), read.settings());

    let mut fixed = read.clone();
    fixed.fix();
    let left = fixed.check();
    assert!(
        left.iter().all(|found| found.mend.as_ref().is_none_or(|mend| !mend.safe)),
        "{} -> {}: {left:?}",
        file.escape_ascii(),
        fixed.to_bytes().escape_ascii()
    );

    let mut changed = read.clone();
    match changed.set(None, key, value) {
        Ok(()) => {
            let (found, _) = changed.get(None, key).expect("it is certain").expect("it was set");
            assert_eq!(found, *value);
            let resolved = resolve(std::slice::from_ref(&changed));
            assert_eq!(resolved.get(key).map(|value| &**value), Some(value));
            let was = changed.to_bytes().to_vec();
            match changed.comment_out(None, key) {
                Ok(done) => {
                    assert!(done);
                    // Code that is left, such as `unset`, may make its value uncertain.
                    assert!(!changed.get(None, key).is_ok_and(|value| value.is_some()));
                    if changed.uncomment(None, key).is_ok_and(|done| done) {
                        assert!(changed.variables().iter().any(|known| *known.name == *key));
                    }
                }
                Err(_) => assert_eq!(changed.to_bytes(), was),
            }
        }
        Err(_) => assert_eq!(changed.to_bytes(), file),
    }
    let mut changed = read.clone();
    match changed.unset(None, key) {
        Ok(_) => {
            let others = |conf: &ShellConf| {
                let all = conf.settings().into_iter().map(|setting| setting.key);
                all.filter(|name| **name != *key).count()
            };
            assert_eq!(others(&changed), others(&read), "{}", file.escape_ascii());
        }
        Err(_) => assert_eq!(changed.to_bytes(), file),
    }
}
