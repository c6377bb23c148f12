use super::*;
use crate::formats::lts::GetltscfgOutput;
use crate::text::{Document as _, NoIncludes, Source};
use std::path::Path;

fn document(text: &str) -> LtsConf {
    LtsConf::parse(Source::new("lts.conf", text))
}

/// `KEY=value` of each entry, without those that are `NONE`.
fn values(text: &str, client: &Client) -> Vec<String> {
    let resolved = document(text).resolve(client, &NoIncludes).expect("it resolves");
    resolved.iter().map(|(key, value)| format!("{key}={value}")).collect()
}

fn of(text: &str, host: &str) -> Vec<String> {
    values(text, &Client::named(host))
}

fn full() -> Client {
    Client {
        ip: Some([10, 0, 0, 7].into()),
        mac: Some("52:54:00:ab:cd:0f".parse().expect("a hardware address")),
        ..Client::named("pc01")
    }
}

#[test]
fn only_the_first_of_host_name_address_and_hardware_address_has_an_exact_section() {
    let mac = "[52:54:00:AB:CD:0F]\nA=mac\nM=1\n";
    let ip = "[10.0.0.7]\nA=ip\nI=1\n";
    let host = "[PC01]\nA=host\n";
    assert_eq!(values(&[mac, ip, host].concat(), &full()), ["A=host"]);
    assert_eq!(values(&[mac, ip].concat(), &full()), ["A=ip", "I=1"]);
    assert_eq!(values(mac, &full()), ["A=mac", "M=1"]);
    assert_eq!(values(&[mac, ip, host].concat(), &Client::default()), [] as [&str; 0]);
}

#[test]
fn the_first_section_of_a_name_and_the_last_line_of_a_key_count() {
    assert_eq!(of("[a]\nX=1\nx=2\nY=1\n[A]\nX=3\n", "a"), ["X=2", "Y=1"]);
    assert_eq!(of("[Default]\nX=1\n[default]\nX=2\n", "a"), ["X=1"]);
}

#[test]
fn exact_wins_over_like_over_wildcard_over_default_and_the_lowest_is_printed_first() {
    let text = "[Default]\nA=d\nD=d\n[p*]\nA=w\nB=w\nW=w\nLIKE=wl\n[wl]\nW=wl\nV=wl\n\
                [x]\nA=x\nB=x\nX=x\n[y]\nX=y\nY=y\n[pc]\nLIKE=x\nA=p\nLIKE=y\n";
    assert_eq!(
        of(text, "pc"),
        ["A=p", "D=d", "W=w", "V=wl", "X=x", "Y=y", "B=x"],
        "y, x, wl and the wildcard stand above the default"
    );
}

#[test]
fn like_goes_breadth_first_and_far_ones_rank_below() {
    let text = "[pc]\nLIKE=a\nLIKE=b\n[a]\nLIKE=c\n[b]\nX=b\n[c]\nX=c\n";
    assert_eq!(of(text, "pc"), ["X=b"]);
}

#[test]
fn like_in_default_is_followed_only_if_somebody_is_like_default() {
    let text = "[Default]\nLIKE=x\nD=1\n[x]\nX=1\n[pc]\nLIKE=default\n";
    assert_eq!(of(text, "other"), ["D=1"]);
    assert_eq!(of(text, "pc"), ["D=1", "X=1"]);
}

#[test]
fn one_wildcard_for_each_name_counts_and_it_is_the_first() {
    assert_eq!(of("[p*]\nA=1\n[pc*]\nA=2\nB=2\n", "pc01"), ["A=1"]);
    assert_eq!(of("[\"p[b-d]*\"]\nA=1\n", "PC01"), ["A=1"]);
    let text = "[pc*]\nA=host\n[10.*]\nA=ip\nI=1\n[52:*]\nM=1\n";
    assert_eq!(values(text, &full()), ["M=1", "A=host", "I=1"]);
    assert_eq!(of("[pc*]\nA=1\n", "pc*"), ["A=1"], "exact, not a wildcard");
}

