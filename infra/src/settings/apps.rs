//! The settings of all apps: a section for each, named like it.

use super::AppSettings;
use super::range::Range;
use crate::app_spec::{AppList, AppSpec};
use serde::de::Error;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use std::ops::Index;

/// The settings of the apps of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apps {
    specs: AppList,
    /// In the order of the list.
    settings: Vec<AppSettings>,
}

impl Apps {
    /// The defaults of these apps.
    pub(super) fn of(specs: AppList) -> Self {
        Self { specs, settings: specs.iter().map(|app| (app.defaults)()).collect() }
    }

    /// Takes the sections of these apps out of all settings.
    pub(super) fn take(specs: AppList, all: &mut Value) -> Result<Self, serde_json::Error> {
        let mut section = |app: &AppSpec| {
            let section = all.as_object_mut().and_then(|all| all.remove(app.name));
            section
                .ok_or_else(|| serde_json::Error::missing_field(app.name))
                .and_then(AppSettings::deserialize)
        };
        Ok(Self { specs, settings: specs.iter().map(&mut section).collect::<Result<_, _>>()? })
    }

    /// The list.
    pub fn specs(&self) -> AppList {
        self.specs
    }

    /// Each app with its settings.
    pub fn iter(&self) -> impl Iterator<Item = (&'static AppSpec, &AppSettings)> {
        self.specs.iter().zip(&self.settings)
    }

    /// The same, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&'static AppSpec, &mut AppSettings)> {
        self.specs.iter().zip(&mut self.settings)
    }

    /// The settings of an app.
    pub fn get(&self, name: &str) -> Option<&AppSettings> {
        self.iter().find(|(app, _)| app.name == name).map(|(_, settings)| settings)
    }

    pub(super) fn ranges(&self) -> impl Iterator<Item = Range> {
        self.specs.iter().map(|app| Range::section(app.name, AppSettings::RANGES))
    }
}

impl Index<&str> for Apps {
    type Output = AppSettings;

    /// # Panics
    /// When there is no such app.
    fn index(&self, name: &str) -> &AppSettings {
        self.get(name).unwrap_or_else(|| panic!("there is no app {name}"))
    }
}

impl Serialize for Apps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(app, settings)| (app.name, settings)))
    }
}
