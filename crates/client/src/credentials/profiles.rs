//! The profiles of the shared files.

use aws_config::profile::{Profile, ProfileSet};
use aws_types::os_shim_internal::{Env, Fs};

/// The profile that is used where none is named.
pub(super) const DEFAULT: &str = "default";

/// How many profiles are looked through for one that signs in: more only where they name each other in a circle.
const DEEPEST: usize = 16;

/// The profiles of the files that the process's environment names.
#[derive(Debug, Default)]
pub(super) struct Profiles(Option<ProfileSet>);

impl Profiles {
    /// Reads the files; where they cannot be read, what is wrong with them.
    pub(super) async fn load() -> Result<Self, String> {
        let (files, process) = (Fs::real(), Env::real());
        let loaded = aws_config::profile::load(&files, &process, &Default::default(), None).await;
        loaded
            .map(Some)
            .map(Self)
            .map_err(|error| store::causes(&error))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.profile(name).is_some()
    }

    /// The names, in alphabetical order.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self
            .0
            .iter()
            .flat_map(ProfileSet::profiles)
            .map(str::to_owned)
            .collect();
        names.sort_unstable();
        names
    }

    /// The profile by which a person signs in to IAM Identity Center so that `name` has credentials: itself, or the one
    /// that it builds on.
    pub(super) fn signed_in_by(&self, name: &str) -> Option<String> {
        let mut profile = self.profile(name)?;
        for _ in 0..DEEPEST {
            if signs_in(profile) {
                return Some(profile.name().to_owned());
            }
            profile = self.profile(profile.get("source_profile")?)?;
        }
        None
    }

    fn profile(&self, name: &str) -> Option<&Profile> {
        self.0.as_ref()?.get_profile(name)
    }
}

fn signs_in(profile: &Profile) -> bool {
    ["sso_session", "sso_start_url"]
        .iter()
        .any(|key| profile.get(key).is_some())
}
