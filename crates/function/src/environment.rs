//! What an execution environment tells a function about itself.

use std::env::var;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use protocol::price::{Architecture, FunctionSize};
use protocol::version::Version;
use protocol::{FunctionName, version};

/// How long one invocation may take where the function's name does not tell.
const LONGEST_TIMEOUT_SECONDS: u32 = 900;

/// Bytes above which chunks are merged before they are joined, and the output is stored while it is made. Unset outside
/// of tests.
const MERGE_ABOVE: &str = "FRAMEWRIGHT_MERGE_ABOVE";

/// What reading chunks, joining them and storing the result achieves at the least, in bytes a second.
const JOINED_PER_SECOND: u64 = 16 << 20;

/// What the environment's variables say, read once.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    pub(crate) function_name: String,
    pub(crate) region: String,
    pub(crate) memory_mib: u32,
    /// Replaces AWS's own endpoints.
    pub(crate) endpoint: Option<String>,
    /// Whether everybody may read outputs, by a policy of their bucket.
    pub(crate) public_outputs: bool,
    credentials: Credentials,
    large_bytes: Option<u64>,
    /// What the function's name says, where it follows the convention.
    named: Option<FunctionName>,
}

/// The process is not in an execution environment.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not set or not readable: this program is started by AWS Lambda")]
pub(crate) struct MissingVariable(&'static str);

impl Environment {
    /// Reads the environment.
    ///
    /// # Errors
    /// [`MissingVariable`] outside of an execution environment.
    pub(crate) fn read() -> Result<Self, MissingVariable> {
        let required = |name: &'static str| var(name).map_err(|_| MissingVariable(name));
        let optional = |name: &str| var(name).ok().filter(|value| !value.is_empty());
        let function_name = required("AWS_LAMBDA_FUNCTION_NAME")?;
        let memory = required("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")?;
        let credentials = Credentials::new(
            required("AWS_ACCESS_KEY_ID")?,
            required("AWS_SECRET_ACCESS_KEY")?,
            optional("AWS_SESSION_TOKEN"),
            None,
            "ExecutionRole",
        );
        let large_bytes = optional(MERGE_ABOVE).map(|bytes| bytes.parse());
        Ok(Self {
            large_bytes: large_bytes
                .transpose()
                .map_err(|_| MissingVariable(MERGE_ABOVE))?,
            named: function_name.parse().ok(),
            function_name,
            region: required("AWS_REGION")?,
            memory_mib: memory
                .parse()
                .map_err(|_| MissingVariable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))?,
            endpoint: optional("AWS_ENDPOINT_URL"),
            public_outputs: optional("FRAMEWRIGHT_PUBLIC_OUTPUTS").is_some(),
            credentials,
        })
    }

    /// Speaks for the execution role.
    pub(crate) fn credentials(&self) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(self.credentials.clone())
    }

    /// The version that the function's name tells, or the one this program was written for.
    pub(crate) fn version(&self) -> Version {
        self.named
            .as_ref()
            .map_or_else(|| Version::new(version::CURRENT), FunctionName::version)
    }

    /// How long one invocation may take, in milliseconds.
    pub(crate) fn timeout_ms(&self) -> u64 {
        let seconds = self
            .named
            .as_ref()
            .map_or(LONGEST_TIMEOUT_SECONDS, |n| n.timeout_seconds);
        u64::from(seconds) * 1_000
    }

    /// Bytes of video above which chunks are merged before they are joined: what fits into half of the disk, and is
    /// joined in half of an invocation.
    pub(crate) fn merge_above_bytes(&self) -> u64 {
        let in_time = self.timeout_ms() / 1_000 * JOINED_PER_SECOND;
        self.longest_file_bytes().min(in_time / 2)
    }

    /// Bytes above which the output is not written to the disk before it is stored: half of the disk.
    pub(crate) fn longest_file_bytes(&self) -> u64 {
        let disk = u64::from(self.size().disk_mib) << 20;
        self.large_bytes.unwrap_or(disk / 2)
    }

    /// The size that invocations are charged for.
    pub(crate) fn size(&self) -> FunctionSize {
        let architecture = if cfg!(target_arch = "aarch64") {
            Architecture::Arm64
        } else {
            Architecture::X86_64
        };
        // As existing clients do, the disk is taken for the largest where the name does not tell.
        let disk_mib = self.named.as_ref().map_or(10_240, |name| name.disk_mib);
        FunctionSize {
            memory_mib: self.memory_mib,
            disk_mib,
            architecture,
        }
    }
}
