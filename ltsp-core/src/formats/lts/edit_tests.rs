use super::*;
use crate::formats::Client;
use crate::text::NoIncludes;

fn document(text: impl Into<Vec<u8>>) -> LtsConf {
    LtsConf::parse(Source::new("lts.conf", text))
}

fn after(text: &str, act: impl FnOnce(&mut LtsConf)) -> String {
    let mut document = document(text);
    act(&mut document);
    String::from_utf8(document.to_bytes().to_vec()).expect("it was text")
}

fn set(text: &str, section: &str, key: &str, value: &str) -> String {
    after(text, |document| {
        document
            .set(Some(section.as_bytes()), key.as_bytes(), value.as_bytes())
            .expect("it can be set");
        let read = document.get(Some(section.as_bytes()), key.as_bytes()).unwrap().unwrap().0;
        assert_eq!(read, value);
        let client = Client::named(section);
        let resolved = document.resolve(&client, &NoIncludes).unwrap();
        assert_eq!(resolved.get(key.to_ascii_uppercase().as_bytes()), Some(&Bytes::from(value)));
    })
}

fn refused(text: &str, section: &str, key: &str, value: &[u8]) -> Error {
    let mut document = document(text);
    let error = document.set(Some(section.as_bytes()), key.as_bytes(), value).unwrap_err();
    assert_eq!(document.to_bytes(), text.as_bytes(), "nothing changed");
    error
}

#[test]
fn a_value_changes_in_its_place_and_nothing_else_does() {
    for (before, value, expected) in [
        ("[a]\n  Foo =\tbar # c\nB=1\n", "x", "[a]\n  Foo =\tx # c\nB=1\n"),
        ("[a]\nFOO=bar\n", "x y", "[a]\nFOO=x y\n"),
        ("[a]\nFOO=bar\n", " x", "[a]\nFOO=\" x\"\n"),
        ("[a]\nFOO=bar\n", "", "[a]\nFOO=\"\"\n"),
        ("[a]\nFOO=bar\n", "a=[b]#'c", "[a]\nFOO=\"a=[b]#'c\"\n"),
        ("[a]\nFOO=\"bar\"\n", "x", "[a]\nFOO=\"x\"\n"),
        ("[a]\nFOO=\"\"", "x", "[a]\nFOO=\"x\""),
        ("[a]\nFOO=bar\n", "say \"hi\"", "[a]\nFOO=\"say \"hi\"\"\n"),
        ("[a]\nFOO=1\nfoo=2\n", "3", "[a]\nFOO=1\nfoo=3\n"),
        ("[a]\nFOO=\"1\" B=2\n", "3", "[a]\nFOO=\"3\" B=2\n"),
        ("[a] FOO=1\r\n# x\r\n", "2", "[a] FOO=2\r\n# x\r\n"),
        ("[A]\nFOO=1 # \"x\"\n", "2", "[A]\nFOO=2 # \"x\"\n"),
        ("[a]\nFOO=1\n[a]\nFOO=2\n", "3", "[a]\nFOO=3\n[a]\nFOO=2\n"),
    ] {
        assert_eq!(set(before, "a", "foo", value), expected);
    }
}

#[test]
fn a_new_line_looks_like_its_neighbours() {
    for (before, expected) in [
        ("[a]\nB=1\n", "[a]\nB=1\nFOO=x\n"),
        (
            "[a]\n\tB\t\t= \"1\" # c\n\n# d\n[c]\nX=1\n",
            "[a]\n\tB\t\t= \"1\" # c\n\tFOO\t\t= \"x\"\n\n# d\n[c]\nX=1\n",
        ),
        ("[a]\nB=1", "[a]\nB=1\nFOO=x\n"),
        ("[a] B=1\n", "[a] B=1\nFOO=x\n"),
        ("", "[a]\nFOO=x\n"),
        ("[c]\n  X = 1\n", "[c]\n  X = 1\n\n[a]\n  FOO = x\n"),
        ("[c]\nX=1\n\n", "[c]\nX=1\n\n[a]\nFOO=x\n"),
        ("# end", "# end\n\n[a]\nFOO=x\n"),
        ("[\"a\"]\nB=1\r\nC=2\r\n", "[\"a\"]\nB=1\r\nC=2\r\nFOO=x\r\n"),
    ] {
        assert_eq!(set(before, "a", "foo", "x"), expected, "{before:?}");
    }
}

#[test]
fn a_sections_name_is_quoted_if_it_has_to_be() {
    assert_eq!(set("", "p[0-9]", "FOO", "1"), "[\"p[0-9]\"]\nFOO=1\n");
}

