//! Settings of the machine: system, services, devices.

use super::{Group, Item, Kind, Numbers, Param, Use};

params! {
    [General]
    "CONFIGURE_FSTAB" Both Bool, -, "True",
        "Set and not true: the client's own fstab stays as it is.";
    "FSTAB_*" Both FstabLine, -, "",
        "A whole line of the fstab that the client writes anew at boot.";
    "CRONTAB_*" Both CronLine, -, "",
        "A line of /etc/cron.d/ltsp, with the user in its sixth field.";
    "DNS_SERVER" Both Words(Item::Address), -, "DHCP", "";
    "SEARCH_DOMAIN" Both Text, -, "DHCP domain", "";
    "HOSTNAME" Both Text, -, "auto", "Counts up to its first blank.";
    "HOSTNAME_BASE" Both Text, -, "ltsp", "";
    "HOSTNAME_EXTRA" Both Text, -, "ip",
        "What follows HOSTNAME_BASE: `ip`, `mac`, or any other text as it stands.";
    "HOSTS_*" Code HostsLine, -, "", "A line for the client's /etc/hosts.";
    "HOST_TO_USERNAME" Code Replacement, -, "",
        "Makes LDM_USERNAME of HOSTNAME by replacing one by the other; from 5.18.07 on.";
    "SERVER" Both Host, -, "boot server", "";
    "SERVER_NAME" Code Text, -, "server", "The name that SERVER gets in the client's /etc/hosts.";
    "SYSLOG_HOST" Both Words(Item::Host), -, "", "";
    "TIMEZONE" Both Path, -, "", "";
    "TIMESERVER" Both Host, -, "", "`auto` stands for SERVER.";
    "HWCLOCK" Code OneOf(&["utc", "localtime"]), -, "utc", "";
    "SHUTDOWN_TIME" Both Time, -, "", "Hour and minute at which the client turns itself off.";
    "LTSP_CONFIG" Neither Bool, -, "", "Of old examples; nothing reads it any more.";
    "LTSP_FATCLIENT" Both Bool, -, "auto",
        "Without it a client with enough memory is fat if its image has desktop sessions.";
    "FAT_RAM_THRESHOLD" Both Int(0, u32::MAX), -, "400", "The manual page says 300, the code 400.";
    "NFS_HOME" Both Text, -, "", "Deprecated in favour of FSTAB_1.";
    "NFS_HOME_OPTIONS" Both Text, -, "defaults", "";
    "LTSP_RW_DIRS" Both Words(Item::Text), -, "distro",
        "More can be added with LTSP_RW_DIRS_EXTRA.";
    "LTSP_COPY_DIRS" Both Words(Item::Text), -, "distro",
        "More can be added with LTSP_COPY_DIRS_EXTRA.";
    "LTSP_BINDFILES" Both Words(Item::Text), -, "distro",
        "More can be added with LTSP_BINDFILES_EXTRA.";
    "OVERLAY_DIR" Code Path, -, "/etc/ltsp/overlay-dir", "";
    "DEFAULT_DISPLAY_MANAGER" Code Path, -, "/usr/sbin/ldm",
        "Empty leaves the display manager of the image.";
    "DISABLE_GETTYS" Code Bool, -, "True", "Only where there is an inittab.";
    "NET_DEVICE_METHOD" Code Text, -, "manual", "";
    "KERNEL_DEVICE" Code Path, -, "", "Goes with KERNEL_NAME, INITRD_NAME and KERNEL_DIR.";
    "LTSP_NBD_TO_RAM" Code True, -, "",
        "Read by the initramfs, which knows no other word than `true`.";
    [Swap]
    "NBD_SWAP" Both Bool, -, "by memory", "";
    "NBD_SWAP_HOST" Code Host, -, "SERVER", "The manual page calls it NBD_SWAP_SERVER.";
    "NBD_SWAP_SERVER" Manual Host, -, "SERVER", "Of the manual page; the code reads NBD_SWAP_HOST.";
    "NBD_SWAP_PORT" Manual Port, -, "9572",
        "Not read any more: the swap is the export named `swap`.";
    "NBD_SWAP_THRESHOLD" Code Int(0, u32::MAX), -, "2100 fat, 800 thin", "";
    "USE_LOCAL_SWAP" Both Bool, -, "False", "";
    "ENCRYPT_SWAP" Code Bool, -, "True if cryptsetup present", "";
    [Services]
    "RM_SYSTEM_SERVICES" Code Words(Item::Text), -, "built-in list", "";
    "RM_THIN_SYSTEM_SERVICES" Code Words(Item::Text), -, "built-in list", "Only on thin clients.";
    "RM_LOW_RAM_SERVICES" Code Words(Item::Text), -, "built-in list",
        "Only on thin clients with no more memory than RM_RAM_THRESHOLD.";
    "RM_RAM_THRESHOLD" Code Int(0, u32::MAX), -, "200", "";
    "KEEP_SYSTEM_SERVICES" Code Words(Item::Text), -, "", "";
    "RM_SESSION_SERVICES" Code Words(Item::Text), -, "built-in list", "";
    "KEEP_SESSION_SERVICES" Code Words(Item::Text), -, "", "";
    [Scripts]
    "MODULE_*" Both Arguments, -, "", "";
    "RCFILE_*" Both ShellLine, -, "",
        "A line put at the end of the client's /etc/rc.local: a path or a command.";
    "INIT_COMMAND_*" Code ShellLine, -, "",
        "Run by the shell early at boot, before the services start.";
    [Localdev]
    "LOCALDEV" Both Bool, -, "True if ltspfsd present", "Taken away on fat clients.";
    "LOCALDEV_DENY_CD" Both Bool, -, "False", "";
    "LOCALDEV_DENY_FLOPPY" Both Bool, -, "False", "";
    "LOCALDEV_DENY_INTERNAL_DISKS" Both Bool, -, "True", "";
    "LOCALDEV_DENY_USB" Both Bool, -, "False", "";
    "LOCALDEV_DENY" Both Commas(Item::Text), -, "", "";
    [Printer]
    "PRINTER_#_DEVICE" Both Path, 0..=2, "", "";
    "PRINTER_#_PORT" Both Port, 0..=2, "910n", "";
    "PRINTER_#_TYPE" Both OneOf(&["P", "U", "S"]), 0..=2, "auto", "";
    "PRINTER_#_WRITE_ONLY" Both Bool, 0..=2, "False", "";
    "PRINTER_#_SPEED" Both Int(0, u32::MAX), 0..=2, "9600", "";
    "PRINTER_#_FLOWCTRL" Both Text, 0..=2, "soft", "";
    "PRINTER_#_PARITY" Both Text, 0..=2, "none", "";
    "PRINTER_#_DATABITS" Both Int(0, u32::MAX), 0..=2, "8", "";
    "PRINTER_#_OPTIONS" Both Text, 0..=2, "", "";
    "LDM_PRINTER_LIST" Both Commas(Item::Text), -, "", "Counts also if it is empty.";
    "LDM_PRINTER_DEFAULT" Both Text, -, "", "";
    "SCANNER" Both Bool, -, "", "";
    "CUPS_SERVER" Code Host, -, "LDM_SERVER", "";
    [Keyboard]
    "CONSOLE_KEYMAP" Both Text, -, "en", "";
    "XKBLAYOUT" Both Commas(Item::Text), -, "", "";
    "XKBMODEL" Both Text, -, "", "";
    "XKBVARIANT" Both Commas(Item::Text), -, "", "";
    "XKBRULES" Both Text, -, "", "";
    "XKBOPTIONS" Both Commas(Item::Text), -, "", "";
    "X_NUMLOCK" Both Bool, -, "False", "";
    [Touch]
    "USE_TOUCH" Both Bool, -, "", "";
    "X_TOUCH_DEVICE" Both Path, -, "/dev/ttyS0", "";
    "X_TOUCH_DRIVER" Both Text, -, "elographics", "";
    "X_TOUCH_MAXX" Both Int(0, u32::MAX), -, "3588", "";
    "X_TOUCH_MAXY" Both Int(0, u32::MAX), -, "3526", "";
    "X_TOUCH_MINX" Both Int(0, u32::MAX), -, "433", "";
    "X_TOUCH_MINY" Both Int(0, u32::MAX), -, "569", "";
    "X_TOUCH_UNDELAY" Both Int(0, u32::MAX), -, "10", "";
    "X_TOUCH_RPTDELAY" Both Int(0, u32::MAX), -, "10",
        "The manual page spells it X_TOUCH_RTPDELAY.";
    [Sound]
    "SOUND" Both Bool, -, "True", "";
    "SOUND_DAEMON" Both OneOf(&["pulse", "esd", "nasd", "False"]), -, "pulse",
        "Always `False` on fat clients.";
    "VOLUME" Both Percent, -, "90", "";
    "VOLUME_MANUAL" Code Bool, -, "", "";
    "PCM_VOLUME" Both Percent, -, "90", "";
    "HEADPHONE_VOLUME" Both Percent, -, "", "";
    "CD_VOLUME" Both Percent, -, "", "";
    "FRONT_VOLUME" Both Percent, -, "", "";
    "MIC_VOLUME" Both Percent, -, "", "";
    "*_VOLUME" Code Percent, -, "VOLUME",
        "The mixer's channel in upper case, with `_` for other characters.";
    "*_SWITCH" Code Text, -, "", "";
    [Env]
    "LANG" Code Locale, -, "", "Every variable reaches the session; this one chooses its language.";
}
