//! The template of the demo's guests.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use crate::Result;

/// A small desktop home: settings, a browser profile, caches, links, a sparse database.
pub(crate) fn make(home: &Path) -> Result {
    let profile = home.join(".mozilla/firefox/k3x.default");
    let applications = home.join(".local/share/applications");
    for dir in ["Desktop", "Documents", "Pictures", ".cache", ".config/gtk-3.0", ".config/dconf"] {
        fs::create_dir_all(home.join(dir))?;
    }
    fs::create_dir_all(&applications)?;
    for number in 0..120 {
        let storage = profile.join(format!("storage/default/site{number}"));
        fs::create_dir_all(&storage)?;
        fs::write(storage.join("data.sqlite"), filler(5_000 + 40 * number))?;
    }
    for number in 0..30 {
        let file = applications.join(format!("app-{number}.desktop"));
        fs::write(file, format!("[Desktop Entry]\nName=Program {number}\nExec=app{number}\n"))?;
    }
    fs::write(home.join(".bashrc"), "alias ll='ls -l'\nPS1='\\u@\\h:\\w\\$ '\n")?;
    fs::write(home.join(".profile"), ". ~/.bashrc\n")?;
    fs::write(home.join(".config/gtk-3.0/settings.ini"), "[Settings]\ngtk-theme-name=Adwaita\n")?;
    fs::write(home.join(".config/dconf/user"), filler(20_000))?;
    fs::write(home.join("Pictures/wallpaper.jpg"), filler(900_000))?;
    fs::write(profile.join("places.sqlite"), filler(1_200_000))?;
    fs::write(
        profile.join("prefs.js"),
        "user_pref(\"browser.startup.homepage\", \"https://school.example\");\n",
    )?;
    fs::hard_link(profile.join("prefs.js"), profile.join("prefs.js.backup"))?;
    symlink("../Documents", home.join("Desktop/My documents"))?;
    let database = File::create(home.join(".cache/index.db"))?;
    database.set_len(4 << 20)?;
    database.write_all_at(b"index", 2 << 20)?;
    fs::set_permissions(home.join(".bashrc"), Permissions::from_mode(0o600))?;
    fs::set_permissions(home, Permissions::from_mode(0o700))?;
    Ok(())
}

/// Bytes that no file system can make smaller.
fn filler(size: usize) -> Vec<u8> {
    let mut state = size as u64 | 1;
    let next = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    });
    next.take(size).collect()
}
