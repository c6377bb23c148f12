//! Templates like the homes of a lab: a browser profile, a desktop's settings, caches, documents.

use std::fmt;
use std::str::FromStr;

use testkit::Tree;
use testkit::tree;
use testkit::tree::{Content, Entry, dir, filler, filler_bytes, sparse};

use crate::random::Random;

/// How large a home is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A guest's: about 450 entries, 16 MB.
    S,
    /// A pupil's: about 3,300 entries, 145 MB.
    M,
    /// A teacher's: about 34,000 entries, 1 GB.
    L,
}

impl Size {
    /// All sizes.
    pub const ALL: [Self; 3] = [Self::S, Self::M, Self::L];

    /// Regular files that the home has.
    #[must_use]
    pub fn files(self) -> usize {
        match self {
            Self::S => 280,
            Self::M => 2_900,
            Self::L => 30_000,
        }
    }

    /// Directories that it has.
    #[must_use]
    pub fn directories(self) -> usize {
        match self {
            Self::S => 178,
            Self::M => 400,
            Self::L => 4_000,
        }
    }

    /// Bytes of content, about.
    #[must_use]
    pub fn bytes(self) -> u64 {
        match self {
            Self::S => 16_000_000,
            Self::M => 145_000_000,
            Self::L => 1_000_000_000,
        }
    }

    /// The template's tree.
    #[must_use]
    pub fn tree(self) -> Tree {
        Maker::new(self).make()
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::S => "S",
            Self::M => "M",
            Self::L => "L",
        })
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let size = Self::ALL.into_iter().find(|size| size.to_string().eq_ignore_ascii_case(text));
        size.ok_or_else(|| format!("\"{text}\" is no size: give S, M or L"))
    }
}

const PROFILE: &str = ".mozilla/firefox/k3x8a2fq.default-esr";
const CACHE: &str = ".cache/mozilla/firefox/k3x8a2fq.default-esr/cache2/entries";

/// 2024-09-02, the first day of school.
const FIRST_DAY: i64 = 1_725_256_800;

struct Maker {
    size: Size,
    random: Random,
    tree: Tree,
    files: usize,
    directories: Vec<Vec<u8>>,
    /// Bytes of the files that are the same in every size.
    fixed_bytes: u64,
}

impl Maker {
    fn new(size: Size) -> Self {
        Self {
            size,
            random: Random::new(size.bytes()),
            tree: Tree::new(),
            files: 0,
            directories: Vec::new(),
            fixed_bytes: 0,
        }
    }

    fn make(mut self) -> Tree {
        self.fixed();
        self.odd();
        self.sites_and_folders();
        self.many_files();
        self.tree.with_root(dir().mode(0o755)).dated(FIRST_DAY, 123_456_789)
    }

    fn directory(&mut self, path: impl AsRef<[u8]>, mode: u32) {
        let path = path.as_ref().to_vec();
        let mtime = self.mtime();
        self.tree =
            std::mem::take(&mut self.tree).with(&path, dir().mode(mode).mtime(mtime.0, mtime.1));
        self.directories.push(path);
    }

    fn add(&mut self, path: impl AsRef<[u8]>, entry: Entry) {
        let mtime = self.mtime();
        let entry = if entry.mtime.is_some() { entry } else { entry.mtime(mtime.0, mtime.1) };
        self.tree = std::mem::take(&mut self.tree).with(path, entry);
    }

