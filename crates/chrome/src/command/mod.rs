//! The DevTools commands that this crate knows, each with its answer.

mod browser;
mod capture;
mod emulation;
mod page;
mod runtime;

pub(crate) use browser::{
    AttachToTarget, CreateBrowserContext, CreateTarget, DisposeBrowserContext, GetVersion,
};
pub(crate) use capture::{BeginFrame, CaptureScreenshot, Clip, Screenshot};
pub(crate) use emulation::{
    Colour, MediaFeature, SetDefaultBackgroundColor, SetDeviceMetrics, SetEmulatedMedia,
};
pub(crate) use page::{AddScript, BringToFront, Navigate, SetLifecycleEvents};
pub(crate) use runtime::{
    EnableInspector, EnableLog, EnablePage, EnableRuntime, Evaluate, Evaluated, ExceptionDetails,
    RemoteObject,
};
pub use runtime::{Level, RemoteException, ScriptFrame};

use crate::error::CallError;
use crate::session;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// A DevTools command.
pub(crate) trait Command: Serialize {
    /// Domain and name.
    const METHOD: &'static str;
    /// What Chrome answers.
    type Reply;
    /// Reads an answer.
    fn read(answer: &[u8]) -> Result<Self::Reply, CallError>;
}

/// The answer of most commands.
fn read<R: DeserializeOwned>(method: &'static str, answer: &[u8]) -> Result<R, CallError> {
    session::read_json(method, answer)
}

/// The answer of commands that have none.
fn read_done(method: &'static str, answer: &[u8]) -> Result<(), CallError> {
    session::read_json::<IgnoredAny>(method, answer).map(|_| ())
}

/// Ties a parameter type to its method and answer.
macro_rules! command {
    ($command:ty, $method:literal) => {
        impl crate::command::Command for $command {
            const METHOD: &'static str = $method;
            type Reply = ();
            fn read(answer: &[u8]) -> Result<(), crate::error::CallError> {
                crate::command::read_done(Self::METHOD, answer)
            }
        }
    };
    ($command:ty, $method:literal, $reply:ty) => {
        impl crate::command::Command for $command {
            const METHOD: &'static str = $method;
            type Reply = $reply;
            fn read(answer: &[u8]) -> Result<$reply, crate::error::CallError> {
                crate::command::read(Self::METHOD, answer)
            }
        }
    };
}
pub(crate) use command;
