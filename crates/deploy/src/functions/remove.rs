//! Deletes a render function.

use protocol::names::FUNCTION_PREFIX;

use crate::account::Account;
use crate::call::{self, CallFailed};
use crate::log_group;

/// A function that was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// The name is not that of a render function.
    #[error("`{0}` is no render function: the names of those begin with `{FUNCTION_PREFIX}`")]
    Foreign(String),
    /// There is none of that name.
    #[error("there is no function `{name}` in {region}")]
    Unknown {
        /// The name.
        name: String,
        /// The region.
        region: String,
    },
    /// AWS refused or failed the call.
    #[error(transparent)]
    Call(#[from] CallFailed),
}

/// Deletes the render function `name`. Its log group stays, with the lines that it keeps.
///
/// # Errors
/// See [`RemoveError`].
pub async fn remove(account: &Account, name: &str) -> Result<(), RemoveError> {
    if !name.starts_with(FUNCTION_PREFIX) {
        return Err(RemoveError::Foreign(name.to_owned()));
    }
    let delete = account.lambda.delete_function().function_name(name);
    match delete.send().await {
        Ok(_) => Ok(()),
        Err(error) if call::code(&error) == Some("ResourceNotFoundException") => {
            Err(RemoveError::Unknown {
                name: name.to_owned(),
                region: account.region.clone(),
            })
        }
        Err(error) => Err(CallFailed::of(format!("delete the function {name}"))(error).into()),
    }
}

/// Deletes the log group of the render function `name`, with the lines that it keeps.
///
/// # Errors
/// [`RemoveError::Foreign`], and [`RemoveError::Call`] where AWS refuses or fails the call.
pub async fn remove_logs(account: &Account, name: &str) -> Result<(), RemoveError> {
    if !name.starts_with(FUNCTION_PREFIX) {
        return Err(RemoveError::Foreign(name.to_owned()));
    }
    Ok(log_group::remove(&account.config, name).await?)
}
