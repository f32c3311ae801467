//! Host names by RFC 1123: labels of letters, digits and hyphens.

/// Whether `text` is a host name, with a domain or without.
pub(in crate::apis::i3d) fn is_host_name(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

/// Whether `text` is a host name with a domain; an IPv4 address is none.
pub(in crate::apis::i3d) fn is_full_host_name(text: &str) -> bool {
    let Some((_, last)) = text.rsplit_once('.') else { return false };
    is_host_name(text) && !last.bytes().all(|it| it.is_ascii_digit())
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_has_labels_of_letters_digits_and_hyphens() {
        for name in ["talosHostName", "node-1.example.com", "1"] {
            assert!(is_host_name(name), "{name}");
        }
        for name in ["", "my server", "-a", "a-", "a..b", "a.", "a_b", &"a".repeat(64)] {
            assert!(!is_host_name(name), "{name}");
        }
    }

    #[test]
    fn a_full_host_name_keeps_the_rules_of_rfc_1123() {
        let label = "a".repeat(63);
        let longest = format!("{label}.{label}.{label}.{}.nl", &label[..58]);
        assert_eq!(longest.len(), 253);
        for good in
            ["core.example", "3com.example", "a-b.x1.example", "xn--bcher-kva.example", &longest]
        {
            assert!(is_full_host_name(good), "{good}");
        }
        let (long_label, long_name) = (format!("a{label}.nl"), format!("a{longest}"));
        for bad in [
            "",
            ".",
            "core",
            ".example",
            "core..example",
            "-core.example",
            "core-.example",
            "co_re.example",
            "core example.nl",
            "bücher.example",
            "203.0.113.150",
            &long_label,
            &long_name,
        ] {
            assert!(!is_full_host_name(bad), "{bad}");
        }
    }
}
