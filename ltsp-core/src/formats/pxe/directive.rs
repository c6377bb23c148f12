//! The directives of pxelinux, as data.

use serde::Serialize;

/// Where a directive counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// For the whole configuration, wherever it stands; the last one counts.
    Global,
    /// For the menu it stands in; the last one counts.
    Menu,
    /// For the label above it; without one it is not read.
    Label,
    /// For the label above it, or, without one, for all labels below that have none of their own.
    LabelOrGlobal,
    /// For the label above it, or, without one, for the menu it stands in.
    LabelOrMenu,
    /// It begins, ends or fetches something.
    Structure,
}

/// What stands behind a directive's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// The rest of the line.
    Text,
    /// The rest of the line, which may not be empty.
    File,
    /// One word.
    Word,
    /// A decimal number.
    Number,
    /// Tenths of a second.
    Tenths,
    /// A mask of bits: decimal, `0x` hexadecimal, `0` octal.
    Bits,
}

/// A directive that pxelinux knows.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Directive {
    /// Its name in lower case; case does not count in files.
    pub name: &'static str,
    /// Where it counts.
    pub scope: Scope,
    /// What stands behind it.
    pub takes: Takes,
    /// What it does.
    pub about: &'static str,
}

macro_rules! directives {
    ($($key:ident $name:literal $scope:ident $takes:ident $about:literal;)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[allow(clippy::enum_variant_names, reason = "they are called as the directives are")]
        pub(super) enum Key { $($key,)+ Unknown, UnknownMenu, OtherText }

        /// Every directive that pxelinux knows.
        pub const DIRECTIVES: &[Directive] = &[
            $(Directive { name: $name, scope: Scope::$scope, takes: Takes::$takes, about: $about },)+
        ];

        const KEYS: &[Key] = &[$(Key::$key,)+];
    };
}

