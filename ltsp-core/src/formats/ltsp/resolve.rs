//! What a machine gets from the files: sections in the order of LTSP, first match, each run once.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::LtspConf;
use super::scan::{Kind, Statement};
use super::value::{Known, Value};
use crate::error::{Error, ErrorKind, Result};
use crate::formats::Client;
use crate::text::{Bytes, Document, Entry, Origin, Place, Resolved, Span};

/// On which side the file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The LTSP server.
    Server,
    /// A client that boots.
    #[default]
    Client,
}

/// Who reads the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Request {
    /// The machine; on a server, its own names and addresses.
    pub client: Client,
    /// The applet that is run, such as `init` or `image`; its sections are `[applet/...]`.
    pub applet: Option<Bytes>,
    /// On which side.
    pub side: Side,
    /// Variables that are set before the file is read, such as `SERVER`. Names and addresses of
    /// the machine, `BASE_DIR`, `TFTP_DIR` and `HOME_DIR` are known already.
    pub variables: Vec<(Bytes, Bytes)>,
}

/// One variable that the files set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Effective {
    /// Its name.
    pub key: Bytes,
    /// The value as it stands in the file.
    pub written: Value,
    /// The value; `None` if only a shell can tell.
    pub value: Option<Bytes>,
    /// Where it comes from.
    pub origin: Origin,
    /// The values that it hides, the next in rank first; unknown ones are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<(Bytes, Origin)>,
}

/// Something in the files that was not followed, because only a shell can tell what it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What it is.
    pub message: String,
}

/// What a machine gets, and what could not be known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// Variables, sorted by name as the shell lists them.
    pub settings: Vec<Effective>,
    /// The sections that were run, in that order, with the rule by which they were.
    pub sections: Vec<(Bytes, String)>,
    /// Shell code that was not followed.
    pub code: Vec<Unread>,
}

impl Reading {
    /// The variable called `key`.
    #[must_use]
    pub fn setting(&self, key: &[u8]) -> Option<&Effective> {
        let at = self.settings.binary_search_by(|setting| (*setting.key).cmp(key)).ok()?;
        Some(&self.settings[at])
    }

    /// The value of `key`, if it is set and known.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<&Bytes> {
        self.setting(key)?.value.as_ref()
    }

    /// As every format gives it; a value that only a shell can tell is `None`.
    #[must_use]
    pub fn into_resolved(self) -> Resolved {
        let entry = |setting: Effective| Entry {
            key: setting.key,
            value: setting.value,
            origin: setting.origin,
            hidden: setting.hidden,
        };
        Resolved::new(self.settings.into_iter().map(entry).collect())
    }
}

/// Variables of LTSP's own functions: what the file gives them is gone when it has been read.
pub(super) const LOCAL: [&str; 8] =
    ["applet", "clients_section", "config", "got", "section", "server_section", "sub_dir", "want"];

/// Applets of the server that read `[server]` even if a client runs them.
const SERVER_APPLETS: [&[u8]; 5] = [b"dnsmasq", b"image", b"ipxe", b"kernel", b"nfs"];

impl LtspConf {
    /// What the machine gets from this file, and then from `more`: the `ltsp-APPLET.conf` that is
    /// read after it, in which sections that were run already are not run again.
    ///
    /// A value that only a shell can tell has an entry without a value; its rule says so.
    ///
    /// # Errors
    /// [`ErrorKind::Parse`] if the shell refuses a file, or if reading it would never end.
    pub fn resolve(&self, request: &Request, more: &[LtspConf]) -> Result<Resolved> {
        Ok(self.read_as(request, more)?.into_resolved())
    }

    /// As [`resolve`](Self::resolve), with what the values look like in the file, which sections
    /// were run, and which code was not followed.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    pub fn read_as(&self, request: &Request, more: &[LtspConf]) -> Result<Reading> {
        let mut machine = Machine::new(request);
        machine.read(self, request)?;
        for document in more {
            machine.read(document, request)?;
        }
        Ok(machine.finish())
    }
}

/// How often a section of which nobody knows whether it was run is looked through.
const DOUBTFUL_RUNS: usize = 16;