#[test]
fn what_the_format_cannot_hold_is_refused() {
    for value in [&b"a\nb"[..], b"a\0b"] {
        assert_eq!(refused("[a]\nB=1\n", "a", "FOO", value).kind(), ErrorKind::InvalidInput);
    }
    for key in ["", "A B", "A-B", "1A", "a=b", "[", "include x"] {
        assert_eq!(refused("[a]\nB=1\n", "a", key, b"x").kind(), ErrorKind::InvalidInput);
    }
    // The comment's quote would become the value's end.
    refused("[a]\nFOO=1 # \"x\"\n", "a", "FOO", b"a=b");
    refused("[a]\nB=1\n", "x\ny", "FOO", b"1");
    let mut none = document("");
    assert_eq!(none.set(None, b"A", b"1").unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_line_that_would_not_be_read_is_refused_with_the_mistake_that_is_in_the_way() {
    let error = refused("[a]\nB=1=2\n", "c", "FOO", b"1");
    assert_eq!((error.kind(), error.line()), (ErrorKind::InvalidInput, Some(2)));
    // Above the mistake all is well.
    assert_eq!(set("[a]\nB=1\n[c]\nX=1=2\n", "a", "FOO", "1"), "[a]\nB=1\nFOO=1\n[c]\nX=1=2\n");
    let error = document("junk\n[a]\nB=1\n").get(Some(b"a"), b"B").unwrap_err();
    assert_eq!((error.kind(), error.line()), (ErrorKind::NotFound, Some(1)));
}

#[test]
fn a_setting_goes_away_with_its_line_and_the_last_one_with_its_section() {
    let unset =
        |text: &str| after(text, |document| assert!(document.unset(Some(b"a"), b"foo").unwrap()));
    assert_eq!(unset("[a]\nFOO=1 # c\nB=1\n foo = 2\n"), "[a]\nB=1\n");
    assert_eq!(unset("# x\n[a]\nFOO=1\n[b]\nX=1\n"), "# x\n[b]\nX=1\n");
    assert_eq!(unset("[a] FOO=\"1\" B=2\n"), "[a] B=2\n");
    assert_eq!(unset("[a]\nFOO\n=\n1\nB=2\n"), "[a]\nB=2\n");
    let mut document = document("[a]\nB=1\n");
    assert!(!document.unset(Some(b"a"), b"FOO").unwrap());
    assert_eq!(document.unset(Some(b"c"), b"FOO").unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_setting_becomes_a_comment_and_comes_back_as_it_was() {
    for (text, commented) in [
        ("[a]\n  FOO = 1 # c\nB=1\n", "[a]\n  #FOO = 1 # c\nB=1\n"),
        ("[a]\nFOO=\"x y\"\nB=1\r\n", "[a]\n#FOO=\"x y\"\nB=1\r\n"),
        ("[a]\nFOO=1\n[b]\nX=1\n", "#[a]\n#FOO=1\n[b]\nX=1\n"),
    ] {
        let mut document = document(text);
        assert!(document.comment_out(Some(b"a"), b"FOO").unwrap());
        assert_eq!(document.to_bytes(), commented.as_bytes());
        assert!(document.uncomment(Some(b"a"), b"foo").unwrap());
        assert_eq!(document.to_bytes(), text.as_bytes());
    }
    let comment = |text: &str| {
        after(text, |document| assert!(document.comment_out(Some(b"a"), b"FOO").unwrap()))
    };
    assert_eq!(comment("[a]\nB=1\nFOO=1"), "[a]\nB=1\n#FOO=1\n");
    assert_eq!(comment("[a] FOO=\"1\" B=2\n"), "[a] \n#FOO=\"1\"\n B=2\n");
}

#[test]
fn an_example_in_a_comment_comes_alive() {
    let uncomment = |text: &str, section: &str| {
        let mut document = document(text);
        let done = document.uncomment(Some(section.as_bytes()), b"FOO");
        done.map(|done| done.then(|| String::from_utf8(document.to_bytes().to_vec()).unwrap()))
    };
    let found = uncomment("[a]\nB=1\n#FOO=1\n# FOO is this: x\n# FOO = 2\n[b]\nX=1\n#FOO=3\n", "a");
    assert_eq!(
        found.unwrap().unwrap(),
        "[a]\nB=1\n#FOO=1\n# FOO is this: x\nFOO = 2\n[b]\nX=1\n#FOO=3\n"
    );
    let whole = "[a]\nB=1\n# By address:\n#[00:11:22:33:44:55]\n#BAR=1\n#FOO=2\n";
    assert_eq!(
        uncomment(whole, "00:11:22:33:44:55").unwrap().unwrap(),
        "[a]\nB=1\n# By address:\n[00:11:22:33:44:55]\n#BAR=1\nFOO=2\n"
    );
    assert_eq!(uncomment(whole, "a").unwrap(), None, "it is another section's example");
    assert_eq!(uncomment("[a]\nB=1\n", "c").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(uncomment("[a]\nB=1\n#FOO=1=2\n", "a").unwrap(), None, "it is no setting");
}

#[test]
fn an_empty_section_is_not_added() {
    let mut document = document("[a]\nB=1\n");
    assert!(!document.add_section(b"A").unwrap());
    assert_eq!(document.add_section(b"c").unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(document.add_section(b"c\n").unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn settings_and_sections_are_those_that_are_read() {
    let document = document("[a]\nB=1\n[ b ]\nLIKE=a\n[\"a\"]\nC=\"2\"\njunk\n[d]\nX=1\n");
    let sections: Vec<String> =
        document.sections().iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(sections, ["a", "b", "a"]);
    let settings: Vec<String> = document
        .settings()
        .iter()
        .map(|one| {
            format!(
                "{}/{}={}:{}",
                one.section.as_ref().unwrap(),
                one.key,
                one.value,
                one.place.line
            )
        })
        .collect();
    assert_eq!(settings, ["a/B=1:2", "b/LIKE=a:4", "a/C=2:6"]);
}