directives! {
    Default "default" Global Text "command line (label or file, options) that is booted without being asked";
    Ui "ui" Global Text "program that asks the user, usually menu.c32 or vesamenu.c32; goes before DEFAULT and PROMPT";
    OnTimeout "ontimeout" Global Text "command line that is booted when the time is over";
    OnError "onerror" Global Text "command line that is run when a file cannot be loaded";
    Timeout "timeout" Global Tenths "how long to wait for the first key; 0 for ever";
    TotalTimeout "totaltimeout" Global Tenths "how long to wait in all, whatever is typed; 0 for ever";
    Prompt "prompt" Global Number "1 to always show the boot: prompt, 0 only when Shift or Alt is held";
    NoEscape "noescape" Global Number "1 to ignore Shift, Alt, Caps Lock and Scroll Lock";
    AllowOptions "allowoptions" Global Number "0 to let nobody add kernel parameters at the prompt";
    NoComplete "nocomplete" Global Number "1 to not show the labels for Tab at the prompt";
    Implicit "implicit" Global Number "0 to boot labels only, never files by name";
    NoHalt "nohalt" Global Number "1 to not halt the processor while waiting";
    PxeRetry "pxeretry" Global Number "how often to try a file again";
    Serial "serial" Global Text "serial port, speed and flow control of the console";
    Console "console" Global Number "0 to not write to the screen";
    Font "font" Global Word "font file of the screen";
    KbdMap "kbdmap" Global Word "keyboard map file";
    Display "display" Global Word "file that is shown before the prompt";
    Say "say" Global Text "line that is printed while the file is read";
    Path "path" Global Text "directories of programs (.c32), separated by colons";
    SendCookies "sendcookies" Global Number "which SYSAPPEND strings go to web servers as cookies";
    F1 "f1" Menu Text "file that the key shows, and its background";
    F2 "f2" Menu Text "file that the key shows, and its background";
    F3 "f3" Menu Text "file that the key shows, and its background";
    F4 "f4" Menu Text "file that the key shows, and its background";
    F5 "f5" Menu Text "file that the key shows, and its background";
    F6 "f6" Menu Text "file that the key shows, and its background";
    F7 "f7" Menu Text "file that the key shows, and its background";
    F8 "f8" Menu Text "file that the key shows, and its background";
    F9 "f9" Menu Text "file that the key shows, and its background";
    F10 "f10" Menu Text "file that the key shows, and its background";
    F11 "f11" Menu Text "file that the key shows, and its background";
    F12 "f12" Menu Text "file that the key shows, and its background";
    Label "label" Structure Word "begins a label";
    Kernel "kernel" Label File "file to boot; its kind is seen from its name";
    Linux "linux" Label File "Linux kernel to boot";
    Boot "boot" Label File "boot sector or bootstrap program to boot";
    Bss "bss" Label File "boot sector whose parameters are patched";
    Pxe "pxe" Label File "network bootstrap program to boot";
    FdImage "fdimage" Label File "floppy disk image to boot";
    ComBoot "comboot" Label File "COMBOOT program to run";
    Com32 "com32" Label File "COM32 program to run";
    Config "config" Label File "configuration file to start again with";
    LocalBoot "localboot" Label Text "boot from the machine's own disk: 0, or 4 or 5 to keep the network card's driver";
    Initrd "initrd" Label File "initial ram disks, separated by commas";
    Append "append" LabelOrGlobal Text "kernel parameters; - for none";
    SysAppend "ipappend" LabelOrGlobal Bits "which strings about the machine are added to the kernel parameters";
    TextHelp "text help" Structure Nothing "help for the label above it, up to ENDTEXT";
    Include "include" Structure File "file that is read here";
    MenuInclude "menu include" Structure File "file that is read here, as a submenu if a name follows";
    MenuBegin "menu begin" Structure Text "begins a submenu";
    MenuEnd "menu end" Structure Nothing "ends a submenu";
    MenuSeparator "menu separator" Structure Nothing "an empty line in the menu";
    MenuLabel "menu label" LabelOrMenu Text "title in the menu; ^ goes before the hot key";
    MenuDefault "menu default" LabelOrMenu Nothing "makes this the entry that the menu begins at";
    MenuPasswd "menu passwd" LabelOrMenu Text "password of the entry";
    MenuSave "menu save" LabelOrMenu Nothing "remembers the last choice where there is room for it (extlinux)";
    MenuNoSave "menu nosave" LabelOrMenu Nothing "does not remember the last choice";
    MenuHide "menu hide" Label Nothing "keeps the label out of the menu";
    MenuDisable "menu disable" Label Nothing "shows the label as a heading that cannot be chosen or booted";
    MenuIndent "menu indent" Label Number "spaces before the title";
    MenuGoto "menu goto" Label Word "goes to the menu of that name instead of booting";
    MenuExit "menu exit" Label Text "goes to the menu above, or to the menu of that name";
    MenuQuit "menu quit" Label Nothing "leaves the menu for the boot: prompt";
    MenuHelp "menu help" Label Text "shows a file, and its background, instead of booting";
    MenuTitle "menu title" Menu Text "title above the menu";
    MenuBackground "menu background" Menu Word "picture or colour behind the menu";
    MenuMasterPasswd "menu master passwd" Menu Text "password that opens every entry and the editing keys";
    MenuStart "menu start" Menu Nothing "begins in this menu";
    MenuOnError "menu onerror" Menu Text "command line that is run when a file cannot be loaded";
    MenuAutoboot "menu autoboot" Menu Text "message with the seconds that are left";
    MenuTabMsg "menu tabmsg" Menu Text "message about the Tab key";
    MenuNoTabMsg "menu notabmsg" Menu Text "message where the Tab key does nothing";
    MenuPassPrompt "menu passprompt" Menu Text "message that asks for the password";
    MenuColor "menu color" Menu Text "colours of one element";
    MenuMsgColor "menu msgcolor" Menu Text "colours of the files that keys show";
    MenuWidth "menu width" Menu Number "width of the menu";
    MenuMargin "menu margin" Menu Number "margin of the menu";
    MenuPasswordMargin "menu passwordmargin" Menu Number "margin of the password box";
    MenuRows "menu rows" Menu Number "how many entries are shown at once";
    MenuTabMsgRow "menu tabmsgrow" Menu Number "row of the Tab message";
    MenuCmdLineRow "menu cmdlinerow" Menu Number "row of the command line";
    MenuEndRow "menu endrow" Menu Number "row of the cursor behind the menu";
    MenuPasswordRow "menu passwordrow" Menu Number "row of the password box";
    MenuTimeoutRow "menu timeoutrow" Menu Number "row of the time that is left";
    MenuHelpMsgRow "menu helpmsgrow" Menu Number "first row of the help";
    MenuHelpMsgEndRow "menu helpmsgendrow" Menu Number "last row of the help";
    MenuHiddenRow "menu hiddenrow" Menu Number "row of the message of a hidden menu";
    MenuHShift "menu hshift" Menu Number "shift to the right";
    MenuVShift "menu vshift" Menu Number "shift down";
    MenuHidden "menu hidden" Global Nothing "shows the menu only when a key is pressed";
    MenuHiddenKey "menu hiddenkey" Global Text "keys that run a command line instead of showing a hidden menu";
    MenuShiftKey "menu shiftkey" Global Nothing "shows the menu only when Shift or Alt is held";
    MenuClear "menu clear" Global Nothing "clears the screen behind the menu";
    MenuImmediate "menu immediate" Global Nothing "hot keys boot at once";
    MenuNoImmediate "menu noimmediate" Global Nothing "hot keys only move the bar";
    MenuResolution "menu resolution" Global Text "width and height of the picture";
}