    fn file(&mut self, path: impl AsRef<[u8]>, content: Content) {
        let length = match &content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Filler { len, .. } => *len,
            Content::Sparse { data, .. } => data.iter().map(|(_, bytes)| bytes.len() as u64).sum(),
        };
        self.fixed_bytes += length;
        self.files += 1;
        // As applications make them: secrets and profiles are the owner's, documents everybody's.
        let private = path.as_ref().starts_with(b".mozilla") || path.as_ref().starts_with(b".ssh");
        self.add(path, tree::file("").mode(if private { 0o600 } else { 0o644 }).holding(content));
    }

    fn mtime(&mut self) -> (i64, u32) {
        let seconds = i64::try_from(self.random.below(20_000_000)).expect("a small number");
        let nanoseconds = u32::try_from(self.random.below(1_000_000_000)).expect("below a second");
        (FIRST_DAY + seconds, nanoseconds)
    }

    /// What every home has.
    fn fixed(&mut self) {
        let directories: [(&str, u32); 34] = [
            (".cache", 0o700),
            (".cache/fontconfig", 0o755),
            (".cache/mozilla", 0o700),
            (".cache/mozilla/firefox", 0o700),
            (".cache/mozilla/firefox/k3x8a2fq.default-esr", 0o700),
            (".cache/mozilla/firefox/k3x8a2fq.default-esr/cache2", 0o700),
            (CACHE, 0o700),
            (".cache/thumbnails", 0o700),
            (".cache/thumbnails/normal", 0o700),
            (".config", 0o700),
            (".config/autostart", 0o755),
            (".config/dconf", 0o700),
            (".config/gtk-3.0", 0o700),
            (".config/libreoffice", 0o755),
            (".config/libreoffice/4", 0o755),
            (".config/libreoffice/4/user", 0o755),
            (".config/pulse", 0o700),
            (".local", 0o755),
            (".local/share", 0o755),
            (".local/share/applications", 0o755),
            (".local/share/icons", 0o755),
            (".mozilla", 0o700),
            (".mozilla/firefox", 0o700),
            (PROFILE, 0o700),
            (".mozilla/firefox/k3x8a2fq.default-esr/storage", 0o755),
            (".mozilla/firefox/k3x8a2fq.default-esr/storage/default", 0o755),
            (".ssh", 0o700),
            ("Desktop", 0o755),
            ("Documents", 0o755),
            ("Downloads", 0o755),
            ("Music", 0o755),
            ("Pictures", 0o755),
            ("Public", 0o755),
            ("Videos", 0o755),
        ];
        for (path, mode) in directories {
            self.directory(path, mode);
        }
        let text = |words: &str, times: usize| Content::from(words.repeat(times).as_bytes());
        for (path, content) in [
            (".bashrc".to_owned(), text("alias ll='ls -l'  # as every year\n", 100)),
            (".profile".to_owned(), text("export LANG=de_DE.UTF-8\n", 30)),
            (".bash_logout".to_owned(), text("clear\n", 3)),
            (".config/user-dirs.dirs".to_owned(), text("XDG_DESKTOP_DIR=\"$HOME/Desktop\"\n", 8)),
            (".config/dconf/user".to_owned(), filler(1, 24_000)),
            (
                ".config/gtk-3.0/settings.ini".to_owned(),
                text("[Settings]\ngtk-theme-name=Adwaita\n", 4),
            ),
            (
                ".config/autostart/welcome.desktop".to_owned(),
                text("[Desktop Entry]\nType=Application\n", 6),
            ),
            (".config/pulse/cookie".to_owned(), filler(2, 256)),
            (
                ".config/libreoffice/4/user/registrymodifications.xcu".to_owned(),
                text("<item oor:path=\"/org.openoffice.Office\"/>\n", 1500),
            ),
            (".mozilla/firefox/profiles.ini".to_owned(), text("[Profile0]\nName=default-esr\n", 3)),
            (format!("{PROFILE}/prefs.js"), text("user_pref(\"browser.startup.page\", 3);\n", 400)),
            (format!("{PROFILE}/places.sqlite"), filler(3, 3_100_000)),
            (format!("{PROFILE}/cookies.sqlite"), filler(4, 524_288)),
            (format!("{PROFILE}/key4.db"), filler(5, 294_912)),
            (format!("{PROFILE}/cert9.db"), filler(6, 229_376)),
            (
                format!("{PROFILE}/extensions.json"),
                text("{\"schemaVersion\":36,\"addons\":[]}\n", 900),
            ),
            (format!("{PROFILE}/.parentlock"), text("", 0)),
            (".ssh/known_hosts".to_owned(), text("server.school.example ssh-ed25519 AAAA\n", 4)),
        ] {
            self.file(path, content);
        }
        // A database that was given its size ahead, and is mostly holes.
        let pieces = [(0, filler_bytes(7, 65_536)), (1 << 20, filler_bytes(8, 98_304))];
        let favicons = format!("{PROFILE}/favicons.sqlite");
        self.file(&favicons, Content::Sparse { len: 2 << 20, data: pieces.to_vec() });
        self.add(format!("{PROFILE}/lock"), tree::symlink("127.0.1.1:+4711"));
        self.add("Desktop/Tausch", tree::symlink("/srv/exchange"));
        self.add("Desktop/Documents", tree::symlink("../Documents"));
        self.add(".local/share/icons/current", tree::symlink("hicolor-classroom"));
    }

    /// What tools forget, and names that break scripts.
    fn odd(&mut self) {
        let origin = "https://school.example/worksheet.odt";
        for (name, bytes) in [
            (&b"Downloads/Arbeitsblatt 1.odt"[..], 48_000),
            (b"Downloads/Pr\xc3\xa4sentation.odp", 150_000),
            (b"Downloads/latin1-\xe4\xf6\xfc.txt", 3_000),
        ] {
            let content = filler(bytes, bytes);
            self.files += 1;
            self.fixed_bytes += bytes;
            let entry = tree::file("").holding(content).xattr("user.xdg.origin.url", origin);
            self.add(name, entry);
        }
        for name in
            [&b"Documents/-rf"[..], b"Documents/two\nlines", b"Documents/ leading and trailing "]
        {
            self.file(name, Content::from("a name is a name\n"));
        }
        self.file(
            [&b"Documents/"[..], &[b'n'; 255]].concat(),
            Content::from("as long as can be\n"),
        );
        for name in ["pencil", "ruler", "compass"] {
            let first = format!(".local/share/icons/{name}.png");
            self.file(&first, filler(9, 12_000));
            self.tree = std::mem::take(&mut self.tree)
                .with(format!(".local/share/icons/{name}-symbolic.png"), tree::hard_link(&first));
            self.files += 1;
        }
        let list = tree::Acl::new(7, 5, 5).user(61_900, 5);
        self.directory("Public/for the class", 0o755);
        let shared = self.tree.entries.last_mut().expect("just added");
        shared.1 = shared.1.clone().acl(&list).default_acl(&list);
        let list = tree::Acl::new(6, 4, 4).user(61_900, 4);
        self.add("Public/for the class/list.csv", tree::file("name;points\n").acl(&list));
        self.files += 1;
        let image =
            sparse(1 << 20, [(0, filler_bytes(10, 8192)), (512 << 10, filler_bytes(11, 8192))]);
        self.files += 1;
        self.add("Videos/disk.img", image);
    }

    /// Directories up to the number the size has: web sites' storage, and folders.
    fn sites_and_folders(&mut self) {
        let mut serial = 0;
        while self.directories.len() + 3 <= self.size.directories() {
            serial += 1;
            if serial % 3 == 0 {
                let top = format!("Documents/Fach {:02}", serial / 24);
                if !self.directories.contains(&top.clone().into_bytes()) {
                    self.directory(&top, 0o755);
                }
                self.directory(format!("{top}/Thema {serial}"), 0o755);
            } else {
                let top = format!("{PROFILE}/storage/default/https+++www.site{serial}.example");
                for path in [top.clone(), format!("{top}/idb"), format!("{top}/ls")] {
                    self.directory(path, 0o755);
                }
            }
        }
        while self.directories.len() < self.size.directories() {
            serial += 1;
            self.directory(format!(".config/app{serial}"), 0o700);
        }
    }

    /// Files up to the number and the bytes the size has.
    fn many_files(&mut self) {
        let count = self.size.files() - self.files;
        // Many small ones, few large ones: the exponent is what is drawn.
        let weights: Vec<u64> = (0..count)
            .map(|_| {
                let top = 64_u64 << self.random.below(11);
                top + self.random.below(top)
            })
            .collect();
        let bytes = self.size.bytes().saturating_sub(self.fixed_bytes);
        let total: u64 = weights.iter().sum();
        for (serial, weight) in weights.into_iter().enumerate() {
            let length = u64::try_from(u128::from(weight) * u128::from(bytes) / u128::from(total))
                .expect("a part of a u64");
            let seed = self.random.number();
            let path = if self.random.chance(3, 10) {
                format!("{CACHE}/{seed:016X}{:016X}{serial:08X}", seed.rotate_left(7)).into_bytes()
            } else {
                let mut path = self.random.pick(&self.directories).clone();
                path.extend_from_slice(format!("/{serial}-{}", name_of(seed)).as_bytes());
                path
            };
            let private = path.starts_with(b".mozilla") || path.starts_with(b".cache");
            let mode = if private { 0o600 } else { 0o644 };
            self.add(path, tree::file("").mode(mode).holding(filler(seed, length)));
        }
    }
}

