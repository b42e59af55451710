//! The recorded vectors.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Golden {
    pub(crate) version: String,
    pub(crate) best_frames_per_function: BTreeMap<u32, [u32; 2]>,
    pub(crate) concurrency: Vec<Concurrency>,
    pub(crate) plan: Vec<Plan>,
    pub(crate) frames: Vec<Frame>,
    pub(crate) price: Vec<Price>,
    pub(crate) costs: BTreeMap<String, String>,
    pub(crate) function_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Concurrency {
    pub(crate) n: u32,
    pub(crate) c: u32,
    pub(crate) frames_per_function: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Plan {
    pub(crate) frames_per_function: u32,
    pub(crate) frame_range: (u32, u32),
    pub(crate) every_nth_frame: u32,
    pub(crate) chunks: Vec<(u32, u32)>,
}

#[derive(Deserialize)]
pub(crate) struct Frame {
    pub(crate) hex: String,
}

#[derive(Deserialize)]
pub(crate) struct Price {
    #[serde(rename = "in")]
    pub(crate) input: PriceInput,
    pub(crate) out: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceInput {
    pub(crate) region: String,
    pub(crate) memory_size_in_mb: u32,
    pub(crate) disk_size_in_mb: u32,
    pub(crate) duration_in_milliseconds: u64,
    pub(crate) lambdas_invoked: u32,
}

pub(crate) static GOLDEN: LazyLock<Golden> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/remotion-golden-vectors.json")).unwrap()
});

#[test]
fn names_and_version() {
    use protocol::{FunctionName, Version};
    assert_eq!(GOLDEN.version, protocol::version::CURRENT);
    let name: FunctionName = GOLDEN.function_name.parse().unwrap();
    assert_eq!(
        name,
        FunctionName::new(&Version::current(), 2048, 2048, 120)
    );
    assert_eq!(name.to_string(), GOLDEN.function_name);
}
