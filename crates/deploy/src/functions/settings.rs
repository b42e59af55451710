//! What a function is made with, within the documented limits.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use protocol::FunctionName;
use protocol::version::Version;

/// MiB.
pub const MEMORY: RangeInclusive<u32> = 512..=10_240;
/// MiB of `/tmp`.
pub const DISK: RangeInclusive<u32> = 512..=10_240;
/// Seconds of one invocation.
pub const TIMEOUT: RangeInclusive<u32> = 15..=900;
/// MiB, as documented.
pub const DEFAULT_MEMORY: u32 = 2048;
/// MiB: the largest, since joining long videos takes room.
pub const DEFAULT_DISK: u32 = 10_240;
/// Seconds: the longest, which costs nothing where less is needed.
pub const DEFAULT_TIMEOUT: u32 = 900;

/// The days for which CloudWatch Logs can keep lines.
pub const RETENTION_DAYS: [i32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];
/// Layers of one function.
pub const MAX_LAYERS: usize = 5;

/// How a function is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Name, memory, disk and timeout.
    pub function: FunctionName,
    /// Days that its log lines are kept, one of [`RETENTION_DAYS`]; no log group is made where it is `None`.
    pub retention_days: Option<i32>,
    /// The ARNs of further layers, laid over those of the package.
    pub layers: Vec<String>,
    /// How Lambda chooses the version of the runtime.
    pub runtime_updates: RuntimeUpdates,
    /// Variables of its environment, besides those that Lambda sets.
    pub environment: BTreeMap<String, String>,
    /// Tags beside those that every function gets.
    pub tags: BTreeMap<String, String>,
    /// Subnets and security groups; both or neither.
    pub vpc: Option<Vpc>,
    /// The key that encrypts its environment.
    pub kms_key_arn: Option<String>,
}

/// When Lambda may move the function to a newer version of its runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RuntimeUpdates {
    /// Whenever AWS has one.
    #[default]
    Auto,
    /// When the function is updated.
    FunctionUpdate,
}

/// The network that a function is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vpc {
    /// `subnet-…`
    pub subnet_ids: Vec<String>,
    /// `sg-…`
    pub security_group_ids: Vec<String>,
}

/// A setting that Lambda, or the convention of names, does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A number outside of its limits.
    #[error("{setting} {value} is outside the limits: {} to {} {unit}", limits.start(), limits.end())]
    OutOfRange {
        /// For example `memory`.
        setting: &'static str,
        /// What was asked for.
        value: u32,
        /// Both ends included.
        limits: RangeInclusive<u32>,
        /// For example `MiB`.
        unit: &'static str,
    },
    /// A retention that CloudWatch Logs does not know.
    #[error("log lines cannot be kept for {0} days: one of {days} is expected", days = days())]
    Retention(i32),
    /// What was given as a layer is none.
    #[error(
        "`{0}` is no ARN of a layer's version: arn:aws:lambda:<region>:<account>:layer:<name>:<version> is expected"
    )]
    Layer(String),
    /// A layer of another region or partition.
    #[error("the layer `{layer}` is not in {region}, where the function is")]
    LayerElsewhere {
        /// The layer.
        layer: String,
        /// The function's region.
        region: String,
    },
    /// More layers than Lambda takes.
    #[error("{0} layers, and a function can have {MAX_LAYERS}")]
    TooManyLayers(usize),
    /// The same layer twice.
    #[error("the layer `{0}` is given twice")]
    LayerTwice(String),
}

impl Settings {
    /// A function of these sizes with everything else as documented: lines kept for 14 days, no network of its own.
    ///
    /// # Errors
    /// [`SettingsError::OutOfRange`].
    pub fn new(
        memory_mib: u32,
        disk_mib: u32,
        timeout_seconds: u32,
    ) -> Result<Self, SettingsError> {
        within("memory", memory_mib, MEMORY, "MiB")?;
        within("disk", disk_mib, DISK, "MiB")?;
        within("timeout", timeout_seconds, TIMEOUT, "seconds")?;
        Ok(Self::of(FunctionName::new(
            &Version::current(),
            memory_mib,
            disk_mib,
            timeout_seconds,
        )))
    }

