//! IP addresses and blocks of them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A block of addresses of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    // INVARIANT: bits beyond the prefix are zero.
    network: IpAddr,
    prefix: u32,
}

impl Block {
    /// Reads CIDR notation; a bare address is a block of one. Bits beyond the prefix are ignored.
    // spec: iam/conditions#ip
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            None => (address(text)?, None),
            Some((address_text, prefix)) => (address(address_text)?, Some(parse_prefix(prefix)?)),
        };
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(longest);
        (prefix <= longest).then(|| Self {
            network: mask(address, prefix),
            prefix,
        })
    }

    /// Whether `address` is in the block; addresses of the other family never are.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.network.is_ipv4() && mask(address, self.prefix) == self.network
    }

    /// How many leading bits are fixed.
    pub(crate) fn prefix(&self) -> u32 {
        self.prefix
    }

    pub(crate) fn is_ipv4(&self) -> bool {
        self.network.is_ipv4()
    }
}

/// Reads an address of either family.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

fn parse_prefix(text: &str) -> Option<u32> {
    let is_digits =
        !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| text.parse().ok()).flatten()
}

fn mask(address: IpAddr, prefix: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let bits = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & bits).into()
        }
        IpAddr::V6(address) => {
            let bits = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & bits).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_their_addresses() {
        for (block, inside, outside) in [
            ("203.0.113.0/24", "203.0.113.255", "203.0.114.0"),
            ("203.0.113.9/24", "203.0.113.1", "203.0.112.255"),
            ("203.0.113.7", "203.0.113.7", "203.0.113.8"),
            ("0.0.0.0/0", "198.51.100.1", "::1"),
            ("128.0.0.0/1", "255.255.255.255", "127.255.255.255"),
            ("2001:DB8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::/0", "2001:db8::1", "10.0.0.1"),
            ("2001:db8::1", "2001:0db8:0:0::1", "2001:db8::2"),
        ] {
            let block = Block::parse(block).unwrap();
            assert!(block.contains(address(inside).unwrap()), "{inside}");
            assert!(!block.contains(address(outside).unwrap()), "{outside}");
        }
    }

    #[test]
    fn refuses_what_is_no_block() {
        for text in [
            "",
            "10.0.0.0/33",
            "::/129",
            "10.0.0",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/8/8",
            "a",
            "*",
        ] {
            assert_eq!(Block::parse(text), None, "{text}");
        }
    }
}
