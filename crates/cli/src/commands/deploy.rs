//! `framewright deploy`: one command from a project to a function that renders it.

use client::{Client, CompositionsRequest, DeleteAfter, Installation, StillRequest};
use deploy::Account;
use deploy::buckets::{self, BucketError, BucketName};
use deploy::calls::{Caller, Scope};
use deploy::functions::{self, Claim, INLINE_LIMIT, Package, Settings};
use deploy::permissions::check::{Ahead, Checker, Finding, Needs, Principal};
use deploy::site::{self as sites, Bundle, SiteId};

use super::functions::deploy as function;
use super::opened;
use super::sites::create as site;
use crate::args::Deploy;
use crate::error::CliError;
use crate::project_file::{self, ProjectFile};
use crate::show::{Shown, changes_made, human};

/// A deployment that would be denied something.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("nothing was made, since you may not do all of it:\n{}", denied.join("\n"))]
#[diagnostic(help(
    "`framewright permissions check --part deployer` shows every call with the statement that is missing"
))]
pub(crate) struct NotPermitted {
    denied: Vec<String>,
}

impl NotPermitted {
    fn of(findings: &[Finding]) -> Self {
        let line = |finding: &Finding| match &finding.reason {
            Some(reason) => format!("{} ({reason})", finding.what),
            None => finding.what.clone(),
        };
        Self {
            denied: findings.iter().map(line).collect(),
        }
    }
}

/// Deploys a project.
pub(crate) async fn run(mut args: Deploy) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    let project = project_file::read(&args.project)?;
    args.place.prefer_region(project.region.as_deref());
    let settings = function::settings(&args.function, &project)?;
    let package = function::package(&args.function, &args.place)?;
    function::warn_without_tools(&package, &settings, &args.place, &shown);
    let bundle = site::bundle(&args.project, None, &shown).await?;
    let id = args.site_name.clone().or(project.site.clone());
    let id = site::site_id(id, &args.project)?;
    opened(&args.place, &shown, async |account| {
        let deployment = Deployment {
            account,
            args: &args,
            project: &project,
            settings: &settings,
            package: &package,
            bundle: &bundle,
            id: &id,
            shown: &shown,
        };
        Box::pin(deployment.run()).await
    })
    .await
}

struct Deployment<'a> {
    account: &'a Account,
    args: &'a Deploy,
    project: &'a ProjectFile,
    settings: &'a Settings,
    package: &'a Package,
    bundle: &'a Bundle,
    id: &'a SiteId,
    shown: &'a Shown,
}