fn name_of(seed: u64) -> &'static str {
    ["data.sqlite", "Aufgabe.odt", "bild.png", ".metadata-v2", "notes.txt", "settings.json"]
        [usize::try_from(seed % 6).expect("below six")]
}

/// A regular file with any content.
trait Holding {
    fn holding(self, content: Content) -> Self;
}

impl Holding for Entry {
    fn holding(mut self, content: Content) -> Self {
        self.node = testkit::tree::Node::File(content);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use testkit::tree::Node;

    #[test]
    fn a_home_has_the_size_it_says() {
        for size in Size::ALL {
            let tree = size.tree();
            let count = |wanted: fn(&Node) -> bool| {
                tree.entries.iter().filter(|(_, entry)| wanted(&entry.node)).count()
            };
            let bytes: u64 = tree
                .entries
                .iter()
                .map(|(_, entry)| match &entry.node {
                    Node::File(Content::Bytes(bytes)) => bytes.len() as u64,
                    Node::File(Content::Filler { len, .. }) => *len,
                    _ => 0,
                })
                .sum();
            assert_eq!(count(|node| matches!(node, Node::Dir)), size.directories());
            assert_eq!(
                count(|node| matches!(node, Node::File(_) | Node::HardLink(_))),
                size.files()
            );
            assert!(bytes.abs_diff(size.bytes()) < size.bytes() / 50, "{size}: {bytes} bytes");
            let names: BTreeSet<_> = tree.entries.iter().map(|(path, _)| path).collect();
            assert_eq!(names.len(), tree.entries.len(), "{size}: a name stands twice");
            assert_eq!(tree, size.tree(), "{size}: not the same twice");
        }
    }
}
