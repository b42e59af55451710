//! S3: s3s routes, reads and writes; decisions and objects are ours.
//!
//! ```text
//! Authenticated → Exchange → s3s → DecisionPoint → Authorized<Op> → Call::run → s3s → Response
//! ```
//!
//! s3s is given an unsigned request without framing, whose caller rides in its extensions ([`exchange`]). Before it
//! reads a byte of the body it asks the [`access`] hooks, which decide upon the call by its head; calls whose
//! decisions depend on the body are decided upon when that has been parsed. An operation runs on the grant that a
//! hook left in the request, and on nothing else ([`call::perform`]). Operations that this cloud lacks are answered
//! `NotImplemented` with their name, by the hook.

mod abort_multipart_upload;
mod access;
mod acl;
mod attributes;
mod bucket_configuration;
mod bucket_encryption;
mod bucket_policy;
mod call;
mod complete_multipart_upload;
mod convert;
mod copy;
mod copy_object;
mod copy_source;
mod create_bucket;
mod create_multipart_upload;
mod delete_bucket;
mod delete_object;
mod delete_objects;
mod encryption;
mod exchange;
mod fault;
mod front;
mod get_bucket_location;
mod get_object;
mod head;
mod head_bucket;
mod head_object;
mod host;
mod integrity;
mod lifecycle;
mod lifecycle_rule;
mod list_buckets;
mod list_multipart_uploads;
mod list_objects;
mod list_objects_v2;
mod list_parts;
mod listing;
mod operations;
mod ownership_controls;
mod precondition;
mod public_access_block;
mod put_bucket_acl;
mod put_object;
mod region;
mod take_in;
#[cfg(test)]
mod tests;
mod upload_part;
mod upload_part_copy;
mod view;

use std::fmt;
use std::sync::Arc;

pub(crate) use self::encryption::with_key;
pub(crate) use self::head::side_of;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service as Routes, S3ServiceBuilder};

use self::access::{DecisionPoint, NoKeys};
use self::exchange::{Core, Exchange};
use self::host::BucketHost;
use self::operations::Operations;
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::Authorizer;
use crate::body::VerifiedBody;
use crate::response::Response;
use crate::services::Serve;
use crate::storage::ObjectStore;

/// The largest XML document of a request: a completion of 10,000 parts with checksums.
const LARGEST_DOCUMENT: usize = 4 << 20;

/// The S3 service.
pub(crate) struct S3 {
    core: Arc<Core>,
    routes: Routes,
}

impl S3 {
    /// S3 over a store, in one account.
    pub(crate) fn new(store: ObjectStore, authorizer: Authorizer, account: iam::AccountId) -> Self {
        let mut routes = S3ServiceBuilder::new(Operations);
        routes.set_auth(NoKeys);
        routes.set_access(DecisionPoint);
        routes.set_host(BucketHost);
        routes.set_config(document_limits());
        let core = Arc::new(Core {
            store,
            authorizer,
            account,
        });
        Self {
            core,
            routes: routes.build(),
        }
    }
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3")
            .field("core", &self.core)
            .finish_non_exhaustive()
    }
}

fn document_limits() -> Arc<StaticConfigProvider> {
    let mut config = S3Config::default();
    config.xml_max_body_size = LARGEST_DOCUMENT;
    Arc::new(StaticConfigProvider::new(Arc::new(config)))
}

impl Serve for S3 {
    async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        let exchange = Exchange::new(Arc::clone(&self.core), request, body.receipt());
        let request = front::request(&exchange, body)?;
        let answer = self.routes.call(request).await;
        let answer = answer.map_err(|error| {
            let error: Box<dyn std::error::Error + Send + Sync> = error.into();
            fault::internal(error.as_ref())
        })?;
        front::response(&exchange, answer).await
    }
}
