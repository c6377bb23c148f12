//! What is booted, changed: the default label, kernel parameters, a file for one machine.

use std::path::Path;

use serde::Serialize;

use super::boot::First;
use super::cmdline::KernelCommandLine;
use super::document::PxeConf;
use super::grammar::first_word;
use super::menu::Menu;
use crate::error::{Error, ErrorKind, Result};
use crate::formats::MacAddr;
use crate::text::{Bytes, Document, Edit, Includes, NoIncludes, Settings, Source, line_end_near};

/// How pxelinux calls the file for all machines: names of includes are taken from the directory of
/// pxelinux.0, not from that of the including file.
const DEFAULT_FILE: &str = "pxelinux.cfg/default";

/// A file of the directory `pxelinux.cfg` for one machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MacFile {
    /// Its name, `01-` and the hardware address.
    pub name: String,
    /// What is in it.
    pub content: Bytes,
}

impl PxeConf {
    /// Whether LTSP's update-kernels wrote the file. It writes it anew each time: changes must be
    /// made in `/etc/ltsp/update-kernels.conf` of the client's system (PXELINUX_DEFAULT and
    /// ONTIMEOUT, or BOOT_METHODS).
    #[must_use]
    pub fn generated_by_ltsp(&self) -> bool {
        self.source
            .lines()
            .map(|line| self.source.slice(line))
            .take_while(|line| line.starts_with(b"#") || line.is_empty())
            .take(20)
            .any(|line| has(line, b"regenerated") && has(line, b"update-kernels"))
    }

    /// Makes the label the one that is booted without being asked, or that the menu begins at.
    ///
    /// Where `DEFAULT menu.c32` shows a menu it becomes `UI menu.c32`, so that DEFAULT can name the
    /// label: then the menu stays, and begins at it, in whichever submenu it is.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if the file has no such label; [`ErrorKind::InvalidInput`] if the
    /// label is disabled, or hidden from the menu that is shown.
    pub fn set_default(&mut self, label: &[u8]) -> Result<()> {
        self.set_default_with(label, &NoIncludes)
    }

    /// As [`set_default`](Self::set_default), for labels of included files too.
    ///
    /// # Errors
    /// As [`set_default`](Self::set_default); what [`resolve`](Self::resolve) says;
    /// [`ErrorKind::Refused`] if an included file says otherwise behind that line.
    pub fn set_default_with(
        &mut self,
        label: &[u8],
        includes: &(impl Includes + ?Sized),
    ) -> Result<()> {
        let menu = self.resolve(includes)?;
        let shows_menu = matches!(menu.first(), First::Menu(_));
        self.check_label(&menu, label, shows_menu)?;
        let mut changed = self.clone();
        let by_default = menu.default.as_ref().filter(|_| shows_menu && menu.ui.is_none());
        match by_default {
            None => changed.set(None, b"default", label)?,
            Some(program) => match self.global(super::directive::Key::Default).copied() {
                Some(line) if self.slice(line.value) == &program.value[..] => {
                    let upper = self.slice(line.keyword).iter().all(u8::is_ascii_uppercase);
                    let whole = self.source.whole_line_at(line.span.start);
                    let indent = &self.source.bytes()[whole.start..line.keyword.start];
                    let end = line_end_near(&self.source, whole.start);
                    let keyword = self.slice(line.keyword);
                    let edits = [
                        Edit::insert(whole.start, [indent, keyword, b" ", label, end].concat()),
                        Edit::replace(line.keyword, if upper { "UI" } else { "ui" }),
                    ];
                    changed.edit(&edits)?;
                }
                _ => {
                    changed.set(None, b"ui", &program.value)?;
                    changed.set(None, b"default", label)?;
                }
            },
        }
        let after = changed.resolve(includes)?;
        let now = after.default.as_ref().map(|default| first_word(&default.value).0);
        if now != Some(label) || shows_menu != matches!(after.first(), First::Menu(_)) {
            return Err(Error::new(
                ErrorKind::Refused,
                "an included file has a DEFAULT that would count instead",
            )
            .at(self.source.name())
            .help_with("change the included file"));
        }
        *self = changed;
        Ok(())
    }

    /// Makes the label the one that is booted when the time is over. Without an ONTIMEOUT that is
    /// the default label.
    ///
    /// # Errors
    /// As [`set_default`](Self::set_default).
    pub fn set_ontimeout(&mut self, label: &[u8]) -> Result<()> {
        self.set_ontimeout_with(label, &NoIncludes)
    }

    /// As [`set_ontimeout`](Self::set_ontimeout), for labels of included files too.
    ///
    /// # Errors
    /// As [`set_default_with`](Self::set_default_with).
    pub fn set_ontimeout_with(
        &mut self,
        label: &[u8],
        includes: &(impl Includes + ?Sized),
    ) -> Result<()> {
        let menu = self.resolve(includes)?;
        self.check_label(&menu, label, false)?;
        let mut changed = self.clone();
        changed.set(None, b"ontimeout", label)?;
        let after = changed.resolve(includes)?;
        if after.on_timeout.is_none_or(|now| now.value != *label) {
            return Err(Error::new(
                ErrorKind::Refused,
                "an included file has an ONTIMEOUT that would count instead",
            )
            .at(self.source.name()));
        }
        *self = changed;
        Ok(())
    }

