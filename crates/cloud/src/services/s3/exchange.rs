//! One S3 request on its way through s3s.

use std::sync::{Arc, OnceLock};

use s3s::{S3Error, S3ErrorCode};

use super::integrity::Integrity;
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::Authorizer;
use crate::body::Receipt;
use crate::storage::ObjectStore;

/// What every S3 operation works with.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) store: ObjectStore,
    pub(super) authorizer: Authorizer,
    pub(super) account: iam::AccountId,
}

/// A request while s3s has it; a handle that rides in the request's extensions.
///
/// s3s knows fewer errors and no error elements, so an error is left here and s3s is told only that there is one.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    core: Arc<Core>,
    request: Authenticated,
    receipt: Arc<OnceLock<Receipt>>,
    failure: Arc<OnceLock<ApiError>>,
    document: Arc<OnceLock<Integrity>>,
}

impl Exchange {
    pub(super) fn new(
        core: Arc<Core>,
        request: Authenticated,
        receipt: Arc<OnceLock<Receipt>>,
    ) -> Self {
        Self {
            core,
            request,
            receipt,
            failure: Arc::default(),
            document: Arc::default(),
        }
    }

    pub(super) fn core(&self) -> &Core {
        &self.core
    }

    pub(super) fn store(&self) -> &ObjectStore {
        &self.core.store
    }

    pub(super) fn request(&self) -> &Authenticated {
        &self.request
    }

    /// What held of the body, once it has been read to its end.
    pub(super) fn receipt(&self) -> Option<&Receipt> {
        self.receipt.get()
    }

    /// The body is a document, and s3s will read it whole: it must be what the head says about it.
    pub(super) fn expect_document(&self, integrity: Integrity) {
        // Asked once for each request, before its body is read.
        let _ = self.document.set(integrity);
    }

    /// What the head says about a document.
    pub(super) fn document(&self) -> Option<&Integrity> {
        self.document.get()
    }

    /// Leaves the error that the client will get; the first one counts.
    pub(super) fn fail(&self, error: ApiError) -> S3Error {
        // What s3s logs about it; the client gets what is left here.
        let code = S3ErrorCode::from_bytes(error.code.as_bytes());
        let mut told = S3Error::new(code.unwrap_or(S3ErrorCode::InternalError));
        told.set_status_code(error.status);
        // A later error only follows from the first.
        let _ = self.failure.set(error);
        told
    }

    /// The error that was left.
    pub(super) fn failure(&self) -> Option<&ApiError> {
        self.failure.get()
    }
}
