//! What holds for every file: nothing is lost, edits are seen, sections are chosen as a naive model chooses them.
use ltsp_core::formats::Client;
use ltsp_core::formats::ltsp::{LtspConf, Request};
use ltsp_core::text::{Document, Settings, Source};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn conf(text: &str) -> LtspConf {
    LtspConf::parse(Source::new("ltsp.conf", text))
}

/// `case` of the shell by recursion on whole strings: slow and plain.
fn naive_match(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some(b'*'), _) => {
            naive_match(&pattern[1..], text)
                || (!text.is_empty() && naive_match(pattern, &text[1..]))
        }
        (Some(b'?'), Some(_)) => naive_match(&pattern[1..], &text[1..]),
        (Some(one), Some(other)) => one == other && naive_match(&pattern[1..], &text[1..]),
        _ => false,
    }
}

#[derive(Clone, Debug)]
enum Line {
    Set(&'static str, u8),
    Include(usize),
}

/// The value of each name on a client, by walking through lists of lines.
fn naive(sections: &[(String, Vec<Line>)], wanted: &[&str]) -> Vec<(&'static str, u8)> {
    fn run(
        sections: &[(String, Vec<Line>)],
        wanted: &str,
        done: &mut Vec<String>,
        values: &mut Vec<(&'static str, u8)>,
    ) {
        let id = |name: &str| name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let fits =
            |name: &str| name.split('|').any(|one| naive_match(one.as_bytes(), wanted.as_bytes()));
        let Some((name, _)) = sections.iter().find(|(name, _)| fits(name)) else { return };
        let id_wanted = id(name);
        if done.contains(&id_wanted) {
            return;
        }
        done.push(id_wanted.clone());
        let (_, lines) =
            sections.iter().rev().find(|(name, _)| id(name) == id_wanted).expect("itself");
        for line in lines {
            match line {
                Line::Set(name, value) => {
                    values.retain(|(known, _)| known != name);
                    values.push((name, *value));
                }
                Line::Include(index) => {
                    run(sections, &sections[index % sections.len()].0, done, values)
                }
            }
        }
    }
    let (mut done, mut values) = (Vec::new(), Vec::new());
    for wanted in wanted {
        run(sections, wanted, &mut done, &mut values);
    }
    values.sort_unstable();
    values
}

const NAMES: [&str; 12] = [
    "clients", "common", "server", "pc01", "pc*", "pc-01", "pc_01", "lab", "p?01", "10.0.*",
    "a|pc01", "*",
];

fn line() -> impl Strategy<Value = Line> {
    prop_oneof![
        4 => (select(vec!["A", "B", "C"]), any::<u8>()).prop_map(|(name, value)| Line::Set(name, value)),
        1 => any::<usize>().prop_map(Line::Include),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn no_byte_is_lost(bytes in vec(any::<u8>(), 0..300)) {
        let one = LtspConf::parse(Source::new("f", bytes.clone()));
        prop_assert_eq!(one.to_bytes(), &bytes[..]);
    }

    #[test]
    fn shell_of_any_kind_is_kept_and_checked(
        pieces in vec(select(vec![
            "[a]", "[", "]", "\n", "\n", "\"", "'", "`", "$(", ")", "${", "}", "A=", "INCLUDE=a", " ", "\t", "\\",
            "#", "if", "fi", "then", "case", "in", "esac", ";;", ";", "&", "|", "<<E", "E", "\0", "\r\n", "x", "~",
        ]), 0..60),
    ) {
        let text = pieces.concat();
        let mut one = conf(&text);
        prop_assert_eq!(one.to_bytes(), text.as_bytes());
        let _ = one.resolve(&Request::default(), &[]);
        one.fix();
        prop_assert!(!one.check().iter().any(|said| said.mend.as_ref().is_some_and(|mend| mend.safe)));
    }

    #[test]
    fn what_is_set_is_read_again_and_other_lines_stay(
        before in select(vec![
            "", "[a]\n", "[a]\nX=1\n[b]\nX=2\n", "# c\n[a]\n  X='1' # c\n\n# d\n[b]\n", "[a]\r\nX=1\r\n",
            "[b]\nX=$(date)\n", "X=1\n[a]",
        ]),
        section in select(vec![None, Some("a"), Some("b"), Some("new")]),
        key in select(vec!["X", "Y_1"]),
        value in "[ -~\n\tü]{0,12}",
    ) {
        let mut one = conf(before);
        let section = section.map(str::as_bytes);
        match one.set(section, key.as_bytes(), value.as_bytes()) {
            Ok(()) => {
                let (read, _) = one.get(section, key.as_bytes()).expect("the section").expect("the key");
                prop_assert_eq!(&read[..], value.as_bytes());
                let after = String::from_utf8_lossy(one.to_bytes()).into_owned();
                for line in before.lines().filter(|line| !line.contains("X=")) {
                    prop_assert!(after.contains(line), "{:?} is gone from {:?}", line, after);
                }
                let request = Request { client: Client::named("b"), ..Request::default() };
                if section == Some(b"b") {
                    let resolved = one.resolve(&request, &[]).expect("a sound file");
                    prop_assert_eq!(&resolved.get(key.as_bytes()).expect("set")[..], value.as_bytes());
                }
                prop_assert!(one.unset(section, key.as_bytes()).expect("it was set"));
                prop_assert_eq!(one.get(section, key.as_bytes()).expect("the section"), None);
            }
            Err(_) => prop_assert_eq!(one.to_bytes(), before.as_bytes()),
        }
    }

    #[test]
    fn sections_are_chosen_as_the_naive_model_chooses_them(
        sections in vec((select(NAMES.to_vec()), vec(line(), 0..5)), 1..8),
        host in select(vec!["pc01", "pc-01", "lab", "other"]),
    ) {
        let sections: Vec<(String, Vec<Line>)> =
            sections.into_iter().map(|(name, lines)| (name.to_owned(), lines)).collect();
        let mut text = String::new();
        for (name, lines) in &sections {
            text.push_str(&format!("[{name}]\n"));
            for line in lines {
                text.push_str(&match line {
                    Line::Set(name, value) => format!("{name}={value}\n"),
                    Line::Include(index) => format!("INCLUDE=\"{}\"\n", sections[index % sections.len()].0),
                });
            }
        }
        let request = Request {
            client: Client { ip: Some([10, 0, 0, 1].into()), ..Client::named(host) },
            applet: Some("init".into()),
            ..Request::default()
        };
        let resolved = conf(&text).resolve(&request, &[]).expect("a sound file");
        let ours: Vec<(String, String)> =
            resolved.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let applet = format!("init/{host}");
        let wanted = ["clients", "common", "", "10.0.0.1", host, "init/", "init/", "init/10.0.0.1", &applet];
        let model: Vec<(String, String)> =
            naive(&sections, &wanted).into_iter().map(|(n, v)| (n.to_owned(), v.to_string())).collect();
        prop_assert_eq!(ours, model, "{}", text);
    }

    #[test]
    fn promises_to_the_fuzzer_hold_for_files_made_of_shell(
        choice in vec(any::<u8>(), 1),
        value in "[ -~\n]{0,15}",
        more in vec(any::<u8>(), 2),
        pieces in vec(select(vec![
            "[a]\n", "[A b]\n", "[pc*]\n", "[a", "]", "\n", "\n", "\"", "'", "`", "$(", ")", "${", "}", "A=", "A=1\n",
            "HOSTNAME = ", "INCLUDE=a\n", " ", "\t", "\\", "#", "#A=2\n", "if", "fi", "PASSWORDS_X='a/b'\n", "x; ",
            "&&", "<<E\n", "E\n", "\r\n", "AUTOLOGIN=p/q\n", "# EPOPTES_GROUP=a\n", "return\n", "section_a\n",
        ]), 0..50),
    ) {
        let length = u8::try_from(value.len()).expect("at most 15");
        let file = pieces.concat();
        testkit::fuzz::ltsp(&[&choice, &[length][..], value.as_bytes(), &more, file.as_bytes()].concat());
    }
}