/// How many keys there are, with those that have no directive.
pub(super) const KEY_COUNT: usize = DIRECTIVES.len() + 3;

impl Key {
    /// What is known of it; nothing of those that are no directive.
    pub(super) fn directive(self) -> Option<&'static Directive> {
        DIRECTIVES.get(self as usize)
    }

    pub(super) fn scope(self) -> Option<Scope> {
        self.directive().map(|directive| directive.scope)
    }

    /// Its name, for messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::OtherText => "text",
            _ => self.directive().map_or("?", |directive| directive.name),
        }
    }

    /// Whether it says what a label boots.
    pub(super) fn is_image(self) -> bool {
        (Self::Kernel as u8..=Self::LocalBoot as u8).contains(&(self as u8))
    }

    /// The key of a name as a caller writes it: any case, any blanks between its words.
    pub(super) fn of_name(name: &[u8]) -> Option<Self> {
        let mut words = name.split(|byte| *byte <= b' ').filter(|word| !word.is_empty());
        let found = match (words.next()?, words.next(), words.next()) {
            (word, None, _) => of_word(word)?,
            (first, Some(second), third) if folds_to(first, b"menu") => {
                let (key, taken) = of_menu_word(second)?;
                match (key, taken, third) {
                    (Key::MenuMasterPasswd, _, Some(third)) if folds_to(third, b"passwd") => {
                        return words.next().is_none().then_some(key);
                    }
                    (Key::MenuMasterPasswd, ..) => return None,
                    // The element of a colour belongs to its name.
                    (Key::MenuColor, _, Some(_)) => return words.next().is_none().then_some(key),
                    (key, _, None) => key,
                    _ => return None,
                }
            }
            (first, Some(second), None)
                if folds_to(first, b"text") && folds_to(second, b"help") =>
            {
                Key::TextHelp
            }
            _ => return None,
        };
        Some(found)
    }
}

/// Whether `word` is `lower` in any case, as pxelinux compares them.
pub(super) fn folds_to(word: &[u8], lower: &[u8]) -> bool {
    word.len() == lower.len() && word.iter().zip(lower).all(|(a, b)| (a ^ b) & !0x20 == 0)
}

const LONGEST: usize = 14;

/// `word` with the bit set that tells lower from upper case.
fn folded(word: &[u8]) -> Option<([u8; LONGEST], usize)> {
    if word.len() > LONGEST {
        return None;
    }
    let mut folded = [0; LONGEST];
    for (to, from) in folded.iter_mut().zip(word) {
        *to = from | 0x20;
    }
    Some((folded, word.len()))
}

/// The directive of one word; MENU and TEXT have a second one and are not among them.
pub(super) fn of_word(word: &[u8]) -> Option<Key> {
    let (folded, length) = folded(word)?;
    Some(match &folded[..length] {
        b"label" => Key::Label,
        b"kernel" => Key::Kernel,
        b"append" => Key::Append,
        b"ipappend" | b"sysappend" => Key::SysAppend,
        b"initrd" => Key::Initrd,
        b"linux" => Key::Linux,
        b"boot" => Key::Boot,
        b"bss" => Key::Bss,
        b"pxe" => Key::Pxe,
        b"fdimage" => Key::FdImage,
        b"comboot" => Key::ComBoot,
        b"com32" => Key::Com32,
        b"config" => Key::Config,
        b"localboot" => Key::LocalBoot,
        b"include" => Key::Include,
        b"default" => Key::Default,
        b"ui" => Key::Ui,
        b"ontimeout" => Key::OnTimeout,
        b"onerror" => Key::OnError,
        b"timeout" => Key::Timeout,
        b"totaltimeout" => Key::TotalTimeout,
        b"prompt" => Key::Prompt,
        b"noescape" => Key::NoEscape,
        b"allowoptions" => Key::AllowOptions,
        b"nocomplete" => Key::NoComplete,
        b"implicit" => Key::Implicit,
        b"nohalt" => Key::NoHalt,
        b"pxeretry" => Key::PxeRetry,
        b"serial" => Key::Serial,
        b"console" => Key::Console,
        b"font" => Key::Font,
        b"kbdmap" => Key::KbdMap,
        b"display" => Key::Display,
        b"say" => Key::Say,
        b"path" => Key::Path,
        b"sendcookies" => Key::SendCookies,
        [b'f', digits @ ..] if !digits.is_empty() => function_key(digits)?,
        _ => return None,
    })
}

