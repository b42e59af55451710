//! Managed policies.

use aws_sdk_iam::types::{Policy, PolicyVersion};
use iam::policy::Kind;

use super::super::ManagedPolicy;
use super::super::comparison::{Comparison, briefly};
use super::super::plan::{State, Step, What};
use super::{Setup, is_missing, is_ours, our_tag};
use crate::call::CallFailed;
use crate::policy::decoded;

/// A policy has no more versions than this; the oldest makes room.
const MOST_VERSIONS: usize = 5;

impl Setup {
    pub(super) async fn plan_policy(&self, wanted: &ManagedPolicy) -> Result<Step, CallFailed> {
        let what = What::Policy(wanted.name.to_owned());
        let Some(found) = self.policy(wanted.name).await? else {
            return Ok(Step {
                what,
                state: State::Missing,
            });
        };
        let state = match self.difference(&found, wanted).await? {
            None => State::Done,
            Some(difference) if is_ours(found.tags()) => State::Differs(difference),
            Some(difference) => {
                State::Foreign(format!("differs from what is wanted: {difference}"))
            }
        };
        Ok(Step { what, state })
    }

    async fn policy(&self, name: &str) -> Result<Option<Policy>, CallFailed> {
        let arn = self.scope.policy_arn(name);
        match self.iam.get_policy().policy_arn(arn).send().await {
            Ok(found) => Ok(found.policy),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(CallFailed::of(format!("look for the policy {name}"))(error)),
        }
    }

    /// What would change, if anything would.
    async fn difference(
        &self,
        found: &Policy,
        wanted: &ManagedPolicy,
    ) -> Result<Option<String>, CallFailed> {
        let version = found.default_version_id().unwrap_or("v1");
        let read = self
            .iam
            .get_policy_version()
            .policy_arn(self.scope.policy_arn(wanted.name))
            .version_id(version)
            .send()
            .await;
        let read = read.map_err(CallFailed::of(format!("read the policy {}", wanted.name)))?;
        let document = read.policy_version().and_then(PolicyVersion::document);
        let document = decoded(document.unwrap_or_default());
        let compared = Comparison::of_text(&document, Kind::Identity, &wanted.document);
        Ok(match compared {
            None => Some("it is no policy".to_owned()),
            Some(compared) if compared.is_same() => None,
            Some(compared) => Some(told(&compared)),
        })
    }

    pub(super) async fn write_policy(
        &self,
        wanted: &ManagedPolicy,
        state: &State,
    ) -> Result<(), CallFailed> {
        if *state == State::Missing {
            let made = self
                .iam
                .create_policy()
                .policy_name(wanted.name)
                .description(wanted.description)
                .policy_document(wanted.document.to_json())
                .tags(our_tag()?)
                .send()
                .await;
            made.map_err(CallFailed::of(format!("make the policy {}", wanted.name)))?;
            return Ok(());
        }
        self.make_room(wanted.name).await?;
        let made = self
            .iam
            .create_policy_version()
            .policy_arn(self.scope.policy_arn(wanted.name))
            .policy_document(wanted.document.to_json())
            .set_as_default(true)
            .send()
            .await;
        made.map_err(CallFailed::of(format!(
            "correct the policy {}",
            wanted.name
        )))?;
        Ok(())
    }

    /// Deletes the oldest version of a policy that has as many as there can be.
    async fn make_room(&self, name: &str) -> Result<(), CallFailed> {
        let arn = self.scope.policy_arn(name);
        let listed = self
            .iam
            .list_policy_versions()
            .policy_arn(&arn)
            .send()
            .await;
        let listed = listed.map_err(CallFailed::of(format!(
            "list versions of the policy {name}"
        )))?;
        let versions = listed.versions();
        if versions.len() < MOST_VERSIONS {
            return Ok(());
        }
        let number = |version: &&PolicyVersion| {
            let id = version.version_id().unwrap_or_default();
            id.trim_start_matches('v')
                .parse::<u64>()
                .unwrap_or(u64::MAX)
        };
        let spare = versions
            .iter()
            .filter(|version| !version.is_default_version());
        if let Some(oldest) = spare.min_by_key(number) {
            let deleted = self
                .iam
                .delete_policy_version()
                .policy_arn(&arn)
                .version_id(oldest.version_id().unwrap_or_default())
                .send()
                .await;
            deleted.map_err(CallFailed::of(format!(
                "delete the oldest version of the policy {name}"
            )))?;
        }
        Ok(())
    }
}

/// What is gained and what is lost where a policy becomes what is wanted.
fn told(compared: &Comparison) -> String {
    let (gained, lost) = (compared.lacking(), compared.exceeding());
    let told = [("gains", gained), ("loses", lost)].into_iter();
    let told = told.filter(|(_, things)| !things.is_empty());
    let told: Vec<_> = told
        .map(|(verb, things)| format!("it {verb} {}", briefly(&things)))
        .collect();
    if told.is_empty() {
        "it is written in a way that cannot be compared".to_owned()
    } else {
        told.join("; ")
    }
}
