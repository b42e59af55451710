//! The quotas of IAM and of policies elsewhere.

/// Sizes and counts that AWS holds accounts to. [`Limits::DEFAULT`] is what a new account has; several can be raised.
// spec: iam/limits#sizes
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Characters of a managed policy, white space not counted.
    pub managed_policy: usize,
    /// Characters of all inline policies of a user together, white space not counted.
    pub user_inline: usize,
    /// The same of a group.
    pub group_inline: usize,
    /// The same of a role.
    pub role_inline: usize,
    /// Characters of a role's trust policy, white space not counted.
    pub trust_policy: usize,
    /// Characters of the session policy and the managed ARNs passed with it.
    pub session_policy: usize,
    /// Bytes of a bucket policy.
    pub bucket_policy: usize,
    /// Bytes of a function's policy.
    pub function_policy: usize,
    /// Bytes of a service control policy, white space counted.
    pub scp: usize,
    /// Characters of any document as a parameter of a call, white space counted.
    pub document_parameter: usize,
    /// Managed policies attached to a user.
    pub policies_per_user: usize,
    /// Managed policies attached to a group.
    pub policies_per_group: usize,
    /// Managed policies attached to a role.
    pub policies_per_role: usize,
    /// Versions of a managed policy.
    pub versions_per_policy: usize,
    /// Groups that a user is in.
    pub groups_per_user: usize,
    /// Access keys of a user.
    pub access_keys_per_user: usize,
    /// Users of an account.
    pub users: usize,
    /// Roles of an account.
    pub roles: usize,
    /// Groups of an account.
    pub groups: usize,
    /// Instance profiles of an account.
    pub instance_profiles: usize,
    /// Customer managed policies of an account.
    pub policies: usize,
    /// Tags of a user, role or policy.
    pub tags: usize,
    /// Managed policies passed to a session.
    pub session_policy_arns: usize,
}

impl Limits {
    /// The quotas of a new account.
    pub const DEFAULT: Self = Self {
        managed_policy: 6_144,
        user_inline: 2_048,
        group_inline: 5_120,
        role_inline: 10_240,
        trust_policy: 2_048,
        session_policy: 2_048,
        bucket_policy: 20 * 1_024,
        function_policy: 20 * 1_024,
        scp: 5_120,
        document_parameter: 131_072,
        policies_per_user: 10,
        policies_per_group: 10,
        policies_per_role: 10,
        versions_per_policy: 5,
        groups_per_user: 10,
        access_keys_per_user: 2,
        users: 5_000,
        roles: 1_000,
        groups: 300,
        instance_profiles: 1_000,
        policies: 1_500,
        tags: 50,
        session_policy_arns: 10,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The quota that a call would pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitExceeded {
    /// One thing too many; AWS names the quota.
    #[error("Cannot exceed quota for {quota}: {limit}")]
    Count {
        /// AWS's name of the quota, such as `PoliciesPerRole`.
        quota: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// Too many characters of policies.
    #[error("Maximum policy size of {limit} bytes exceeded for {holder}")]
    Size {
        /// How many are allowed.
        limit: usize,
        /// Whose they are, such as `user alice`.
        holder: String,
    },
}

/// Checks that one more of what there are `present` of stays within `limit`.
///
/// # Errors
/// [`LimitExceeded::Count`], worded as AWS words it.
// spec: iam/limits#counts
pub fn check_one_more(
    present: usize,
    limit: usize,
    quota: &'static str,
) -> Result<(), LimitExceeded> {
    if present < limit {
        Ok(())
    } else {
        Err(LimitExceeded::Count { quota, limit })
    }
}

/// Checks that the policies with these sizes fit together.
///
/// Sizes are of [`counted_characters`](crate::policy::counted_characters); `holder` is such as `user alice`.
///
/// # Errors
/// [`LimitExceeded::Size`], worded as AWS words it.
pub fn check_size(
    sizes: impl IntoIterator<Item = usize>,
    limit: usize,
    holder: &str,
) -> Result<(), LimitExceeded> {
    let total: usize = sizes.into_iter().sum();
    if total <= limit {
        Ok(())
    } else {
        Err(LimitExceeded::Size {
            limit,
            holder: holder.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_fits() {
        let limits = Limits::DEFAULT;
        assert_eq!(
            check_one_more(1, limits.access_keys_per_user, "AccessKeysPerUser"),
            Ok(())
        );
        let refused =
            check_one_more(2, limits.access_keys_per_user, "AccessKeysPerUser").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "Cannot exceed quota for AccessKeysPerUser: 2"
        );
        assert_eq!(
            check_size([2_000, 48], limits.user_inline, "user alice"),
            Ok(())
        );
        let refused = check_size([2_000, 49], limits.user_inline, "user alice").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "Maximum policy size of 2048 bytes exceeded for user alice"
        );
    }
}
