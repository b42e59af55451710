//! The clip cutter: its function, its role, and the role that asks for clips.

use protocol::names::CLIP_FUNCTION;

use super::role::{self, Role};
use super::{ProvisionError, iam};
use crate::account::Account;
use crate::buckets;
use crate::calls::{Part, Scope};
use crate::change::Change;
use crate::functions::{Claim, DeployError, Named, Package, Settings, deploy_as};
use crate::permissions::CLIP_ROLE;
use crate::policy::{self, Policy, Trusted};

/// The role that asks for clips.
const INVOKER_ROLE: &str = "framewright-clip-invoker-role";

/// Room for ffmpeg's own buffers; a vCPU's worth of CPU comes with 1769 MiB.
const MEMORY_MIB: u32 = 2_048;
const DISK_MIB: u32 = 10_240;
const TIMEOUT_SECONDS: u32 = 900;

/// What is wanted of the clip cutter.
#[derive(Debug, Clone)]
pub struct ClipWanted {
    /// The function's code.
    pub package: Package,
    /// An object that clips are cut from, bucket and key, besides the outputs of renders.
    pub source: Option<(String, String)>,
}

/// The clip cutter as it stands after provisioning.
#[derive(Debug, Clone)]
pub struct ProvisionedClip {
    /// Account, region and names.
    pub scope: Scope,
    /// The role to assume for asking for clips.
    pub invoker_role_arn: String,
    /// What was made or changed, in order; empty where everything was as it should be.
    pub changes: Vec<Change>,
}

/// Makes what is missing of the clip cutter and its bucket, and changes what differs. Running it again changes nothing.
///
/// # Errors
/// The first step that fails, see [`ProvisionError`].
pub async fn provision_clip(
    account: &Account,
    wanted: &ClipWanted,
) -> Result<ProvisionedClip, ProvisionError> {
    let mut changes = Vec::new();
    let bucket = buckets::ensure_any(account, &mut changes).await?;
    let mut scope = Scope::new(&account.partition, &account.id, &account.region);
    scope.bucket = bucket.to_string();
    scope.clip_function = CLIP_FUNCTION.to_owned();
    let iam = iam(&account.config);
    let clip_role = Role {
        name: CLIP_ROLE,
        description: "Execution role of the clip cutter",
        policy_name: "framewright-clip-policy",
        trust: policy::trust(&Trusted::Service("lambda.amazonaws.com".into())),
        policy: policy::generate(Part::ClipFunction, &scope),
    };
    let clip_role_arn = role::ensure(&iam, &clip_role, &mut changes).await?;
    if let Some((bucket, key)) = &wanted.source {
        let arn = format!("arn:{}:s3:::{bucket}/{key}", scope.partition);
        let policy = Policy::of_one("Source", "s3:GetObject", arn);
        let source = "framewright-clip-source";
        role::ensure_policy(&iam, CLIP_ROLE, source, &policy, &mut changes).await?;
    }
    let settings = Settings::new(MEMORY_MIB, DISK_MIB, TIMEOUT_SECONDS);
    let settings = settings.map_err(DeployError::from)?;
    let named = Named {
        name: CLIP_FUNCTION,
        description: "Cuts clips out of videos in S3",
        looked: None,
    };
    let package = &wanted.package;
    let claim = Claim::Implied;
    let deployed = deploy_as(
        account,
        &bucket,
        package,
        &settings,
        &clip_role_arn,
        claim,
        named,
    )
    .await?;
    changes.extend(deployed.changes);
    let invoker_role = Role {
        name: INVOKER_ROLE,
        description: "Asks for clips and fetches them",
        policy_name: "framewright-clip-invoker-policy",
        trust: policy::trust(&Trusted::Principal(account.caller.clone())),
        policy: policy::generate(Part::ClipInvoker, &scope),
    };
    let invoker_role_arn = role::ensure(&iam, &invoker_role, &mut changes).await?;
    Ok(ProvisionedClip {
        scope,
        invoker_role_arn,
        changes,
    })
}
