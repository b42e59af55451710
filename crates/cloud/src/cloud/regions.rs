//! The regions of a cloud: each has services of its own, opened when they are first asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::OnceCell;

use crate::api_error::ApiError;
use crate::cloud::assemble::{Parts, Shared, services};
use crate::cloud::open::OpenError;
use crate::config::Region;
use crate::services::Services;

/// The services of all regions; a handle.
#[derive(Debug, Clone)]
pub(crate) struct Regions(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parts: Parts,
    shared: Shared,
    /// Every region that the account may use.
    open: BTreeMap<Region, OnceCell<Services>>,
}

impl Regions {
    /// Opens the regions that have something to go on with: where the state was made, and where
    /// anything was kept.
    pub(super) async fn open(parts: Parts, shared: Shared) -> Result<Self, OpenError> {
        let open = parts.enabled.all().map(|region| (region, OnceCell::new()));
        let used = parts.state.regions()?;
        let regions = Self(Arc::new(Inner {
            open: open.collect(),
            parts,
            shared,
        }));
        let founded_in = regions.0.parts.enabled.founded_in.clone();
        for region in used.iter().chain([&founded_in]) {
            regions.get(region).await?;
        }
        Ok(regions)
    }

    /// The services as a region has them.
    ///
    /// # Errors
    /// That they cannot be opened.
    pub(crate) async fn services_in(&self, region: &Region) -> Result<&Services, ApiError> {
        match self.get(region).await {
            Ok(Some(services)) => Ok(services),
            Ok(None) => Err(ApiError::not_implemented(&format!("region `{region}`"))),
            Err(error) => Err(ApiError::internal(&error)),
        }
    }

    /// Ends all environments of functions in all regions, and waits until their logs are delivered.
    pub(super) async fn close(&self) {
        let open = self.0.open.values().filter_map(OnceCell::get);
        join_all(open.map(|services| services.lambda.close())).await;
    }

    /// The services of a region; nothing if the account may not use it.
    async fn get(&self, region: &Region) -> Result<Option<&Services>, OpenError> {
        let Some(cell) = self.0.open.get(region) else {
            return Ok(None);
        };
        let opening = || services(&self.0.parts, &self.0.shared, region);
        cell.get_or_try_init(opening).await.map(Some)
    }
}
