//! Which addresses remote files may come from.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::CaBundle;

/// The rules for URLs that a page or its props name.
///
/// A function has credentials, and neighbours that trust its address. So a remote file may come
/// from public addresses alone: after resolution, on every redirect, and for every address that
/// is connected to. Hosts of a test or of an embedded cloud can be let through by name and port.
#[derive(Debug, Clone, Default)]
pub struct RemoteRules {
    allowed: HashSet<(String, u16)>,
    https_alone: bool,
    trusted: Option<CaBundle>,
}

impl RemoteRules {
    /// Public addresses alone.
    pub fn public() -> Self {
        Self::default()
    }

    /// Lets `host`, spelled as in URLs, through at `port`, whatever its address.
    #[must_use]
    pub fn allow(mut self, host: impl Into<String>, port: u16) -> Self {
        self.allowed
            .insert((host.into().to_ascii_lowercase(), port));
        self
    }

    /// Refuses everything but https, redirects included.
    #[must_use]
    pub fn https_alone(mut self) -> Self {
        self.https_alone = true;
        self
    }

    /// Trusts hosts that `bundle` vouches for, in place of those that the system's certificates do.
    #[must_use]
    pub fn trusting(mut self, bundle: CaBundle) -> Self {
        self.trusted = Some(bundle);
        self
    }

    /// The certificates that vouch for hosts; the system's where it is `None`.
    pub(super) fn trusted(&self) -> Option<&CaBundle> {
        self.trusted.as_ref()
    }

    /// Whether URLs of `scheme` are read.
    pub(super) fn takes(&self, scheme: &str) -> bool {
        scheme == "https" || (scheme == "http" && !self.https_alone)
    }

    /// Whether `host` at `port` is let through by name.
    pub(super) fn names(&self, host: &str, port: u16) -> bool {
        self.allowed.contains(&(host.to_ascii_lowercase(), port))
    }
}

/// Whether an address is reachable by everybody, as far as the address registries tell.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0                            // this network, unspecified
        || a == 10                      // private
        || a == 127                     // loopback
        || (a == 100 && b & 0xc0 == 64) // carrier-grade NAT
        || (a == 169 && b == 254)       // link-local, instance metadata
        || (a == 172 && b & 0xf0 == 16) // private
        || (a == 192 && b == 168)       // private
        || (a == 192 && b == 0 && c == 0)   // protocol assignments
        || (a == 192 && b == 0 && c == 2)   // documentation
        || (a == 192 && b == 88 && c == 99) // 6to4 relays
        || (a == 198 && b & 0xfe == 18)     // benchmarks
        || (a == 198 && b == 51 && c == 100) // documentation
        || (a == 203 && b == 0 && c == 113)  // documentation
        || a >= 224) // multicast, reserved, broadcast
}

/// Global unicast that does not carry an IPv4 address which is not public.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // Mapped to IPv4, and translated to it.
        [0, 0, 0, 0, 0, 0xffff, high, low] => embedded(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        // 6to4 carries its IPv4 address in front.
        [0x2002, high, low, ..] => embedded(high, low),
        // Teredo, ORCHID and other protocol assignments; documentation.
        [0x2001, second, ..] => second >= 0x200 && second != 0xdb8,
        [0x3fff, second, ..] => second >= 0x1000,
        // Everything else that is routed lies in 2000::/3: loopback, unspecified, unique local,
        // link-local, site-local and multicast do not.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_that_are_not_public_are_refused() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::23",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "5f00::1",
        ] {
            assert!(!is_public(address.parse().expect(address)), "{address}");
        }
    }

    #[test]
    fn public_addresses_pass() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "52.216.0.1",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "198.17.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a05:d018::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
            "2001:4860:4860::8888",
            "2600:1f18::1",
        ] {
            assert!(is_public(address.parse().expect(address)), "{address}");
        }
    }

    proptest! {
        /// The standard library knows some of the registries too; what it refuses, we refuse.
        #[test]
        fn nothing_passes_that_the_standard_library_calls_special(bits in any::<u32>()) {
            let address = Ipv4Addr::from(bits);
            let special = address.is_loopback() || address.is_private() || address.is_link_local()
                || address.is_multicast() || address.is_unspecified() || address.is_broadcast()
                || address.is_documentation();
            if special {
                prop_assert!(!is_public(address.into()));
                prop_assert!(!is_public(address.to_ipv6_mapped().into()));
            }
        }

        #[test]
        fn the_special_blocks_of_ipv6_do_not_pass(bits in any::<u128>()) {
            let address = Ipv6Addr::from(bits);
            if address.is_unique_local() || address.is_unicast_link_local() || address.is_multicast() {
                prop_assert!(!is_public(address.into()));
            }
        }
    }

    #[test]
    fn a_host_is_let_through_at_its_port_alone() {
        let rules = RemoteRules::public().allow("LocalHost", 8080);
        assert!(rules.names("localhost", 8080));
        assert!(!rules.names("localhost", 8081));
        assert!(!rules.names("127.0.0.1", 8080));
    }
}
