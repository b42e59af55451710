//! The regions that renders can run in.

use protocol::price::REGIONS;
use serde::Serialize;

/// A region that has every service that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    /// For example `eu-west-1`.
    pub name: &'static str,
    /// Whether every account has it, without asking for it.
    pub by_default: bool,
}

/// Those that an account has to enable first.
const OPT_IN: [&str; 6] = [
    "af-south-1",
    "ap-east-1",
    "ap-southeast-4",
    "ap-southeast-5",
    "eu-central-2",
    "eu-south-1",
];

/// All regions whose prices are known, in the order of the price table. Others work too.
pub fn all() -> impl Iterator<Item = Region> {
    REGIONS.into_iter().map(|name| Region {
        name,
        by_default: !OPT_IN.contains(&name) && !name.starts_with("cn-"),
    })
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn the_oldest_region_is_everybodys_and_hong_kong_is_not() {
        let by_default = |name: &str| all().find(|region| region.name == name).unwrap().by_default;
        assert!(by_default("us-east-1"));
        assert!(!by_default("ap-east-1"));
    }
}
