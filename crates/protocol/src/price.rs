//! What invocations cost on AWS.

/// The processor architecture of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// Graviton.
    Arm64,
    /// Its durations cost 1.25 times as much.
    X86_64,
}

/// Prices of one region, in US dollars or, in China, in yuan.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rates {
    request: f64,
    /// On [`Architecture::Arm64`].
    gib_second: f64,
    storage_gib_second: f64,
}

/// The regions whose prices are known.
pub const REGIONS: [&str; 25] = [
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-4",
    "ap-southeast-5",
    "ca-central-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

fn rates(region: &str) -> Option<Rates> {
    let usual = |storage| Some((2e-7, 1.333_34e-5, storage));
    let (request, gib_second, storage_gib_second) = match region {
        "us-east-1" | "us-east-2" | "us-west-2" => usual(3.09e-8),
        "ca-central-1" | "eu-west-1" => usual(3.4e-8),
        "eu-central-1" => usual(3.67e-8),
        "eu-north-1" => usual(3.23e-8),
        "eu-west-2" | "eu-west-3" => usual(3.58e-8),
        "ap-northeast-2" | "ap-south-1" => usual(3.52e-8),
        "us-west-1" | "ap-northeast-1" | "ap-northeast-3" | "ap-southeast-1" | "ap-southeast-2"
        | "ap-southeast-4" => usual(3.7e-8),
        "sa-east-1" => usual(5.86e-8),
        "af-south-1" => Some((2.7e-7, 1.768e-5, 4.04e-8)),
        "ap-east-1" => Some((2.8e-7, 1.83e-5, 4.07e-8)),
        "ap-southeast-5" => Some((1.8e-7, 1.2e-5, 3.33e-8)),
        "eu-central-2" => Some((2.2e-7, 1.466_67e-5, 4.41e-8)),
        "eu-south-1" => Some((2.3e-7, 1.561_38e-5, 3.57e-8)),
        "cn-north-1" => Some((1.36e-6, 9.08e-5, 2.303e-7)),
        "cn-northwest-1" => Some((1.36e-6, 9.08e-5, 2.049e-7)),
        _ => None,
    }?;
    Some(Rates {
        request,
        gib_second,
        storage_gib_second,
    })
}

/// The size of a function, as far as its price depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionSize {
    /// Memory.
    pub memory_mib: u32,
    /// `/tmp`; the first 512 MiB are free.
    pub disk_mib: u32,
    /// The processor.
    pub architecture: Architecture,
}

/// What `invocations` that take `duration_ms` together cost in `region`, rounded to five decimals.
///
/// `None` if the prices of the region are not known.
#[must_use]
pub fn estimate(
    region: &str,
    size: FunctionSize,
    duration_ms: u64,
    invocations: u32,
) -> Option<f64> {
    let rates = rates(region)?;
    let duration_factor = match size.architecture {
        Architecture::Arm64 => 1.0,
        Architecture::X86_64 => 1.25,
    };
    // Durations beyond 2^53 ms do not occur.
    let milliseconds = duration_ms as f64;
    let gib_seconds = |mib: u32| f64::from(mib) * milliseconds / 1000.0 / 1024.0;
    let duration = rates.gib_second * duration_factor * gib_seconds(size.memory_mib);
    let storage = rates.storage_gib_second * gib_seconds(size.disk_mib.saturating_sub(512));
    let requests = rates.request * f64::from(invocations);
    Some(((duration + storage + requests) * 100_000.0).round() / 100_000.0)
}

/// The currency of a region's prices.
#[must_use]
pub fn currency(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "CNY"
    } else {
        "USD"
    }
}

/// An amount as clients show it: `<$0.001` where it is less, else three decimals.
#[must_use]
pub fn display(amount: f64, currency: &str) -> String {
    let symbol = if currency == "CNY" { "¥" } else { "$" };
    if amount < 0.001 {
        return format!("<{symbol}0.001");
    }
    let text = format!("{amount:.3}");
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, "000"));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{symbol}{grouped}.{decimals}")
}

/// An amount with five significant digits.
#[must_use]
pub fn to_five_digits(amount: f64) -> f64 {
    format!("{amount:.4e}").parse().unwrap_or(amount)
}

/// What the estimate in progress does not include.
pub const DISCLAIMER: &str =
    "Estimated cost only. Does not include charges for other AWS services.";

/// What the estimate of a finished render does not include.
pub const FINAL_DISCLAIMER: &str = "Estimated cost for function invocations only. Does not include cost for storage and data transfer.";
