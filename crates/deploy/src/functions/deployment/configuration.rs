//! Code and configuration: what CreateFunction is given, and what is updated where it differs.

use std::collections::BTreeMap;

use aws_sdk_lambda::types::{
    Architecture, Environment, EphemeralStorage, FunctionCode, FunctionConfiguration, PackageType,
    Runtime, VpcConfig,
};

use super::Deployment;
use crate::call::CallFailed;
use crate::functions::code::{self, Place};
use crate::functions::deploy::DeployError;
use crate::functions::layers;
use crate::functions::settings::Settings;
use crate::permissions::patiently;

impl Deployment<'_> {
    pub(super) async fn create(&mut self) -> Result<(), DeployError> {
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

    pub(super) async fn update(
        &mut self,
        found: &FunctionConfiguration,
    ) -> Result<(), DeployError> {
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
}

/// Whether Lambda does not know the role yet, or the trust that it has by now. IAM tells everybody within seconds.
fn is_role_too_new(error: &CallFailed) -> bool {
    error.code() == Some("InvalidParameterValueException")
        && error.to_string().contains("cannot be assumed by Lambda")
}

/// AWS's models use signed numbers for sizes that are never negative.
fn signed(size: u32) -> i32 {
    i32::try_from(size).unwrap_or(i32::MAX)
}
