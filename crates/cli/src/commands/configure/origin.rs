//! Where the key comes from: a person, variables, or lines on standard input.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Read};

use client::credentials::{self, AccessKey, IncompleteKey};
use client::env::Environment;
use console::Term;

use crate::args::{Configure, KeyOrigin};
use crate::dotenv;

/// What temporary keys begin with.
const TEMPORARY: &str = "ASIA";

/// The largest text that is read from standard input, in bytes.
const LARGEST: u64 = 64 * 1024;

/// A key, and the region that it is to be used in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) key: AccessKey,
    pub(super) region: Option<String>,
}

/// There is no key to keep.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum OriginError {
    #[error("the variables hold no access key")]
    #[diagnostic(help(
        "set REMOTION_AWS_ACCESS_KEY_ID and REMOTION_AWS_SECRET_ACCESS_KEY, or the same without REMOTION_"
    ))]
    NoVariables,
    #[error("standard input holds no access key")]
    #[diagnostic(help(
        "lines such as AWS_ACCESS_KEY_ID=… and AWS_SECRET_ACCESS_KEY=… are expected; --from env takes the process's variables"
    ))]
    NoLines,
    #[error(transparent)]
    Incomplete(#[from] IncompleteKey),
    #[error("could not read the answer")]
    Read(#[source] std::io::Error),
    #[error("nobody is there to be asked")]
    #[diagnostic(help("--from env or --from stdin takes the key without a terminal"))]
    NobodyToAsk,
    #[error("the {0} is missing")]
    Empty(&'static str),
    #[error("the {0} has a character that no {0} has")]
    #[diagnostic(help("paste it again, without quotes, spaces or what stands around it"))]
    Strange(&'static str),
    #[error("a key that begins with {TEMPORARY} is temporary: its session token is missing")]
    NoToken,
}

/// The key that the command line, and the place that it names, give.
pub(super) fn take(args: &Configure) -> Result<Given, OriginError> {
    let default = || {
        if std::io::stdin().is_terminal() {
            KeyOrigin::Ask
        } else {
            KeyOrigin::Stdin
        }
    };
    let id = args.access_key_id.clone();
    let mut given = match args.from.unwrap_or_else(default) {
        KeyOrigin::Ask => ask(id, args.place.region.as_deref())?,
        KeyOrigin::Env => {
            let environment = Environment::of_process();
            of_variables(&environment)?.ok_or(OriginError::NoVariables)?
        }
        KeyOrigin::Stdin => {
            let said = lines(std::io::stdin().lock(), id)?;
            of_variables(&Environment::of_values(&said))?.ok_or(OriginError::NoLines)?
        }
    };
    if let Some(id) = &args.access_key_id {
        given.key.id.clone_from(id);
    }
    if let Some(region) = &args.place.region {
        given.region = Some(region.clone());
    }
    checked(given)
}

fn of_variables(environment: &Environment) -> Result<Option<Given>, IncompleteKey> {
    let key = credentials::key_of(environment)?;
    Ok(key.map(|key| Given {
        key,
        region: credentials::region_of(environment).map(str::to_owned),
    }))
}

/// The variables that the lines set. An id that is known already need not be among them.
fn lines(source: impl Read, id: Option<String>) -> Result<BTreeMap<String, String>, OriginError> {
    let mut text = Vec::new();
    let read = source.take(LARGEST).read_to_end(&mut text);
    read.map_err(OriginError::Read)?;
    let mut said = dotenv::read(&String::from_utf8_lossy(&text)).values;
    if let Some(id) = id {
        for name in ["REMOTION_AWS", "AWS"] {
            if said.contains_key(&format!("{name}_SECRET_ACCESS_KEY")) {
                let known = format!("{name}_ACCESS_KEY_ID");
                said.entry(known).or_insert_with(|| id.clone());
            }
        }
    }
    Ok(said)
}

/// Asks on the terminal; what is typed as a secret is not shown.
fn ask(id: Option<String>, region: Option<&str>) -> Result<Given, OriginError> {
    let terminal = Term::stderr();
    if !terminal.is_term() || !std::io::stdin().is_terminal() {
        return Err(OriginError::NobodyToAsk);
    }
    let line = |question: &str, is_secret: bool| {
        terminal.write_str(question).map_err(OriginError::Read)?;
        let answer = if is_secret {
            terminal.read_secure_line()
        } else {
            terminal.read_line()
        };
        Ok::<_, OriginError>(answer.map_err(OriginError::Read)?.trim().to_owned())
    };
    let id = match id {
        Some(id) => id,
        None => loop {
            let id = line("Access key ID: ", false)?;
            if !id.is_empty() {
                break id;
            }
        },
    };
    let secret = line("Secret access key (not shown): ", true)?;
    let session_token = if id.starts_with(TEMPORARY) {
        Some(line("Session token (not shown): ", true)?)
    } else {
        None
    };
    let region = match region {
        Some(region) => region.to_owned(),
        None => line("Region (empty for none): ", false)?,
    };
    Ok(Given {
        key: AccessKey {
            id,
            secret,
            session_token: session_token.filter(|token| !token.is_empty()),
        },
        region: Some(region).filter(|region| !region.is_empty()),
    })
}

/// What is written goes into lines of files: nothing in it may end one.
fn checked(given: Given) -> Result<Given, OriginError> {
    let key = &given.key;
    if key.id.starts_with(TEMPORARY) && key.session_token.is_none() {
        return Err(OriginError::NoToken);
    }
    let word = |letter: char| letter.is_ascii_alphanumeric() || "/+=_-.".contains(letter);
    let parts = [
        ("access key ID", Some(&key.id)),
        ("secret access key", Some(&key.secret)),
        ("session token", key.session_token.as_ref()),
        ("region", given.region.as_ref()),
    ];
    for (what, value) in parts {
        match value {
            Some(value) if value.is_empty() => return Err(OriginError::Empty(what)),
            Some(value) if !value.chars().all(word) => return Err(OriginError::Strange(what)),
            _ => {}
        }
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use client::env::Environment;

    use super::{Given, OriginError, checked, lines, of_variables};

    fn read(text: &str, id: Option<&str>) -> Result<Option<Given>, OriginError> {
        let said = lines(text.as_bytes(), id.map(str::to_owned))?;
        let given = of_variables(&Environment::of_values(&said))?;
        given.map(checked).transpose()
    }

    #[test]
    fn a_key_is_read_from_lines() {
        let exported = "export AWS_ACCESS_KEY_ID=ASIAID\nexport AWS_SECRET_ACCESS_KEY=a/b+c=\nexport AWS_SESSION_TOKEN=t==\nAWS_REGION=eu-west-1\nPATH=/bin\n";
        let given = read(exported, None).unwrap().unwrap();
        assert_eq!(given.key.secret, "a/b+c=");
        assert_eq!(given.key.session_token.as_deref(), Some("t=="));
        assert_eq!(given.region.as_deref(), Some("eu-west-1"));
        let secret = "REMOTION_AWS_SECRET_ACCESS_KEY='s'\n";
        let given = read(secret, Some("AKIAID")).unwrap().unwrap();
        assert_eq!(
            (given.key.id.as_str(), given.key.secret.as_str()),
            ("AKIAID", "s")
        );
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_shown() {
        let error = |text: &str| match read(text, None) {
            Ok(given) => panic!("{given:?}"),
            Err(error) => error.to_string(),
        };
        assert!(read("", None).unwrap().is_none());
        let half = error("AWS_SECRET_ACCESS_KEY=hush\n");
        assert_eq!(
            half,
            "`AWS_SECRET_ACCESS_KEY` is set, but `AWS_ACCESS_KEY_ID` is not"
        );
        assert!(!error("AWS_SECRET_ACCESS_KEY=hush hush\n").contains("hush"));
        let token = error("AWS_ACCESS_KEY_ID=ASIAID\nAWS_SECRET_ACCESS_KEY=hush\n");
        assert!(token.contains("session token"), "{token}");
        let strange = error("AWS_ACCESS_KEY_ID=\"AKIA\\nID\"\nAWS_SECRET_ACCESS_KEY=hush\n");
        assert!(strange.contains("access key ID"), "{strange}");
    }
}
