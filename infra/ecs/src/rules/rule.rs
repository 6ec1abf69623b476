//! The rules of ECS, numbered; they stand in `table.rs`.

/// Makes the enum of rules, its documentation and its texts from one table.
macro_rules! rules {
    ($($number:ident $page:literal $valid:literal;)*) => {
        /// A rule of ECS. `T` are about task definitions, `C` capacity providers, `S` services, `L` load balancers,
        /// `D` deployments. With `X` the sources disagree: a warning, never a refusal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(
                #[doc = concat!(stringify!($number), ": ", $valid, ".\n\nAWS: \"", $page, "\".")]
                $number,
            )*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$number),*];

            /// Its number, such as `T10`.
            pub fn number(self) -> &'static str {
                match self { $(Self::$number => stringify!($number)),* }
            }

            /// The title of the page of AWS's documentation that it comes from.
            pub fn page(self) -> &'static str {
                match self { $(Self::$number => $page),* }
            }

            /// What would be valid.
            pub fn valid(self) -> &'static str {
                match self { $(Self::$number => $valid),* }
            }
        }
    };
}

mod explanation;
mod table;

pub use explanation::Explanation;
pub use table::Rule;

impl Rule {
    /// Whether the sources disagree, so that it warns and does not refuse.
    pub fn is_disputed(self) -> bool {
        self.number().starts_with('X')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_says_what_is_valid_and_where_that_stands() {
        let numbers: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.number()).collect();
        assert_eq!(numbers.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert!(
                !rule.valid().is_empty() && !rule.page().is_empty() && !rule.valid().contains("  "),
                "{rule:?}"
            );
        }
    }
}
