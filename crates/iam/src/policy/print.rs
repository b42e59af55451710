//! From a document to text.

use super::{
    ActionElement, Condition, Document, PrincipalElement, PrincipalMap, ResourceElement, Statement,
    Text, Version,
};
use crate::json::quote;

impl Document {
    /// Prints the document canonically: one fixed order of elements, two spaces of indentation, single values
    /// bare, escapes only where JSON needs them.
    ///
    /// Reading the text as the same kind gives an equal document. Parts that say nothing (an empty
    /// `Condition`, a version that is the default) are left out.
    pub fn to_json(&self) -> String {
        let mut printer = Printer::default();
        printer.open('{');
        if self.version != Version::default() {
            printer.pair("Version", self.version.as_str());
        }
        if let Some(id) = &self.id {
            printer.pair("Id", &id.value);
        }
        printer.key("Statement");
        printer.open('[');
        for statement in &self.statements {
            printer.next();
            printer.statement(statement);
        }
        printer.close(']');
        printer.close('}');
        printer.out
    }
}

impl Statement {
    /// Prints the statement as it would stand in a document, starting at the left margin.
    pub fn to_json(&self) -> String {
        let mut printer = Printer::default();
        printer.statement(self);
        printer.out
    }
}

#[derive(Default)]
struct Printer {
    out: String,
    depth: usize,
    // Whether the innermost bracket already holds something.
    filled: bool,
}

impl Printer {
    fn open(&mut self, bracket: char) {
        self.out.push(bracket);
        self.depth += 1;
        self.filled = false;
    }

    fn close(&mut self, bracket: char) {
        self.depth -= 1;
        if self.filled {
            self.line();
        }
        self.out.push(bracket);
        self.filled = true;
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", self.depth));
    }

    /// Makes room for the next entry of a bracket.
    fn next(&mut self) {
        if self.filled {
            self.out.push(',');
        }
        self.line();
        self.filled = true;
    }

    fn key(&mut self, key: &str) {
        self.next();
        quote(key, &mut self.out);
        self.out.push_str(": ");
    }

    fn pair(&mut self, key: &str, value: &str) {
        self.key(key);
        quote(value, &mut self.out);
    }

    fn texts(&mut self, key: &str, texts: &[Text]) {
        self.key(key);
        if let [text] = texts {
            return quote(&text.value, &mut self.out);
        }
        self.open('[');
        for text in texts {
            self.next();
            quote(&text.value, &mut self.out);
        }
        self.close(']');
    }

    fn statement(&mut self, statement: &Statement) {
        self.open('{');
        if let Some(sid) = &statement.sid {
            self.pair("Sid", &sid.value);
        }
        self.pair("Effect", statement.effect.as_str());
        match &statement.principal {
            None => {}
            Some(PrincipalElement::Principal(map)) => self.principal("Principal", map),
            Some(PrincipalElement::NotPrincipal(map)) => self.principal("NotPrincipal", map),
        }
        match &statement.action {
            ActionElement::Action(patterns) => self.texts("Action", patterns),
            ActionElement::NotAction(patterns) => self.texts("NotAction", patterns),
        }
        match &statement.resource {
            None => {}
            Some(ResourceElement::Resource(patterns)) => self.texts("Resource", patterns),
            Some(ResourceElement::NotResource(patterns)) => self.texts("NotResource", patterns),
        }
        if !statement.conditions.is_empty() {
            self.conditions(&statement.conditions);
        }
        self.close('}');
    }

    fn principal(&mut self, element: &str, map: &PrincipalMap) {
        match map {
            PrincipalMap::Everyone => self.pair(element, "*"),
            PrincipalMap::Named(named) => {
                self.key(element);
                self.open('{');
                for (kind, names) in named {
                    self.texts(kind.as_str(), names);
                }
                self.close('}');
            }
        }
    }

    fn conditions(&mut self, conditions: &[Condition]) {
        self.key("Condition");
        self.open('{');
        for by_operator in conditions.chunk_by(|left, right| left.operator == right.operator) {
            self.key(&by_operator[0].operator.to_string());
            self.open('{');
            for condition in by_operator {
                self.texts(&condition.key.value, &condition.values);
            }
            self.close('}');
        }
        self.close('}');
    }
}
