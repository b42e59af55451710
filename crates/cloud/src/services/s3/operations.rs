//! The operations that this cloud has, and the one way to each.

use s3s::access::S3AccessContext;
use s3s::{S3, S3Request, S3Response, S3Result};

use super::call::{Call, Granted, perform};
use super::exchange::Exchange;
use super::head::CallHead;
use super::{
    abort_multipart_upload, bucket_encryption, bucket_policy, complete_multipart_upload,
    copy_object, create_bucket, create_multipart_upload, delete_bucket, delete_object,
    delete_objects, get_bucket_location, get_object, head_bucket, head_object, lifecycle,
    list_buckets, list_multipart_uploads, list_objects, list_objects_v2, list_parts,
    ownership_controls, public_access_block, put_bucket_acl, put_object, upload_part,
    upload_part_copy,
};
use crate::api_error::ApiError;
use crate::authz::Operation;

/// The operations as s3s calls them. What it lacks, s3s answers with `NotImplemented`, after the hooks denied it.
pub(super) struct Operations;

/// When an operation is decided upon.
pub(super) enum Stage {
    /// Before a byte of the body is read.
    Head,
    /// When the body has been parsed, before any effect: a decision depends on what it says.
    Body,
    /// Never: this cloud lacks it.
    Unknown,
}

macro_rules! operations {
    (
        decided_on_the_head { $($head:ident => $call:ty,)* }
        decided_on_the_body { $($body:ident => $late:ty,)* }
    ) => {
        #[async_trait::async_trait]
        impl S3 for Operations {
            $(async fn $head(
                &self,
                request: S3Request<<$call as Call>::Input>,
            ) -> S3Result<S3Response<<$call as Call>::Output>> {
                perform::<$call>(request).await
            })*
            $(async fn $body(
                &self,
                request: S3Request<<$late as Call>::Input>,
            ) -> S3Result<S3Response<<$late as Call>::Output>> {
                perform::<$late>(request).await
            })*
        }

        impl Stage {
            /// When the operation of that name is decided upon.
            pub(super) fn of(name: &str) -> Self {
                match name {
                    $(<$call as Operation>::NAME => Self::Head,)*
                    $(<$late as Operation>::NAME => Self::Body,)*
                    _ => Self::Unknown,
                }
            }
        }

        /// The grant of a call that is decided upon by its head, to ride in the request's extensions.
        ///
        /// # Errors
        /// The denial, or what the head shows to be wrong.
        pub(super) fn grant(
            name: &str,
            head: &CallHead<'_>,
        ) -> Result<http::Extensions, ApiError> {
            match name {
                $(<$call as Operation>::NAME => granted::<$call>(head),)*
                _ => Err(ApiError::not_implemented(name)),
            }
        }

        /// The name of every operation.
        #[cfg(test)]
        pub(super) const NAMES: &[&str] = &[
            $(<$call as Operation>::NAME,)*
            $(<$late as Operation>::NAME,)*
        ];
    };
}

operations! {
    decided_on_the_head {
    abort_multipart_upload => abort_multipart_upload::AbortMultipartUpload,
    complete_multipart_upload => complete_multipart_upload::CompleteMultipartUpload,
    copy_object => copy_object::CopyObject,
    create_multipart_upload => create_multipart_upload::CreateMultipartUpload,
    delete_bucket => delete_bucket::DeleteBucket,
    delete_bucket_encryption => bucket_encryption::DeleteBucketEncryption,
    delete_bucket_lifecycle => lifecycle::DeleteBucketLifecycle,
    delete_bucket_ownership_controls => ownership_controls::DeleteBucketOwnershipControls,
    delete_bucket_policy => bucket_policy::DeleteBucketPolicy,
    delete_object => delete_object::DeleteObject,
    delete_public_access_block => public_access_block::DeletePublicAccessBlock,
    get_bucket_encryption => bucket_encryption::GetBucketEncryption,
    get_bucket_lifecycle_configuration => lifecycle::GetBucketLifecycleConfiguration,
    get_bucket_location => get_bucket_location::GetBucketLocation,
    get_bucket_ownership_controls => ownership_controls::GetBucketOwnershipControls,
    get_bucket_policy => bucket_policy::GetBucketPolicy,
    get_object => get_object::GetObject,
    get_public_access_block => public_access_block::GetPublicAccessBlock,
    head_bucket => head_bucket::HeadBucket,
    head_object => head_object::HeadObject,
    list_buckets => list_buckets::ListBuckets,
    list_multipart_uploads => list_multipart_uploads::ListMultipartUploads,
    list_objects => list_objects::ListObjects,
    list_objects_v2 => list_objects_v2::ListObjectsV2,
    list_parts => list_parts::ListParts,
    put_bucket_acl => put_bucket_acl::PutBucketAcl,
    put_bucket_encryption => bucket_encryption::PutBucketEncryption,
    put_bucket_lifecycle_configuration => lifecycle::PutBucketLifecycleConfiguration,
    put_bucket_ownership_controls => ownership_controls::PutBucketOwnershipControls,
    put_bucket_policy => bucket_policy::PutBucketPolicy,
    put_object => put_object::PutObject,
    put_public_access_block => public_access_block::PutPublicAccessBlock,
    upload_part => upload_part::UploadPart,
    upload_part_copy => upload_part_copy::UploadPartCopy,
    }
    decided_on_the_body {
    create_bucket => create_bucket::CreateBucket,
    delete_objects => delete_objects::DeleteObjects,
    }
}

fn granted<C: Call>(head: &CallHead<'_>) -> Result<http::Extensions, ApiError> {
    let call = C::of(head)?;
    let authorizer = &head.exchange.core().authorizer;
    let authorized = authorizer.decide(head.exchange.request(), call, &head.particulars()?)?;
    let mut extensions = http::Extensions::new();
    extensions.insert(Granted::<C>::new(authorized));
    Ok(extensions)
}

/// The exchange of a request in s3s's hands.
pub(super) fn exchange(cx: &mut S3AccessContext<'_>) -> Option<Exchange> {
    cx.extensions_mut().get::<Exchange>().cloned()
}
