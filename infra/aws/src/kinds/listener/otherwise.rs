//! What a listener does with requests that no rule matches: its default action.

use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, FixedResponseActionConfig, RedirectActionConfig, RedirectActionStatusCodeEnum,
};
use infra_resources::listener::{FixedResponse, Otherwise, RedirectToHttps};

/// What a redirect leaves as the request has it.
const SAME_HOST: &str = "#{host}";
const SAME_PATH: &str = "/#{path}";
const SAME_QUERY: &str = "#{query}";

/// The action that does it.
pub fn action(otherwise: &Otherwise) -> Action {
    match otherwise {
        Otherwise::Answer(answer) => {
            let config = FixedResponseActionConfig::builder()
                .status_code(answer.status_code.to_string())
                .content_type("text/plain")
                .message_body(&answer.message);
            Action::builder()
                .r#type(ActionTypeEnum::FixedResponse)
                .fixed_response_config(config.build())
                .build()
        }
        Otherwise::Redirect(to) => {
            let config = RedirectActionConfig::builder()
                .protocol("HTTPS")
                .port(to.redirect_to_https_port.to_string())
                .host(SAME_HOST)
                .path(SAME_PATH)
                .query(SAME_QUERY)
                .status_code(RedirectActionStatusCodeEnum::Http301);
            Action::builder().r#type(ActionTypeEnum::Redirect).redirect_config(config.build()).build()
        }
    }
}

/// What a list of actions does; an empty answer where it does anything else.
pub fn of(actions: &[Action]) -> Otherwise {
    let [action] = actions else { return Otherwise::Answer(answer(None)) };
    match action.redirect_config().and_then(redirect) {
        Some(redirect) => Otherwise::Redirect(redirect),
        None => Otherwise::Answer(answer(action.fixed_response_config())),
    }
}

fn answer(config: Option<&FixedResponseActionConfig>) -> FixedResponse {
    FixedResponse {
        status_code: config.and_then(|config| config.status_code()?.parse().ok()).unwrap_or_default(),
        message: config.and_then(|config| config.message_body()).unwrap_or_default().to_owned(),
    }
}

/// A redirect like ours, to whichever port; what is left out stays as the request has it.
fn redirect(config: &RedirectActionConfig) -> Option<RedirectToHttps> {
    let is_same = |part: Option<&str>, same: &str| part.is_none_or(|part| part == same);
    let keeps_the_rest = is_same(config.host(), SAME_HOST)
        && is_same(config.path(), SAME_PATH)
        && is_same(config.query(), SAME_QUERY);
    let is_ours = config.protocol() == Some("HTTPS")
        && config.status_code() == Some(&RedirectActionStatusCodeEnum::Http301);
    let port = config.port()?.parse().ok().filter(|_| keeps_the_rest && is_ours)?;
    Some(RedirectToHttps { redirect_to_https_port: port })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REDIRECT: Otherwise = Otherwise::Redirect(RedirectToHttps { redirect_to_https_port: 443 });

    #[test]
    fn what_is_sent_is_read_back() {
        let answer = Otherwise::Answer(FixedResponse { status_code: 503, message: "Later.".to_owned() });
        for otherwise in [answer, REDIRECT] {
            assert_eq!(of(&[action(&otherwise)]), otherwise);
        }
    }

    #[test]
    fn another_redirect_is_none_of_ours() {
        let config = RedirectActionConfig::builder().protocol("HTTPS").port("443");
        let moved = config.clone().status_code(RedirectActionStatusCodeEnum::Http301);
        let to = |config: RedirectActionConfig| of(&[Action::builder().redirect_config(config).build()]);
        assert_eq!(to(moved.clone().build()), REDIRECT);
        for other in [
            moved.clone().host("other.example").build(),
            moved.clone().path("/").build(),
            moved.clone().query("").build(),
            moved.protocol("HTTP").build(),
            config.status_code(RedirectActionStatusCodeEnum::Http302).build(),
        ] {
            assert_ne!(to(other), REDIRECT);
        }
        assert_eq!(of(&[]), Otherwise::Answer(FixedResponse { status_code: 0, message: String::new() }));
    }
}
