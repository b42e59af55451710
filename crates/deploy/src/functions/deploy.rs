//! Creates a function, or updates what differs, and waits until it is active.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_lambda::client::Waiters;
use aws_sdk_lambda::error::DisplayErrorContext;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::{
    Architecture, Environment, EphemeralStorage, FunctionCode, FunctionConfiguration, PackageType,
    Runtime, UpdateRuntimeOn, VpcConfig,
};
use protocol::BucketName;
use sha2::{Digest, Sha256};

use super::code::{self, Place};
use super::layers;
use super::package::Package;
use super::settings::{RuntimeUpdates, Settings, SettingsError};
use crate::account::Account;
use crate::call::{self, CallFailed};
use crate::change::Change;
use crate::digest::hex;
use crate::log_group;
use crate::permissions::patiently;

/// `launch` is idempotent, so Lambda itself may start a killed one again.
const EVENT_RETRIES: i32 = 2;
const EVENT_MAX_AGE_SECONDS: i32 = 21_600;

/// How Lambda says that the function is changing, or was just created by somebody else.
const CONFLICT: &str = "ResourceConflictException";

/// How long a change may take until the function is active.
const ACTIVE_WITHIN: Duration = Duration::from_secs(120);

/// Says who made a function: a [`Claim`].
const TAG_CLAIM: &str = "framewright";

/// The digest of those settings that GetFunction does not show, written when all of them are in force.
const TAG_SETTINGS: &str = "framewright-settings";

/// What Lambda shows of a render function.
const DESCRIPTION: &str = "Renders Remotion compositions in chunks";

/// How often a deployment that another one disturbs begins again.
const DISTURBANCES: usize = 5;

/// How much a deployment means what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The function is to be exactly so.
    Explicit,
    /// A function is needed; one that was deployed explicitly is left as it is.
    Implied,
}

impl Claim {
    fn tag(self) -> &'static str {
        match self {
            Self::Explicit => "deployed",
            Self::Implied => "provisioned",
        }
    }
}

/// A function as it stands after a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployedFunction {
    /// Its name.
    pub name: String,
    /// What was made or changed, in order; empty where everything was as it should be.
    pub changes: Vec<Change>,
}

/// A deployment that failed. What the steps before it did stands, and the next run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// A setting that Lambda does not take.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// AWS refused or failed a call.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// The function did not become active.
    #[error("the function {function} did not become active: {reason}")]
    NotActive {
        /// The function's name.
        function: String,
        /// What AWS says about it.
        reason: String,
    },
}

/// Makes the function of `settings` run the code of `package` as `role_arn`. Running it again changes nothing.
///
/// Zips over 50 MB pass through `bucket`, once for each content. The function is active when this returns. Two
/// deployments at once wait for each other's changes, and the later one stands.
///
/// # Errors
/// The first step that fails, see [`DeployError`].
pub async fn deploy(
    account: &Account,
    bucket: &BucketName,
    package: &Package,
    settings: &Settings,
    role_arn: &str,
    claim: Claim,
) -> Result<DeployedFunction, DeployError> {
    let named = Named {
        name: &settings.function.to_string(),
        description: DESCRIPTION,
        looked: None,
    };
    deploy_as(account, bucket, package, settings, role_arn, claim, named).await
}

/// What there is under the name of a render function, looked at ahead of a deployment.
#[derive(Debug, Clone)]
pub struct Looked(Option<Box<GetFunctionOutput>>);

/// Looks whether the function of `settings` is there.
///
/// # Errors
/// Where AWS refuses or fails the call.
pub async fn look(account: &Account, settings: &Settings) -> Result<Looked, CallFailed> {
    find(account, &settings.function.to_string())
        .await
        .map(Looked)
}

impl Looked {
    /// Whether there is a function.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// As [`deploy`], without looking again.
    ///
    /// # Errors
    /// As [`deploy`].
    pub async fn deploy(
        self,
        account: &Account,
        bucket: &BucketName,
        package: &Package,
        settings: &Settings,
        role_arn: &str,
        claim: Claim,
    ) -> Result<DeployedFunction, DeployError> {
        let named = Named {
            name: &settings.function.to_string(),
            description: DESCRIPTION,
            looked: Some(self),
        };
        deploy_as(account, bucket, package, settings, role_arn, claim, named).await
    }
}

/// What a function is called, and what was seen under that name if somebody looked.
#[derive(Debug)]
pub(crate) struct Named<'a> {
    pub(crate) name: &'a str,
    pub(crate) description: &'static str,
    pub(crate) looked: Option<Looked>,
}

