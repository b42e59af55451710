//! `framewright quotas`.

use deploy::Account;
use deploy::quotas::{self, Concurrency, IncreaseRequest};

use crate::args::{Quotas, QuotasAction};
use crate::commands::opened;
use crate::error::CliError;
use crate::show::Shown;

/// Shows the quota, or asks for more.
pub(crate) async fn run(args: Quotas) -> Result<(), CliError> {
    let shown = Shown::new(args.output.json);
    opened(&args.place, &shown, async |account| match args.action {
        None => show(account, &shown).await,
        Some(QuotasAction::Increase) => increase(account, args.to, &shown).await,
    })
    .await
}

async fn show(account: &Account, shown: &Shown) -> Result<(), CliError> {
    let quota = quotas::concurrency(account.config()).await?;
    let Concurrency {
        now,
        default,
        pending,
    } = &quota;
    let mut text = format!(
        "{now} functions may run at once in {}; AWS's default is {default}",
        account.region
    );
    for IncreaseRequest {
        desired,
        status,
        case,
    } in pending
    {
        let case = case
            .as_ref()
            .map_or_else(String::new, |case| format!(", case {case}"));
        text += &format!("\nasked for {desired}: {status}{case}");
    }
    if pending.is_empty() && now <= default {
        text += "\n`framewright quotas increase` asks for more";
    }
    shown.result(&text, &quota);
    Ok(())
}

async fn increase(account: &Account, to: Option<u32>, shown: &Shown) -> Result<(), CliError> {
    let made = quotas::increase(account.config(), to.map(f64::from)).await?;
    let text = format!(
        "asked for {} functions at once in {}: {}",
        made.desired, account.region, made.status
    );
    shown.result(&text, &made);
    Ok(())
}
