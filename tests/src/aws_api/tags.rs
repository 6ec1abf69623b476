//! Tags of all services at once.

use std::collections::BTreeSet;

use serde_json::json;

use super::listing::{array, text_of};
use super::{AwsApi, Call, json_of};

const TAGGING: &str = "ResourceGroupsTaggingAPI_20170126";

impl AwsApi {
    /// The tags of everything with this text in its ARN, as far as AWS lists the tags of all services at once.
    pub async fn tags_of_everything_named(&self, text: &str) -> BTreeSet<String> {
        let (mut found, mut next) = (BTreeSet::new(), String::new());
        loop {
            let (target, operation, body) = (TAGGING, "GetResources", json!({ "PaginationToken": next }));
            let call = Call::Json { service: "tagging", target, operation, body };
            let page = json_of(&call, &self.answer(&call).await);
            let all = array(&page["ResourceTagMappingList"]);
            let named = all.filter(|it| text_of(&it["ResourceARN"]).contains(text));
            found.extend(named.map(|it| format!("{operation}: {it}")));
            next = text_of(&page["PaginationToken"]).to_owned();
            if next.is_empty() {
                return found;
            }
        }
    }
}
