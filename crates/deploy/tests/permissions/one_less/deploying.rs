//! What a deployer does, and how it shows what is worse.

use deploy::buckets::{self, Visibility};
use deploy::doctor::{KeyAge, key_age};
use deploy::functions::{Settings, Vpc};
use deploy::permissions::check::{Ahead, Checker, Needs};
use deploy::{Change, provision, quotas};
use jiff::Timestamp;

use super::place::{Caller, Failed, Place, settings};

/// What somebody has changed the memory of a deployed function to.
const MEDDLED_MEMORY_MIB: i32 = 3_008;

/// A layer that AWS publishes, in an account of its own.
const INSIGHTS_LAYER: &str =
    "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:38";

/// The function's settings inside a VPC.
pub(super) fn in_vpc() -> Settings {
    let mut settings = settings();
    settings.vpc = Some(Vpc {
        subnet_ids: vec!["subnet-1".to_owned()],
        security_group_ids: vec!["sg-1".to_owned()],
    });
    settings
}

/// Takes a step as `caller` in an account that has no bucket yet.
pub(super) async fn take(place: &Place, caller: &Caller, step: &str) -> Result<(), Failed> {
    if step == "make the bucket" {
        return caller.make_bucket().await;
    }
    let root = place.root().await;
    root.make_bucket().await?;
    let package = place.package();
    match step {
        "functions deploy" => {
            caller.deploy(&package, &settings()).await?;
        }
        "functions deploy of changed code" => {
            root.deploy(&package, &settings()).await?;
            caller.deploy(&place.other_package(), &settings()).await?;
        }
        "functions deploy of changed sizes" => {
            root.deploy(&package, &settings()).await?;
            let lambda = aws_sdk_lambda::Client::new(&root.config);
            let meddled = lambda.update_function_configuration();
            let meddled = meddled.function_name(settings().function.to_string());
            meddled.memory_size(MEDDLED_MEMORY_MIB).send().await?;
            caller.deploy(&package, &settings()).await?;
        }
        "functions deploy of a large package" => {
            caller.deploy(&place.large_package(), &settings()).await?;
        }
        "functions deploy with layers" => {
            caller.deploy(&place.layered_package(), &settings()).await?;
        }
        "functions deploy with own layers" => {
            let mut settings = settings();
            settings.layers.push(root.publish_own_layer().await?);
            caller.deploy(&package, &settings).await?;
        }
        "deploy into a VPC" => {
            let deployed = caller.deploy(&package, &in_vpc()).await;
            let told = deployed.expect_err("this cloud has no VPCs");
            // Whoever may look them up is told that there are none.
            if !told.to_string().contains("this cloud has no VPCs") {
                return Err(told);
            }
        }
        "functions deploy with Lambda Insights" => {
            let mut settings = settings();
            settings.layers.push(INSIGHTS_LAYER.to_owned());
            let deployed = caller.deploy(&package, &settings).await;
            let told = deployed.expect_err("this cloud has no layers of other accounts");
            // Whoever may read it is told that it is not there.
            if !told.to_string().contains("does not exist") {
                return Err(told);
            }
        }
        "quotas" => {
            quotas::concurrency(&caller.config).await?;
        }
        "quotas increase" => {
            quotas::increase(&caller.config, Some(7_000.0)).await?;
        }
        "sites create" => caller.create_site(&place.bundle()).await?,
        "sites create of a site that changed" => {
            root.create_site(&place.bundle()).await?;
            let bucket = root.bucket().await?;
            root.put(bucket.as_str(), "sites/film/stray.txt").await;
            caller.create_site(&place.changed_bundle()).await?;
        }
        "sites create with an encrypted bucket" => {
            let bucket = root.bucket().await?;
            root.encrypt(bucket.as_str()).await?;
            root.create_site(&place.bundle()).await?;
            caller.create_site(&place.changed_bundle()).await?;
        }
        "sites create --public" => caller.create_public_site(&place.bundle()).await?,
        other => panic!("this test does not know how to {other}"),
    }
    Ok(())
}

/// Whether it is as the table says of a right that is missing.
pub(super) async fn is_worse(place: &Place, caller: &Caller, how: &str) -> Result<bool, Failed> {
    let root = place.root().await;
    root.make_bucket().await?;
    let bucket = root.bucket().await?;
    Ok(match how {
        "the render role is taken as it is" => {
            let scope = provision::scope(&caller.account, &bucket, &settings().function);
            let looked = provision::render_role(&caller.account, &scope, &mut Vec::new()).await;
            looked.is_err_and(|error| error.is_denied())
        }
        "the bucket's settings are written each time" => {
            let untouched = caller.settled(Visibility::Private).await?;
            let unblock = root.account.s3().delete_public_access_block();
            unblock.bucket(bucket.as_str()).send().await?;
            let unblocked = caller.settled(Visibility::Private).await?;
            let blocked: Vec<_> = unblocked.iter().map(|change| change.how).collect();
            !untouched.is_empty() || blocked != ["public access blocked"]
        }
        "the bucket's policy is written again" => {
            root.settled(Visibility::Public).await?;
            !caller.settled(Visibility::Public).await?.is_empty()
        }
        "the runtime may be updated at any time" => {
            let changes = caller.deploy(&place.package(), &settings()).await?;
            let mut changes = changes.iter();
            changes.any(|change| change.how.contains("runtime updates are left as they are"))
        }
        "what stands is not checked" => {
            let needs = Needs {
                bucket: true,
                ..Needs::default()
            };
            let checker = Checker::new(&caller.config, super::scope());
            let ahead = checker.ahead(&caller.account.caller, &needs).await;
            matches!(ahead, Ahead::NotChecked(_))
        }
        "the age of the key is not checked" => {
            let age = key_age(&caller.config, Timestamp::now()).await;
            matches!(age, KeyAge::NotChecked(_))
        }
        other => panic!("this test does not know how it shows that {other}"),
    })
}

impl Caller {
    /// Brings the bucket to how it should be, and returns what was changed for that.
    async fn settled(&self, visibility: Visibility) -> Result<Vec<Change>, Failed> {
        let mut changes = Vec::new();
        let bucket = self.bucket().await?;
        buckets::settle(&self.account, bucket, visibility, &mut changes).await?;
        Ok(changes)
    }
}
