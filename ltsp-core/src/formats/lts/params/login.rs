//! Settings of the login and of applications.

use super::{Group, Item, Kind, Numbers, Param, Use};

params! {
    [Ldm]
    "LDM_AUTOLOGIN" Both Bool, -, "False", "";
    "LDM_AUTOLOGIN_SERVER" Code Words(Item::Host), -, "", "";
    "LDM_GUESTLOGIN" Both Bool, -, "False", "";
    "LDM_GUEST_SERVER" Both Words(Item::Host), -, "", "";
    "LDM_USERNAME" Both Text, -, "client hostname (guest/autologin)", "";
    "LDM_PASSWORD" Both Text, -, "LDM_USERNAME (guest/autologin)",
        "Everybody on the network can read it.";
    "LDM_LOGIN_TIMEOUT" Both Int(0, u32::MAX), -, "", "";
    "LDM_SERVER" Both Words(Item::Host), -, "server", "";
    "LDM_USER_ALLOW" Code Commas(Item::Text), -, "", "";
    "LDM_ALLOW_USER" Manual Commas(Item::Text), -, "",
        "Of the manual page; the code reads LDM_USER_ALLOW.";
    "LDM_ALLOW_GUEST" Neither Bool, -, "", "Of very old releases; LDM_GUESTLOGIN took its place.";
    "LDM_DEBUG" Manual Bool, -, "False", "Not read any more: LDM_LOGLEVEL took its place.";
    "LDM_DEBUG_TERMINAL" Code Bool, -, "False", "";
    "LDM_LOGLEVEL" Code Int(0, 7), -, "6", "";
    "LDM_SYSLOG" Both Bool, -, "False", "";
    "LDM_DIRECTX" Both Bool, -, "False", "";
    "LDM_LANGUAGE" Both Locale, -, "", "";
    "LDM_FORCE_LANGUAGE" Code Locale, -, "", "";
    "LDM_SESSION" Both Text, -, "", "";
    "LDM_FORCE_SESSION" Code Text, -, "", "";
    "LDM_XSESSION" Both Path, -, "server Xsession", "";
    "LDM_SSHOPTIONS" Both Arguments, -, "", "";
    "LDM_LIMIT_ONE_SESSION" Both Bool, -, "False", "";
    "LDM_LIMIT_ONE_SESSION_PROMPT" Both Bool, -, "False", "";
    "LDM_THEME" Both Text, -, "default", "";
    "LDM_CLOCK_FORMAT" Code Text, -, "%x, <b>%H:%M</b>", "";
    "LDM_MENU_ITEM_#" Code Text, 0..=9, "", "";
    "LDM_MENU_COMMAND_#" Code ShellLine, 0..=9, "", "";
    "LDM_GREETER" Code Path, -, "ldmgtkgreet",
        "A bare name is looked up beside LDM's other programs.";
    "LDM_WINMANAGER" Code Path, -, "wwm", "";
    "LDM_DEFAULT_BACKEND" Code Text, -, "ssh", "";
    "LDM_FORCE_BACKEND" Code Text, -, "", "";
    "LDM_NOMAD" Code Bool, -, "False", "";
    "LDM_XCOMPMGR" Code Bool, -, "False", "";
    "LDM_PASSWORD_HASH" Code Bool, -, "False", "";
    "SSH_OVERRIDE_PORT" Both Port, -, "", "";
    "SSH_FOLLOW_SYMLINKS" Both Bool, -, "home no, extra mounts yes (doc: True)",
        "By default only below extra mounts; the manual page says everywhere.";
    "SSH_DISABLE_HARDLINK" Code Bool, -, "True", "";
    "NETWORK_COMPRESSION" Manual Bool, -, "False", "Of the manual page; nothing reads it.";
    [Localapps]
    "LOCAL_APPS" Both Bool, -, "True if sshfs present", "";
    "LOCAL_APPS_EXTRAMOUNTS" Both Commas(Item::Path), -, "", "";
    "LOCAL_APPS_MENU" Both Bool, -, "False", "";
    "LOCAL_APPS_MENU_ITEMS" Both Commas(Item::Text), -, "all", "";
    "LOCAL_APPS_WHITELIST" Both Words(Item::Path), -, "allow all", "";
    "REMOTE_APPS" Code Bool, -, "False", "";
    "REMOTE_APPS_MENU_ITEMS" Code Commas(Item::Text), -, "", "";
    "REMOTE_APPS_MIME_PACKAGES" Code Commas(Item::Text), -, "", "";
}
