//! The render function.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::client::Waiters;
use aws_sdk_lambda::error::ProvideErrorMetadata;
use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    Architecture, Environment, EphemeralStorage, FunctionCode, PackageType, Runtime,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::{Change, ProvisionError, Wanted, change};

/// `launch` is idempotent, so Lambda itself may start a killed one again.
const EVENT_RETRIES: i32 = 2;
const EVENT_MAX_AGE_SECONDS: i32 = 21_600;

/// How long an update may take until the function is active.
const ACTIVE_WITHIN: Duration = Duration::from_secs(120);

/// The zip that Lambda takes, in memory, with its hash.
#[derive(Debug, Clone)]
pub struct FunctionZip {
    bytes: Arc<[u8]>,
    sha256: String,
}

/// The zip could not be read.
#[derive(Debug, thiserror::Error)]
#[error("could not read the render function's zip `{}`; `cargo xtask package` makes it", path.display())]
pub struct ReadZipError {
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

impl FunctionZip {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`ReadZipError`] names the command that makes the file.
    pub fn read(path: &Path) -> Result<Self, ReadZipError> {
        let bytes = std::fs::read(path).map_err(|source| ReadZipError {
            path: path.to_owned(),
            source,
        })?;
        let sha256 = STANDARD.encode(Sha256::digest(&bytes));
        Ok(Self {
            bytes: bytes.into(),
            sha256,
        })
    }

    fn blob(&self) -> Blob {
        Blob::new(self.bytes.to_vec())
    }
}

/// Makes the function, or updates its code or configuration where they differ, and waits until it is active.
pub(super) async fn ensure(
    lambda: &Client,
    wanted: &Wanted,
    role_arn: &str,
    changes: &mut Vec<Change>,
) -> Result<(), ProvisionError> {
    let name = wanted.function.to_string();
    match lambda
        .get_function_configuration()
        .function_name(&name)
        .send()
        .await
    {
        Ok(found) => update(lambda, wanted, role_arn, &found, changes).await?,
        Err(error) if error.code() == Some("ResourceNotFoundException") => {
            create(lambda, wanted, role_arn, changes).await?;
        }
        Err(error) => return Err(ProvisionError::call("look for the function")(error)),
    }
    Ok(())
}

async fn create(
    lambda: &Client,
    wanted: &Wanted,
    role_arn: &str,
    changes: &mut Vec<Change>,
) -> Result<(), ProvisionError> {
    let name = wanted.function.to_string();
    let request = lambda
        .create_function()
        .function_name(&name)
        .description("Renders Remotion compositions in chunks")
        .runtime(Runtime::Providedal2023)
        .handler("bootstrap")
        .architectures(Architecture::X8664)
        .package_type(PackageType::Zip)
        .role(role_arn)
        .memory_size(signed(wanted.function.memory_mib))
        .ephemeral_storage(disk(wanted)?)
        .timeout(signed(wanted.function.timeout_seconds))
        .environment(environment(wanted))
        .tags("framewright", "managed")
        .code(FunctionCode::builder().zip_file(wanted.zip.blob()).build());
    request
        .send()
        .await
        .map_err(ProvisionError::call("create the function"))?;
    active(lambda, &name).await?;
    let retries = lambda
        .put_function_event_invoke_config()
        .function_name(&name)
        .maximum_retry_attempts(EVENT_RETRIES)
        .maximum_event_age_in_seconds(EVENT_MAX_AGE_SECONDS);
    retries
        .send()
        .await
        .map_err(ProvisionError::call("set the function's retries"))?;
    changes.push(change(format!("function {name}"), "created"));
    Ok(())
}

async fn update(
    lambda: &Client,
    wanted: &Wanted,
    role_arn: &str,
    found: &GetFunctionConfigurationOutput,
    changes: &mut Vec<Change>,
) -> Result<(), ProvisionError> {
    let name = wanted.function.to_string();
    if found.code_sha256() != Some(&wanted.zip.sha256) {
        let request = lambda
            .update_function_code()
            .function_name(&name)
            .zip_file(wanted.zip.blob());
        request
            .send()
            .await
            .map_err(ProvisionError::call("update the function's code"))?;
        active(lambda, &name).await?;
        changes.push(change(format!("function {name}"), "code updated"));
    }
    if !configured(found, wanted, role_arn) {
        let request = lambda
            .update_function_configuration()
            .function_name(&name)
            .role(role_arn)
            .memory_size(signed(wanted.function.memory_mib))
            .ephemeral_storage(disk(wanted)?)
            .timeout(signed(wanted.function.timeout_seconds))
            .environment(environment(wanted));
        request
            .send()
            .await
            .map_err(ProvisionError::call("update the function's configuration"))?;
        active(lambda, &name).await?;
        changes.push(change(format!("function {name}"), "configuration updated"));
    }
    Ok(())
}

fn configured(found: &GetFunctionConfigurationOutput, wanted: &Wanted, role_arn: &str) -> bool {
    same_environment(found, wanted)
        && found.role() == Some(role_arn)
        && found.memory_size() == Some(signed(wanted.function.memory_mib))
        && found.timeout() == Some(signed(wanted.function.timeout_seconds))
        && found.ephemeral_storage().map(EphemeralStorage::size)
            == Some(signed(wanted.function.disk_mib))
}

fn environment(wanted: &Wanted) -> Environment {
    let variables = wanted.environment.clone().into_iter().collect();
    Environment::builder()
        .set_variables(Some(variables))
        .build()
}

/// Whether the function has the wanted variables; one without any may have no environment at all.
fn same_environment(found: &GetFunctionConfigurationOutput, wanted: &Wanted) -> bool {
    let found = found
        .environment()
        .and_then(|environment| environment.variables());
    let found: BTreeMap<_, _> = found.into_iter().flatten().collect();
    found == wanted.environment.iter().collect()
}

fn disk(wanted: &Wanted) -> Result<EphemeralStorage, ProvisionError> {
    let storage = EphemeralStorage::builder()
        .size(signed(wanted.function.disk_mib))
        .build();
    storage.map_err(ProvisionError::call("describe the function's disk"))
}

async fn active(lambda: &Client, name: &str) -> Result<(), ProvisionError> {
    let waited = lambda
        .wait_until_function_updated_v2()
        .function_name(name)
        .wait(ACTIVE_WITHIN)
        .await;
    let not_active = |reason: String| ProvisionError::NotActive {
        function: name.to_owned(),
        reason,
    };
    waited.map_err(|error| {
        not_active(aws_sdk_lambda::error::DisplayErrorContext(error).to_string())
    })?;
    let waited = lambda
        .wait_until_function_active_v2()
        .function_name(name)
        .wait(ACTIVE_WITHIN)
        .await;
    waited.map_err(|error| {
        not_active(aws_sdk_lambda::error::DisplayErrorContext(error).to_string())
    })?;
    Ok(())
}

/// AWS's models use signed numbers for sizes that are never negative.
fn signed(size: u32) -> i32 {
    i32::try_from(size).unwrap_or(i32::MAX)
}
