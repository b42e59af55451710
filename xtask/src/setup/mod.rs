//! Installs what building, testing and rendering need. Safe to repeat: what is there is skipped.

mod debian;
mod fonts;
mod site;
pub(crate) mod tools;

use anyhow::Result;

use crate::paths;

/// Programs and fonts, the example site's bundle, the packages of the CDK example and of npm's client, and the test tools,
/// npm's among them.
pub(crate) fn everything() -> Result<()> {
    rendering()?;
    site::npm_packages(&paths::example_cdk())?;
    site::npm_packages(&paths::snippets())?;
    site::npm_packages(&paths::test_npm())?;
    tools::install()
}

/// What a render needs: Chrome, ffmpeg, fonts and the example site's bundle.
pub(crate) fn rendering() -> Result<()> {
    debian::install()?;
    fonts::check()?;
    site::bundle()
}
