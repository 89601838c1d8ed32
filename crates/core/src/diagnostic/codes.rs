//! Every code, with its entry in the manual (`cordiale check --explain CODE`).

use super::Severity;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal, $explain:literal;)*) => {
        /// A stable code: `E` errors, `W` warnings. A code is never given to something else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "each has its entry in the table below")]
        pub enum Code { $($name),* }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];

            /// As people see it, `E101`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Code::$name => $id),* }
            }

            /// What it is, in a phrase.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title),* }
            }

            /// The manual's entry: why it is so, and what to do.
            #[must_use]
            pub fn explain(self) -> &'static str {
                match self { $(Code::$name => $explain),* }
            }
        }
    };
}

codes! {
    Unreadable = "E001", "a file cannot be read", "";
}

impl Code {
    /// Error or warning.
    #[must_use]
    pub fn severity(self) -> Severity {
        if self.id().starts_with('W') { Severity::Warning } else { Severity::Error }
    }

    /// The code with this id, in either case.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(id))
    }
}