/// Where a value was given.
#[derive(Clone)]
struct Given {
    document: usize,
    function: usize,
    at: Span,
    rule: usize,
    written: Value,
    value: Option<Bytes>,
    doubt: bool,
}

#[derive(Default)]
struct Variable {
    /// Set before any file was read.
    before: Option<Bytes>,
    given: Vec<Given>,
    unset: bool,
}

impl Variable {
    fn known(&self) -> Known<'_> {
        match self.given.last() {
            _ if self.unset => Known::Unset,
            Some(given) => given.value.as_deref().map_or(Known::Unknown, Known::Set),
            None => self.before.as_deref().map_or(Known::Unknown, Known::Set),
        }
    }
}

struct Frame {
    document: usize,
    function: usize,
    next: usize,
    rule: usize,
    doubt: bool,
}

struct Machine<'a> {
    documents: Vec<&'a LtspConf>,
    variables: BTreeMap<Bytes, Variable>,
    run: HashMap<Vec<u8>, bool>,
    rules: Vec<String>,
    sections: Vec<(Bytes, String)>,
    code: Vec<Unread>,
    doubtful: HashMap<(usize, usize), usize>,
    frames: Vec<Frame>,
}

impl<'a> Machine<'a> {
    fn new(request: &Request) -> Self {
        let mut variables: BTreeMap<Bytes, Variable> = BTreeMap::new();
        let mut know = |name: &str, value: Option<Bytes>| {
            if value.is_some() {
                variables.entry(name.into()).or_default().before = value;
            }
        };
        know("BASE_DIR", Some("/srv/ltsp".into()));
        know("TFTP_DIR", Some("/srv/tftp".into()));
        know("HOME_DIR", Some("/home".into()));
        know("HOSTNAME", request.client.host.clone());
        know("IP_ADDRESS", request.client.ip.map(|ip| ip.to_string().into()));
        know("MAC_ADDRESS", request.client.mac.map(|mac| mac.to_string().into()));
        for (name, value) in &request.variables {
            variables.entry(name.clone()).or_default().before = Some(value.clone());
        }
        Self {
            documents: Vec::new(),
            variables,
            run: HashMap::new(),
            rules: Vec::new(),
            sections: Vec::new(),
            code: Vec::new(),
            doubtful: HashMap::new(),
            frames: Vec::new(),
        }
    }

    /// The variable's value where a section is looked up by it; an unset one is the empty word.
    fn word(&mut self, name: &[u8], document: &LtspConf) -> Option<Vec<u8>> {
        let Some(variable) = self.variables.get(name) else { return Some(Vec::new()) };
        match variable.known() {
            Known::Set(value) => Some(value.to_vec()),
            Known::Unset => Some(Vec::new()),
            Known::Unknown if variable.given.is_empty() => Some(Vec::new()),
            Known::Unknown => {
                let span = variable.given.last().map_or(Span::at(0), |given| given.at);
                let name = String::from_utf8_lossy(name);
                let message = format!(
                    "sections for the {name} of this machine are not known: only a shell can tell it"
                );
                self.code.push(Unread { place: Place::new(document.source(), span), message });
                None
            }
        }
    }

    fn read(&mut self, document: &'a LtspConf, request: &Request) -> Result<()> {
        document.readable()?;
        self.documents.push(document);
        let server_too =
            request.applet.as_ref().is_some_and(|applet| SERVER_APPLETS.contains(&&applet[..]));
        self.call(b"unnamed", "before all sections")?;
        if request.side == Side::Client {
            self.call(b"clients", "every client")?;
        }
        // These two are put in before anything is run.
        let mac = self.word(b"MAC_ADDRESS", document);
        let ip = self.word(b"IP_ADDRESS", document);
        self.call(b"common", "server and clients")?;
        if request.side == Side::Server || server_too {
            self.call(b"server", "server")?;
        }
        if let Some(mac) = mac {
            self.call(&mac, "hardware address")?;
        }
        if let Some(ip) = ip {
            self.call(&ip, "IP address")?;
        }
        if let Some(host) = self.word(b"HOSTNAME", document) {
            self.call(&host, "host name")?;
        }
        let Some(applet) = request.applet.as_deref().filter(|applet| *applet != b"ltsp") else {
            return Ok(());
        };
        let rule = format!("applet {}", String::from_utf8_lossy(applet));
        let wanted: Vec<(Option<Vec<u8>>, &str)> = vec![
            (Some(Vec::new()), ""),
            (self.word(b"MAC_ADDRESS", document), ", hardware address"),
            (self.word(b"IP_ADDRESS", document), ", IP address"),
            (self.word(b"HOSTNAME", document), ", host name"),
        ];
        for (word, what) in wanted {
            if let Some(word) = word {
                let name = [applet, b"/", &word[..]].concat();
                self.call(&name, &format!("{rule}{what}"))?;
            }
        }
        Ok(())
    }

