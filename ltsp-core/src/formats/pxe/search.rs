//! Which file a client takes.

use crate::formats::Client;

/// The names below `pxelinux.cfg/` that pxelinux asks the server for, in order: it takes the first
/// that there is. UUID in lower case, hardware type (`01`, Ethernet) and address with hyphens, IPv4
/// address in upper-case hexadecimal and its prefixes down to one digit, `default`. What is not
/// known of the client, and what is no UUID, is left out.
///
/// A file named by DHCP option 209 goes before all of them.
#[must_use]
pub fn search_order(client: &Client) -> Vec<String> {
    let mut names = Vec::with_capacity(11);
    if let Some(uuid) = client.uuid.as_deref().map(str::trim).filter(|uuid| is_uuid(uuid)) {
        names.push(uuid.to_ascii_lowercase());
    }
    if let Some(mac) = client.mac {
        names.push(format!("01-{}", mac.hyphens()));
    }
    if let Some(ip) = client.ip {
        let digits = format!("{:08X}", u32::from(ip));
        names.extend((1..=digits.len()).rev().map(|length| digits[..length].to_owned()));
    }
    names.push("default".to_owned());
    names
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_asks_for_its_own_file_first_and_for_default_last() {
        let client = Client {
            uuid: Some("B8945908-D6A6-41A9-611D-74A6AB80B83D".to_owned()),
            mac: Some("88:99:AA:BB:CC:DD".parse().unwrap()),
            ip: Some("192.0.2.91".parse().unwrap()),
            ..Client::default()
        };
        assert_eq!(
            search_order(&client),
            [
                "b8945908-d6a6-41a9-611d-74a6ab80b83d",
                "01-88-99-aa-bb-cc-dd",
                "C000025B",
                "C000025",
                "C00002",
                "C0000",
                "C000",
                "C00",
                "C0",
                "C",
                "default"
            ]
        );
    }

    #[test]
    fn what_is_not_known_is_not_asked_for() {
        let client = Client { uuid: Some("none".to_owned()), ..Client::named("pc1") };
        assert_eq!(search_order(&client), ["default"]);
        let client = Client { ip: Some("10.0.0.1".parse().unwrap()), ..Client::default() };
        assert_eq!(search_order(&client)[0], "0A000001");
    }
}