/// The key of F1 to F12. Like the original, F0 stands for F11.
pub(super) fn function_key(digits: &[u8]) -> Option<Key> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = digits.iter().try_fold(0usize, |number, digit| {
        let number = number * 10 + usize::from(digit - b'0');
        (number <= 12).then_some(number)
    })?;
    let index = if number == 0 { 10 } else { number - 1 };
    KEYS.get(Key::F1 as usize + index).copied()
}

/// The directive of the word behind MENU, and whether a word more belongs to its name.
pub(super) fn of_menu_word(word: &[u8]) -> Option<(Key, bool)> {
    let (folded, length) = folded(word)?;
    let key = match &folded[..length] {
        b"label" => Key::MenuLabel,
        b"title" => Key::MenuTitle,
        b"default" => Key::MenuDefault,
        b"begin" => Key::MenuBegin,
        b"end" => Key::MenuEnd,
        b"separator" => Key::MenuSeparator,
        b"include" => Key::MenuInclude,
        b"hide" => Key::MenuHide,
        b"disable" | b"disabled" => Key::MenuDisable,
        b"indent" => Key::MenuIndent,
        b"goto" => Key::MenuGoto,
        b"exit" => Key::MenuExit,
        b"quit" => Key::MenuQuit,
        b"help" => Key::MenuHelp,
        b"passwd" => Key::MenuPasswd,
        b"master" => return Some((Key::MenuMasterPasswd, true)),
        b"save" => Key::MenuSave,
        b"nosave" => Key::MenuNoSave,
        b"background" => Key::MenuBackground,
        b"start" => Key::MenuStart,
        b"onerror" => Key::MenuOnError,
        b"autoboot" => Key::MenuAutoboot,
        b"tabmsg" => Key::MenuTabMsg,
        b"notabmsg" => Key::MenuNoTabMsg,
        b"passprompt" => Key::MenuPassPrompt,
        b"color" | b"colour" => Key::MenuColor,
        b"msgcolor" | b"msgcolour" => Key::MenuMsgColor,
        b"hidden" => Key::MenuHidden,
        b"hiddenkey" => Key::MenuHiddenKey,
        b"shiftkey" => Key::MenuShiftKey,
        b"clear" => Key::MenuClear,
        b"immediate" => Key::MenuImmediate,
        b"noimmediate" => Key::MenuNoImmediate,
        b"resolution" => Key::MenuResolution,
        b"width" => Key::MenuWidth,
        b"margin" => Key::MenuMargin,
        b"passwordmargin" => Key::MenuPasswordMargin,
        b"rows" => Key::MenuRows,
        b"tabmsgrow" => Key::MenuTabMsgRow,
        b"cmdlinerow" => Key::MenuCmdLineRow,
        b"endrow" => Key::MenuEndRow,
        b"passwordrow" => Key::MenuPasswordRow,
        b"timeoutrow" => Key::MenuTimeoutRow,
        b"helpmsgrow" => Key::MenuHelpMsgRow,
        b"helpmsgendrow" => Key::MenuHelpMsgEndRow,
        b"hiddenrow" => Key::MenuHiddenRow,
        b"hshift" => Key::MenuHShift,
        b"vshift" => Key::MenuVShift,
        _ => return None,
    };
    Some((key, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_directive_is_found_by_its_name_in_any_case() {
        for (index, directive) in DIRECTIVES.iter().enumerate() {
            let shouted = directive.name.to_ascii_uppercase();
            for name in [directive.name, shouted.as_str()] {
                let key = Key::of_name(name.as_bytes()).expect(name);
                assert_eq!(key as usize, index, "{name}");
                assert_eq!(key.name(), directive.name);
            }
        }
    }

    #[test]
    fn aliases_are_the_same_directive_and_other_words_are_none() {
        assert_eq!(Key::of_name(b"sysappend"), Some(Key::SysAppend));
        assert_eq!(Key::of_name(b"menu  disabled"), Some(Key::MenuDisable));
        assert_eq!(Key::of_name(b"MENU COLOUR title"), Some(Key::MenuColor));
        assert_eq!(Key::of_name(b"f0"), Some(Key::F11));
        for wrong in [
            "",
            "menu",
            "text",
            "f13",
            "f99999999999999999999",
            "lable",
            "menu labels",
            "menu master",
            "menu master passwords",
            "kernel x",
            "menu color a b",
            "text help x",
        ] {
            assert_eq!(Key::of_name(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
