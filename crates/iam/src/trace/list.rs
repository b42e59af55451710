//! Lists of calls: one request a line.

use super::Recorded;
use crate::{
    AccountId, Action, ActionError, Arn, ArnError, Caller, CallerError, Context, Request, Resource,
};

/// A line is no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Too few words.
    #[error("`[PRINCIPAL] ACTION RESOURCE [KEY=VALUE...]` is expected")]
    Form,
    /// The principal is left out where one is needed.
    #[error("`PRINCIPAL ACTION RESOURCE [KEY=VALUE...]` is expected")]
    NoPrincipal,
    /// A word after the resource is no pair.
    #[error("`{0}` is not of the form KEY=VALUE")]
    Pair(String),
    /// The principal is none.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// The action is none.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// The resource is none.
    #[error(transparent)]
    Resource(#[from] ArnError),
    /// Neither principal nor resource says in which account the request is made.
    #[error("neither principal nor resource names an account")]
    NoAccount,
}

pub(super) fn recorded(line: &str, number: usize) -> Result<Recorded, ListError> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (principal, action, resource, pairs) = match words.as_slice() {
        [action, resource, pairs @ ..] if Action::parse(action).is_ok() => {
            (None, action, resource, pairs)
        }
        [principal, action, resource, pairs @ ..] => (Some(*principal), action, resource, pairs),
        _ => return Err(ListError::Form),
    };
    Action::parse(action)?;
    resource.parse::<Resource>()?;
    if let Some(principal) = principal {
        Caller::parse(principal)?;
    }
    Ok(Recorded {
        call: None,
        principal: principal.map(str::to_owned),
        action: (*action).to_owned(),
        resource: (*resource).to_owned(),
        context: context(pairs)?,
        outcome: None,
        layer: None,
        message: None,
        line: number,
    })
}

/// Reads `PRINCIPAL ACTION RESOURCE [KEY=VALUE…]`, each word by itself. A key that comes several times is multivalued.
///
/// The resource's account is the one in its ARN, else the principal's.
///
/// # Errors
/// [`ListError`] with the word that is wrong.
pub fn parse_request(words: &[&str]) -> Result<Request, ListError> {
    let [principal, action, resource, pairs @ ..] = words else {
        return Err(ListError::NoPrincipal);
    };
    let caller = Caller::parse(principal)?;
    let resource: Resource = resource.parse()?;
    let account = account_of(&caller, &resource).ok_or(ListError::NoAccount)?;
    Ok(Request {
        caller,
        action: Action::parse(action)?,
        resource,
        resource_account: account,
        context: context(pairs)?,
    })
}

/// The account that a resource names, else the caller's.
pub(crate) fn account_of(caller: &Caller, resource: &Resource) -> Option<AccountId> {
    let named = resource
        .arn()
        .map(Arn::account)
        .and_then(|account| account.parse().ok());
    named.or_else(|| caller.account())
}

fn context(pairs: &[&str]) -> Result<Context, ListError> {
    let mut given: Vec<(&str, Vec<&str>)> = Vec::new();
    for pair in pairs {
        let (key, value) = pair
            .split_once('=')
            .filter(|(key, _)| key.contains(':'))
            .ok_or_else(|| ListError::Pair((*pair).to_owned()))?;
        match given
            .iter_mut()
            .find(|(known, _)| known.eq_ignore_ascii_case(key))
        {
            Some((_, values)) => values.push(value),
            None => given.push((key, vec![value])),
        }
    }
    let mut context = Context::new();
    for (key, values) in given {
        match values.as_slice() {
            [value] => context.set(key, *value),
            many => context.set_list(key, many.iter().copied()),
        };
    }
    Ok(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_word_by_word() {
        let request = parse_request(&[
            "arn:aws:iam::111122223333:user/u",
            "s3:ListBucket",
            "arn:aws:s3:::b",
            "s3:prefix=a/=b",
            "aws:TagKeys=x",
            "aws:TagKeys=y",
        ])
        .unwrap();
        assert_eq!(request.resource_account.as_str(), "111122223333");
        assert_eq!(
            request.context.get("s3:prefix").unwrap().as_slice(),
            ["a/=b"]
        );
        assert_eq!(
            request.context.get("aws:tagkeys").unwrap().as_slice(),
            ["x", "y"]
        );
        assert_eq!(
            parse_request(&["a", "b"]).unwrap_err(),
            ListError::NoPrincipal
        );
        assert_eq!(
            parse_request(&["lambda.amazonaws.com", "s3:GetObject", "arn:aws:s3:::b/k"])
                .unwrap_err(),
            ListError::NoAccount
        );
        assert!(recorded("s3:GetObject arn:aws:s3:::b/k junk", 1).is_err());
        assert_eq!(
            recorded("s3:GetObject arn:aws:s3:::b/k", 7).unwrap().line,
            7
        );
    }
}
