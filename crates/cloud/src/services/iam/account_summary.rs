//! GetAccountSummary: how much there is of what, and how much there may be.

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::Directory;
use crate::services::iam::Iam;
use crate::services::iam::limits::LIMITS;
use crate::services::query::{Parameters, QueryCall, Xml};

/// Versions of policies that an account may have in all.
const POLICY_VERSIONS: usize = 10_000;

#[derive(Debug)]
pub(super) struct GetAccountSummary;

impl Operation for GetAccountSummary {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "GetAccountSummary";
    const READ_ONLY: bool = true;
}

impl QueryCall<Iam> for GetAccountSummary {
    fn read(_: &Iam, _: &Authenticated, _: &Parameters) -> Result<Self, ApiError> {
        Ok(Self)
    }

    fn particulars(&self, _: &Iam) -> Particulars {
        Particulars::new()
    }

    async fn run(iam: &Iam, _: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let mut xml = Xml::new();
        xml.within("SummaryMap", |xml| {
            for (key, value) in present(&directory).into_iter().chain(QUOTAS) {
                xml.within("entry", |xml| {
                    xml.text("key", key).text("value", &value.to_string());
                });
            }
        });
        Ok(Some(xml))
    }
}

/// What there is. This cloud has no passwords, certificates, identity providers and second
/// factors, and its root has no keys.
fn present(directory: &Directory) -> [(&'static str, usize); 14] {
    let versions = directory
        .policies()
        .map(|policy| policy.versions.len())
        .sum();
    [
        ("Users", directory.users().count()),
        ("Groups", directory.groups().count()),
        ("Roles", directory.roles().count()),
        ("InstanceProfiles", directory.instance_profiles().count()),
        ("Policies", directory.policies().count()),
        ("PolicyVersionsInUse", versions),
        ("ServerCertificates", 0),
        ("Providers", 0),
        ("MFADevices", 0),
        ("MFADevicesInUse", 0),
        ("AccountMFAEnabled", 0),
        ("AccountAccessKeysPresent", 0),
        ("AccountPasswordPresent", 0),
        ("AccountSigningCertificatesPresent", 0),
    ]
}

/// What there may be.
const QUOTAS: [(&str, usize); 19] = [
    ("UsersQuota", LIMITS.users),
    ("GroupsQuota", LIMITS.groups),
    ("RolesQuota", LIMITS.roles),
    ("InstanceProfilesQuota", LIMITS.instance_profiles),
    ("PoliciesQuota", LIMITS.policies),
    ("PolicyVersionsInUseQuota", POLICY_VERSIONS),
    ("VersionsPerPolicyQuota", LIMITS.versions_per_policy),
    ("PolicySizeQuota", LIMITS.managed_policy),
    ("UserPolicySizeQuota", LIMITS.user_inline),
    ("GroupPolicySizeQuota", LIMITS.group_inline),
    ("RolePolicySizeQuota", LIMITS.role_inline),
    ("AssumeRolePolicySizeQuota", LIMITS.trust_policy),
    ("AttachedPoliciesPerUserQuota", LIMITS.policies_per_user),
    ("AttachedPoliciesPerGroupQuota", LIMITS.policies_per_group),
    ("AttachedPoliciesPerRoleQuota", LIMITS.policies_per_role),
    ("GroupsPerUserQuota", LIMITS.groups_per_user),
    ("AccessKeysPerUserQuota", LIMITS.access_keys_per_user),
    // Of the tokens that the global endpoint of STS gives.
    ("GlobalEndpointTokenVersion", 1),
    ("ServerCertificatesQuota", 20),
];
