//! Where steps are taken: an account, and files to deploy.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use aws_config::SdkConfig;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::LayerVersionContentInput;
use aws_sdk_s3::types::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
};
use cloud::Outcome;
use deploy::buckets::{self, BucketName, Visibility};
use deploy::functions::{self, Claim, FUNCTION_ZIP, INLINE_LIMIT, LAYERS, Package, Settings};
use deploy::permissions::{CallerChoice, Wanted};
use deploy::site::{self, Bundle, SiteId};
use deploy::{Change, provision};
use tempfile::TempDir;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use crate::account::Account;
use crate::setup::set_up;

/// A bucket for finished videos.
pub(super) const FINISHED: &str = "finished-videos";

/// The user that setup makes.
pub(super) const USER: &str = "remotion-deploy";

/// A layer that no package brings.
pub(super) const OWN_LAYER: &str = "own-fonts";

/// The KMS key that buckets may have.
pub(super) const KEY: &str =
    "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// Why a step failed.
pub(super) type Failed = Box<dyn std::error::Error>;

/// An account with a render role and the user that setup makes, and files to deploy.
pub(super) struct Place {
    pub(super) account: Account,
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

    /// Has what is written from now on into a bucket encrypted.
    pub(super) async fn encrypt(&self, bucket: &str) -> Result<(), Failed> {
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::AwsKms)
            .kms_master_key_id(KEY);
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(default.build()?);
        let rules = ServerSideEncryptionConfiguration::builder().rules(rule.build());
        let put = self.account.s3().put_bucket_encryption().bucket(bucket);
        let put = put.server_side_encryption_configuration(rules.build()?);
        put.send().await?;
        Ok(())
    }

    /// Deploys the function, and returns what was made or changed.
    pub(super) async fn deploy(
        &self,
        package: &Package,
        settings: &Settings,
    ) -> Result<Vec<Change>, Failed> {
        let bucket = self.bucket().await?;
        let role = self.account.role_arn(provision::RENDER_ROLE);
        let claim = Claim::Explicit;
        let deployed = functions::deploy(&self.account, &bucket, package, settings, &role, claim);
        Ok(Box::pin(deployed).await?.changes)
    }

    /// Publishes a layer, and returns the ARN of its version.
    pub(super) async fn publish_own_layer(&self) -> Result<String, Failed> {
        let lambda = aws_sdk_lambda::Client::new(&self.config);
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("fonts/own.ttf", SimpleFileOptions::default())?;
        let bytes = Blob::new(zip.finish()?.into_inner());
        let content = LayerVersionContentInput::builder().zip_file(bytes);
        let publish = lambda.publish_layer_version().layer_name(OWN_LAYER);
        let published = publish.content(content.build()).send().await?;
        Ok(published.layer_version_arn().unwrap_or_default().to_owned())
    }

    /// Makes `bundle` a site.
    pub(super) async fn create_site(&self, bundle: &Bundle) -> Result<(), Failed> {
        let bucket = self.bucket().await?;
        let id = site_id();
        let upload = site::upload(self.account.s3(), bucket.as_str(), &id, bundle, |_| {});
        Box::pin(upload).await?;
        Ok(())
    }

    /// Makes `bundle` a site that everybody may read.
    pub(super) async fn create_public_site(&self, bundle: &Bundle) -> Result<(), Failed> {
        let public = Visibility::Public;
        let ensured = buckets::ensure(&self.account, None, public, &mut Vec::new()).await?;
        let (s3, name, id) = (self.account.s3(), ensured.name.as_str(), site_id());
        let reading = ensured.reading.ok_or("the bucket is private")?;
        Box::pin(site::upload_public(s3, name, &id, bundle, reading, |_| {})).await?;
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
        // The render role is for every variant: what is missing is the caller's.
        let wanted = Wanted::new(super::scope(), CallerChoice::User);
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
    pub(super) async fn caller(&self, policy: &str) -> Caller {
        Caller::open(self.account.user_by("one-less", policy).await).await
    }

    /// Whether anybody was denied `action`.
    pub(super) async fn was_denied(&self, action: &str) -> bool {
        let events = self.account.events().await;
        let mut decisions = events.iter().flat_map(|event| &event.decisions);
        decisions.any(|one| one.action == action && one.outcome != Outcome::Allowed)
    }

    /// A package of a function.
    pub(super) fn package(&self) -> Package {
        self.package_with("plain", b"of no use")
    }

    /// Another one.
    pub(super) fn other_package(&self) -> Package {
        self.package_with("other", b"of no use either")
    }

    /// One that is too large for a request.
    pub(super) fn large_package(&self) -> Package {
        let bytes = usize::try_from(INLINE_LIMIT).unwrap() + 1;
        self.package_with("large", &vec![0; bytes])
    }

    /// One with a layer.
    pub(super) fn layered_package(&self) -> Package {
        let folder = self.files.path().join("layered");
        std::fs::create_dir_all(folder.join(LAYERS)).unwrap();
        write_zip(&folder.join(FUNCTION_ZIP), "bootstrap", b"of no use");
        write_zip(&folder.join(LAYERS).join("fonts.zip"), "fonts/a.ttf", b"a");
        Package::open(&folder).unwrap()
    }

    fn package_with(&self, name: &str, bootstrap: &[u8]) -> Package {
        let path = self.files.path().join(format!("{name}.zip"));
        write_zip(&path, "bootstrap", bootstrap);
        Package::of_code(&path).unwrap()
    }

    /// A site.
    pub(super) fn bundle(&self) -> Bundle {
        Bundle::open(&self.bundle_folder()).unwrap()
    }

    /// The same site, later.
    pub(super) fn changed_bundle(&self) -> Bundle {
        let folder = self.bundle_folder();
        std::fs::write(folder.join("new.txt"), "new").unwrap();
        Bundle::open(&folder).unwrap()
    }

    fn bundle_folder(&self) -> PathBuf {
        let folder = self.files.path().join("bundle");
        std::fs::create_dir_all(&folder).unwrap();
        let index = "<script>window.siteVersion = '11';</script>";
        std::fs::write(folder.join("index.html"), index).unwrap();
        folder
    }
}

/// Writes a zip of one program, as large as that.
fn write_zip(path: &Path, name: &str, bytes: &[u8]) {
    let mut zip = zip::ZipWriter::new(File::create(path).unwrap());
    let executable = SimpleFileOptions::default().unix_permissions(0o755);
    let whole = executable.compression_method(CompressionMethod::Stored);
    zip.start_file(name, whole).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap();
}
