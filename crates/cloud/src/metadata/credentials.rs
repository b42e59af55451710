//! Where a metadata endpoint gets its credentials: from the cloud, anew for every request, so that they always end in
//! the future.

use crate::cloud::{Administrator, AskError};
use crate::services::{LendRole, Lent, Workload};

/// Lends the role of one workload.
#[derive(Debug, Clone)]
pub(super) struct Lending {
    administrator: Administrator,
    wanted: LendRole,
}

impl Lending {
    pub(super) fn new(
        administrator: Administrator,
        to: Workload,
        name: String,
        duration_seconds: u32,
    ) -> Self {
        let number: u128 = rand::random();
        let id = match to {
            Workload::Instance => format!("i-{:017x}", number & ((1 << 68) - 1)),
            Workload::Task => format!("{number:032x}"),
        };
        Self {
            administrator,
            wanted: LendRole {
                to,
                id,
                name,
                duration_seconds,
            },
        }
    }

    /// The id of the instance or task.
    pub(super) fn id(&self) -> &str {
        &self.wanted.id
    }

    pub(super) fn region(&self) -> &str {
        self.administrator.region().as_str()
    }

    pub(super) async fn lend(&self) -> Result<Lent, AskError> {
        self.administrator.lend(&self.wanted).await
    }
}
