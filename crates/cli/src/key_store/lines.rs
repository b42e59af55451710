//! Keys in lines of text. Lines that are not about the key stay as they are.

use client::credentials::AccessKey;

/// Names of the key's variables, those of Remotion first.
const VARIABLES: [[&str; 3]; 2] = [
    [
        "REMOTION_AWS_ACCESS_KEY_ID",
        "REMOTION_AWS_SECRET_ACCESS_KEY",
        "REMOTION_AWS_SESSION_TOKEN",
    ],
    [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ],
];

/// Names of the region's variables, in the order in which they win.
const REGIONS: [&str; 3] = ["REMOTION_AWS_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"];

/// Settings of a profile that say where its credentials come from, other than from a key.
const OTHER_KINDS: [&str; 7] = [
    "role_arn",
    "source_profile",
    "credential_source",
    "web_identity_token_file",
    "sso_session",
    "sso_start_url",
    "credential_process",
];

/// `before` with the key under the names that it has there; Remotion's where it has none. The token of another key
/// goes; the region stays where none is given.
pub(super) fn with_variables(before: &str, key: &AccessKey, region: Option<&str>) -> String {
    let has = |name: &str| before.lines().any(|line| variable(line) == Some(name));
    let family = VARIABLES.iter().position(|names| has(names[0]));
    let family = family.unwrap_or_default();
    let names = VARIABLES[family];
    let of_region = REGIONS.into_iter().find(|name| has(name));
    let mut wanted = vec![
        (names[0], Some(key.id.as_str())),
        (names[1], Some(key.secret.as_str())),
        (names[2], key.session_token.as_deref()),
    ];
    if let Some(region) = region {
        wanted.push((of_region.unwrap_or(REGIONS[family]), Some(region)));
    }
    let mut lines: Vec<String> = Vec::new();
    let mut written = vec![false; wanted.len()];
    for line in before.lines() {
        let at = wanted
            .iter()
            .position(|(name, _)| variable(line) == Some(*name));
        match at.map(|at| (at, wanted[at])) {
            // Of two lines the first wins, and the second would only mislead.
            Some((at, (name, Some(value)))) if !written[at] => {
                lines.push(format!("{name}={value}"));
                written[at] = true;
            }
            Some(_) => {}
            None => lines.push(line.to_owned()),
        }
    }
    for ((name, value), is_written) in wanted.into_iter().zip(written) {
        if let (Some(value), false) = (value, is_written) {
            lines.push(format!("{name}={value}"));
        }
    }
    lines.join("\n") + "\n"
}

/// The variable that a line of a `.env` file sets.
fn variable(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let name = name.trim();
    Some(name.strip_prefix("export ").unwrap_or(name).trim())
}

/// The id of the key whose place [`with_variables`] would take.
pub(super) fn id_in_variables(text: &str) -> Option<String> {
    let id = |names: &[&str; 3]| {
        let line = text.lines().find(|line| variable(line) == Some(names[0]))?;
        let value = line.split_once('=')?.1.trim().trim_matches(['"', '\'']);
        (!value.is_empty()).then(|| value.to_owned())
    };
    VARIABLES.iter().find_map(id)
}

/// The id of the key in the section `profile`.
pub(super) fn id_in_profile(text: &str, profile: &str) -> Option<String> {
    let mut keys = ids_of_profiles(text);
    keys.find_map(|(section, id)| (section == profile).then(|| id.to_owned()))
}

/// The shared credentials file with the key in the section `profile`.
pub(super) fn with_profile_key(before: &str, profile: &str, key: &AccessKey) -> String {
    let settings = [
        ("aws_access_key_id", Some(key.id.as_str())),
        ("aws_secret_access_key", Some(key.secret.as_str())),
        ("aws_session_token", key.session_token.as_deref()),
    ];
    with_settings(before, profile, |header| header == profile, &settings)
}

/// The shared configuration file with the region in the section of `profile`.
pub(super) fn with_profile_region(before: &str, profile: &str, region: &str) -> String {
    let header = match profile {
        "default" => profile.to_owned(),
        other => format!("profile {other}"),
    };
    let is_section = |header: &str| configured(header) == profile;
    with_settings(before, &header, is_section, &[("region", Some(region))])
}