#[test]
fn none_takes_a_value_away_and_stays_visible_as_such() {
    let text = "[Default]\nA=1\nB=1\n[pc]\nA=\"none\"\n";
    let resolved = document(text).resolve(&Client::named("pc"), &NoIncludes).unwrap();
    assert_eq!(resolved.get(b"A"), None);
    let entry = resolved.entry(b"A").unwrap();
    assert_eq!(entry.value, None);
    assert_eq!(entry.hidden[0].0, "1");
    assert_eq!(of(text, "pc"), ["B=1"]);
}

#[test]
fn each_value_knows_its_line_its_section_and_why_it_counts() {
    let text = "[Default]\nA=d\n[p*]\nB=w\n[x]\nC=x\nA=x\n[pc]\nA=p\nA=q\nLIKE=X\n";
    let resolved = document(text).resolve(&Client::named("pc"), &NoIncludes).unwrap();
    let origin = |key: &str| resolved.entry(key.as_bytes()).unwrap().origin.to_string();
    assert_eq!(origin("A"), "lts.conf:10:1 [pc] (exact section of the host name)");
    assert_eq!(origin("B"), "lts.conf:4:1 [p*] (wildcard for the host name)");
    assert_eq!(origin("C"), "lts.conf:6:1 [x] (LIKE of [pc])");
    let hidden: Vec<String> =
        resolved.entry(b"A").unwrap().hidden.iter().map(|(value, _)| value.to_string()).collect();
    assert_eq!(hidden, ["p", "x", "d"]);
}

#[test]
fn what_stands_behind_a_mistake_does_not_count() {
    let document = document("[Default]\nA=1\nB=x=y\nC=1\n");
    assert_eq!(document.stops_at().unwrap().line, 3);
    let resolved = document.resolve(&Client::default(), &NoIncludes).unwrap();
    assert_eq!(resolved.entries().len(), 2);
}

#[test]
fn a_circle_of_like_is_an_error_only_for_those_it_concerns() {
    let text = "[Default]\nA=1\n[a]\nX=1\nLIKE=b\n[b]\nLIKE=c\n[c]\nLIKE=b\n[d]\nLIKE=d\n";
    let document = document(text);
    let error = document.resolve(&Client::named("a"), &NoIncludes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Parse);
    assert_eq!((error.path(), error.line()), (Some(Path::new("lts.conf")), Some(7)));
    assert!(error.to_string().contains("[b], [c]"), "{error}");
    let error = document.resolve(&Client::named("d"), &NoIncludes).unwrap_err();
    assert_eq!((error.line(), error.column()), (Some(11), Some(1)));
    document.resolve(&Client::named("other"), &NoIncludes).expect("no circle for this one");
}

#[test]
fn like_that_multiplies_is_no_burden() {
    let text: String =
        (0..200).map(|n| format!("[s{n}]\nLIKE=s{0}\nLIKE=s{0}\nK{n}=1\n", n + 1)).collect();
    assert_eq!(of(&text, "s0").len(), 200);
}

#[test]
fn the_output_is_that_of_the_original() {
    let text = "[Default]\nfoo='a b'\nN=NONE\nG=1\n";
    let run = |keyword: Option<&[u8]>| {
        document(text).getltscfg(&Client::named("x"), &NoIncludes, keyword).unwrap()
    };
    let all: GetltscfgOutput = run(None);
    assert_eq!(all.stdout, "''FOO=\"a b\"\nG=\"1\"\nexport FOO\nexport G\n");
    assert_eq!(all.assignments(), b"''FOO=\"a b\"\nG=\"1\"\n");
    assert_eq!(run(Some(b"Foo")).stdout, "''a b\n");
    assert_eq!(run(Some(b"n")).stdout, "''");
    assert_eq!(run(Some(b"like")).stdout, "''");
    let stopped = document("[a]\nX\n").getltscfg(&Client::default(), &NoIncludes, None).unwrap();
    assert_eq!(stopped.stderr, "\nsyntax error in lts.conf, line=3\n\n");
}

