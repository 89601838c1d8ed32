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
    // ---- files
    Unreadable = "E001", "a file cannot be read",
        "The file named on the command line, or a world that a file names, could not be opened or read: it is missing, a directory, or not yours to read. Nothing was run. Check the path; a `world` that ends in .toml is looked for beside the file that names it.";
    NotText = "E002", "a file is not UTF-8 text",
        "Scenario files are text in UTF-8. The place named is the first byte that is not. Save the file as UTF-8, or check that it is the file you meant.";
    TooLarge = "E003", "a file is too large",
        "A scenario or world file may have up to 32 MiB. A world of 2,000 actors and 20,000 ties needs about 3 MB, so a larger file is probably not the one you meant.";
    Toml = "E004", "a file is not TOML",
        "The text breaks the rules of TOML 1.0: an unclosed string or bracket, a key twice, a value that is none. The place named is where reading stopped making sense; the slip is there or just before it.";
    UnknownKey = "E005", "a key that does not exist",
        "A key is not among those that its section knows. Unknown keys are errors, so that a misspelt one is not silently without effect. The help names the nearest known key.";
    MissingKey = "E006", "a key that is needed is missing",
        "The section needs this key: a scenario its `start` and `horizon`, a tie its `weight`, a parameter its `value`, a variable its `initial`.";
    WrongType = "E007", "a value of another kind is needed",
        "The key takes another kind of TOML value: a number and not a string, a date without quotes, a list. The message says which.";
    BadName = "E008", "a name breaks the rules for names",
        "Actors are written in capitals, [A-Z][A-Z0-9_]*; everything else in small letters, [a-z][a-z0-9_]*. So an expression shows at a glance what is an actor.";
    ReservedName = "E009", "a name that the language keeps for itself",
        "and, or, not, for, in, if, else, true, false, to, inf, step, years, dt, actors and the names of functions cannot name anything in a file.";
    DuplicateName = "E010", "one name for two things",
        "Actors, groups, attributes, channels, variables, parameters, indices and rules share one set of names, because expressions use them side by side. Rename one of the two.";
    UnknownWorld = "E011", "a world that cannot be found",
        "`world` names a built-in world (see `cordiale world`) or, where it ends in .toml, a file relative to the one that names it.";
    WorldCircle = "E012", "worlds that extend each other without end",
        "A world may extend another, but the chain must end, and after 32 worlds at most.";
    NotScenario = "E013", "not a scenario",
        "A scenario file has a [scenario] section, a world file a [world] section, and no file both. `run` needs a scenario.";
    Format = "E014", "a later format of the language",
        "`format` is the version of this language, 1 today. A file of a later format needs a later cordiale.";
    // ---- values
    UnknownName = "E101", "a name that nothing has",
        "An expression, a list or a reference names something that the file and its world do not declare. The help names the nearest that exists.";
    OutOfRange = "E102", "a value outside its range",
        "A fixed value lies outside what is allowed: a start outside the `range` of its channel, a horizon beyond 100,000 steps, a seed of 2^63 or more. Drawn and computed values are clamped instead.";
    NotFinite = "E103", "nan, or infinity where it has no meaning",
        "Numbers are finite; inf may stand as an end of `range`, and be compared with `since(rule)`. nan is never a value.";
    BadDate = "E104", "not a date",
        "Dates are written 2013-09-01, without quotes and without a time of day. A source's date may also be a text: \"2013-09\" or \"2013\".";
    BadDuration = "E105", "not a duration",
        "Durations are a number and a unit, \"18 months\" or \"2.5 years\" (days, weeks, months, quarters, years), or a bare number of steps.";
    BeforeStart = "E106", "a date before the start",
        "`at`, `force` and `by` name dates that the run reaches. A window may begin earlier: it then begins with the start.";
    DuplicateTie = "E107", "a tie declared twice",
        "Within one file each dyad of a channel is declared once; an undirected tie is the same in either order. To override a world's tie, declare it in the scenario.";
    SelfTie = "E108", "a tie from an actor to itself",
        "Ties join two actors. Where bound names run over one group, leave the diagonal out with `if a < b` (each pair once) or `if a != b` (both orders); with `foreach`, `where` does it.";
    BadEvidence = "E109", "evidence that points to nothing",
        "Evidence has a `source` declared under [sources], unless its basis is \"judgement\", which needs none.";
    Exclusive = "E110", "keys that exclude each other",
        "A rule has a `chance` a step or a `hazard` a year, not both; one with `at` has neither `window` nor `hazard`; a decay has a `half_life` or a `rate`; an outcome one of `when`, `value` and `levels`.";
    Circle = "E111", "things that are defined through each other",
        "Parameters may use other parameters and indices other indices, but never in a circle: none of them would have a value.";
    BadChoice = "E112", "a word that is not among those allowed",
        "The key takes one of a few words; the help lists them.";
    Unprintable = "E113", "a character that is not seen",
        "Titles, names and notes are printed as they stand. Control characters (but for tabs and the ends of lines) and those that turn the direction of reading (U+202A to U+202E, U+2066 to U+2069) would change what a terminal or a page shows, and have no place in them.";
    // ---- expressions
    Syntax = "E201", "an expression that does not parse",
        "The text breaks off or holds something that has no place there. Loosest first, the operators are: or; and; not; one comparison; + -; * /; to; unary -; ^.";
    TooDeep = "E202", "nested too deeply",
        "Expressions nest up to 128 levels, and with the indices that they use up to 1,000. Give parts of it names of their own under [indices].";
    UnknownFunction = "E203", "a function that does not exist",
        "Only a function has `(` behind its name: a tie, an attribute or an index takes brackets, arms[RUS,CHN], a variable or a parameter nothing. A file cannot define functions; an expression gets a name under [indices].";
    Arguments = "E204", "the wrong number of arguments",
        "A function takes the arguments that its signature shows, in that order. The help shows how it is written.";
    ChainedComparison = "E205", "comparisons do not chain",
        "`0 < x < 1` is written `0 < x and x < 1`.";
    TypeMismatch = "E206", "a number, a condition or an actor where another is needed",
        "There are three types and no silent change from one to another. A condition becomes a number by `if(condition, 1, 0)`, a number a condition by a comparison; actors are compared by id or with `in`, and never enter arithmetic.";
    DrawNotAllowed = "E207", "a draw where none is allowed",
        "Distributions stand where a value is drawn: in parameters, starts (weight, initial, values) and on the right side of an effect. A drawn threshold or rate is a parameter: give it a name under [parameters].";
    NotConstant = "E208", "a constant is needed",
        "The ends of `lo to hi` and the values and weights of `discrete` are constants, so that the distribution is fixed before anything runs.";
    NotAllowedHere = "E209", "something that has no value here",
        "Parameters and starts are drawn before the first step: they know parameters, but no state, no step and no firings. `where` and the `if` of an aggregate know the bound actors alone.";
    ActorCount = "E210", "the wrong number of actors in brackets",
        "A tie is written with two actors, arms[RUS,CHN], an attribute with one, capability[CHN], an index with as many as its `of`.";
    EmptyAggregate = "E211", "a mean, min or max over nothing",
        "Over no actors, sum and count are 0, all is true and any is false; mean, min and max have no value.";
    BadDistribution = "E212", "a distribution that does not exist",
        "An argument is out of its range: an sd below 0, a lower end above the upper. Arguments that are computed are checked when they are drawn.";
    Undefined = "E213", "an expression that never has a value",
        "It divides by zero, whatever stands above, takes the root or logarithm of a negative number, or is fixed and too large for a double.";
    BoundName = "E214", "a bound name that is taken",
        "A name bound by `foreach`, `for` or `of` may not repeat a name of the file or one that is bound already.";
    TooLargeModel = "E215", "a model too large",
        "Written out, the expressions of a scenario may have up to 20 million parts, and its rules up to 200,000 instances. Narrow the groups that `foreach` and `for` run over.";
    // ---- rules, outcomes, variants
    BadEffect = "E301", "not an effect",
        "An effect is `target += value`, `target -= value` or `target = value`; the target is a tie, an attribute or a variable. Parameters are constant in a trial, and indices follow from the state.";
    AssignedTwice = "E302", "two assignments to one target in a rule",
        "The effects of a rule and of the branch that it takes come together, so they may assign each value once. Additions may be many.";
    ChanceRange = "E303", "a constant chance outside 0 to 1",
        "A chance is a probability a step. Rates a year, which may exceed 1, are given by `hazard`. (Computed chances outside the range are clamped, counted and reported.)";
    BadForce = "E304", "a rule that cannot be forced so",
        "`force` names an enabled rule, an instance or a branch, and in one step at most one branch of an instance.";
    BadSetting = "E305", "something that cannot be set",
        "`set` and --set take a tie, attribute, variable or parameter by its name, or any other key by its path, as rules.joint_exercise.cooldown. A variant leaves scenario.seed and scenario.trials alone, so that variants stay comparable.";
    UnknownVariant = "E306", "a variant that does not exist",
        "`--variant` takes a name under [variants] of the file; the help names them.";
    BadGiven = "E307", "an outcome that nothing can be conditional on",
        "`given` names another outcome, of the event form (`when`), that has no `given` itself.";
    BadLevels = "E308", "levels that cannot be told apart",
        "Levels are looked at in order and the first that holds counts. Only the last may do without `when`; where none does, a level `none` is added, so no other may have that name. Beside a level `a` none is called `final_a`, `known_a`, `unknown_sd_a`, `chance_sd_a` or `unknown_share_a`, as figures of it are in tables.";
    BadObserved = "E309", "an observation that does not answer the outcome",
        "In a hindcast, what became of an event is the day on which it was `reached`, or false; of a value, `value`; of levels, `level`. It must be known for the date that is asked about, and of an outcome with `given` it must be said whether the given event came.";
    // ---- warnings
    NeverFires = "W101", "a rule that can never fire",
        "No step of the run lies in its window or its dates, its limit or chance is 0, or its condition is false, whatever values the declared ranges allow. If that is meant, set `enabled = false`.";
    NothingChanges = "W102", "an outcome that nothing can change",
        "Nothing that the outcome looks at is moved by a rule, a decay or a drift, or its conditions hold always or never, whatever values the declared ranges allow: its answer stands at the start.";
    FastHazard = "W103", "a hazard too high for the step",
        "A rule fires once a step at most. At a hazard above half of the steps in a year, a good part of the events that the rate promises are lost. Use a finer step, or one effect that stands for several events.";
    DeadTie = "W104", "a tie that is read and never set",
        "The tie is neither declared nor moved by any effect, so it stays at its channel's default. Declare it, or look for a slip in the name or the order of actors.";
    Unused = "W105", "an actor or a parameter that nothing names",
        "It has no influence on anything. Use it, or take it out.";
    AssignmentRace = "W106", "two rules that assign to one target at one priority",
        "When both fire in a step, the first by name wins, which is seldom meant. Give one a higher `priority`, or make their conditions exclude each other.";
    BothOrders = "W107", "an undirected tie that is reached in both orders",
        "The effect reaches the tie as [A,B] and as [B,A], so it acts twice. Add `if a < b` (or `where = \"a < b\"` with foreach).";
    NoEvidence = "W108", "a tie with no evidence",
        "Other ties of this world say what they rest on. If this one rests on judgement alone, say so: evidence = { basis = \"judgement\" }.";
    PastHorizon = "W109", "a date at or after the end of the run",
        "`at` and `force` never fire there, and `by` means the horizon.";
    NeverReached = "W110", "an outcome that cannot be reached in time",
        "It must hold for longer than there are steps until its deadline.";
    NoOutcomes = "W111", "a scenario that asks nothing",
        "It has no outcomes, so a run has nothing to answer. Add one under [outcomes].";
    MinusForTo = "W112", "a difference that may be meant as a range",
        "`0.4-0.6` is -0.2. A range that holds 90% of the draws is written `0.4 to 0.6`, one that holds all `uniform(0.4, 0.6)`. If the difference is meant, write the number that it is.";
    NoRecord = "W113", "an observation with no evidence",
        "A score is worth what is known of what happened. Say where it is recorded: evidence = { source = \"...\", basis = \"record\" }.";
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
