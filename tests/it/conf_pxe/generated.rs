//! Configuration files of all kinds that GRUB reads too.
use std::fmt::Write;

struct Dice(u64);

impl Dice {
    /// xorshift
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).expect("it is small")
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

const KERNELS: [&str; 18] = [
    "kernel vmlinuz",
    "linux /boot/vmlinuz-5.10",
    "kernel http://server/k",
    "kernel memdisk",
    "kernel x.c32",
    "kernel chain/reboot.c32",
    "kernel pxe.0",
    "pxe nbp",
    "kernel floppy.img",
    "fdimage disk",
    "kernel sector.bs",
    "kernel boot.bin",
    "boot sector",
    "kernel patched.bss",
    "bss sector",
    "localboot 0",
    "localboot 0x80",
    "com32 menu/hdt.c32",
];
const PARAMETERS: [&str; 12] = [
    "ro",
    "quiet",
    "root=/dev/nbd0",
    "root=/dev/nfs",
    "ip=dhcp",
    "init=/sbin/init-ltsp",
    "initrd=ltsp/initrd.img",
    "console=ttyS0,115200n8",
    "---",
    "a=\"b c\"",
    "nbdroot=10.0.0.1:/opt/x",
    "it's",
];
const TITLES: [&str; 7] = [
    "Plain",
    "^First letter",
    "In the ^middle",
    "It's a 'quote'",
    "At the end^",
    "Caf\u{e9}",
    "Two  blanks",
];

/// The file of that number.
pub(super) fn file(seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for _ in 0..8 {
        dice.roll(2);
    }
    let end = dice.pick(&["\n", "\n", "\r\n"]);
    let mut text = String::new();
    let shout = dice.roll(3);
    let line = |text: &mut String, dice: &mut Dice, indent: &str, what: &str| {
        // Only the directive may change its case.
        let words = if what.starts_with("menu ") || what.starts_with("text ") { 2 } else { 1 };
        let split = what.match_indices(' ').nth(words - 1).map_or(what.len(), |(at, _)| at);
        let (directive, value) = what.split_at(split);
        let directive = match (shout, dice.roll(4)) {
            (0, _) | (1, 0) => directive.to_ascii_uppercase(),
            _ => directive.to_owned(),
        };
        write!(text, "{indent}{directive}{value}{end}").expect("text takes text");
    };
    let labels = 1 + dice.roll(6);
    for what in [
        "# a file",
        "prompt 0",
        "noescape 1",
        "say Hello",
        "menu title T",
        "serial 0",
        "f1 help.txt",
    ] {
        if dice.roll(3) == 0 {
            line(&mut text, &mut dice, "", what);
        }
    }
    if dice.roll(2) == 0 {
        let default = format!("default l{}", dice.roll(labels));
        line(&mut text, &mut dice, "", &default);
    }
    let timeout = format!("timeout {}", 1 + dice.roll(500));
    line(&mut text, &mut dice, "", &timeout);
    let mut inside = false;
    for number in 0..labels {
        match dice.roll(6) {
            0 => text.push_str(end),
            1 => line(&mut text, &mut dice, "", "menu separator"),
            2 if !inside => {
                let begin = format!("menu begin m{number}");
                line(&mut text, &mut dice, "", &begin);
                line(&mut text, &mut dice, "", "menu title Below");
                inside = true;
            }
            3 if inside => {
                line(&mut text, &mut dice, "", "menu end");
                inside = false;
            }
            _ => {}
        }
        let label = format!("label l{number}");
        line(&mut text, &mut dice, "", &label);
        let indent = dice.pick(&["", "  ", "\t", " \t "]);
        let mut lines = Vec::new();
        if dice.roll(5) > 0 {
            lines.push(dice.pick(&KERNELS).to_owned());
        }
        if dice.roll(3) > 0 {
            lines.push(format!("menu label {}", dice.pick(&TITLES)));
        }
        match dice.roll(6) {
            0 => lines.push("append -".to_owned()),
            1 => {}
            _ => {
                let mut parameters: Vec<&str> =
                    (0..1 + dice.roll(5)).map(|_| dice.pick(&PARAMETERS)).collect();
                // Of several initrd= GRUB loads the first.
                let mut first = true;
                parameters.retain(|one| !one.starts_with("initrd=") || std::mem::take(&mut first));
                lines.push(format!("append {}", parameters.join(dice.pick(&[" ", "  "]))));
            }
        }
        for what in [
            "initrd one.img,two.img",
            "ipappend 3",
            "menu hide",
            "menu disable",
            "menu indent 2",
            "# no line",
            "bogus x",
        ] {
            if dice.roll(5) == 0 {
                lines.push(what.to_owned());
            }
        }
        if dice.roll(5) == 0 {
            let help = ["text help", "  label x", "kernel no", " endtext"].map(str::to_owned);
            lines.push(help.join(end));
        }
        let turn = dice.roll(lines.len().max(1));
        lines.rotate_left(turn);
        for what in lines {
            line(&mut text, &mut dice, indent, &what);
        }
    }
    if inside {
        line(&mut text, &mut dice, "", "menu end");
    }
    text.into_bytes()
}
