//! Keys in lines of text. Lines that are not about the key stay as they are.

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

/// `before` with the key under the names that it has there; Remotion's where it has none.
pub(super) fn with_variable_key(before: &str, id: &str, secret: &str) -> String {
    let has = |names: &&[&str; 3]| before.lines().any(|line| variable(line) == Some(names[0]));
    let names = VARIABLES.iter().find(has).unwrap_or(&VARIABLES[0]);
    let mut lines: Vec<String> = Vec::new();
    let mut written = [false; 2];
    for line in before.lines() {
        match variable(line) {
            Some(name) if name == names[0] => {
                lines.push(format!("{name}={id}"));
                written[0] = true;
            }
            Some(name) if name == names[1] => {
                lines.push(format!("{name}={secret}"));
                written[1] = true;
            }
            // The token of another key.
            Some(name) if name == names[2] => {}
            _ => lines.push(line.to_owned()),
        }
    }
    for (at, value) in [id, secret].into_iter().enumerate() {
        if !written[at] {
            lines.push(format!("{}={value}", names[at]));
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

/// `before` with the key in the section `profile`.
pub(super) fn with_profile_key(before: &str, profile: &str, id: &str, secret: &str) -> String {
    let key = [
        format!("aws_access_key_id = {id}"),
        format!("aws_secret_access_key = {secret}"),
    ];
    let mut lines: Vec<String> = Vec::new();
    let (mut is_inside, mut is_written) = (false, false);
    for line in before.lines() {
        if let Some(name) = section(line) {
            is_inside = name == profile;
            lines.push(line.to_owned());
            if is_inside && !is_written {
                lines.extend(key.clone());
                is_written = true;
            }
        } else if !(is_inside && setting(line).is_some_and(is_of_key)) {
            lines.push(line.to_owned());
        }
    }
    if !is_written {
        lines.push(format!("[{profile}]"));
        lines.extend(key);
    }
    lines.join("\n") + "\n"
}

/// The section in which the key `id` is.
pub(super) fn profile_of(text: &str, id: &str) -> Option<String> {
    let mut current = None;
    for line in text.lines() {
        if let Some(name) = section(line) {
            current = Some(name);
        } else if setting(line) == Some("aws_access_key_id")
            && line
                .split('=')
                .nth(1)
                .is_some_and(|value| value.trim() == id)
        {
            return current.map(str::to_owned);
        }
    }
    None
}

fn section(line: &str) -> Option<&str> {
    let inside = line.trim().strip_prefix('[')?;
    Some(inside.split_once(']')?.0.trim())
}

fn setting(line: &str) -> Option<&str> {
    Some(line.split_once('=')?.0.trim())
}

fn is_of_key(name: &str) -> bool {
    matches!(
        name,
        "aws_access_key_id" | "aws_secret_access_key" | "aws_session_token"
    )
}

#[cfg(test)]
mod tests {
    use super::{profile_of, with_profile_key, with_variable_key};

    #[test]
    fn variables_are_replaced_where_they_are() {
        assert_eq!(
            with_variable_key(
                "A=1\nexport AWS_ACCESS_KEY_ID=old\nB=2\nAWS_SESSION_TOKEN=t\n",
                "id",
                "s"
            ),
            "A=1\nAWS_ACCESS_KEY_ID=id\nB=2\nAWS_SECRET_ACCESS_KEY=s\n"
        );
        assert_eq!(
            with_variable_key("", "id", "s"),
            "REMOTION_AWS_ACCESS_KEY_ID=id\nREMOTION_AWS_SECRET_ACCESS_KEY=s\n"
        );
    }

    #[test]
    fn a_profile_is_replaced_and_the_others_stay() {
        let before = "[default]\naws_access_key_id = a\n\n[remotion]\naws_access_key_id=old\nregion = eu-west-1\naws_secret_access_key=x\n[last]\naws_access_key_id = z\n";
        let after = with_profile_key(before, "remotion", "id", "s");
        assert_eq!(
            after,
            "[default]\naws_access_key_id = a\n\n[remotion]\naws_access_key_id = id\naws_secret_access_key = s\nregion = eu-west-1\n[last]\naws_access_key_id = z\n"
        );
        assert_eq!(profile_of(before, "old").as_deref(), Some("remotion"));
        assert_eq!(profile_of(&after, "old"), None);
        assert!(with_profile_key("", "new", "id", "s").starts_with("[new]\n"));
    }
}
