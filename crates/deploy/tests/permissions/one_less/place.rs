//! Where steps are taken: an account, and files to deploy.

use std::fs::File;
use std::io::Write as _;

use aws_config::SdkConfig;
use deploy::buckets::{self, BucketName, Visibility};
use deploy::functions::{self, Claim, FUNCTION_ZIP, Package, Settings};
use deploy::permissions::{CallerChoice, Wanted};
use deploy::policy::Policy;
use deploy::provision;
use deploy::site::{self, Bundle, SiteId};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use crate::account::Account;
use crate::setup::set_up;

/// A bucket for finished videos.
pub(super) const FINISHED: &str = "finished-videos";

/// Why a step failed.
pub(super) type Failed = Box<dyn std::error::Error>;

/// An account with a render role and the user that setup makes, and files to deploy.
pub(super) struct Place {
    account: Account,
    files: TempDir,
}

/// An identity in it.
pub(super) struct Caller {
    pub(super) config: SdkConfig,
    pub(super) account: deploy::Account,
}

impl Caller {
    async fn open(config: SdkConfig) -> Self {
        Self {
            account: deploy::Account::open(&config).await.unwrap(),
            config,
        }
    }

    /// Makes the region's bucket.
    pub(super) async fn make_bucket(&self) -> Result<(), Failed> {
        let private = Visibility::Private;
        buckets::ensure(&self.account, None, private, &mut Vec::new()).await?;
        Ok(())
    }

    /// The region's bucket, which is there.
    pub(super) async fn bucket(&self) -> Result<BucketName, Failed> {
        Ok(buckets::find(&self.account, None).await?)
    }

    /// Deploys the function.
    pub(super) async fn deploy(&self, package: &Package) -> Result<(), Failed> {
        let bucket = self.bucket().await?;
        let settings = settings();
        let role = self.account.role_arn(provision::RENDER_ROLE);
        let claim = Claim::Explicit;
        let deployed = functions::deploy(&self.account, &bucket, package, &settings, &role, claim);
        Box::pin(deployed).await?;
        Ok(())
    }

    /// Makes `bundle` a site.
    pub(super) async fn create_site(&self, bundle: &Bundle) -> Result<(), Failed> {
        let bucket = self.bucket().await?;
        let id = site_id();
        let upload = site::upload(self.account.s3(), bucket.as_str(), &id, bundle, |_| {});
        Box::pin(upload).await?;
        Ok(())
    }

    pub(super) async fn put(&self, bucket: &str, key: &str) {
        let put = self.account.s3().put_object().bucket(bucket).key(key);
        put.send().await.unwrap();
    }
}

/// The function's settings.
pub(super) fn settings() -> Settings {
    Settings::new(2048, 2048, 120).unwrap()
}

pub(super) fn site_id() -> SiteId {
    "film".parse().unwrap()
}

impl Place {
    pub(super) async fn new() -> Self {
        let account = Account::new().await;
        let wanted = Wanted::new(account.scope(), CallerChoice::User);
        set_up(&account.root(), &wanted).await.unwrap();
        Self {
            account,
            files: tempfile::tempdir().unwrap(),
        }
    }

    pub(super) async fn root(&self) -> Caller {
        Caller::open(self.account.root()).await
    }

    /// Whoever has `policy` alone.
    pub(super) async fn caller(&self, policy: &Policy) -> Caller {
        Caller::open(self.account.user("one-less", policy).await).await
    }

    /// A package of a function.
    pub(super) fn package(&self) -> Package {
        let path = self.files.path().join(FUNCTION_ZIP);
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        let executable = SimpleFileOptions::default().unix_permissions(0o755);
        zip.start_file("bootstrap", executable).unwrap();
        zip.write_all(b"of no use").unwrap();
        zip.finish().unwrap();
        Package::of_code(&path).unwrap()
    }

    /// A site.
    pub(super) fn bundle(&self) -> Bundle {
        let folder = self.files.path().join("bundle");
        std::fs::create_dir_all(&folder).unwrap();
        let index = "<script>window.siteVersion = '11';</script>";
        std::fs::write(folder.join("index.html"), index).unwrap();
        Bundle::open(&folder).unwrap()
    }
}
