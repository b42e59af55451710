//! Reading the generated table.
//!
//! One line each, service by service: `S prefix`; `K key type`, the service's condition keys; `C places`, sets
//! of those keys by their places from 0; `R set pattern<TAB>name`, resource types with the set of their keys
//! and the ARN after `arn:PARTITION:`; and the actions: access levels, set of keys, name, resource types by
//! their places. In a pattern `*` is a gap and `~` one that holds no slash.

use std::sync::OnceLock;

use super::condition_key::{ConditionKey, KeyType};
use super::service::{ActionRow, KnownAction, ResourceType, Service};

const TABLE: &str = include_str!("../../data/actions.txt");

/// The services of the table, ascending by prefix.
pub fn services() -> &'static [Service] {
    static SERVICES: OnceLock<Vec<Service>> = OnceLock::new();
    SERVICES.get_or_init(|| read(TABLE))
}

/// The service with this action prefix, in whatever case; `None` if the table does not cover it.
pub fn service(prefix: &str) -> Option<&'static Service> {
    services()
        .iter()
        .find(|service| service.prefix().eq_ignore_ascii_case(prefix))
}

/// The action `service:Name`, in whatever case; `None` if the table does not know it.
pub fn action(name: &str) -> Option<KnownAction> {
    let (prefix, name) = name.split_once(':')?;
    service(prefix)?.action(name)
}

fn read(table: &'static str) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    for line in table.lines() {
        let Some((mark, rest)) = line.split_once(' ') else {
            continue;
        };
        if mark == "S" {
            services.push(Service::new(rest));
        } else if let Some(service) = services.last_mut() {
            // The tests check that no line is lost here.
            let _ = read_line(service, mark, rest);
        }
    }
    services
}

fn read_line(service: &mut Service, mark: &'static str, rest: &'static str) -> Option<()> {
    match mark {
        "#" => {}
        "K" => {
            let (key, kind) = rest.rsplit_once(' ')?;
            let kind = KeyType::of_letter(kind)?;
            service.keys.push(ConditionKey::new(key, kind));
        }
        "C" => service.key_sets.push(places(rest)?),
        "R" => {
            let (set, rest) = rest.split_once(' ')?;
            let (pattern, name) = rest.split_once('\t')?;
            let kind = ResourceType::new(name, pattern, set.parse().ok()?);
            service.types.push(kind);
        }
        levels => {
            let mut words = rest.splitn(3, ' ');
            let set = words.next()?.parse().ok()?;
            let name = words.next()?;
            let kinds = words.next().unwrap_or_default();
            let kinds = kinds.split(',').filter(|kind| !kind.is_empty());
            let kinds = kinds.map(|kind| kind.trim_end_matches('!').parse().ok());
            let lower = format!("{}:{name}", service.prefix()).to_ascii_lowercase();
            service.actions.push(ActionRow {
                name,
                lower: lower.into(),
                levels,
                key_set: set,
                types: kinds.collect::<Option<_>>()?,
            });
        }
    }
    Some(())
}

/// The places that `0-3,7` lists.
fn places(text: &str) -> Option<Vec<usize>> {
    let mut places = Vec::new();
    for run in text.split(',').filter(|run| !run.is_empty()) {
        let (first, last) = run.split_once('-').unwrap_or((run, run));
        places.extend(first.parse::<usize>().ok()?..=last.parse().ok()?);
    }
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        let of = |service: &Service| {
            1 + service.keys.len()
                + service.key_sets.len()
                + service.types.len()
                + service.actions.len()
        };
        assert_eq!(services().iter().map(of).sum::<usize>(), lines);
        assert_eq!(services().len(), 19);
        for service in services() {
            for action in service.actions() {
                assert!(action.levels().count() > 0, "{action}");
                // Asks for every place that the row names.
                let _ = (
                    action.resource_types().count(),
                    action.condition_keys().count(),
                );
            }
        }
    }

    #[test]
    fn actions_are_found_in_any_case() {
        assert_eq!(
            action("LAMBDA:invokefunction").unwrap().to_string(),
            "lambda:InvokeFunction"
        );
        assert!(action("lambda:Invoke*").is_none());
        assert!(action("InvokeFunction").is_none());
    }

    #[test]
    fn every_action_of_a_call_exists() {
        let unknown: Vec<_> = crate::calls::calls()
            .flat_map(|call| call.needs)
            .map(|need| need.action)
            .filter(|name| action(name).is_none())
            .collect();
        assert_eq!(unknown, [""; 0]);
    }
}
