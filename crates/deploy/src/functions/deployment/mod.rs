//! A deployment under way: what there is, what follows from it, and what others do meanwhile.

mod configuration;
mod settle;

use std::time::Duration;

use aws_sdk_lambda::client::Waiters;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::FunctionConfiguration;
use protocol::BucketName;

use super::deploy::{Claim, DeployError, Looked};
use super::package::Package;
use super::settings::Settings;
use crate::account::Account;
use crate::call::{self, CallFailed};
use crate::change::Change;
use crate::log_group;
use settle::TAG_SETTINGS;

/// How Lambda says that the function is changing, or was just created by somebody else.
const CONFLICT: &str = "ResourceConflictException";

/// How long a change may take until the function is active.
const ACTIVE_WITHIN: Duration = Duration::from_secs(120);

/// Says who made a function: a [`Claim`].
const TAG_CLAIM: &str = "framewright";

/// How often a deployment that another one disturbs begins again.
const DISTURBANCES: usize = 5;

pub(super) struct Deployment<'a> {
    pub(super) account: &'a Account,
    pub(super) bucket: &'a BucketName,
    pub(super) package: &'a Package,
    pub(super) settings: &'a Settings,
    pub(super) role_arn: &'a str,
    pub(super) claim: Claim,
    pub(super) name: String,
    pub(super) description: &'static str,
    /// Taken by the first run.
    pub(super) looked: Option<Looked>,
    pub(super) changes: Vec<Change>,
}

impl Deployment<'_> {
    pub(super) async fn until_undisturbed(&mut self) -> Result<(), DeployError> {
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
        active.map_err(|error| not_active(store::causes(&error)))?;
        let updated = lambda
            .wait_until_function_updated_v2()
            .function_name(&self.name)
            .wait(ACTIVE_WITHIN)
            .await;
        updated.map_err(|error| not_active(store::causes(&error)))?;
        Ok(())
    }
}

pub(super) async fn find(
    account: &Account,
    name: &str,
) -> Result<Option<Box<GetFunctionOutput>>, CallFailed> {
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
