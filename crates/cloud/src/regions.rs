//! The regions of AWS, and those that an account may use.

use crate::config::Region;

/// Where IAM and the other services are that have one endpoint for all regions.
pub(crate) const GLOBAL: &str = "us-east-1";

/// A region, and whether an account must ask for it before it can use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownRegion {
    pub(crate) name: &'static str,
    pub(crate) opt_in: bool,
}

const fn always(name: &'static str) -> KnownRegion {
    KnownRegion {
        name,
        opt_in: false,
    }
}

const fn opt_in(name: &'static str) -> KnownRegion {
    KnownRegion { name, opt_in: true }
}

/// The regions of the partition `aws`, by name.
pub(crate) const REGIONS: [KnownRegion; 34] = [
    opt_in("af-south-1"),
    opt_in("ap-east-1"),
    opt_in("ap-east-2"),
    always("ap-northeast-1"),
    always("ap-northeast-2"),
    always("ap-northeast-3"),
    always("ap-south-1"),
    opt_in("ap-south-2"),
    always("ap-southeast-1"),
    always("ap-southeast-2"),
    opt_in("ap-southeast-3"),
    opt_in("ap-southeast-4"),
    opt_in("ap-southeast-5"),
    opt_in("ap-southeast-6"),
    opt_in("ap-southeast-7"),
    always("ca-central-1"),
    opt_in("ca-west-1"),
    always("eu-central-1"),
    opt_in("eu-central-2"),
    always("eu-north-1"),
    opt_in("eu-south-1"),
    opt_in("eu-south-2"),
    always("eu-west-1"),
    always("eu-west-2"),
    always("eu-west-3"),
    opt_in("il-central-1"),
    opt_in("me-central-1"),
    opt_in("me-south-1"),
    opt_in("mx-central-1"),
    always("sa-east-1"),
    always("us-east-1"),
    always("us-east-2"),
    always("us-west-1"),
    always("us-west-2"),
];

/// The regions that the account of a cloud may use: those that every account may, the one that its
/// state was made in, and the one that it was opened in.
#[derive(Debug, Clone)]
pub(crate) struct EnabledRegions {
    /// Where the state was made. Its tables bear no region's name.
    pub(crate) founded_in: Region,
    /// Where requests go that name no region.
    pub(crate) opened_in: Region,
}

impl EnabledRegions {
    /// The region of that name, if the account may use it.
    pub(crate) fn named(&self, name: &str) -> Option<Region> {
        [&self.founded_in, &self.opened_in]
            .into_iter()
            .find(|region| region.as_str() == name)
            .cloned()
            .or_else(|| {
                let known = REGIONS.iter().find(|known| known.name == name)?;
                (!known.opt_in).then(|| known.name.parse().ok())?
            })
    }

    /// All of them, each once.
    pub(crate) fn all(&self) -> impl Iterator<Item = Region> {
        let known = REGIONS.iter().map(|known| known.name);
        let own = [self.founded_in.as_str(), self.opened_in.as_str()];
        let mut names: Vec<&str> = known.chain(own).collect();
        names.sort_unstable();
        names.dedup();
        let enabled: Vec<Region> = names
            .into_iter()
            .filter_map(|name| self.named(name))
            .collect();
        enabled.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_be_asked_for_is_enabled_only_where_the_cloud_is() {
        let enabled = EnabledRegions {
            founded_in: "eu-south-1".parse().unwrap(),
            opened_in: "us-east-1".parse().unwrap(),
        };
        for (name, is) in [
            ("us-east-1", true),
            ("eu-west-1", true),
            ("eu-south-1", true),
            ("eu-south-2", false),
            ("xx-nowhere-1", false),
        ] {
            assert_eq!(enabled.named(name).is_some(), is, "{name}");
        }
        // Those that every account has, and the one that this was made in.
        assert_eq!(enabled.all().count(), 18);
        let mut names = REGIONS.map(|known| known.name);
        names.sort_unstable();
        assert_eq!(names, REGIONS.map(|known| known.name));
    }
}