    /// Looks a section up and runs it, with all that it includes.
    fn call(&mut self, wanted: &[u8], rule: &str) -> Result<()> {
        self.enter(wanted, rule, false)?;
        while let Some(frame) = self.frames.last_mut() {
            let document = self.documents[frame.document];
            let (number, doubt) = (frame.document, frame.doubt);
            let (function, rule) = (frame.function, frame.rule);
            let Some(statement) = document.statements(function).get(frame.next) else {
                self.frames.pop();
                continue;
            };
            frame.next += 1;
            let doubt = doubt || !statement.sure;
            match &statement.kind {
                Kind::Return if doubt => frame.doubt = true,
                Kind::Return => {
                    self.frames.pop();
                }
                Kind::Include { name } => {
                    let from = section(document, function);
                    self.enter(name, &format!("INCLUDE of {from}"), doubt)?;
                }
                Kind::Call { id } => {
                    let from = section(document, function);
                    self.run_function(id, &format!("called by {from}"), doubt)?;
                }
                Kind::Unset { name } => {
                    let name = document.source().slice(*name);
                    if let Some(variable) = self.variables.get_mut(name) {
                        if doubt {
                            self.touch(number, function, rule, statement, name);
                        } else {
                            variable.unset = true;
                            variable.given.clear();
                        }
                    }
                }
                Kind::Touch { name } => {
                    let name = document.source().slice(*name);
                    self.touch(number, function, rule, statement, name);
                }
                Kind::Stop { word } if !doubt => {
                    let position = document.source().position(word.start);
                    return Err(Error::new(
                        ErrorKind::Parse,
                        "the shell stops here, because this is no name of a variable",
                    )
                    .at(document.source().name())
                    .at_line(position.line, position.column));
                }
                Kind::Code { word, .. } | Kind::Stop { word } => {
                    let place = Place::new(document.source(), *word);
                    let message = "shell code, not followed".to_owned();
                    self.code.push(Unread { place, message });
                }
                Kind::Assign { name, value, code, .. } => {
                    let name = document.source().slice(*name);
                    let written =
                        if *code { Value::Code } else { Value::read(document.source(), *value) };
                    let value = if doubt {
                        None
                    } else {
                        written.evaluate(&|name| {
                            self.variables.get(name).map_or(Known::Unknown, Variable::known)
                        })
                    };
                    let given = Given {
                        document: number,
                        function,
                        at: statement.span,
                        rule,
                        written,
                        value,
                        doubt,
                    };
                    self.give(name, given);
                }
            }
        }
        Ok(())
    }

    fn give(&mut self, name: &[u8], given: Given) {
        // A section's function looks whether it was run into a variable that files can set, too.
        if let Some(id) = name.strip_prefix(b"section_") {
            match given.value.as_deref() {
                Some(b"1") => {
                    self.run.insert(id.to_vec(), true);
                }
                Some(_) => {
                    self.run.remove(id);
                }
                None => {
                    self.run.insert(id.to_vec(), false);
                }
            }
        }
        if !self.variables.contains_key(name) {
            self.variables.insert(name.into(), Variable::default());
        }
        if let Some(variable) = self.variables.get_mut(name) {
            variable.unset = false;
            variable.given.push(given);
        }
    }

    fn touch(
        &mut self,
        document: usize,
        function: usize,
        rule: usize,
        statement: &Statement,
        name: &[u8],
    ) {
        let (at, written) = (statement.span, Value::Code);
        self.give(name, Given { document, function, at, rule, written, value: None, doubt: true });
    }

