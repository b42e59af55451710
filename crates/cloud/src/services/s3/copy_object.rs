//! CopyObject.

use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, MetadataDirective, TaggingDirective,
};

use super::call::Call;
use super::exchange::Exchange;
use super::head::{CallHead, ObjectName};
use super::precondition::ReadConditions;
use super::put_object::{Writable, writable};
use super::{attributes, convert, copy, fault, view};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::storage::{Algorithm, Attributes, Coverage, KeyArn, NewObject, Object, WriteCondition};

/// Stores the bytes of one object under another key.
#[derive(Debug)]
pub(crate) struct CopyObject {
    source: ObjectName,
    target: ObjectName,
}

impl Operation for CopyObject {
    const SERVICE: &'static str = "s3";
    const NAME: &'static str = "CopyObject";
    const READ_ONLY: bool = false;
}

impl Call for CopyObject {
    type Input = CopyObjectInput;
    type Output = CopyObjectOutput;

    fn of(head: &CallHead<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            source: head.source()?,
            target: head.object()?,
        })
    }

    async fn run(
        exchange: &Exchange,
        call: Authorized<Self>,
        input: CopyObjectInput,
    ) -> Result<CopyObjectOutput, ApiError> {
        let (Self { source, target }, permit) = call.into_parts();
        let Writable { bucket, key } = writable(exchange, &target)?;
        let directives = Directives::of(&input)?;
        if source == target && !directives.metadata_replaced {
            let message = "This copy request is illegal because it is trying to copy an object to \
                           itself without changing the object's metadata, storage class, website \
                           redirect location or encryption attributes.";
            return Err(fault::invalid_request(message));
        }
        let conditions = ReadConditions {
            if_match: input.copy_source_if_match.clone(),
            if_none_match: input.copy_source_if_none_match.clone(),
            if_modified_since: input.copy_source_if_modified_since.clone(),
            if_unmodified_since: input.copy_source_if_unmodified_since.clone(),
        };
        let open = copy::source(exchange, &source, &conditions)?;
        let algorithm = match &input.checksum_algorithm {
            Some(name) => Algorithm::from_name(name.as_str())
                .ok_or_else(|| fault::unsupported_header("x-amz-checksum-algorithm"))?,
            None => kept_algorithm(open.object()),
        };
        let attributes = directives.attributes(exchange, input, open.object(), key)?;
        let size = open.object().size;
        let content = copy::bytes(exchange, open, 0..size, algorithm).await?;
        let new = NewObject {
            bucket: target.bucket.clone(),
            key: target.key.clone(),
            content,
            attributes,
            condition: WriteCondition::Unconditional,
            at: exchange.request().at(),
        };
        let object = exchange
            .store()
            .put_object(&permit, new)
            .await
            .map_err(|error| {
                fault::refused(error, |refusal| {
                    fault::put(&refusal, &target.bucket, &target.key)
                })
            })?;
        Ok(CopyObjectOutput {
            copy_object_result: Some(result(&object)),
            expiration: view::expiration(&bucket, &target, &object),
            server_side_encryption: Some(convert::encryption(&object.attributes)),
            ssekms_key_id: convert::key_id(&object.attributes),
            ..CopyObjectOutput::default()
        })
    }
}

/// What of the source's attributes goes along.
struct Directives {
    metadata_replaced: bool,
    tags_replaced: bool,
}

impl Directives {
    fn of(input: &CopyObjectInput) -> Result<Self, ApiError> {
        let metadata = input
            .metadata_directive
            .as_ref()
            .map(MetadataDirective::as_str);
        let tagging = input
            .tagging_directive
            .as_ref()
            .map(TaggingDirective::as_str);
        let replaced = |directive: Option<&str>, header| match directive {
            None | Some("COPY") => Ok(false),
            Some("REPLACE") => Ok(true),
            Some(other) => Err(fault::invalid_argument("Unknown directive.", header, other)),
        };
        Ok(Self {
            metadata_replaced: replaced(metadata, "x-amz-metadata-directive")?,
            tags_replaced: replaced(tagging, "x-amz-tagging-directive")?,
        })
    }

    fn attributes(
        &self,
        exchange: &Exchange,
        input: CopyObjectInput,
        source: &Object,
        key: Option<KeyArn>,
    ) -> Result<Attributes, ApiError> {
        let headers = &exchange.request().head().headers;
        let expires = input.expires.as_ref();
        let given = attributes::read(headers, input.metadata, expires, key)?;
        let kept = source.attributes.clone();
        let tags = if self.tags_replaced {
            given.tags.clone()
        } else {
            kept.tags.clone()
        };
        // A copy has the ACL and the key that its own request gives it.
        let (public_read, key) = (given.public_read, given.key.clone());
        let rest = if self.metadata_replaced { given } else { kept };
        Ok(Attributes {
            tags,
            public_read,
            key,
            ..rest
        })
    }
}

/// A copy has the source's algorithm; one that was uploaded in parts becomes whole.
fn kept_algorithm(source: &Object) -> Algorithm {
    let whole = source
        .checksum
        .as_ref()
        .filter(|checksum| checksum.coverage == Coverage::FullObject);
    whole.map_or(Algorithm::Crc64Nvme, |checksum| checksum.algorithm)
}

fn result(object: &Object) -> CopyObjectResult {
    let mut result = CopyObjectResult {
        checksum_type: object
            .checksum
            .as_ref()
            .map(|checksum| convert::checksum_type(checksum.coverage)),
        e_tag: Some(convert::etag(&object.etag)),
        last_modified: Some(convert::timestamp(object.modified_at)),
        ..CopyObjectResult::default()
    };
    if let Some(checksum) = &object.checksum {
        convert::set_checksum!(result, checksum);
    }
    result
}
