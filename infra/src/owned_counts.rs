//! Desired counts that a deploy does not set, since an autoscaler owns the number of tasks of a service that is there.

use crate::settings::{Given, Origin, Settings};
use crate::stack_name::DEFAULT_STACK;

/// A desired count that was given for one run, of an app with an autoscaler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedCount {
    /// What the program calls the app.
    pub app: &'static str,
    /// The count that was given.
    pub given: u32,
    least: u32,
    most: u32,
    /// The limits that were not given and that it moves, in words.
    moved: Vec<String>,
}

impl OwnedCount {
    /// Those of the command line: what a file says holds for every run, as the code does.
    pub fn among(given: &Given, settings: &Settings) -> Vec<Self> {
        let for_this_run = |key: &str| given.iter().any(|one| one.origin == Origin::Set && one.gives(key));
        let before = Settings::of(settings.apps.specs()).overridden(&given.of_files()).unwrap_or_default();
        let of_app = settings.apps.iter().filter_map(|(app, settings)| {
            let scaling = &settings.scaling;
            let was =
                before.apps.get(app.name).map_or_else(|| (app.defaults)().scaling, |it| it.scaling.clone());
            let limits = [
                ("min_tasks", was.min_tasks, scaling.min_tasks),
                ("max_tasks", was.max_tasks, scaling.max_tasks),
            ];
            let moved = limits.into_iter().filter_map(|(limit, before, now)| {
                let limit = format!("{}.scaling.{limit}", app.name);
                let is_moved = before != now && !for_this_run(&limit);
                is_moved.then(|| format!("{limit} from {before} to {now}"))
            });
            let owned = Self {
                app: app.name,
                given: settings.desired_count,
                least: scaling.min_tasks,
                most: scaling.max_tasks,
                moved: moved.collect(),
            };
            let key = format!("{}.desired_count", app.name);
            (scaling.enabled && for_this_run(&key)).then_some(owned)
        });
        of_app.collect()
    }

    /// What becomes of it where the service is there already, and what sets the number instead.
    pub fn note(&self, stack: &str, region: Option<&str>) -> String {
        let Self { app, given, least, most, moved } = self;
        let stack = if stack == DEFAULT_STACK { String::new() } else { format!(" --stack {stack}") };
        let region = region.map(|region| format!(" --region {region}")).unwrap_or_default();
        let moved =
            if moved.is_empty() { String::new() } else { format!(" (it moves {})", moved.join(" and ")) };
        format!(
            "{app}.desired_count={given} does not change how many tasks run: the service is there, and its autoscaler \
             decides, from {least} to {most}{moved}; `cargo xtask scale {app} {given}{stack}{region}` sets the number now, \
             --set {app}.scaling.min_tasks={given} keeps at least so many"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(overrides: &[&str]) -> Vec<String> {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        let given = Given::of_set(&overrides);
        let owned = OwnedCount::among(&given, &Settings::default().overridden(&given).unwrap());
        owned.iter().map(|owned| owned.note("demo", Some("eu-west-1"))).collect()
    }

    #[test]
    fn a_count_that_the_autoscaler_owns_names_what_sets_it() {
        let notes = notes(&["web.desired_count=3"]);
        assert_eq!(notes.len(), 1, "{notes:?}");
        for part in [
            "web.desired_count=3",
            "from 2 to 4",
            "`cargo xtask scale web 3 --stack demo --region eu-west-1`",
            "--set web.scaling.min_tasks=3",
        ] {
            assert!(notes[0].contains(part), "{notes:?}");
        }
    }

    #[test]
    fn limits_that_the_count_moves_are_named_and_those_that_are_given_are_not() {
        for (given, part) in [
            (&["web.desired_count=3"][..], "from 2 to 4; "),
            (&["web.desired_count=9"], "from 2 to 9 (it moves web.scaling.max_tasks from 4 to 9); "),
            (&["web.desired_count=1"], "from 1 to 4 (it moves web.scaling.min_tasks from 2 to 1); "),
            (&["web.desired_count=9", "web.scaling.max_tasks=9"], "from 2 to 9; "),
        ] {
            let notes = notes(given);
            assert!(notes.iter().any(|note| note.contains(part)), "{given:?}: {notes:?}");
        }
    }

    #[test]
    fn the_setting_that_the_note_names_does_keep_so_many() {
        let with = Settings::with_overrides(&["web.scaling.min_tasks=3".to_owned()]).unwrap();
        assert_eq!(with.apps["web"].scaling.min_tasks, 3);
        assert_eq!(with.violations(), []);
    }

    #[test]
    fn other_counts_are_set_by_a_deploy() {
        assert_eq!(notes(&[]), [""; 0]);
        assert_eq!(notes(&["web.desired_count=3", "web.scaling.enabled=false"]), [""; 0]);
        assert_eq!(notes(&["web.scaling.min_tasks=3"]), [""; 0]);
    }
}