/// Where the profile's credentials come from, if its configuration says another place than a key: the setting's name.
pub(super) fn other_kind(configuration: &str, profile: &str) -> Option<&'static str> {
    let mut is_inside = false;
    for line in configuration.lines() {
        if let Some(header) = section(line) {
            is_inside = configured(header) == profile;
        } else if is_inside && let Some(name) = setting(line) {
            let kind = OTHER_KINDS.into_iter().find(|kind| *kind == name);
            if kind.is_some() {
                return kind;
            }
        }
    }
    None
}

/// `before` with these settings in the first section that is meant, which is added as `header` where there is none. A
/// setting without a value goes.
fn with_settings(
    before: &str,
    header: &str,
    is_section: impl Fn(&str) -> bool,
    settings: &[(&str, Option<&str>)],
) -> String {
    let new = settings
        .iter()
        .filter_map(|(name, value)| Some(format!("{name} = {}", (*value)?)));
    let is_ours = |name: &str| settings.iter().any(|(ours, _)| *ours == name);
    let mut lines: Vec<String> = Vec::new();
    let (mut is_inside, mut is_written) = (false, false);
    for line in before.lines() {
        if let Some(name) = section(line) {
            is_inside = is_section(name);
            lines.push(line.to_owned());
            if is_inside && !is_written {
                lines.extend(new.clone());
                is_written = true;
            }
        } else if !(is_inside && setting(line).is_some_and(is_ours)) {
            lines.push(line.to_owned());
        }
    }
    if !is_written {
        lines.push(format!("[{header}]"));
        lines.extend(new);
    }
    lines.join("\n") + "\n"
}

/// The section in which the key `id` is.
pub(super) fn profile_of(text: &str, id: &str) -> Option<String> {
    let mut keys = ids_of_profiles(text);
    keys.find_map(|(section, held)| (held == id).then(|| section.to_owned()))
}

/// The sections that hold keys, and the ids of these.
fn ids_of_profiles(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut current = None;
    text.lines().filter_map(move |line| {
        if let Some(name) = section(line) {
            current = Some(name);
            return None;
        }
        let is_id = setting(line) == Some("aws_access_key_id");
        let (_, value) = line.split_once('=').filter(|_| is_id)?;
        Some((current?, value.trim()))
    })
}

fn section(line: &str) -> Option<&str> {
    let inside = line.trim().strip_prefix('[')?;
    Some(inside.split_once(']')?.0.trim())
}

/// The profile that a section of the configuration file is about.
fn configured(header: &str) -> &str {
    let name = header.strip_prefix("profile").unwrap_or(header);
    match name.strip_prefix(char::is_whitespace) {
        Some(name) => name.trim().trim_matches(['"', '\'']),
        None => header,
    }
}

/// The setting that a line sets. What is indented belongs to the setting above it.
fn setting(line: &str) -> Option<&str> {
    if line.starts_with(char::is_whitespace) {
        return None;
    }
    Some(line.split_once('=')?.0.trim())
}

#[cfg(test)]
mod tests {
    use client::credentials::AccessKey;

    use super::{
        id_in_profile, id_in_variables, other_kind, profile_of, with_profile_key,
        with_profile_region, with_variables,
    };

    fn key(token: Option<&str>) -> AccessKey {
        AccessKey {
            id: "id".into(),
            secret: "s".into(),
            session_token: token.map(str::to_owned),
        }
    }