    /// Looks `wanted` up among the section names.
    fn enter(&mut self, wanted: &[u8], rule: &str, doubt: bool) -> Result<()> {
        let Some(document) = self.documents.last() else { return Ok(()) };
        if wanted == b"unnamed" {
            return self.run_function(b"unnamed", rule, doubt);
        }
        let Some((header, wildcard)) = document.arms().find(wanted) else { return Ok(()) };
        let rule = match wildcard {
            Some(pattern) => format!("{rule}, wildcard {}", String::from_utf8_lossy(pattern)),
            None => rule.to_owned(),
        };
        self.run_function(&document.headers()[header].id, &rule, doubt)
    }

    fn run_function(&mut self, id: &[u8], rule: &str, doubt: bool) -> Result<()> {
        let newest = self.documents.len() - 1;
        if id == b"call" {
            let document = self.documents[newest];
            let header = document.headers().iter().find(|header| header.id == b"call");
            let at = header.map_or(0, |header| header.line.start);
            let position = document.source().position(at);
            return Err(Error::new(
                ErrorKind::Parse,
                "a section of this name makes LTSP call itself until it crashes",
            )
            .at(document.source().name())
            .at_line(position.line, position.column));
        }
        // LTSP's own function of that name comes after all sections.
        if id == b"list" {
            return Ok(());
        }
        let found = (0..=newest).rev().find_map(|number| {
            self.documents[number].function(id).map(|function| (number, function))
        });
        let Some((number, function)) = found else { return Ok(()) };
        let doubt = match self.run.get(id) {
            Some(true) => return Ok(()),
            Some(false) => true,
            None => doubt,
        };
        self.run.insert(id.to_vec(), !doubt);
        let document = self.documents[number];
        if doubt {
            // It is running already, and the guard has been set by then.
            if self.frames.iter().any(|f| f.document == number && f.function == function) {
                return Ok(());
            }
            // Sections that may have been run may be run again, and what they include, and so on.
            let runs = self.doubtful.entry((number, function)).or_default();
            *runs += 1;
            if *runs > DOUBTFUL_RUNS {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    "shell code decides over and over which sections are run",
                )
                .at(document.source().name()));
            }
        }
        let name = document.header_of(function).map_or(&b""[..], |header| &header.name);
        self.sections.push((name.into(), rule.to_owned()));
        self.rules.push(rule.to_owned());
        let rule = self.rules.len() - 1;
        self.frames.push(Frame { document: number, function, next: 0, rule, doubt });
        Ok(())
    }

    fn origin(&self, given: &Given) -> Origin {
        let document = self.documents[given.document];
        let mut rule = self.rules[given.rule].clone();
        if given.value.is_none() {
            rule.push_str(if given.doubt {
                "; perhaps, because shell code decides"
            } else {
                "; shell code decides the value"
            });
        }
        Origin {
            place: Place::new(document.source(), given.at),
            section: document.header_of(given.function).map(|header| header.name.as_slice().into()),
            rule,
        }
    }

    fn finish(mut self) -> Reading {
        let local: HashSet<&[u8]> = LOCAL.iter().map(|name| name.as_bytes()).collect();
        let variables = std::mem::take(&mut self.variables);
        let mut settings = Vec::new();
        for (key, mut variable) in variables {
            if local.contains(&key[..]) {
                continue;
            }
            let Some(last) = variable.given.pop() else { continue };
            let hidden = variable.given.iter().rev();
            settings.push(Effective {
                key,
                origin: self.origin(&last),
                hidden: hidden
                    .filter_map(|given| Some((given.value.clone()?, self.origin(given))))
                    .collect(),
                written: last.written,
                value: last.value,
            });
        }
        Reading { settings, sections: self.sections, code: self.code }
    }
}

