use super::*;
use crate::formats::lts::{LtsConf, family, is_true_in_shell, on_screen};
use crate::text::{Document as _, NoIncludes, Source};

fn resolved(settings: &str) -> Resolved {
    let document = LtsConf::parse(Source::new("lts.conf", format!("[Default]\n{settings}")));
    document.resolve(&Client::default(), &NoIncludes).expect("it resolves")
}

#[test]
fn a_host_name_is_made_of_the_address_within_its_network() {
    let made = |ip: [u8; 4], prefix| {
        generated_host_name(b"ltsp", b"ip", Some(ip.into()), None, prefix).unwrap().to_string()
    };
    assert_eq!(made([192, 168, 67, 20], 24), "ltsp20");
    assert_eq!(made([10, 0, 5, 7], 16), "ltsp1287");
    assert_eq!(made([192, 168, 1, 200], 25), "ltsp72");
    assert_eq!(made([10, 0, 0, 1], 32), "ltsp0");
    assert_eq!(made([10, 0, 0, 1], 0), "ltsp167772161");
    assert_eq!(generated_host_name(b"x", b"ip", Some([1, 1, 1, 1].into()), None, 33), None);
    assert_eq!(generated_host_name(b"x", b"ip", None, None, 24), None);
    assert_eq!(generated_host_name(b"x", b"-lab", None, None, 24).unwrap(), "x-lab");
}

#[test]
fn a_host_name_of_its_own_wins() {
    let client = Client {
        ip: Some([10, 0, 0, 9].into()),
        mac: Some("52:54:00:ab:cd:0f".parse().unwrap()),
        ..Client::default()
    };
    let name = |settings: &str| host_name(&resolved(settings), &client, 24).unwrap().to_string();
    assert_eq!(name("HOSTNAME=pc01 and more\n"), "pc01");
    assert_eq!(name("X=1\n"), "ltsp9");
    assert_eq!(name("HOSTNAME=\"\"\nHOSTNAME_BASE=guest\n"), "guest9");
    assert_eq!(name("HOSTNAME_EXTRA=mac\n"), "ltsp52-54-00-ab-cd-0f");
}

#[test]
fn a_guest_is_whom_the_settings_name_and_else_the_machine_itself() {
    assert_eq!(guest(&resolved("X=1\n"), b"ltsp20"), None);
    let found = guest(&resolved("LDM_GUESTLOGIN=True\n"), b"ltsp20").unwrap();
    assert_eq!((found.login, &found.user[..]), (GuestLogin::Button, &b"ltsp20"[..]));
    assert_eq!((&found.password[..], found.servers), (&b"ltsp20"[..], vec![Bytes::from("server")]));
    let found = guest(
        &resolved(
            "LDM_AUTOLOGIN=yes\nLDM_USERNAME=kid\nLDM_PASSWORD=pw\nLDM_SERVER=a\nLDM_AUTOLOGIN_SERVER=\"b c\"\n",
        ),
        b"x",
    )
    .unwrap();
    assert_eq!((found.login, &found.user[..]), (GuestLogin::Automatic, &b"kid"[..]));
    assert_eq!(found.servers, [Bytes::from("b"), Bytes::from("c")]);
    assert!(!format!("{found:?}{}", serde_json::to_string(&found).unwrap()).contains("pw"));
    let found = guest(&resolved("LDM_LOGIN_TIMEOUT=25\n"), b"x").unwrap();
    assert_eq!(found.login, GuestLogin::Timeout(25));
    assert_eq!(guest(&resolved("LDM_GUESTLOGIN=on\n"), b"x"), None, "on is no");
}

#[test]
fn host_names_become_accounts_as_the_rule_says() {
    let rule = "LDM_GUESTLOGIN=True\nHOST_TO_USERNAME=pc/guest\n";
    let user = |settings: &str| {
        guest(&resolved(&format!("{rule}{settings}")), b"host").map(|guest| guest.user.to_string())
    };
    assert_eq!(user("HOSTNAME=pc01\n").as_deref(), Some("guest01"));
    assert_eq!(user("HOSTNAME=pcx\n").as_deref(), Some("host"));
    assert_eq!(user("HOSTNAME=pc01\nLDM_USERNAME=own\n").as_deref(), Some("own"));
    assert_eq!(user("X=1\n"), None, "without a host name of its own there is no guest");
}

#[test]
fn a_screen_has_values_of_its_own() {
    let all =
        resolved("LDM_GUESTLOGIN=True\nLDM_USERNAME=a\nSCREEN_07_LDM_USERNAME=b\nSCREEN_07=ldm\n");
    let user = |resolved: &Resolved| guest(resolved, b"x").unwrap().user.to_string();
    assert_eq!(
        (user(&all), user(&on_screen(&all, 7)), user(&on_screen(&all, 8))),
        ("a".into(), "b".into(), "a".into())
    );
    assert_eq!(on_screen(&all, 7).entry(b"LDM_USERNAME").unwrap().hidden[0].0, "a");
}

#[test]
fn families_are_in_the_order_of_their_numbers() {
    let all = resolved("FSTAB_10=c\nFSTAB_2=b\nFSTAB_A=d\nFSTAB_1=a\nFSTAB_3=NONE\nFST=x\n");
    let values: Vec<String> =
        family(&all, b"FSTAB_").iter().map(|(_, value)| value.to_string()).collect();
    assert_eq!(values, ["a", "b", "c", "d"]);
}

#[test]
fn yes_is_not_the_same_everywhere() {
    for (word, shell, ldm) in [
        ("True", true, true),
        ("YES", true, true),
        ("y", true, true),
        ("t", false, true),
        ("Yep", false, true),
        ("1", false, false),
        ("on", false, false),
        ("", false, false),
        (" true", false, false),
    ] {
        assert_eq!(
            (is_true_in_shell(word.as_bytes()), is_true_in_ldm(word.as_bytes())),
            (shell, ldm),
            "{word}"
        );
    }
}
