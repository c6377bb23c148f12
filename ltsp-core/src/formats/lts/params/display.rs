//! Settings of the display: X server, screens.

use super::{Group, Item, Kind, Numbers, Param, Use};

params! {
    [Xorg]
    "USE_XFS" Both Bool, -, "False", "";
    "XFS_SERVER" Both Words(Item::Host), -, "SERVER", "";
    "CONFIGURE_X" Both Bool, -, "", "";
    "CONFIGURE_X_COMMAND" Code Path, -, "", "";
    "X_CONF" Both Path, -, "", "";
    "X_RAMPERC" Both Percent, -, "100", "";
    "X_VIRTUAL" Both Text, -, "", "";
    "X_VIRTUAL_AUTO" Code Bool, -, "", "";
    "XDM_SERVER" Both Host, -, "SERVER", "";
    "XSERVER" Both Text, -, "auto", "";
    "X_ARGS" Code Arguments, -, "", "";
    "X_DISPLAYSIZE" Code Text, -, "", "ALT Linux only.";
    "X_USE_SYNC_RANGES" Code Bool, -, "", "ALT Linux only.";
    "DISABLE_ACCESS_CONTROL" Code Bool, -, "", "";
    "X_MOUSE_DEVICE" Both Path, -, "auto", "";
    "X_MOUSE_PROTOCOL" Both Text, -, "auto", "";
    "X_MOUSE_EMULATE3BTN" Both Bool, -, "", "";
    "X_COLOR_DEPTH" Both OneOf(&["2", "4", "8", "16", "24", "32"]), -, "16", "";
    "X_SMART_COLOR_DEPTH" Code Bool, -, "True", "";
    "X_HORZSYNC" Both Range, -, "auto", "X_HORIZSYNC is its older name.";
    "X_VERTREFRESH" Both Range, -, "auto", "";
    "X_VIDEO_RAM" Both Int(0, u32::MAX), -, "auto", "X_VIDEORAM is its older name.";
    "X_OPTION_*" Both Arguments, -, "", "";
    "X_MONITOR_OPTION_*" Both Arguments, -, "", "";
    "X_MODULE_*" Code Text, -, "", "";
    "X_MODE_*" Both Arguments, -, "", "Only with XRANDR_DISABLE=True.";
    "X_BLANKING" Both Int(0, u32::MAX), -, "", "0 is never.";
    [Xrandr]
    "XRANDR_DISABLE" Both Bool, -, "False", "";
    "XRANDR_AUTO_MULTIHEAD" Code Bool, -, "True", "";
    "XRANDR_OUTPUT_#" Both Text, 0..=8, "auto", "";
    "XRANDR_MODE_#" Both Text, 0..=8, "", "";
    "XRANDR_NEWMODE_#" Both Text, 0..=8, "", "";
    "XRANDR_RATE_#" Both Text, 0..=8, "", "";
    "XRANDR_DPI_#" Both Text, 0..=8, "", "";
    "XRANDR_ROTATE_#" Both Text, 0..=8, "", "";
    "XRANDR_REFLECT_#" Both Text, 0..=8, "", "";
    "XRANDR_SIZE_#" Both Text, 0..=8, "", "";
    "XRANDR_ORIENTATION_#" Both Text, 0..=8, "", "";
    "XRANDR_COMMAND_*" Code Arguments, -, "", "";
    [Screens]
    "SCREEN_##" Both Arguments, 1..=12, "SCREEN_07=ldm if ldm present",
        "A screen script and its arguments: ldm, shell, kiosk, menu, ssh, xdmcp and so on.";
    "SCREEN_DEFAULT" Code Int(1, 12), -, "highest defined", "";
    "SCREEN_##_*" Code Text, 1..=12, "", "A variable's value for that screen only.";
    "WAIT_FGCONSOLE" Code Bool, -, "True", "";
    "TELNET_HOST" Both Host, -, "SERVER", "";
    "SSH_HOST" Code Host, -, "server", "";
    "RDP_SERVER" Code Host, -, "server", "";
    "RDP_OPTIONS" Code Arguments, -, "-f -u '' (rdesktop) or /f", "";
    "RDP_DOMAIN" Code Bars(Item::Text), -, "", "";
    "KIOSK_EXE" Code Path, -, "first browser found",
        "Goes with KIOSK_OPTIONS, KIOSK_WM, KIOSK_DAEMON and KIOSKUSER.";
    "MENU_TITLE" Code Text, -, "Please choose a desktop:", "";
    "MENU_ITEM_##" Code Text, 1..=20, "", "";
    "MENU_COMMAND_##" Code Text, 1..=20, "", "";
    "MENU_APPEND_PATH" Code Path, -, "/usr/share/ltsp/screen.d/", "";
    "MENU_LISTHEIGHT" Code Int(0, u32::MAX), -, "5", "";
    "XINITRC_DAEMON" Code Bool, -, "", "Goes with the other XINITRC_ settings.";
    "UDEV_SEAT_#_*" Code Text, 0..=9, "", "";
}
