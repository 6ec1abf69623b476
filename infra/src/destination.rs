//! Where a stack is deployed to.

/// Account and region: part of some names and policies.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The twelve digits of the account.
    pub account_id: String,
    /// The region, such as `us-east-1`.
    pub region: String,
}
