//! What all routines of one invocation share.

use std::sync::Arc;

use lambda::Context;
use protocol::{BucketName, RenderId};
use store::Bucket;

use crate::bench::Bench;
use crate::clients::Clients;
use crate::documents::RenderDocuments;
use crate::environment::Environment;
use crate::site::Cache;

/// What an environment keeps from invocation to invocation.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) environment: Environment,
    pub(crate) clients: Clients,
    pub(crate) bench: Bench,
    pub(crate) cache: Arc<Cache>,
}

impl Function {
    pub(crate) fn new(environment: Environment) -> Self {
        let clients = Clients::new(&environment);
        Self {
            environment,
            clients,
            bench: Bench::default(),
            cache: Arc::new(Cache::default()),
        }
    }

    /// A bucket of the account that the function belongs to.
    pub(crate) fn bucket(&self, context: &Context, name: &BucketName) -> Bucket {
        self.clients.bucket(name, context.account_id())
    }

    /// The documents of a render.
    pub(crate) fn documents(
        &self,
        context: &Context,
        bucket: &BucketName,
        render_id: &RenderId,
    ) -> RenderDocuments {
        RenderDocuments::new(self.bucket(context, bucket), render_id)
    }
}