    #[test]
    fn variables_are_replaced_where_they_are() {
        let check = |before: &str, token, region, after: &str| {
            assert_eq!(with_variables(before, &key(token), region), after);
        };
        let old = "A=1\nexport AWS_ACCESS_KEY_ID=old\nB=2\nAWS_SESSION_TOKEN=t\n";
        check(
            old,
            None,
            None,
            "A=1\nAWS_ACCESS_KEY_ID=id\nB=2\nAWS_SECRET_ACCESS_KEY=s\n",
        );
        check(
            old,
            Some("new"),
            Some("eu-west-1"),
            "A=1\nAWS_ACCESS_KEY_ID=id\nB=2\nAWS_SESSION_TOKEN=new\nAWS_SECRET_ACCESS_KEY=s\nAWS_REGION=eu-west-1\n",
        );
        check(
            "",
            None,
            None,
            "REMOTION_AWS_ACCESS_KEY_ID=id\nREMOTION_AWS_SECRET_ACCESS_KEY=s\n",
        );
        // The region that wins is the one that is replaced, whosever name it has.
        check(
            "AWS_ACCESS_KEY_ID=a\nAWS_SECRET_ACCESS_KEY=b\nREMOTION_AWS_REGION=x\nAWS_ACCESS_KEY_ID=c\n",
            None,
            Some("eu-west-1"),
            "AWS_ACCESS_KEY_ID=id\nAWS_SECRET_ACCESS_KEY=s\nREMOTION_AWS_REGION=eu-west-1\n",
        );
    }

    #[test]
    fn a_profile_is_replaced_and_the_others_stay() {
        let before = "[default]\naws_access_key_id = a\n\n[remotion]\naws_access_key_id=old\nregion = eu-west-1\naws_secret_access_key=x\naws_session_token=t\n[last]\naws_access_key_id = z\n";
        let after = with_profile_key(before, "remotion", &key(None));
        assert_eq!(
            after,
            "[default]\naws_access_key_id = a\n\n[remotion]\naws_access_key_id = id\naws_secret_access_key = s\nregion = eu-west-1\n[last]\naws_access_key_id = z\n"
        );
        assert_eq!(profile_of(before, "old").as_deref(), Some("remotion"));
        assert_eq!(profile_of(&after, "old"), None);
        assert_eq!(
            with_profile_key("", "new", &key(Some("t"))),
            "[new]\naws_access_key_id = id\naws_secret_access_key = s\naws_session_token = t\n"
        );
    }

    #[test]
    fn the_key_that_would_be_replaced_is_known() {
        let variables = |text| id_in_variables(text);
        assert_eq!(
            variables("A=1\nexport AWS_ACCESS_KEY_ID=\"one\"\n").as_deref(),
            Some("one")
        );
        let both = "AWS_ACCESS_KEY_ID=two\nREMOTION_AWS_ACCESS_KEY_ID=one\n";
        assert_eq!(variables(both).as_deref(), Some("one"));
        assert_eq!(variables("AWS_ACCESS_KEY_ID=\n"), None);
        let text = "[a]\naws_access_key_id = one\n[b]\naws_access_key_id=two\n";
        assert_eq!(id_in_profile(text, "b").as_deref(), Some("two"));
        assert_eq!(id_in_profile(text, "c"), None);
    }

    #[test]
    fn a_region_goes_into_the_section_of_its_profile() {
        let before = "# mine\n[default]\nregion = us-east-1\n[profile \"remotion\"]\ns3 =\n  region = nested\nregion = old\noutput = json\n";
        assert_eq!(
            with_profile_region(before, "remotion", "eu-west-1"),
            "# mine\n[default]\nregion = us-east-1\n[profile \"remotion\"]\nregion = eu-west-1\ns3 =\n  region = nested\noutput = json\n"
        );
        assert_eq!(
            with_profile_region("", "default", "eu-west-1"),
            "[default]\nregion = eu-west-1\n"
        );
        assert_eq!(
            with_profile_region("[profiles]\n", "s", "eu-west-1"),
            "[profiles]\n[profile s]\nregion = eu-west-1\n"
        );
    }

    #[test]
    fn a_profile_that_signs_in_is_no_place_for_a_key() {
        let text = "[profile sso]\nregion = eu-west-1\nsso_session = s\n[profile plain]\n[default]\nrole_arn = r\n";
        assert_eq!(other_kind(text, "sso"), Some("sso_session"));
        assert_eq!(other_kind(text, "plain"), None);
        assert_eq!(other_kind(text, "default"), Some("role_arn"));
        assert_eq!(other_kind(text, "absent"), None);
    }
}
