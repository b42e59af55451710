//! The command `framewright`.

mod acting;
mod args;
mod caller;
mod commands;
mod denial;
mod dotenv;
mod env_file;
mod error;
mod key_store;
mod locate;
mod project_file;
mod session;
mod show;
mod site;
mod target;
mod unfinished;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use tracing_subscriber::EnvFilter;

use acting::Acting;
use args::{Args, Cloud, Subcommands};
use env_file::{EnvFile, EnvFileError};
use error::CliError;
use show::Shown;

fn main() -> ExitCode {
    let (args, acting, file) = match parse() {
        Ok(parsed) => parsed,
        Err((json, error)) => return CliError::EnvFile(error).shown(json, &Acting::default()),
    };
    log(args.command.verbose());
    let json = args.command.json();
    warn(&file, json);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return CliError::Runtime(error).shown(json, &acting),
    };
    match runtime.block_on(run(args.command, &file)) {
        Ok(code) => code,
        Err(error) => error.shown(json, &acting),
    }
}

/// The command line, with what the environment says, which the file of variables adds to.
fn parse() -> Result<(Args, Acting, EnvFile), (bool, EnvFileError)> {
    env_file::forget_empty();
    let (args, acting) = typed();
    let json = args.command.json();
    let file = env_file::load(args.env_file.as_deref()).map_err(|error| (json, error))?;
    let (args, acting) = if file.taken.is_empty() {
        (args, acting)
    } else {
        typed()
    };
    Ok((args, acting, file))
}

/// The command line with the variables of the process. Wrong usage ends the process, as clap does.
fn typed() -> (Args, Acting) {
    let mut command = Args::command();
    let matches = command.get_matches_mut();
    match Args::from_arg_matches(&matches) {
        Ok(args) => (args, Acting::of(&matches)),
        Err(error) => error.format(&mut command).exit(),
    }
}

fn warn(file: &EnvFile, json: bool) {
    let mut warnings = file.warnings().peekable();
    if warnings.peek().is_some() {
        let shown = Shown::new(json);
        warnings.for_each(|warning| shown.warning(&warning));
        shown.clear();
    }
}

/// The exit code of a command that did what it was asked for.
async fn run(command: Subcommands, file: &EnvFile) -> Result<ExitCode, CliError> {
    let done = match command {
        Subcommands::Policies(policies) => return commands::policies::run(policies).await,
        Subcommands::Permissions(permissions) => {
            return Box::pin(commands::permissions::run(permissions)).await;
        }
        Subcommands::Configure(configure) => {
            Box::pin(commands::configure::run(configure, file)).await
        }
        Subcommands::Doctor(doctor) => {
            return Box::pin(commands::doctor::run(doctor, file)).await;
        }
        Subcommands::Render(render) => Box::pin(commands::render::run(*render)).await,
        Subcommands::Compositions(compositions) => {
            Box::pin(commands::compositions::run(compositions)).await
        }
        Subcommands::Clip(clip) => Box::pin(commands::clip::run(*clip)).await,
        Subcommands::Still(still) => Box::pin(commands::still::run(*still)).await,
        Subcommands::Progress(progress) => Box::pin(commands::progress::run(progress)).await,
        Subcommands::Cancel(cancel) => Box::pin(commands::cancel::run(cancel)).await,
        Subcommands::Deploy(deploy) => Box::pin(commands::deploy::run(*deploy)).await,
        Subcommands::Functions(functions) => commands::functions::run(functions).await,
        Subcommands::Sites(sites) => Box::pin(commands::sites::run(sites)).await,
        Subcommands::Buckets(buckets) => commands::buckets::run(buckets).await,
        Subcommands::Quotas(quotas) => commands::quotas::run(quotas).await,
        Subcommands::Regions(regions) => {
            commands::regions::run(&regions);
            Ok(())
        }
        Subcommands::Cloud(Cloud::Serve(serve)) => Box::pin(commands::serve::run(serve)).await,
        Subcommands::Cloud(Cloud::Events(events)) => commands::events::run(events).await,
        Subcommands::Cloud(Cloud::Prune(prune)) => commands::prune::run(prune).await,
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// What of the SDK writes requests and answers down as they were sent, tokens and secret keys included.
const SECRETIVE: [&str; 3] = ["aws_config", "aws_smithy_runtime", "aws_smithy_http_client"];

/// What happens underneath goes to standard error: problems, and everything with `--verbose`.
fn log(verbose: bool) {
    // s3s reports every refusal as a failure of its own; what matters of it is in the event history.
    let default = if verbose {
        "info,s3s=off"
    } else {
        "error,s3s=off"
    };
    let mut filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    for target in SECRETIVE {
        if let Ok(off) = format!("{target}=off").parse() {
            filter = filter.add_directive(off);
        }
    }
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
