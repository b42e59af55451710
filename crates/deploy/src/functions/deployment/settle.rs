//! Settings that GetFunction does not show, and the tags that say which are in force.

use std::collections::HashMap;

use aws_sdk_lambda::types::UpdateRuntimeOn;
use sha2::{Digest, Sha256};

use super::{Deployment, TAG_CLAIM};
use crate::account::Account;
use crate::call::{self, CallFailed};
use crate::digest::hex;
use crate::functions::deploy::DeployError;
use crate::functions::settings::{RuntimeUpdates, Settings};

/// `launch` is idempotent, so Lambda itself may start a killed one again.
const EVENT_RETRIES: i32 = 2;
const EVENT_MAX_AGE_SECONDS: i32 = 21_600;

/// The digest of those settings that GetFunction does not show, written when all of them are in force.
pub(super) const TAG_SETTINGS: &str = "framewright-settings";

impl Deployment<'_> {
    /// Brings in force what GetFunction does not show, and then says so in a tag.
    pub(super) async fn settle(&mut self) -> Result<(), DeployError> {
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

    pub(super) fn tags(&self) -> HashMap<String, String> {
        let mut tags: HashMap<_, _> = self.settings.tags.clone().into_iter().collect();
        tags.insert(TAG_CLAIM.to_owned(), self.claim.tag().to_owned());
        tags
    }

    /// Equal for equal settings of those that GetFunction does not show.
    pub(super) fn digest(&self) -> String {
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
}
