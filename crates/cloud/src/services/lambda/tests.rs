//! What the tests of several modules need.

use super::function::{Function, Package, RuntimeManagement};

/// A function with the settings that AWS gives.
pub(super) fn a_function() -> Function {
    Function {
        name: "f".into(),
        arn: "arn:aws:lambda:us-east-1:123456789012:function:f".into(),
        role: "arn:aws:iam::123456789012:role/r".into(),
        handler: Some("h".into()),
        runtime: "provided.al2023".into(),
        description: String::new(),
        timeout_seconds: 3,
        memory_mib: 128,
        scratch_mib: 512,
        variables: None,
        layers: Vec::new(),
        architecture: "x86_64".into(),
        tracing_mode: "PassThrough".into(),
        log_format: "Text".into(),
        log_group: "/aws/lambda/f".into(),
        code: Package {
            sha256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=".into(),
            size: 0,
            unpacked_size: 0,
        },
        modified_at: jiff::Timestamp::UNIX_EPOCH,
        revision: "r".into(),
        tags: std::collections::BTreeMap::new(),
        asynchronous: None,
        runtime_management: RuntimeManagement::default(),
    }
}