/// Files by name.
struct Files(Vec<(&'static str, String)>);

impl Includes for Files {
    fn read(&self, name: &Path, from: &Path) -> Result<Source> {
        match self.0.iter().find(|(known, _)| Path::new(known) == name) {
            Some((known, text)) => Ok(Source::new(*known, &text[..])),
            None => NoIncludes.read(name, from),
        }
    }
}

fn with(text: &str, files: &[(&'static str, &str)]) -> Result<Vec<String>> {
    let files = Files(files.iter().map(|(name, text)| (*name, (*text).to_owned())).collect());
    let resolved = document(text).resolve(&Client::named("pc"), &files)?;
    Ok(resolved
        .entries()
        .iter()
        .map(|one| {
            format!(
                "{}={} {}",
                one.key,
                one.value.as_ref().unwrap(),
                one.origin.place.file.display()
            )
        })
        .collect())
}

#[test]
fn an_included_file_counts_behind_the_one_that_names_it() {
    let text = "include \"inc\"\n[Default]\nA=main\n";
    let inc = ("inc", "[Default]\nA=inc\n[pc]\nB=inc\n");
    assert_eq!(with(text, &[inc]).unwrap(), ["A=main lts.conf", "B=inc inc"]);
}

#[test]
fn of_several_includes_the_last_one_counts_and_includes_may_include() {
    let files = [("a", "[Default]\nA=1\n"), ("b", "[x]\nX=1\ninclude c\n"), ("c", "[pc]\nC=1\n")];
    assert_eq!(with("include a\ninclude b\n", &files).unwrap(), ["C=1 c"]);
}

#[test]
fn a_file_that_was_read_before_is_passed_over() {
    let files = [("a", "[pc]\nA=1\ninclude lts.conf\ninclude a\n"), ("lts.conf", "")];
    assert_eq!(with("[x]\nX=1\ninclude a\n", &files).unwrap(), ["A=1 a"]);
}

#[test]
fn a_missing_file_and_too_many_files_are_errors_with_a_place() {
    let error = with("[pc]\nA=1\ninclude nothing\n", &[]).unwrap_err();
    assert_eq!((error.kind(), error.line()), (ErrorKind::NotFound, Some(3)));
    assert_eq!(error.column(), Some(9));
    // Also where the parser would have stopped at the directive.
    assert!(with("[pc]\ninclude nothing\n", &[]).is_err());
    // But not behind the place where the reading stops.
    with("[pc]\nA=1=2\ninclude nothing\n", &[]).expect("it is never opened");
    let chain: Vec<(&'static str, String)> =
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]
            .windows(2)
            .map(|pair| (pair[0], format!("include {}\n", pair[1])))
            .collect();
    let error = document("include a\n").resolve(&Client::named("pc"), &Files(chain)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Parse);
    assert_eq!((error.path(), error.line()), (Some(Path::new("i")), Some(1)));
}

#[test]
fn a_mistake_keeps_the_included_file_from_being_read() {
    assert_eq!(
        with("[pc]\nA=1\ninclude a\nB=1\n", &[("a", "[Default]\nD=1\n")]).unwrap(),
        ["A=1 lts.conf"]
    );
}

#[test]
fn a_last_line_without_its_end_goes_on_in_the_included_file() {
    let files = [("a", "1\nB=2\n")];
    assert_eq!(with("include a\n[pc]\nA=", &files).unwrap(), ["A=1 lts.conf", "B=2 a"]);
}

#[test]
fn of_a_long_file_that_includes_another_only_what_was_buffered_counts() {
    let padding = "#".repeat(8_192 - 33);
    // The second block of 8192 bytes begins with the second setting.
    let text = format!("[pc]\nA=1\ninclude a\n{padding}\n\n[Default]\nB=1\nC=1\n");
    let at = text.find("B=1").unwrap();
    assert!(at < 8_192 && text.len() > 8_192, "{at}");
    let read = with(&text, &[("a", "\n[x]\nX=1\n")]).unwrap();
    assert_eq!(read.len(), 1 + usize::from(text[..8_192].contains("B=1")), "{read:?}");
}
