//! From this file to the ltsp.conf of LTSP 19+.

use std::path::PathBuf;

use super::document::{Body, LtsConf};
use crate::error::Result;
use crate::formats::ltsp::{Conversion, LtsSection, LtsSetting, from_lts};
use crate::text::{Bytes, Includes};

impl LtsConf {
    /// Makes an ltsp.conf called `name` of what getltscfg reads: this file, with those that it
    /// includes, up to the first mistake. The report says what became of each section and setting.
    ///
    /// Only what stands in the file is converted: clients that get their settings from several
    /// sections may get them in another rank, which the report says, too; except of a client that has
    /// both a section by its address and one by its host name: getltscfg reads one of them, ltsp both.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve), where it is about included files.
    pub fn to_ltsp(&self, name: impl Into<PathBuf>, includes: &dyn Includes) -> Result<Conversion> {
        self.read(includes, |body, _| {
            let sections: Vec<LtsSection> =
                (0..body.parsed.sections.len()).map(|section| of(body, section)).collect();
            let stops_at = body.parsed.stops.first().map(|stop| body.place(stop.token.span));
            Ok(Conversion { stops_at, ..from_lts(name, &sections) })
        })
    }
}

fn of(body: &Body, section: usize) -> LtsSection {
    let settings = body.parsed.of(section).iter().map(|one| LtsSetting {
        key: body.text(one.key).into(),
        value: body.text(one.value).into(),
        place: body.place(one.span()),
    });
    LtsSection {
        name: Bytes::from(body.name(section)),
        place: body.place(body.parsed.sections[section].header),
        settings: settings.collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::text::{Document as _, NoIncludes, Source};

    struct One(&'static str);

    impl Includes for One {
        fn read(&self, name: &Path, _: &Path) -> Result<Source> {
            Ok(Source::new(name, self.0))
        }
    }

    #[test]
    fn what_is_read_is_converted_and_the_rest_is_not() {
        let conf =
            LtsConf::parse(Source::new("lts.conf", "[Default]\nSERVER=a\n[b]\n[c]\nSERVER=d\n"));
        let done = conf.to_ltsp("ltsp.conf", &NoIncludes).expect("there is no circle");
        assert_eq!(done.conf.to_bytes(), b"[clients]\nSERVER=\"a\"\n\n[b]\n");
        assert_eq!(done.stops_at.map(|place| place.line), Some(4));
    }

    #[test]
    fn an_included_file_is_converted_with_its_own_places() {
        let conf = LtsConf::parse(Source::new("lts.conf", "[a]\nSERVER=a\ninclude \"more\"\n"));
        let done = conf.to_ltsp("ltsp.conf", &One("[b]\nSERVER=b\n")).expect("it can be read");
        let last = done.report.last().expect("a setting");
        assert_eq!((&*last.place.file, last.place.line), (Path::new("more"), 2));
        assert!(done.stops_at.is_none());
        assert!(conf.to_ltsp("ltsp.conf", &NoIncludes).is_err());
    }
}