/// As [`deploy`], a function that is not called by the convention of render functions.
pub(crate) async fn deploy_as(
    account: &Account,
    bucket: &BucketName,
    package: &Package,
    settings: &Settings,
    role_arn: &str,
    claim: Claim,
    named: Named<'_>,
) -> Result<DeployedFunction, DeployError> {
    settings.check(&account.region, package.layers.len())?;
    let mut deployment = Deployment {
        account,
        bucket,
        package,
        settings,
        role_arn,
        claim,
        name: named.name.to_owned(),
        description: named.description,
        looked: named.looked,
        changes: Vec::new(),
    };
    Box::pin(deployment.until_undisturbed()).await?;
    Ok(DeployedFunction {
        name: deployment.name,
        changes: deployment.changes,
    })
}

/// Whether Lambda does not know the role yet, or the trust that it has by now. IAM tells everybody within seconds.
fn is_role_too_new(error: &CallFailed) -> bool {
    error.code() == Some("InvalidParameterValueException")
        && error.to_string().contains("cannot be assumed by Lambda")
}

struct Deployment<'a> {
    account: &'a Account,
    bucket: &'a BucketName,
    package: &'a Package,
    settings: &'a Settings,
    role_arn: &'a str,
    claim: Claim,
    name: String,
    description: &'static str,
    /// Taken by the first run.
    looked: Option<Looked>,
    changes: Vec<Change>,
}

