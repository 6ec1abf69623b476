//! A blue/green deployment: which revisions run and who gets the traffic, stage by stage.

use std::fmt;

use serde::Serialize;

/// The stages of a deployment, in ECS's order (rule D16).
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-lifecycle-hooks.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "ECS's own names; a StageView says what each is for")]
pub enum Stage {
    ReconcileService,
    PreScaleUp,
    ScaleUp,
    PostScaleUp,
    TestTrafficShift,
    PostTestTrafficShift,
    PreProductionTrafficShift,
    ProductionTrafficShift,
    PostProductionTrafficShift,
    BakeTime,
    CleanUp,
}

/// The service's old and new revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Revision {
    /// The one in production when the deployment starts.
    Blue,
    /// The one that is deployed.
    Green,
}

/// How the service gets back to blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Rollback {
    /// Green is stopped, if it runs yet; no production traffic has reached it.
    StopGreen,
    /// Traffic goes back to blue at once, as all its tasks still run.
    ShiftBack,
    /// The earlier revision has to be deployed again.
    Redeploy,
}

/// How things are when a stage ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StageView {
    /// The stage.
    pub stage: Stage,
    /// Who serves the users.
    pub production_traffic: Revision,
    /// Who serves the test listener, where the service has one.
    pub test_traffic: Option<Revision>,
    /// Whether the old revision has tasks.
    pub blue_running: bool,
    /// Whether the new revision has tasks.
    pub green_running: bool,
    /// How long the stage waits, where that is configured.
    pub minutes: Option<u32>,
    /// What a rollback does.
    pub rollback: Rollback,
    /// What the stage is for.
    pub why: String,
}

/// Deploys green in place of blue, with this many minutes of bake time.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html>.
/// Bake time begins after the production traffic has moved (rule D11): it is the time for which blue is kept
/// for an instant rollback, not a time for tests before the switch.
pub fn blue_green(bake_minutes: u32) -> Vec<StageView> {
    Stage::ALL.iter().map(|stage| stage.view(bake_minutes)).collect()
}

impl Stage {
    /// Every stage, first to last.
    pub const ALL: [Self; 11] = [
        Self::ReconcileService,
        Self::PreScaleUp,
        Self::ScaleUp,
        Self::PostScaleUp,
        Self::TestTrafficShift,
        Self::PostTestTrafficShift,
        Self::PreProductionTrafficShift,
        Self::ProductionTrafficShift,
        Self::PostProductionTrafficShift,
        Self::BakeTime,
        Self::CleanUp,
    ];

    fn view(self, bake_minutes: u32) -> StageView {
        let shifted = self >= Self::ProductionTrafficShift;
        StageView {
            stage: self,
            production_traffic: if shifted { Revision::Green } else { Revision::Blue },
            // AWS documents no stage that takes the test traffic away from green again.
            test_traffic: (self >= Self::TestTrafficShift).then_some(Revision::Green),
            blue_running: self < Self::CleanUp,
            green_running: self >= Self::ScaleUp,
            minutes: (self == Self::BakeTime).then_some(bake_minutes),
            rollback: match self {
                Self::CleanUp => Rollback::Redeploy,
                _ if shifted => Rollback::ShiftBack,
                _ => Rollback::StopGreen,
            },
            why: self.why(bake_minutes),
        }
    }

    fn why(self, bake_minutes: u32) -> String {
        let why = match self {
            Self::ReconcileService => "only if several revisions are active",
            Self::PreScaleUp => "green has not started",
            Self::ScaleUp => "green starts all its tasks, without any traffic",
            Self::PostScaleUp => "green runs in full, still without traffic",
            Self::TestTrafficShift => "the test listener, if any, moves to green",
            Self::PostTestTrafficShift => "tests before the switch belong here (hook, pause)",
            Self::PreProductionTrafficShift => "the last moment before users see green",
            Self::ProductionTrafficShift => "all production traffic moves to green at once",
            Self::PostProductionTrafficShift => "green serves everybody, blue runs idle",
            Self::BakeTime if bake_minutes == 0 => "no bake time: blue is stopped at once",
            Self::BakeTime if bake_minutes == 1 => "1 minute in which blue is kept for a rollback",
            Self::BakeTime => return format!("{bake_minutes} minutes in which blue is kept for a rollback"),
            Self::CleanUp => "blue's tasks are stopped, green is the service",
        };
        why.to_owned()
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ReconcileService => "RECONCILE_SERVICE",
            Self::PreScaleUp => "PRE_SCALE_UP",
            Self::ScaleUp => "SCALE_UP",
            Self::PostScaleUp => "POST_SCALE_UP",
            Self::TestTrafficShift => "TEST_TRAFFIC_SHIFT",
            Self::PostTestTrafficShift => "POST_TEST_TRAFFIC_SHIFT",
            Self::PreProductionTrafficShift => "PRE_PRODUCTION_TRAFFIC_SHIFT",
            Self::ProductionTrafficShift => "PRODUCTION_TRAFFIC_SHIFT",
            Self::PostProductionTrafficShift => "POST_PRODUCTION_TRAFFIC_SHIFT",
            Self::BakeTime => "BAKE_TIME",
            Self::CleanUp => "CLEAN_UP",
        })
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Blue => "blue",
            Self::Green => "green",
        })
    }
}

impl fmt::Display for Rollback {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::StopGreen => "stop green",
            Self::ShiftBack => "shift back",
            Self::Redeploy => "redeploy",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(stage: Stage) -> StageView {
        blue_green(5).into_iter().find(|view| view.stage == stage).unwrap()
    }

    #[test]
    fn the_stages_come_in_the_order_of_ecs() {
        assert!(Stage::ALL.is_sorted());
        assert_eq!(blue_green(5).iter().map(|view| view.stage).collect::<Vec<_>>(), Stage::ALL);
    }

    #[test]
    fn a_stage_has_one_name_in_text_and_json() {
        for stage in Stage::ALL {
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.to_string());
        }
    }

    #[test]
    fn bake_time_comes_after_the_traffic_has_moved_and_keeps_both_revisions() {
        assert!(Stage::BakeTime > Stage::ProductionTrafficShift);
        let bake = at(Stage::BakeTime);
        assert_eq!(bake.production_traffic, Revision::Green);
        assert!(bake.blue_running && bake.green_running);
        assert_eq!(bake.minutes, Some(5));
    }

    #[test]
    fn tests_see_green_before_users_do() {
        let tested = at(Stage::PostTestTrafficShift);
        assert_eq!(tested.test_traffic, Some(Revision::Green));
        assert_eq!(tested.production_traffic, Revision::Blue);
        assert_eq!(at(Stage::PostScaleUp).test_traffic, None);
    }

    #[test]
    fn whoever_gets_traffic_runs() {
        for view in blue_green(0) {
            for revision in [Some(view.production_traffic), view.test_traffic].into_iter().flatten() {
                assert!(if revision == Revision::Blue { view.blue_running } else { view.green_running });
            }
        }
    }

    #[test]
    fn a_rollback_is_instant_until_blue_is_gone() {
        assert_eq!(at(Stage::PreProductionTrafficShift).rollback, Rollback::StopGreen);
        for stage in [Stage::ProductionTrafficShift, Stage::PostProductionTrafficShift, Stage::BakeTime] {
            assert_eq!(at(stage).rollback, Rollback::ShiftBack);
            assert!(at(stage).blue_running);
        }
        assert_eq!(at(Stage::CleanUp).rollback, Rollback::Redeploy);
        assert!(!at(Stage::CleanUp).blue_running);
    }
}
