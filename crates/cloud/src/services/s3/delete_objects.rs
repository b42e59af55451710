//! DeleteObjects.

use std::sync::OnceLock;

use iam::calls::Slot;
use s3s::dto::{self, DeleteObjectsInput, DeleteObjectsOutput};

use super::call::Call;
use super::exchange::Exchange;
use super::head::{CallHead, object_key};
use super::{fault, view};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, PerItem};
use crate::storage::{BucketName, NoSuchBucket, ObjectKey};

/// The most keys of one request.
const MOST_KEYS: usize = 1000;

/// Deletes the objects at several keys: those that the caller may delete.
#[derive(Debug)]
pub(crate) struct DeleteObjects {
    bucket: BucketName,
    /// What was decided upon each key, once the body told them.
    verdicts: OnceLock<Vec<PerItem<ObjectKey>>>,
}

impl Operation for DeleteObjects {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "DeleteObjects";
    const READ_ONLY: bool = false;
}

/// Decides upon each key of the body.
pub(super) fn decide(
    head: &CallHead<'_>,
    input: &DeleteObjectsInput,
) -> Result<Authorized<DeleteObjects>, ApiError> {
    let keys = &input.delete.objects;
    if keys.is_empty() || keys.len() > MOST_KEYS {
        return Err(fault::malformed_xml());
    }
    let mut items = Vec::with_capacity(keys.len());
    for object in keys {
        let key = object_key(&object.key)?;
        let particulars = head.particulars_of_version(object.version_id.is_some())?;
        let particulars = particulars.name(Slot::Key, key.as_str());
        items.push((key, particulars));
    }
    let request = head.exchange.request();
    let (call, verdicts) =
        head.exchange
            .core()
            .authorizer
            .decide_each(request, DeleteObjects::of(head)?, items);
    // The call was made a line ago, without verdicts.
    let _ = call.verdicts.set(verdicts);
    match head.missing_bucket() {
        Some(bucket) => Err(fault::no_such_bucket(&bucket)),
        None => Ok(call),
    }
}

impl Call for DeleteObjects {
    type Input = DeleteObjectsInput;
    type Output = DeleteObjectsOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            bucket: head.bucket()?,
            verdicts: OnceLock::new(),
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: DeleteObjectsInput,
    ) -> Result<DeleteObjectsOutput, ApiError> {
        let (Self { bucket, verdicts }, permit) = call.into_parts();
        let verdicts = verdicts.into_inner().unwrap_or_default();
        let (mut keys, mut errors) = (Vec::new(), Vec::new());
        for (PerItem { item: key, outcome }, asked) in
            verdicts.into_iter().zip(input.delete.objects)
        {
            let verdict = outcome
                .map_err(ApiError::from)
                .and_then(|_permit| refuse(&asked));
            match verdict {
                Ok(()) => keys.push(key),
                Err(error) => errors.push(dto::Error {
                    code: Some(error.code.into_owned()),
                    key: Some(key.into()),
                    message: Some(error.message),
                    version_id: asked.version_id,
                }),
            }
        }
        let deleted = keys.iter().map(|key| dto::DeletedObject {
            key: Some(key.as_str().to_owned()),
            ..dto::DeletedObject::default()
        });
        let deleted: Vec<_> = deleted.collect();
        if !keys.is_empty() {
            let done = exchange
                .store()
                .delete_objects(&permit, bucket.clone(), keys)
                .await;
            done.map_err(|error| {
                fault::refused(error, |NoSuchBucket| fault::no_such_bucket(&bucket))
            })?;
        }
        let quiet = input.delete.quiet == Some(true);
        Ok(DeleteObjectsOutput {
            deleted: (!quiet).then_some(deleted),
            errors: (!errors.is_empty()).then_some(errors),
            request_charged: None,
        })
    }
}

/// Refuses a key with a condition or version that this cloud lacks.
fn refuse(asked: &dto::ObjectIdentifier) -> Result<(), ApiError> {
    view::refuse_version(asked.version_id.as_deref())?;
    if asked.e_tag.is_some() || asked.size.is_some() || asked.last_modified_time.is_some() {
        return Err(fault::unsupported_element("ETag"));
    }
    Ok(())
}
