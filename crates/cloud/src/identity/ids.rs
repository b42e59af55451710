//! Unique ids and secrets.

/// What an id is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdKind {
    User,
    Group,
    Role,
    InstanceProfile,
    ManagedPolicy,
    LongTermKey,
    TemporaryKey,
}

impl IdKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::User => "AIDA",
            Self::Group => "AGPA",
            Self::Role => "AROA",
            Self::InstanceProfile => "AIPA",
            Self::ManagedPolicy => "ANPA",
            Self::LongTermKey => "AKIA",
            Self::TemporaryKey => "ASIA",
        }
    }

    /// Ids of principals and policies have 21 characters, key ids 20.
    const fn random_length(self) -> usize {
        match self {
            Self::LongTermKey | Self::TemporaryKey => 16,
            Self::User | Self::Group | Self::Role | Self::InstanceProfile | Self::ManagedPolicy => {
                17
            }
        }
    }
}

/// A fresh id, never given before.
pub(crate) fn unique_id(kind: IdKind) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut id = String::from(kind.prefix());
    let random: [u8; 17] = rand::random();
    for byte in &random[..kind.random_length()] {
        id.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    id
}

/// A fresh secret of 40 characters, 240 random bits.
pub(crate) fn secret_access_key() -> String {
    use base64::Engine;
    let random: [u8; 30] = rand::random();
    base64::engine::general_purpose::STANDARD.encode(random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_prefix_and_length_of_their_kind() {
        for (kind, prefix, length) in [
            (IdKind::User, "AIDA", 21),
            (IdKind::Group, "AGPA", 21),
            (IdKind::Role, "AROA", 21),
            (IdKind::InstanceProfile, "AIPA", 21),
            (IdKind::ManagedPolicy, "ANPA", 21),
            (IdKind::LongTermKey, "AKIA", 20),
            (IdKind::TemporaryKey, "ASIA", 20),
        ] {
            let id = unique_id(kind);
            assert!(id.starts_with(prefix), "{id}");
            assert_eq!(id.len(), length, "{id}");
            assert_ne!(id, unique_id(kind));
        }
        assert_eq!(secret_access_key().len(), 40);
    }
}
