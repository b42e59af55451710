//! Condition keys: those of services, from the table, and the global ones.

use super::table::service;

/// A condition key and the type of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionKey {
    name: &'static str,
    kind: KeyType,
}

/// The type of a condition key's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyType {
    /// What a value is.
    pub value: ValueType,
    /// Whether the key is multivalued.
    pub many: bool,
}

/// What a value of a condition key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// Any text.
    Text,
    /// An ARN.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A point in time.
    Date,
    /// An address.
    Address,
    /// Bytes.
    Binary,
}

impl KeyType {
    pub(super) fn of_letter(letter: &str) -> Option<Self> {
        let value = match letter {
            "s" | "S" => ValueType::Text,
            "a" | "A" => ValueType::Arn,
            "b" | "B" => ValueType::Bool,
            "n" | "N" => ValueType::Number,
            "d" => ValueType::Date,
            "i" => ValueType::Address,
            "x" => ValueType::Binary,
            _ => return None,
        };
        let many = letter.bytes().all(|byte| byte.is_ascii_uppercase());
        Some(Self { value, many })
    }
}

impl ConditionKey {
    pub(super) fn new(name: &'static str, kind: KeyType) -> Self {
        Self { name, kind }
    }

    /// The key; a gap such as `${TagKey}` stands for any text.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The type of its values.
    pub fn kind(&self) -> KeyType {
        self.kind
    }

    /// Whether `key` is this one, in whatever case and with whatever text in the gap.
    pub fn is(&self, key: &str) -> bool {
        match self.name.split_once("${") {
            None => self.name.eq_ignore_ascii_case(key),
            Some((stem, rest)) => {
                let end = rest.split_once('}').map_or("", |(_, end)| end);
                let long_enough = key.len() > stem.len() + end.len();
                long_enough
                    && key
                        .get(..stem.len())
                        .is_some_and(|start| start.eq_ignore_ascii_case(stem))
                    && key
                        .get(key.len() - end.len()..)
                        .is_some_and(|last| last.eq_ignore_ascii_case(end))
            }
        }
    }
}

/// The key with this name, global or of a service of the table; `None` if there is none, or nothing is known
/// of the service.
pub fn condition_key(key: &str) -> Option<ConditionKey> {
    if let Some(global) = global(key) {
        return Some(global);
    }
    let (prefix, _) = key.split_once(':')?;
    service(prefix)?
        .keys
        .iter()
        .find(|known| known.is(key))
        .copied()
}

/// The global key with this name.
pub(crate) fn global(key: &str) -> Option<ConditionKey> {
    GLOBAL
        .iter()
        .map(|(name, letter)| (ConditionKey::new(name, text()), *letter))
        .find(|(known, _)| known.is(key))
        .and_then(|(known, letter)| {
            Some(ConditionKey::new(known.name, KeyType::of_letter(letter)?))
        })
}

const fn text() -> KeyType {
    KeyType {
        value: ValueType::Text,
        many: false,
    }
}

/// The keys that AWS sends whatever the service, as far as they apply.
// spec: iam/catalog#global-keys
const GLOBAL: [(&str, &str); 58] = [
    ("aws:AssumedRoot", "s"),
    ("aws:CalledVia", "S"),
    ("aws:CalledViaFirst", "s"),
    ("aws:CalledViaLast", "s"),
    ("aws:ChatbotSourceArn", "a"),
    ("aws:CurrentTime", "d"),
    ("aws:Ec2InstanceSourcePrivateIPv4", "i"),
    ("aws:Ec2InstanceSourceVpc", "s"),
    ("aws:EpochTime", "d"),
    ("aws:FederatedProvider", "s"),
    ("aws:IsMcpServiceAction", "b"),
    ("aws:MultiFactorAuthAge", "n"),
    ("aws:MultiFactorAuthPresent", "b"),
    ("aws:PrincipalAccount", "s"),
    ("aws:PrincipalArn", "a"),
    ("aws:PrincipalIsAWSService", "b"),
    ("aws:PrincipalOrgID", "s"),
    ("aws:PrincipalOrgPaths", "S"),
    ("aws:PrincipalServiceName", "s"),
    ("aws:PrincipalServiceNamesList", "S"),
    ("aws:PrincipalTag/${TagKey}", "s"),
    ("aws:PrincipalType", "s"),
    ("aws:Referer", "s"),
    ("aws:referer", "s"),
    ("aws:RequestTag/${TagKey}", "s"),
    ("aws:RequestedRegion", "s"),
    ("aws:ResourceAccount", "s"),
    ("aws:ResourceOrgID", "s"),
    ("aws:ResourceOrgPaths", "S"),
    ("aws:ResourceTag/${TagKey}", "s"),
    ("aws:SecureTransport", "b"),
    ("aws:SourceAccount", "s"),
    ("aws:SourceArn", "a"),
    ("aws:SourceIdentity", "s"),
    ("aws:SourceIp", "i"),
    ("aws:SourceOrgID", "s"),
    ("aws:SourceOrgPaths", "S"),
    ("aws:SourceOwner", "s"),
    ("aws:SourceVpc", "s"),
    ("aws:SourceVpcArn", "a"),
    ("aws:SourceVpce", "s"),
    ("aws:TagKeys", "S"),
    ("aws:TokenIssueTime", "d"),
    ("aws:UserAgent", "s"),
    ("aws:userid", "s"),
    ("aws:username", "s"),
    ("aws:ViaAWSService", "b"),
    ("aws:VpcSourceIp", "i"),
    ("aws:VpceAccount", "s"),
    ("aws:VpceOrgID", "s"),
    ("aws:VpceOrgPaths", "S"),
    ("sts:ExternalId", "s"),
    ("sts:RoleSessionName", "s"),
    ("sts:SourceIdentity", "s"),
    ("ec2:SourceInstanceArn", "a"),
    ("lambda:SourceFunctionArn", "a"),
    ("glue:CredentialIssuingService", "s"),
    ("identitystore:UserId", "s"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_with_their_types() {
        let kind = |key| condition_key(key).map(|key| (key.kind().value, key.kind().many));
        assert_eq!(kind("AWS:sourceip"), Some((ValueType::Address, false)));
        assert_eq!(kind("aws:TagKeys"), Some((ValueType::Text, true)));
        assert_eq!(kind("aws:RequestTag/Team"), Some((ValueType::Text, false)));
        assert_eq!(kind("aws:RequestTag/"), None);
        assert_eq!(kind("s3:max-keys"), Some((ValueType::Number, false)));
        assert_eq!(kind("s3:nonesuch"), None);
        assert_eq!(kind("aws:Nonesuch"), None);
        assert!(GLOBAL.iter().all(|(name, _)| global(name).is_some()));
    }
}