    /// The function of this name with everything else as documented.
    #[must_use]
    pub fn of(function: FunctionName) -> Self {
        Self {
            function,
            retention_days: Some(14),
            layers: Vec::new(),
            runtime_updates: RuntimeUpdates::default(),
            environment: BTreeMap::new(),
            tags: BTreeMap::new(),
            vpc: None,
            kms_key_arn: None,
        }
    }

    /// Checks what no type excludes, for a function in `region` whose package brings `of_package` layers.
    ///
    /// # Errors
    /// The first of [`SettingsError`].
    pub fn check(&self, region: &str, of_package: usize) -> Result<(), SettingsError> {
        if let Some(days) = self.retention_days
            && !RETENTION_DAYS.contains(&days)
        {
            return Err(SettingsError::Retention(days));
        }
        let all = self.layers.len() + of_package;
        if all > MAX_LAYERS {
            return Err(SettingsError::TooManyLayers(all));
        }
        for (index, layer) in self.layers.iter().enumerate() {
            let Some(its) = region_of_layer(layer) else {
                return Err(SettingsError::Layer(layer.clone()));
            };
            if its != region {
                return Err(SettingsError::LayerElsewhere {
                    layer: layer.clone(),
                    region: region.to_owned(),
                });
            }
            if self.layers[..index].contains(layer) {
                return Err(SettingsError::LayerTwice(layer.clone()));
            }
        }
        Ok(())
    }
}

fn within(
    setting: &'static str,
    value: u32,
    limits: RangeInclusive<u32>,
    unit: &'static str,
) -> Result<(), SettingsError> {
    if limits.contains(&value) {
        return Ok(());
    }
    Err(SettingsError::OutOfRange {
        setting,
        value,
        limits,
        unit,
    })
}

fn days() -> String {
    RETENTION_DAYS.map(|days| days.to_string()).join(", ")
}

/// The region that the ARN of a layer's version names.
fn region_of_layer(arn: &str) -> Option<&str> {
    let parts: Vec<&str> = arn.split(':').collect();
    let [
        "arn",
        partition,
        "lambda",
        region,
        account,
        "layer",
        name,
        version,
    ] = parts[..]
    else {
        return None;
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_arn = partition.starts_with("aws")
        && account.len() == 12
        && digits(account)
        && !name.is_empty()
        && name.bytes().all(plain)
        && digits(version);
    is_arn.then_some(region)
}

#[cfg(test)]
mod tests {
    use super::{Settings, SettingsError};

    #[test]
    fn sizes_have_limits() {
        let new = |memory, disk, timeout| {
            Settings::new(memory, disk, timeout).map(|settings| settings.function.to_string())
        };
        assert_eq!(
            new(2048, 10240, 900).unwrap(),
            "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec"
        );
        for (sizes, text) in [
            (
                (511, 512, 15),
                "memory 511 is outside the limits: 512 to 10240 MiB",
            ),
            (
                (512, 10241, 15),
                "disk 10241 is outside the limits: 512 to 10240 MiB",
            ),
            (
                (512, 512, 901),
                "timeout 901 is outside the limits: 15 to 900 seconds",
            ),
        ] {
            assert_eq!(
                new(sizes.0, sizes.1, sizes.2).unwrap_err().to_string(),
                text
            );
        }
    }

    #[test]
    fn layers_are_arns_of_the_functions_region() {
        let check = |layers: &[&str], of_package| {
            let mut settings = Settings::new(512, 512, 15).unwrap();
            settings.layers = layers.iter().map(|&layer| layer.to_owned()).collect();
            settings.check("eu-west-1", of_package)
        };
        let one = "arn:aws:lambda:eu-west-1:123456789012:layer:fonts:3";
        assert_eq!(check(&[one], 4), Ok(()));
        assert_eq!(check(&[one], 5), Err(SettingsError::TooManyLayers(6)));
        assert_eq!(
            check(&[one, one], 0),
            Err(SettingsError::LayerTwice(one.into()))
        );
        let elsewhere = "arn:aws:lambda:us-east-1:123456789012:layer:fonts:3";
        assert!(matches!(
            check(&[elsewhere], 0),
            Err(SettingsError::LayerElsewhere { .. })
        ));
        let unversioned = "arn:aws:lambda:eu-west-1:123456789012:layer:fonts";
        assert_eq!(
            check(&[unversioned], 0),
            Err(SettingsError::Layer(unversioned.into()))
        );
    }
}
