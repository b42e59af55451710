//! The policies of one principal.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_iam::Client;
use iam::policy::{Document, Kind};
use iam::{Arn, Caller, CallerKind, Policy};

use super::holder::Holder;
use super::reading::{ReadError, Reading, Unread};

/// The policies that bind a principal, as far as they could be read.
#[derive(Debug, Default)]
pub struct Held {
    /// Its own inline policies.
    pub inline: Vec<Arc<Policy>>,
    /// Managed policies that are attached to it, and the inline and managed ones of its groups.
    pub others: Vec<Arc<Policy>>,
    /// Its permissions boundary; nothing if it has none or it is unread.
    pub boundary: Option<Arc<Policy>>,
    /// What is missing among the identity policies.
    pub unread: Vec<Unread>,
    /// Why it is not known whether there is a boundary, or what it says.
    pub unread_boundary: Vec<Unread>,
}

impl Held {
    /// All identity policies that were read.
    pub fn identity(&self) -> Vec<Arc<Policy>> {
        self.inline.iter().chain(&self.others).cloned().collect()
    }
}

/// Reads the policies of `principal`: of a user with those of its groups, of a role's session those of the role.
///
/// What may not be read is unread, and so is everything of a principal of another account or of a kind that holds no
/// policies of its own. Session policies are kept nowhere where they could be read.
///
/// # Errors
/// [`ReadError`] if the account could not be asked at all.
pub async fn policies_of(config: &SdkConfig, principal: &Caller) -> Result<Held, ReadError> {
    let mut reading = Reading::default();
    let mut held = Held::default();
    let Some(holder) = holder(config, principal, &mut reading).await? else {
        held.unread_boundary.clone_from(&reading.unread);
        held.unread = reading.unread;
        return Ok(held);
    };
    let iam = Client::new(config);
    held.inline = inline(&iam, &holder, &mut reading).await?;
    held.others = attached(&iam, &holder, &mut reading).await?;
    for group in holder.groups(&iam, &mut reading).await? {
        held.others
            .extend(inline(&iam, &group, &mut reading).await?);
        held.others
            .extend(attached(&iam, &group, &mut reading).await?);
    }
    held.unread = std::mem::take(&mut reading.unread);
    if let Some(arn) = holder.boundary(&iam, &mut reading).await? {
        held.boundary = managed(&iam, &arn, Kind::Boundary, &mut reading).await?;
    }
    held.unread_boundary = reading.unread;
    Ok(held)
}

/// Whose policies bind the principal, if the account that is asked knows them.
async fn holder(
    config: &SdkConfig,
    principal: &Caller,
    reading: &mut Reading,
) -> Result<Option<Holder>, ReadError> {
    let what = format!("the policies of {}", principal.as_str());
    let name = |arn: &Arn| {
        let path_and_name = arn.resource();
        let name = path_and_name.rsplit('/').next();
        name.unwrap_or(path_and_name).to_owned()
    };
    let holder = match principal.kind() {
        CallerKind::User(arn) => Holder::User(name(arn)),
        CallerKind::RoleSession { role, .. } => Holder::Role(name(role)),
        CallerKind::FederatedUser {
            user: Some(user), ..
        } => Holder::User(name(user)),
        _ => {
            reading.unknown(&what, "no account keeps policies of such a principal");
            return Ok(None);
        }
    };
    let identity = aws_sdk_sts::Client::new(config)
        .get_caller_identity()
        .send()
        .await;
    let asked = reading.readable("who is asking", identity)?;
    let asked = asked.and_then(|asked| asked.account);
    let asked_account = asked.as_deref();
    match principal.account() {
        Some(account) if asked_account == Some(account.as_str()) => Ok(Some(holder)),
        _ => {
            let asked = asked_account.unwrap_or("another");
            reading.unknown(
                &what,
                format!("the credentials are those of account {asked}"),
            );
            Ok(None)
        }
    }
}

async fn inline(
    iam: &Client,
    holder: &Holder,
    reading: &mut Reading,
) -> Result<Vec<Arc<Policy>>, ReadError> {
    let mut policies = Vec::new();
    for name in holder.inline_names(iam, reading).await? {
        if let Some(encoded) = holder.inline_document(iam, &name, reading).await? {
            let document = document(&name, &encoded, Kind::Identity, reading);
            policies.extend(document.map(|document| Policy::inline(&name, document)));
        }
    }
    Ok(policies)
}

async fn attached(
    iam: &Client,
    holder: &Holder,
    reading: &mut Reading,
) -> Result<Vec<Arc<Policy>>, ReadError> {
    let mut policies = Vec::new();
    for arn in holder.attached(iam, reading).await? {
        policies.extend(managed(iam, &arn, Kind::Identity, reading).await?);
    }
    Ok(policies)
}

/// The version of a managed policy that is in force.
async fn managed(
    iam: &Client,
    arn: &str,
    kind: Kind,
    reading: &mut Reading,
) -> Result<Option<Arc<Policy>>, ReadError> {
    let what = format!("the policy {arn}");
    let answer = iam.get_policy().policy_arn(arn).send().await;
    let policy = reading.readable(&what, answer)?;
    let Some(version) = policy.and_then(|answer| answer.policy?.default_version_id) else {
        return Ok(None);
    };
    let call = iam.get_policy_version().policy_arn(arn).version_id(version);
    let answer = reading.readable(&what, call.send().await)?;
    let Some(encoded) = answer.and_then(|answer| answer.policy_version?.document) else {
        return Ok(None);
    };
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let parsed = match Arn::parse(arn) {
        Ok(parsed) => parsed,
        Err(error) => {
            reading.unknown(&what, error.to_string());
            return Ok(None);
        }
    };
    let document = document(arn, &encoded, kind, reading);
    Ok(document.map(|document| Policy::managed(name, parsed, document)))
}

fn document(name: &str, encoded: &str, kind: Kind, reading: &mut Reading) -> Option<Document> {
    let text = crate::policy::decoded(encoded);
    match Document::parse(&text, kind) {
        Ok(document) => Some(document),
        Err(error) => {
            reading.unknown(&format!("the policy {name}"), error.to_string());
            None
        }
    }
}
