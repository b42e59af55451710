//! AWS IAM policies: documents, evaluation with reasons, messages, actions.
