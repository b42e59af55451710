//! `framewright deploy`: one command from a project to a function that renders it.

use client::{Client, CompositionsRequest, DeleteAfter, Installation, StillRequest};
use deploy::Account;
use deploy::buckets::{self, BucketName};
use deploy::functions::{self, Claim, Package, Settings};
use deploy::site::{Bundle, SiteId};

use super::functions::deploy as function;
use super::opened;
use super::sites::create as site;
use crate::args::Deploy;
use crate::error::CliError;
use crate::project_file::{self, ProjectFile};
use crate::show::{Shown, changes_made, human};

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
        shown.step("looking for the bucket");
        let wanted = self.args.bucket.clone().or(self.project.bucket.clone());
        let wanted = wanted.map(Into::into);
        let visibility = function::visibility(public);
        let ensured = buckets::ensure(account, wanted.as_ref(), visibility, &mut changes).await?;
        let bucket = ensured.name.clone();
        let function = &self.args.function;
        let role = function::render_role(account, &bucket, settings, function, shown, &mut changes)
            .await?;
        shown.step("deploying the function");
        let claim = Claim::Explicit;
        let deployed = functions::deploy(account, &bucket, package, settings, &role, claim).await?;
        changes.extend(deployed.changes);
        let uploaded = site::uploaded(account, &ensured, id, self.bundle, shown).await?;
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