impl Deployment<'_> {
    async fn run(&self) -> Result<(), CliError> {
        let Self {
            account,
            settings,
            package,
            id,
            shown,
            ..
        } = *self;
        let public = self.args.function.public;
        let mut changes = Vec::new();
        shown.step("looking at what is there");
        let wanted = self.args.bucket.clone().or(self.project.bucket.clone());
        let wanted = wanted.map(Into::into);
        let found = match buckets::find(account, wanted.as_ref()).await {
            Ok(name) => Some(name),
            Err(BucketError::None { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let looked = functions::look(account, settings).await?;
        let unchanged = match &found {
            Some(name) if !public => {
                sites::unchanged(account.s3(), name.as_str(), id, self.bundle).await?
            }
            _ => None,
        };
        let needs = Needs {
            bucket: found.is_none(),
            function: !looked.is_there(),
            large_package: package.parts().any(|part| part.size > INLINE_LIMIT),
            site: unchanged.is_none(),
        };
        self.check(found.as_ref(), &needs).await?;

        let visibility = function::visibility(public);
        let ensured = match found {
            Some(name) => buckets::settle(account, name, visibility, &mut changes).await?,
            None => buckets::ensure(account, wanted.as_ref(), visibility, &mut changes).await?,
        };
        let bucket = ensured.name.clone();
        let function = &self.args.function;
        let role = function::render_role(account, &bucket, settings, function, shown, &mut changes)
            .await?;
        shown.step("deploying the function");
        let claim = Claim::Explicit;
        let deploying = looked.deploy(account, &bucket, package, settings, &role, claim);
        let deployed = Box::pin(deploying).await?;
        changes.extend(deployed.changes);
        let uploaded = match unchanged {
            Some(nothing) => nothing,
            None => site::uploaded(account, &ensured, id, self.bundle, shown).await?,
        };
        let still = if self.args.no_still {
            None
        } else {
            Some(self.still(&bucket).await?)
        };
        let mut text = format!(
            "{}{}\nfunction {} in {}",
            changes_made(&changes),
            site::said(id, &uploaded),
            deployed.name,
            account.region
        );
        if let Some(still) = &still {
            text += &format!(
                "\ntest still of {}: {}",
                still.composition,
                human::bytes(still.bytes)
            );
        }
        text += &format!("\nrender it: framewright render {id} COMPOSITION");
        let object = serde_json::json!({
            "function": deployed.name,
            "bucket": bucket.to_string(),
            "site": id,
            "upload": uploaded,
            "changes": changes,
            "still": still,
        });
        shown.result(&text, &object);
        Ok(())
    }

    /// Asks AWS whether what is to be made may be made, before anything is.
    async fn check(&self, bucket: Option<&BucketName>, needs: &Needs) -> Result<(), CliError> {
        if !needs.any() {
            return Ok(());
        }
        self.shown.step("checking permissions");
        let scope = self.scope(bucket);
        let checker = Checker::new(self.account.config(), scope);
        match Box::pin(checker.ahead(&self.account.caller, needs)).await {
            Ahead::Allowed => Ok(()),
            Ahead::Denied(findings) => Err(NotPermitted::of(&findings).into()),
            Ahead::NotChecked(why) => {
                self.shown
                    .warning(&format!("permissions are not checked: {why}"));
                Ok(())
            }
        }
    }

    /// What is deployed, as the table of calls knows it.
    fn scope(&self, bucket: Option<&BucketName>) -> Scope {
        let Account {
            partition,
            id,
            region,
            caller,
            ..
        } = self.account;
        let settings = self.settings;
        let mut scope = Scope::new(partition, id, region);
        if let Some(bucket) = bucket {
            scope.bucket = bucket.to_string();
        }
        scope.function = settings.function.to_string();
        scope.public = self.args.function.public;
        scope.package_layers = !self.package.layers.is_empty();
        scope.layers.clone_from(&settings.layers);
        scope.vpc = settings.vpc.is_some();
        let role = self.args.function.role_arn.as_deref();
        if let Some((_, role)) = role.and_then(|arn| arn.split_once(":role/")) {
            role.clone_into(&mut scope.render_role);
        }
        if let Ok(Principal::Role(name)) = Principal::parse(caller) {
            scope.caller = Caller::Role {
                name,
                compute: None,
            };
        }
        scope
    }

    /// Renders the first frame of the site's first composition, which goes by itself after a day.
    async fn still(&self, bucket: &BucketName) -> Result<TestStill, CliError> {
        self.shown.step("rendering a test still");
        let client = Client::new(
            self.account.config(),
            Installation {
                function: self.settings.function.clone(),
                bucket: bucket.clone(),
                account: self.account.id.clone(),
            },
        );
        let site = self.id.to_string();
        let listed = client
            .compositions(&CompositionsRequest::new(&site))
            .await?;
        let Some(first) = listed.into_iter().next() else {
            return Err(CliError::NoCompositions(site));
        };
        let mut request = StillRequest::new(&site, &first.id);
        request.delete_after = Some(DeleteAfter::OneDay);
        let rendered = client.still(&request).await?;
        Ok(TestStill {
            composition: first.id,
            bytes: rendered.size,
        })
    }
}

#[derive(serde::Serialize)]
struct TestStill {
    composition: String,
    bytes: u64,
}