/// How a section is called in a rule.
fn section(document: &LtspConf, function: usize) -> String {
    match document.header_of(function) {
        Some(header) => format!("[{}]", String::from_utf8_lossy(&header.name)),
        None => "the lines before all sections".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Source;

    fn read(text: &str, request: &Request) -> Reading {
        conf(text).read_as(request, &[]).expect("a sound file")
    }

    fn conf(text: &str) -> LtspConf {
        LtspConf::parse(Source::new("ltsp.conf", text))
    }

    fn on(host: &str) -> Request {
        Request { client: Client::named(host), ..Request::default() }
    }

    #[test]
    fn later_steps_win_and_common_wins_over_clients() {
        let text = "A=0\n[init/]\nA=6\n[pc01]\nA=5\n[server]\nA=4\n[common]\nA=3\n\
                    [clients]\nA=2\n";
        let value = |request: &Request| read(text, request).get(b"A").unwrap().to_string();
        assert_eq!(value(&on("other")), "3");
        assert_eq!(value(&on("pc01")), "5");
        assert_eq!(value(&Request { applet: Some("init".into()), ..on("pc01") }), "6");
        assert_eq!(value(&Request { side: Side::Server, ..on("other") }), "4");
        assert_eq!(value(&Request { applet: Some("image".into()), ..on("other") }), "4");
    }

    #[test]
    fn a_section_is_run_once_and_the_first_that_matches() {
        let text = "[pc*]\nINCLUDE=lab\nA=1\n[pc01]\nA=2\n[lab]\nA=3\nB=3\nINCLUDE=pc01\n";
        let reading = read(text, &on("pc01"));
        assert_eq!(reading.get(b"A").unwrap(), &"1");
        let names: Vec<_> = reading.sections.iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names, ["", "pc*", "lab"]);
        assert_eq!(reading.sections[2].1, "INCLUDE of [pc*]");
    }

    #[test]
    fn the_host_name_may_come_from_the_section_of_an_address() {
        let text = "[10.0.0.7]\nHOSTNAME=pc07\n[pc07]\nA=$HOSTNAME/$IP_ADDRESS\n";
        let client = Client { ip: Some([10, 0, 0, 7].into()), ..Client::default() };
        let reading = read(text, &Request { client, ..Request::default() });
        assert_eq!(reading.get(b"A").unwrap(), &"pc07/10.0.0.7");
    }

    #[test]
    fn the_second_file_cannot_run_a_section_again() {
        let first = conf("[clients]\nA=1\n");
        let second = conf("[clients]\nA=2\n[login/]\nB=2\n");
        let request = Request { applet: Some("login".into()), ..on("pc") };
        let reading = first.read_as(&request, &[second]).unwrap();
        assert_eq!(reading.get(b"A").unwrap(), &"1");
        assert_eq!(reading.get(b"B").unwrap(), &"2");
    }

    #[test]
    fn code_is_said_and_not_guessed() {
        let text = "[clients]\nA=1\nif x; then\nA=2\nfi\nB=$(x)\nC=1\n. /etc/x\n\
                    test -f x && return\nD=1\n[common]\nC=\"$C$B\"\nE=${F:-x}\n";
        let reading = read(text, &on("pc"));
        for name in [b"A", b"B", b"C", b"D", b"E"] {
            let setting = reading.setting(name).expect("it is listed");
            assert_eq!(setting.value, None, "{}", setting.key);
            assert!(setting.origin.rule.contains("shell code"), "{}", setting.origin);
        }
        assert!(reading.code.iter().any(|unread| unread.place.line == 8));
    }

    #[test]
    fn what_the_shell_refuses_is_an_error_with_its_place() {
        for (text, line) in
            [("[a]\nA='\n", 2), ("A=1\n", 1), ("[a]\n[|b]\n", 2), ("[a]\nA=(b)\n", 2)]
        {
            let error = conf(text).resolve(&on("pc"), &[]).expect_err(text);
            assert_eq!((error.kind(), error.line()), (ErrorKind::Parse, Some(line)), "{text}");
        }
        let error = conf("[common]\nunset A-B\n").resolve(&on("a"), &[]).expect_err("no name");
        assert_eq!((error.line(), error.column()), (Some(2), Some(7)));
        let error = conf("[call]\n").resolve(&on("call"), &[]).expect_err("it never ends");
        assert_eq!(error.kind(), ErrorKind::Parse);
    }
}
