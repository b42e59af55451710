//! `Emulation`: what the page believes about its screen.

use crate::command::command;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetDeviceMetrics {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) device_scale_factor: f64,
    pub(crate) mobile: bool,
}

command!(SetDeviceMetrics, "Emulation.setDeviceMetricsOverride");

/// Without a colour, the page's own background is back.
#[derive(Serialize)]
pub(crate) struct SetDefaultBackgroundColor {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) color: Option<Colour>,
}

/// 0 to 255; alpha 0 is transparent.
#[derive(Serialize)]
pub(crate) struct Colour {
    pub(crate) r: u8,
    pub(crate) g: u8,
    pub(crate) b: u8,
    pub(crate) a: u8,
}

command!(
    SetDefaultBackgroundColor,
    "Emulation.setDefaultBackgroundColorOverride"
);

#[derive(Serialize)]
pub(crate) struct SetEmulatedMedia<'a> {
    pub(crate) media: &'a str,
    pub(crate) features: &'a [MediaFeature<'a>],
}

#[derive(Serialize)]
pub(crate) struct MediaFeature<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
}

command!(SetEmulatedMedia<'_>, "Emulation.setEmulatedMedia");