    /// A file with which one machine boots another label of this configuration, which is the one of
    /// all machines (`pxelinux.cfg/default`).
    ///
    /// The file includes the common one and then names its own default: of two lines the last
    /// counts. So the machine follows each later change of the common file. (A copy would go on to
    /// name kernels that ltsp-update-kernels deletes; the small file is left alone by it.) The
    /// include says `pxelinux.cfg/default` because pxelinux takes names from the directory of
    /// pxelinux.0. Where `DEFAULT menu.c32` shows a menu, UI keeps it.
    ///
    /// # Errors
    /// As [`set_default`](Self::set_default).
    pub fn for_mac(&self, mac: MacAddr, label: &[u8]) -> Result<MacFile> {
        self.for_mac_with(mac, label, &NoIncludes)
    }

    /// As [`for_mac`](Self::for_mac), for labels of included files too.
    ///
    /// # Errors
    /// As [`set_default_with`](Self::set_default_with).
    pub fn for_mac_with(
        &self,
        mac: MacAddr,
        label: &[u8],
        includes: &(impl Includes + ?Sized),
    ) -> Result<MacFile> {
        let menu = self.resolve(includes)?;
        let shows_menu = matches!(menu.first(), First::Menu(_));
        self.check_label(&menu, label, shows_menu)?;
        let mut content = format!("include {DEFAULT_FILE}\n").into_bytes();
        let program = menu.default.as_ref().filter(|_| shows_menu && menu.ui.is_none());
        let lines: [(&[u8], Option<&[u8]>); 3] = [
            (b"ui ", program.map(|program| &program.value[..])),
            (b"default ", Some(label)),
            (b"ontimeout ", Some(label)),
        ];
        for (keyword, value) in lines {
            if let Some(value) = value {
                content.extend_from_slice(keyword);
                content.extend_from_slice(value);
                content.push(b'\n');
            }
        }
        Ok(MacFile { name: format!("01-{}", mac.hyphens()), content: content.into() })
    }

    /// The kernel parameters of a label as this file says them: its APPEND, or else the one for all
    /// labels.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such label.
    pub fn command_line(&self, label: &[u8]) -> Result<KernelCommandLine> {
        let own = self.get(Some(label), b"append")?;
        let line = match own {
            Some((own, _)) => Some(own),
            None => self.common_append(label),
        };
        let line = line.filter(|line| *line != *"-").unwrap_or_default();
        Ok(KernelCommandLine::parse(&line))
    }

    /// The APPEND without a label above it that counts for this one.
    fn common_append(&self, label: &[u8]) -> Option<Bytes> {
        let label = self.labels()[self.label(label)?];
        self.lines()[..label.first]
            .iter()
            .rev()
            .find(|line| {
                line.key == super::directive::Key::Append && line.label == super::document::NONE
            })
            .map(|line| self.slice(line.value).into())
    }

    /// Gives a label these kernel parameters, in an APPEND of its own.
    ///
    /// # Errors
    /// As [`Settings::set`]; [`ErrorKind::NotFound`] if there is no such label.
    pub fn set_command_line(&mut self, label: &[u8], line: &KernelCommandLine) -> Result<()> {
        self.command_line(label)?;
        let text = line.as_bytes().trim_ascii_start();
        self.set(Some(label), b"append", if text.is_empty() { b"-" } else { text })
    }

    /// Gives one kernel parameter of a label a value, or makes it a flag (`None`); the others stay
    /// as they are. If the label has no APPEND of its own it gets one, with the parameters that it
    /// had from the one for all labels.
    ///
    /// # Errors
    /// As [`KernelCommandLine::set`] and [`set_command_line`](Self::set_command_line).
    pub fn set_parameter(&mut self, label: &[u8], name: &[u8], value: Option<&[u8]>) -> Result<()> {
        let mut line = self.command_line(label)?;
        match value {
            Some(value) => line.set(name, value)?,
            None => line.set_flag(name)?,
        }
        self.set_command_line(label, &line)
    }

    /// Removes a kernel parameter of a label; says how often it was there.
    ///
    /// # Errors
    /// As [`set_command_line`](Self::set_command_line).
    pub fn remove_parameter(&mut self, label: &[u8], name: &[u8]) -> Result<usize> {
        let mut line = self.command_line(label)?;
        let removed = line.remove(name);
        if removed > 0 {
            self.set_command_line(label, &line)?;
        }
        Ok(removed)
    }

    /// Whether a label can be booted by its name.
    fn check_label(&self, menu: &Menu, label: &[u8], in_menu: bool) -> Result<()> {
        let name = Bytes::from(label);
        let invalid =
            |what: String| Err(Error::new(ErrorKind::InvalidInput, what).at(self.source.name()));
        match menu.label(label) {
            Some(entry) if in_menu && entry.hidden => {
                invalid(format!("label {name:?} is hidden from the menu, which cannot begin at it"))
            }
            Some(_) => Ok(()),
            None if menu.entries.iter().any(|entry| entry.label.as_deref() == Some(label)) => {
                invalid(format!("label {name:?} is disabled, so it cannot be booted"))
            }
            None => {
                let error = Error::new(ErrorKind::NotFound, format!("there is no label {name:?}"))
                    .at(self.source.name());
                Err(match self.similar_label(label) {
                    Some(similar) => error.help_with(format!("did you mean {similar:?}?")),
                    None => error,
                })
            }
        }
    }
}

impl MacFile {
    /// The file as a document, to look at what it does.
    #[must_use]
    pub fn document(&self) -> PxeConf {
        PxeConf::parse(Source::new(Path::new("pxelinux.cfg").join(&self.name), &self.content[..]))
    }
}

fn has(line: &[u8], word: &[u8]) -> bool {
    line.windows(word.len()).any(|window| window == word)
}
