//! Route keys: `POST /renders/{id}`, `ANY /{proxy+}`, `$default`.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::incoming::percent_decoded;

const METHODS: [&str; 8] = [
    "ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT",
];

/// Which requests a route takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) enum RouteKey {
    /// Those that no other route takes.
    Default,
    /// Those of a method, or any, to a path.
    Path {
        /// `None` is any.
        method: Option<String>,
        segments: Vec<Segment>,
    },
}

/// A segment of a route's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    Fixed(String),
    /// `{name}`
    Parameter(String),
    /// `{name+}`: all that follows.
    Greedy(String),
}

/// How well a route fits: compared segment by segment, then by method.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit {
    segments: Vec<u8>,
    method: bool,
}

/// Text that is no route key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "The provided route key is not formatted properly for HTTP protocol. Format should be \
     \"<METHOD> <PATH>\" or \"$default\""
)]
pub(super) struct InvalidRouteKey;

impl RouteKey {
    /// How well the route fits a request, and the parameters in its path; nothing if it does not.
    pub(super) fn fit(&self, method: &str, path: &str) -> Option<(Fit, BTreeMap<String, String>)> {
        let Self::Path {
            method: wanted,
            segments,
        } = self
        else {
            let nothing = Fit {
                segments: Vec::new(),
                method: false,
            };
            return Some((nothing, BTreeMap::new()));
        };
        if wanted.as_ref().is_some_and(|wanted| wanted != method) {
            return None;
        }
        let mut rest: Vec<&str> = split(path).collect();
        rest.reverse();
        // One more than the default route has.
        let (mut kinds, mut parameters) = (vec![1], BTreeMap::new());
        for segment in segments {
            let next = rest.pop()?;
            match segment {
                Segment::Fixed(text) if *text == percent_decoded(next) => kinds.push(3),
                Segment::Fixed(_) => return None,
                Segment::Parameter(_) if next.is_empty() => return None,
                Segment::Parameter(name) => {
                    parameters.insert(name.clone(), percent_decoded(next));
                    kinds.push(2);
                }
                Segment::Greedy(name) => {
                    let mut all = vec![next];
                    while let Some(next) = rest.pop() {
                        all.push(next);
                    }
                    parameters.insert(name.clone(), percent_decoded(&all.join("/")));
                    kinds.push(1);
                }
            }
        }
        let fit = Fit {
            segments: kinds,
            method: wanted.is_some(),
        };
        rest.is_empty().then_some((fit, parameters))
    }

    /// What stands behind the stage in the ARN of a request that the route takes.
    pub(super) fn in_arn(&self, method: &str) -> String {
        match self {
            Self::Default => "$default".to_owned(),
            Self::Path { segments, .. } => {
                let path: String = segments.iter().map(Segment::text).collect();
                format!("{method}{}", if path.is_empty() { "/" } else { &path })
            }
        }
    }
}

/// The segments of a path. A root has none.
fn split(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split('/').filter(move |_| !path.is_empty())
}

impl Segment {
    fn text(&self) -> String {
        match self {
            Self::Fixed(text) => format!("/{text}"),
            Self::Parameter(name) => format!("/{{{name}}}"),
            Self::Greedy(name) => format!("/{{{name}+}}"),
        }
    }

    fn read(text: &str) -> Result<Self, InvalidRouteKey> {
        let name = text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'));
        let is_name = |name: &str| {
            let holds = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            !name.is_empty() && name.bytes().all(holds)
        };
        match name.map(|name| (name, name.strip_suffix('+'))) {
            Some((_, Some(name))) if is_name(name) => Ok(Self::Greedy(name.to_owned())),
            Some((name, None)) if is_name(name) => Ok(Self::Parameter(name.to_owned())),
            None if !text.contains(['{', '}']) && !text.is_empty() => {
                Ok(Self::Fixed(text.to_owned()))
            }
            _ => Err(InvalidRouteKey),
        }
    }
}

impl FromStr for RouteKey {
    type Err = InvalidRouteKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "$default" {
            return Ok(Self::Default);
        }
        let (method, path) = text.split_once(' ').ok_or(InvalidRouteKey)?;
        if !METHODS.contains(&method) || !path.starts_with('/') {
            return Err(InvalidRouteKey);
        }
        let segments: Vec<Segment> = split(path).map(Segment::read).collect::<Result<_, _>>()?;
        let greedy = |segment: &Segment| matches!(segment, Segment::Greedy(_));
        let before_last = segments.len().saturating_sub(1);
        if segments[..before_last].iter().any(greedy) {
            return Err(InvalidRouteKey);
        }
        Ok(Self::Path {
            method: (method != "ANY").then(|| method.to_owned()),
            segments,
        })
    }
}

impl TryFrom<String> for RouteKey {
    type Error = InvalidRouteKey;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RouteKey> for String {
    fn from(key: RouteKey) -> Self {
        key.to_string()
    }
}

impl std::fmt::Display for RouteKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("$default"),
            Self::Path { method, segments } => {
                let path: String = segments.iter().map(Segment::text).collect();
                let path = if path.is_empty() { "/" } else { &path };
                write!(f, "{} {path}", method.as_deref().unwrap_or("ANY"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(keys: &[&str], method: &str, path: &str) -> Option<String> {
        let keys = keys.iter().map(|key| key.parse::<RouteKey>().unwrap());
        let fitting = keys.filter_map(|key| key.fit(method, path).map(|(fit, _)| (fit, key)));
        let best = fitting.max_by(|left, right| left.0.cmp(&right.0));
        best.map(|(_, key)| key.to_string())
    }

    #[test]
    fn the_most_particular_route_is_taken() {
        let keys = [
            "$default",
            "ANY /{proxy+}",
            "ANY /renders/{id}",
            "GET /renders/{id}",
            "GET /renders/latest",
            "POST /",
        ];
        for (method, path, expected) in [
            ("GET", "/renders/latest", "GET /renders/latest"),
            ("GET", "/renders/r1", "GET /renders/{id}"),
            ("PUT", "/renders/r1", "ANY /renders/{id}"),
            ("GET", "/renders/r1/frames", "ANY /{proxy+}"),
            ("POST", "/", "POST /"),
            ("GET", "/", "$default"),
        ] {
            let found = best(&keys, method, path);
            assert_eq!(found.as_deref(), Some(expected), "{method} {path}");
        }
        assert_eq!(best(&["GET /x"], "GET", "/y"), None);
        assert_eq!(best(&["GET /x"], "GET", "/x/"), None);
    }

    #[test]
    fn parameters_are_decoded() {
        let key: RouteKey = "GET /a/{id}/{rest+}".parse().unwrap();
        let (_, parameters) = key.fit("GET", "/a/x%20y/b/c").unwrap();
        assert_eq!(parameters["id"], "x y");
        assert_eq!(parameters["rest"], "b/c");
        assert_eq!(key.in_arn("GET"), "GET/a/{id}/{rest+}");
    }

    #[test]
    fn keys_that_cannot_be_are_refused() {
        for wrong in [
            "",
            "GET",
            "FETCH /x",
            "GET x",
            "GET /{a+}/b",
            "GET /{a",
            "GET /a//b",
        ] {
            assert_eq!(wrong.parse::<RouteKey>(), Err(InvalidRouteKey), "{wrong}");
        }
    }
}
