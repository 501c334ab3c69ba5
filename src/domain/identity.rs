//! Names of usage points and of places in the grid, and seeds that depend on nothing but the name,
//! the purpose and the run's seed.
//!
//! The two kinds of name are types of their own, for a file may use one text for a meter and for
//! the transformer beside it. Both read as the text that they hold.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A name that is cheap to copy and reads as text.
macro_rules! id {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(Arc<str>);

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                Self(text.as_str().into())
            }
        }

        impl From<Arc<str>> for $name {
            fn from(text: Arc<str>) -> Self {
                Self(text)
            }
        }
    };
}

id! {
    /// Id of a usage point (a meter as the utility names it), trimmed, otherwise byte for byte as
    /// in the file.
    UsagePointId
}

id! {
    /// Id of a place in the grid: a substation, feeder or transformer, never a customer.
    NodeId
}

/// What random numbers are drawn for; part of every seed, so that no two purposes share a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Choosing the nodes whose whole series are kept for injection.
    Sample,
    /// Drawing the farm that is injected into a kept series.
    Injection,
    /// Building a synthetic utility.
    Synthesis,
    /// Choosing the fold of a usage point, whose judges have not seen it.
    Fold,
}

/// Seed for one node and one purpose: a hash of run seed, node id, purpose and a counter.
///
/// Adding a node to a dump therefore never changes what is drawn for another node.
#[must_use]
pub fn seed_of(run_seed: u64, node: &str, purpose: Purpose, counter: u64) -> u64 {
    let mut hasher = xxhash_rust::xxh3::Xxh3::with_seed(run_seed);
    hasher.update(node.as_bytes());
    hasher.update(&[0xff, purpose as u8]);
    hasher.update(&counter.to_le_bytes());
    hasher.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_differ_by_node_purpose_and_counter() {
        let base = seed_of(1, "A", Purpose::Sample, 0);
        assert_ne!(base, seed_of(1, "B", Purpose::Sample, 0));
        assert_ne!(base, seed_of(1, "A", Purpose::Injection, 0));
        assert_ne!(base, seed_of(1, "A", Purpose::Sample, 1));
        assert_ne!(base, seed_of(2, "A", Purpose::Sample, 0));
    }
}