impl Deployment<'_> {
    async fn until_undisturbed(&mut self) -> Result<(), DeployError> {
        for _ in 0..DISTURBANCES {
            match self.run().await {
                Err(DeployError::Call(error)) if error.code() == Some(CONFLICT) => {
                    tracing::debug!(%error, "another deployment is under way");
                    self.wait().await?;
                }
                done => return done,
            }
        }
        self.run().await
    }

    async fn run(&mut self) -> Result<(), DeployError> {
        let found = match self.looked.take() {
            Some(Looked(found)) => found,
            None => find(self.account, &self.name).await?,
        };
        let tag = |name| found.as_ref().and_then(|found| found.tags()?.get(name));
        if self.claim == Claim::Implied
            && tag(TAG_CLAIM).map(String::as_str) == Some(Claim::Explicit.tag())
        {
            return Ok(());
        }
        let settled = tag(TAG_SETTINGS) == Some(&self.digest());
        // Made ahead, so that the function needs no right to make it.
        if !settled && let Some(days) = self.settings.retention_days {
            log_group::ensure(&self.account.config, &self.name, days, &mut self.changes).await?;
        }
        let replaced = match found.as_ref().and_then(|found| found.configuration()) {
            Some(found) => self.update_or_replace(found).await?,
            None => {
                self.create().await?;
                false
            }
        };
        if !settled || replaced {
            self.settle().await?;
        }
        Ok(())
    }

    /// Updates the function. Whoever may delete and create functions, and not update them, has it made anew: true then.
    async fn update_or_replace(
        &mut self,
        found: &FunctionConfiguration,
    ) -> Result<bool, DeployError> {
        let denied = match self.update(found).await {
            Ok(()) => return Ok(false),
            Err(DeployError::Call(error)) if error.is_denied() => error,
            Err(error) => return Err(error),
        };
        let delete = self.account.lambda.delete_function();
        let deleted = delete.function_name(&self.name).send().await;
        if let Err(error) = deleted {
            let error = CallFailed::of("delete the function")(error);
            return Err(if error.is_denied() { denied } else { error }.into());
        }
        tracing::info!(error = %denied, "the function is made anew, since it may not be updated");
        self.changed("deleted, since you may not update it");
        self.create().await?;
        Ok(true)
    }

    async fn create(&mut self) -> Result<(), DeployError> {
        let layers = self.layers(&[]).await?;
        let code = FunctionCode::builder();
        let code = match self.bring_code().await? {
            Place::Inline(zip) => code.zip_file(zip),
            Place::Stored(bucket, key) => code.s3_bucket(bucket).s3_key(key),
        };
        let sizes = &self.settings.function;
        let request = self
            .account
            .lambda
            .create_function()
            .function_name(&self.name)
            .description(self.description)
            .runtime(Runtime::Providedal2023)
            .handler("bootstrap")
            .architectures(Architecture::X8664)
            .package_type(PackageType::Zip)
            .role(self.role_arn)
            .memory_size(signed(sizes.memory_mib))
            .ephemeral_storage(self.disk()?)
            .timeout(signed(sizes.timeout_seconds))
            .environment(self.environment())
            .set_layers((!layers.is_empty()).then_some(layers))
            .set_vpc_config(self.vpc())
            .set_kms_key_arn(self.settings.kms_key_arn.clone())
            .set_tags(Some(self.tags()))
            .code(code.build());
        let create = || async {
            let created = request.clone().send().await;
            created.map_err(CallFailed::of("create the function"))
        };
        Box::pin(patiently(create, is_role_too_new)).await?;
        self.wait().await?;
        self.changed("created");
        Ok(())
    }

    async fn update(&mut self, found: &FunctionConfiguration) -> Result<(), DeployError> {
        if found.code_sha256() != Some(self.package.code.code_sha256().as_str()) {
            let request = self.account.lambda.update_function_code();
            let request = request.function_name(&self.name);
            let request = match self.bring_code().await? {
                Place::Inline(zip) => request.zip_file(zip),
                Place::Stored(bucket, key) => request.s3_bucket(bucket).s3_key(key),
            };
            request
                .send()
                .await
                .map_err(CallFailed::of("update the function's code"))?;
            self.wait().await?;
            self.changed("code updated");
        }
        let present: Vec<String> = found
            .layers()
            .iter()
            .filter_map(|layer| layer.arn().map(str::to_owned))
            .collect();
        let layers = self.layers(&present).await?;
        if self.is_configured(found) && layers == present {
            return Ok(());
        }
        let sizes = &self.settings.function;
        let request = self
            .account
            .lambda
            .update_function_configuration()
            .function_name(&self.name)
            .role(self.role_arn)
            .memory_size(signed(sizes.memory_mib))
            .ephemeral_storage(self.disk()?)
            .timeout(signed(sizes.timeout_seconds))
            .environment(self.environment())
            .set_layers(Some(layers))
            .set_vpc_config(self.vpc())
            .set_kms_key_arn(self.settings.kms_key_arn.clone());
        let update = || async {
            let updated = request.clone().send().await;
            updated.map_err(CallFailed::of("update the function's configuration"))
        };
        Box::pin(patiently(update, is_role_too_new)).await?;
        self.wait().await?;
        self.changed("configuration updated");
        Ok(())
    }

    fn is_configured(&self, found: &FunctionConfiguration) -> bool {
        let Settings {
            function,
            vpc,
            kms_key_arn,
            ..
        } = self.settings;
        let has_vpc = vpc.as_ref().is_none_or(|vpc| {
            found.vpc_config().is_some_and(|found| {
                found.subnet_ids() == vpc.subnet_ids
                    && found.security_group_ids() == vpc.security_group_ids
            })
        });
        let variables = found.environment().and_then(|found| found.variables());
        let variables: BTreeMap<_, _> = variables.into_iter().flatten().collect();
        has_vpc
            && variables == self.settings.environment.iter().collect()
            && kms_key_arn
                .as_deref()
                .is_none_or(|key| found.kms_key_arn() == Some(key))
            && found.role() == Some(self.role_arn)
            && found.memory_size() == Some(signed(function.memory_mib))
            && found.timeout() == Some(signed(function.timeout_seconds))
            && found.ephemeral_storage().map(EphemeralStorage::size)
                == Some(signed(function.disk_mib))
    }

    /// Brings in force what GetFunction does not show, and then says so in a tag.
    async fn settle(&mut self) -> Result<(), DeployError> {
        let lambda = &self.account.lambda;
        let retries = lambda
            .put_function_event_invoke_config()
            .function_name(&self.name)
            .maximum_retry_attempts(EVENT_RETRIES)
            .maximum_event_age_in_seconds(EVENT_MAX_AGE_SECONDS);
        retries
            .send()
            .await
            .map_err(CallFailed::of("set the function's retries"))?;
        let runtime = lambda
            .put_runtime_management_config()
            .function_name(&self.name)
            .update_runtime_on(match self.settings.runtime_updates {
                RuntimeUpdates::Auto => UpdateRuntimeOn::Auto,
                RuntimeUpdates::FunctionUpdate => UpdateRuntimeOn::FunctionUpdate,
            });
        let are_updates_set = match runtime.send().await {
            Ok(_) => true,
            Err(error) if call::is_denied(&error) => false,
            Err(error) => {
                return Err(CallFailed::of("set the function's runtime updates")(error).into());
            }
        };
        let Account {
            partition,
            region,
            id,
            ..
        } = self.account;
        let mut tags = self.tags();
        if are_updates_set {
            // Without this the next deployment tries again, which may be that of somebody who may.
            tags.insert(TAG_SETTINGS.to_owned(), self.digest());
        }
        let tag = lambda
            .tag_resource()
            .resource(format!(
                "arn:{partition}:lambda:{region}:{id}:function:{}",
                self.name
            ))
            .set_tags(Some(tags));
        tag.send()
            .await
            .map_err(CallFailed::of("tag the function"))?;
        self.changed(if are_updates_set {
            "retries, runtime updates and log retention set"
        } else {
            "retries and log retention set; runtime updates are left as they are, since you may not set them"
        });
        Ok(())
    }

    fn tags(&self) -> HashMap<String, String> {
        let mut tags: HashMap<_, _> = self.settings.tags.clone().into_iter().collect();
        tags.insert(TAG_CLAIM.to_owned(), self.claim.tag().to_owned());
        tags
    }

    /// Equal for equal settings of those that GetFunction does not show.
    fn digest(&self) -> String {
        let Settings {
            retention_days,
            runtime_updates,
            tags,
            ..
        } = self.settings;
        let told = format!(
            "{:?} {retention_days:?} {runtime_updates:?} {EVENT_RETRIES} {EVENT_MAX_AGE_SECONDS} {tags:?}",
            self.claim
        );
        hex(&Sha256::digest(told))[..16].to_owned()
    }

    /// The ARNs of the package's layers, and of the others.
    async fn layers(&mut self, present: &[String]) -> Result<Vec<String>, CallFailed> {
        let mut arns = Vec::new();
        for layer in &self.package.layers {
            let changes = &mut self.changes;
            arns.push(layers::ensure(self.account, self.bucket, layer, present, changes).await?);
        }
        arns.extend(self.settings.layers.iter().cloned());
        Ok(arns)
    }

    async fn bring_code(&mut self) -> Result<Place, CallFailed> {
        let code = &self.package.code;
        code::bring(self.account, self.bucket, code, &mut self.changes).await
    }

    fn environment(&self) -> Environment {
        let variables = self.settings.environment.clone().into_iter().collect();
        Environment::builder()
            .set_variables(Some(variables))
            .build()
    }

    fn disk(&self) -> Result<EphemeralStorage, CallFailed> {
        let size = signed(self.settings.function.disk_mib);
        let storage = EphemeralStorage::builder().size(size).build();
        storage.map_err(CallFailed::unbuilt("describe the function's disk"))
    }

    fn vpc(&self) -> Option<VpcConfig> {
        let vpc = self.settings.vpc.as_ref()?;
        let config = VpcConfig::builder()
            .set_subnet_ids(Some(vpc.subnet_ids.clone()))
            .set_security_group_ids(Some(vpc.security_group_ids.clone()));
        Some(config.build())
    }

    fn changed(&mut self, how: &'static str) {
        self.changes
            .push(Change::new(format!("function {}", self.name), how));
    }

    async fn wait(&self) -> Result<(), DeployError> {
        let lambda = &self.account.lambda;
        let not_active = |reason: String| DeployError::NotActive {
            function: self.name.clone(),
            reason,
        };
        let active = lambda
            .wait_until_function_active_v2()
            .function_name(&self.name)
            .wait(ACTIVE_WITHIN)
            .await;
        active.map_err(|error| not_active(DisplayErrorContext(error).to_string()))?;
        let updated = lambda
            .wait_until_function_updated_v2()
            .function_name(&self.name)
            .wait(ACTIVE_WITHIN)
            .await;
        updated.map_err(|error| not_active(DisplayErrorContext(error).to_string()))?;
        Ok(())
    }
}

async fn find(account: &Account, name: &str) -> Result<Option<Box<GetFunctionOutput>>, CallFailed> {
    match account
        .lambda
        .get_function()
        .function_name(name)
        .send()
        .await
    {
        Ok(found) => Ok(Some(Box::new(found))),
        Err(error) if call::code(&error) == Some("ResourceNotFoundException") => Ok(None),
        Err(error) => Err(CallFailed::of("look for the function")(error)),
    }
}

/// AWS's models use signed numbers for sizes that are never negative.
fn signed(size: u32) -> i32 {
    i32::try_from(size).unwrap_or(i32::MAX)
}
