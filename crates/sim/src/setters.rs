//! What whoever sets up a run may set of it, in one way for the run itself and for all analyses.

/// Methods of a builder, each of which sets a field and gives the builder back: those of `trials`, `seed`, `threads` and
/// `on_progress` that are named, documented where they are. `in part` says that the field is one of a field's.
macro_rules! setters {
    () => {};
    ($(#[$doc:meta])* trials $(in $part:ident)?; $($rest:tt)*) => {
        $(#[$doc])*
        #[must_use]
        pub fn trials(mut self, trials: u64) -> Self {
            self.$($part.)?trials = trials;
            self
        }
        setters! { $($rest)* }
    };
    ($(#[$doc:meta])* seed $(in $part:ident)?; $($rest:tt)*) => {
        $(#[$doc])*
        #[must_use]
        pub fn seed(mut self, seed: u64) -> Self {
            self.$($part.)?seed = seed;
            self
        }
        setters! { $($rest)* }
    };
    (threads $(in $part:ident)?; $($rest:tt)*) => {
        /// On how many threads to run; 0 is all that the machine has, and more than 64 or twice as many as it has are as
        /// many. The result does not depend on it.
        #[must_use]
        pub fn threads(mut self, threads: usize) -> Self {
            self.$($part.)?threads = threads;
            self
        }
        setters! { $($rest)* }
    };
    ($(#[$doc:meta])* on_progress($progress:ty) $(in $part:ident)?; $($rest:tt)*) => {
        $(#[$doc])*
        ///
        /// [`ControlFlow::Break`]: std::ops::ControlFlow::Break
        #[must_use]
        pub fn on_progress(
            mut self,
            callback: impl Fn(&$progress) -> std::ops::ControlFlow<()> + Send + Sync + 'static,
        ) -> Self {
            self.$($part.)?on_progress = Some(std::sync::Arc::new(callback));
            self
        }
        setters! { $($rest)* }
    };
}
