//! Which target group and which target get a request, and the cookies by which a client stays with them.

use super::attributes::is;
use super::routes::{Pool, drawn, on, seconds};
use super::state::TargetLive;
use hyper::HeaderMap;
use hyper::header::{COOKIE, HeaderValue, SET_COOKIE};
use infra_ecs::rollout::Moment;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use time::OffsetDateTime;
use time::macros::format_description;

/// Of target groups, of targets, and of targets by an app's cookie.
const GROUP: &str = "AWSALBTG";
const TARGET: &str = "AWSALB";
const TARGET_BY_APP: &str = "AWSALBAPP-0";
/// However long a client stays, AWS's cookies are kept so long.
const KEPT_DAYS: i64 = 7;

/// Who gets a request.
pub struct Choice {
    pub target: Arc<TargetLive>,
    cookies: Vec<(&'static str, String)>,
    /// The app's cookie without which ours is not set.
    by_app: Option<String>,
}

/// Chooses a target group by its weight and one of its targets, or those that the client has been with.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/sticky-sessions.html>
pub fn choose(
    groups: &[(u32, Arc<Pool>)],
    sticky: Option<Duration>,
    headers: &HeaderMap,
    now: Moment,
) -> Result<Choice, u16> {
    const NONE: u16 = 503;
    let mut cookies = Vec::new();
    let kept = sticky.and_then(|duration| {
        let known =
            |cookie: &str| groups.iter().find(|(weight, pool)| *weight > 0 && pool.live.cookie == cookie);
        remembered(headers, &[GROUP, "AWSALBTGCORS"], duration, now).find_map(known)
    });
    let (_, pool) = match kept {
        Some(kept) => kept,
        None => {
            let weights: Vec<u32> = groups.iter().map(|(weight, _)| *weight).collect();
            drawn(&weights).and_then(|index| groups.get(index)).ok_or(NONE)?
        }
    };
    if sticky.is_some() {
        cookies.push((GROUP, value(&pool.live.cookie, now)));
    }
    let attributes = &pool.attributes;
    let by_app = is(attributes, "stickiness.type", "app_cookie");
    let target = if on(attributes, "stickiness.enabled") {
        let kind = if by_app { "app_cookie" } else { "lb_cookie" };
        let duration = seconds(attributes, &format!("stickiness.{kind}.duration_seconds"));
        let names: &[&str] = if by_app { &[TARGET_BY_APP] } else { &[TARGET, "AWSALBCORS"] };
        let known = |cookie: &str| pool.eligible.iter().map(|(live, _)| live).find(|it| it.cookie == cookie);
        let kept = remembered(headers, names, duration, now).find_map(known);
        let target = kept.or_else(|| pool.next(now)).ok_or(NONE)?;
        cookies.push((if by_app { TARGET_BY_APP } else { TARGET }, value(&target.cookie, now)));
        target
    } else {
        pool.next(now).ok_or(NONE)?
    };
    let target = Arc::clone(target);
    // The app's cookie says when ours is set.
    let by_app = attributes.get("stickiness.app_cookie.cookie_name").filter(|_| by_app).cloned();
    pool.live.requests.fetch_add(1, Ordering::Relaxed);
    Ok(Choice { target, cookies, by_app })
}

impl Choice {
    /// Gives the client its cookies.
    pub fn set_cookies(&self, answer: &mut HeaderMap) {
        let format = format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        );
        let expires = OffsetDateTime::now_utc() + time::Duration::days(KEPT_DAYS);
        let expires = expires.format(&format).unwrap_or_default();
        let set =
            |name: &str| name != TARGET_BY_APP || self.by_app.as_ref().is_some_and(|it| sets(answer, it));
        let cookies: Vec<_> = self.cookies.iter().filter(|(name, _)| set(name)).collect();
        for (name, value) in cookies {
            let plain = format!("{name}={value}; Expires={expires}; Path=/");
            let cors = format!("{name}CORS={value}; Expires={expires}; Path=/; SameSite=None; Secure");
            let both = if *name == TARGET_BY_APP { vec![plain] } else { vec![plain, cors] };
            for cookie in both.iter().filter_map(|it| HeaderValue::from_str(it).ok()) {
                answer.append(SET_COOKIE, cookie);
            }
        }
    }
}

fn sets(answer: &HeaderMap, cookie: &str) -> bool {
    let names = answer.get_all(SET_COOKIE).iter().filter_map(|it| it.to_str().ok()?.split('=').next());
    names.into_iter().any(|name| name.trim() == cookie)
}

/// Who it is, and when that was last said: written anew with each answer.
fn value(of: &str, now: Moment) -> String {
    format!("{of}{:x}", now.millis())
}

/// Those whom a client's cookies name that are not too old.
fn remembered<'a>(
    headers: &'a HeaderMap,
    names: &'a [&str],
    duration: Duration,
    now: Moment,
) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|it| it.to_str().ok());
    lines.flat_map(|it| it.split(';')).filter_map(move |pair| {
        const ID: usize = 16;
        let (name, value) = pair.trim().split_once('=')?;
        let (of, since) = (value.get(..ID)?, value.get(ID..)?);
        let since = Moment::from_millis(u64::from_str_radix(since, 16).ok()?);
        (names.contains(&name) && now.since(since) < duration).then_some(of)
    })
}
