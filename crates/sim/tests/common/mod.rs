//! Random scenarios over all of the language, as TOML text, for tests that hold two engines to one result.
//!
//! A scenario follows from a [`Shape`]: a seed, and how many there are of each thing. Each thing has a generator of its
//! own, so that a smaller shape is the same scenario with something left out, which is what proptest shrinks to.

#![allow(dead_code, reason = "each test binary uses a part")]

use cordiale_core::Scenario;
use cordiale_core::scenario::NoFiles;
use proptest::prelude::*;

/// What a random scenario is made of.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) seed: u64,
    pub(crate) parameters: u64,
    pub(crate) indices: u64,
    pub(crate) rules: u64,
    pub(crate) outcomes: u64,
    pub(crate) steps: u32,
    /// Whether expressions may fail: divisions by what may be 0, roots of what may be negative.
    pub(crate) risky: bool,
}

/// Shapes of all sizes up to a dozen rules.
pub(crate) fn shapes(risky: bool) -> impl Strategy<Value = Shape> {
    (any::<u64>(), 0..5_u64, 0..6_u64, 0..12_u64, 1..7_u64, 1..25_u32).prop_map(
        move |(seed, parameters, indices, rules, outcomes, steps)| Shape {
            seed,
            parameters,
            indices,
            rules,
            outcomes,
            steps,
            risky,
        },
    )
}

/// Reads a scenario.
#[expect(clippy::panic, reason = "a test whose scenario is wrong is wrong itself")]
pub(crate) fn load(text: &str) -> Scenario {
    match Scenario::from_toml(text, "test.toml", &NoFiles) {
        Ok(scenario) => scenario,
        Err(report) => panic!("{report}\n{text}"),
    }
}

/// Reads a random scenario, which now and then breaks a rule that its maker does not know of.
pub(crate) fn try_load(shape: &Shape) -> Option<Scenario> {
    Scenario::from_toml(&text(shape), "random.toml", &NoFiles).ok()
}

const ACTORS: [&str; 4] = ["AAA", "BBB", "CCC", "DDD"];
const VARIABLES: [&str; 3] = ["mood", "load", "drifter"];

/// SplitMix64 (G. L. Steele, D. Lea and C. H. Flood 2014): small, and good enough to choose with.
struct Dice(u64);

impl Dice {
    fn of(shape: &Shape, what: u64, number: u64) -> Self {
        let mut dice = Self(shape.seed ^ (what << 56) ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// What an expression may name.
#[derive(Clone, Copy)]
struct Scope {
    /// State, time and history.
    state: bool,
    draws: bool,
    parameters: u64,
    indices: u64,
    /// Names of two different actors that are bound.
    bound: Option<(&'static str, &'static str)>,
    rules: u64,
    risky: bool,
}

/// The parameters `p0` and so on, numeric indices `n0`, conditions `c1` (odd numbers), rules `r0`.
struct Maker<'a> {
    dice: Dice,
    shape: &'a Shape,
}

/// Every third rule is one with `foreach`, every fourth has branches.
fn has_foreach(rule: u64) -> bool {
    rule % 3 == 2
}

fn has_branches(rule: u64) -> bool {
    rule % 4 == 1
}

impl Maker<'_> {
    fn number(&mut self, depth: u64, scope: Scope) -> String {
        if depth == 0 || self.dice.one_in(5) {
            return self.atom(scope);
        }
        let d = depth - 1;
        match self.dice.below(24) {
            0..=2 => format!("({} + {})", self.number(d, scope), self.number(d, scope)),
            3 | 4 => format!("({} - {})", self.number(d, scope), self.number(d, scope)),
            5..=7 => format!("({} * {})", self.number(d, scope), self.number(d, scope)),
            8 if scope.risky => format!("({} / {})", self.number(d, scope), self.number(d, scope)),
            8 => format!("({} / (0.5 + abs({})))", self.number(d, scope), self.number(d, scope)),
            9 => format!(
                "min({}, {}, {})",
                self.number(d, scope),
                self.number(d, scope),
                self.number(d, scope)
            ),
            10 => format!("max({}, {})", self.number(d, scope), self.number(d, scope)),
            11 => format!("clamp({}, -2, {})", self.number(d, scope), self.number(d, scope)),
            12 => format!("exp(min({}, 3))", self.number(d, scope)),
            13 if scope.risky => {
                format!("{}({})", self.dice.pick(&["ln", "sqrt", "exp"]), self.number(d, scope))
            }
            13 => format!("ln(1 + abs({}))", self.number(d, scope)),
            14 => format!("sqrt(abs({}))", self.number(d, scope)),
            15 => {
                let function = self.dice.pick(&["logistic", "abs", "floor", "ceil", "-"]);
                format!("{function}({})", self.number(d, scope))
            }
            16 => format!("({})^{}", self.number(d, scope), self.dice.below(5)),
            17 if scope.risky => {
                format!("({})^{}", self.number(d, scope), self.dice.pick(&["0.5", "-1", "1.5"]))
            }
            17 => format!("abs({})^1.5", self.number(d, scope)),
            18 | 19 => {
                format!(
                    "if({}, {}, {})",
                    self.condition(d, scope),
                    self.number(d, scope),
                    self.number(d, scope)
                )
            }
            20 if scope.state => format!("start({})", self.number(d, Scope { draws: false, ..scope })),
            21 if scope.state && scope.bound.is_none() => self.aggregate(d, scope),
            22 if scope.draws => self.draw(d, scope),
            _ => self.atom(scope),
        }
    }

    fn aggregate(&mut self, depth: u64, scope: Scope) -> String {
        let inner = Scope { bound: Some(("u", "v")), draws: false, ..scope };
        let over = self.dice.pick(&["u in trio, v in trio if u < v", "u in actors, v in trio if u != v"]);
        match self.dice.below(5) {
            0 => format!("count({} for {over})", self.condition(depth, inner)),
            n => {
                let function = ["sum", "mean", "min", "max"][n as usize - 1];
                format!("{function}({} for {over})", self.number(depth, inner))
            }
        }
    }

    fn draw(&mut self, depth: u64, scope: Scope) -> String {
        let scope = Scope { draws: false, ..scope };
        let fixed = [
            "uniform(-0.5, 0.5)",
            "normal(0, 0.2)",
            "lognormal(0.2, 0.5)",
            "beta(2, 3)",
            "triangular(0, 0.1, 0.4)",
            "exponential(0.3)",
            "gamma(0.4, 0.2)",
            "poisson(0.7)",
            "bernoulli(0.4)",
            "discrete(0: 1, 0.3: 2, 1: 0.5)",
            "(0.1 to 0.9)",
            "(-1 to 1)",
        ];
        match self.dice.below(16) {
            n @ 0..=11 => fixed[n as usize].to_owned(),
            12 if scope.risky => format!("beta({}, 2)", self.number(depth, scope)),
            12 => format!("beta(0.5 + abs({}), 2)", self.atom(scope)),
            13 => format!("normal({}, 0.1)", self.number(depth, scope)),
            14 => format!("uniform(0, abs({}))", self.number(depth, scope)),
            _ => format!("bernoulli(logistic({}))", self.number(depth, scope)),
        }
    }

    fn atom(&mut self, scope: Scope) -> String {
        match self.dice.below(14) {
            0 if scope.parameters > 0 => format!("p{}", self.dice.below(scope.parameters)),
            1 if scope.parameters > 0 => format!("p{}", self.dice.below(scope.parameters)),
            2 if scope.state && scope.indices > 0 => format!("n{}", self.dice.below(scope.indices)),
            3 | 4 if scope.state => self.dice.pick(&VARIABLES).to_owned(),
            5 | 6 if scope.state => {
                let (a, b) = self.pair(scope);
                format!("{}[{a},{b}]", self.dice.pick(&["link", "flow"]))
            }
            7 if scope.state => format!("power[{}]", self.pair(scope).0),
            8 if scope.state && scope.rules > 0 => self.history(scope),
            9 if scope.state => self.dice.pick(&["step", "years", "dt"]).to_owned(),
            _ => self.dice.pick(&["0", "0.5", "1", "2", "0.1", "0.25", "3.7", "1e-3"]).to_owned(),
        }
    }

    fn history(&mut self, scope: Scope) -> String {
        let rule = self.past(scope);
        match self.dice.below(3) {
            0 => format!("count({rule})"),
            1 => format!("min(since({rule}), 9)"),
            _ => format!("if(fired({rule}), 1, 0)"),
        }
    }

    /// What a history function looks at.
    fn past(&mut self, scope: Scope) -> String {
        let rule = self.dice.below(scope.rules);
        let branch = if has_branches(rule) && self.dice.one_in(2) { ".left" } else { "" };
        let actors = if has_foreach(rule) && self.dice.one_in(2) { "[AAA,BBB]" } else { "" };
        format!("r{rule}{actors}{branch}")
    }

    /// A value of the state.
    fn value(&mut self, scope: Scope) -> String {
        let (a, b) = self.pair(scope);
        match self.dice.below(4) {
            0 => self.dice.pick(&VARIABLES).to_owned(),
            1 => format!("power[{a}]"),
            _ => format!("{}[{a},{b}]", self.dice.pick(&["link", "flow"])),
        }
    }

    /// An expression of a shape that is met often: a number, a multiple, a product, what room is left, a sum.
    fn plain(&mut self, scope: Scope) -> String {
        let by = self.dice.pick(&["0.2", "0.05", "-0.3", "1", "0.7", "-0", "1e-9", "4"]);
        let (x, y, z) = (self.value(scope), self.value(scope), self.value(scope));
        match self.dice.below(8) {
            0 => self.dice.pick(&["0", "0.04", "0.5", "1", "1e-12"]).to_owned(),
            1 => format!("{by} * {x}"),
            2 => format!("{by} * {x} * {y}"),
            3 => format!("{by} * (1 - {x})"),
            4 => format!("0.1 + {by} * {x}"),
            5 => format!("-1.5 + {by} * {x} - 0.4 * {y}"),
            6 => format!("0.3 - {x} + {by} * {y} + 0.25 * {z} - 0.125 * {x}"),
            _ => format!("{x} - {y}"),
        }
    }

    /// Two different actors.
    fn pair(&mut self, scope: Scope) -> (&'static str, &'static str) {
        if let Some((a, b)) = scope.bound
            && !self.dice.one_in(4)
        {
            return if self.dice.one_in(3) { (b, a) } else { (a, b) };
        }
        let a = self.dice.below(4) as usize;
        (ACTORS[a], ACTORS[(a + 1 + self.dice.below(3) as usize) % 4])
    }

    fn condition(&mut self, depth: u64, scope: Scope) -> String {
        let comparison = |maker: &mut Self, d| {
            let op = maker.dice.pick(&["<", "<=", ">", ">=", "==", "!="]);
            format!("({} {op} {})", maker.number(d, scope), maker.number(d, scope))
        };
        if depth == 0 {
            return comparison(self, 0);
        }
        let d = depth - 1;
        match self.dice.below(12) {
            0 | 1 => format!("({} and {})", self.condition(d, scope), self.condition(d, scope)),
            2 | 3 => format!("({} or {})", self.condition(d, scope), self.condition(d, scope)),
            4 => format!("(not {})", self.condition(d, scope)),
            5 if scope.state && scope.rules > 0 => format!("fired({})", self.past(scope)),
            6 if scope.state && scope.rules > 0 => {
                format!("(since({}) > {})", self.past(scope), self.atom(scope))
            }
            7 if scope.state && scope.indices > 0 => format!("c{}", self.dice.below(scope.indices)),
            8 if scope.state && scope.bound.is_none() => {
                let inner = Scope { bound: Some(("u", "v")), ..scope };
                let function = self.dice.pick(&["any", "all"]);
                format!("{function}({} for u in trio, v in trio if u < v)", self.condition(d, inner))
            }
            9 => format!(
                "if({}, {}, {})",
                self.condition(d, scope),
                self.condition(d, scope),
                self.condition(0, scope)
            ),
            _ => comparison(self, d),
        }
    }

    fn scope(&self) -> Scope {
        Scope {
            state: true,
            draws: false,
            parameters: self.shape.parameters,
            indices: self.shape.indices,
            bound: None,
            rules: self.shape.rules,
            risky: self.shape.risky,
        }
    }

    fn of_parameters(&self) -> Scope {
        Scope { state: false, rules: 0, indices: 0, ..self.scope() }
    }
}

/// The TOML text of a scenario.
pub(crate) fn text(shape: &Shape) -> String {
    let mut dice = Dice::of(shape, 0, 0);
    let unit = dice.pick(&["day", "week", "month", "quarter", "year"]);
    let mut out = format!(
        "[scenario]\ntitle = \"Random\"\nstart = 2013-01-31\nstep = \"{unit}\"\nhorizon = {}\nseed = {}\n\n",
        shape.steps,
        dice.below(1000)
    );
    for actor in ACTORS {
        out += &format!("[actors.{actor}]\nname = \"{actor}\"\n");
    }
    out += "[groups.trio]\nmembers = [\"AAA\", \"CCC\", \"BBB\"]\n";
    state(shape, &mut out);
    for number in 0..shape.parameters {
        let mut maker = Maker { dice: Dice::of(shape, 1, number), shape };
        let scope = Scope { parameters: number, draws: true, ..maker.of_parameters() };
        out += &format!("[parameters.p{number}]\nvalue = \"{}\"\n", maker.number(2, scope));
    }
    for number in 0..shape.indices {
        let mut maker = Maker { dice: Dice::of(shape, 2, number), shape };
        let scope = Scope { indices: number, ..maker.scope() };
        out += &format!("[indices.n{number}]\nvalue = \"{}\"\n", maker.number(3, scope));
        out += &format!("[indices.c{number}]\nvalue = \"{}\"\n", maker.condition(2, scope));
    }
    for number in 0..shape.rules {
        rule(&mut Maker { dice: Dice::of(shape, 3, number), shape }, number, &mut out);
    }
    for number in 0..shape.outcomes {
        outcome(&mut Maker { dice: Dice::of(shape, 4, number), shape }, number, &mut out);
    }
    variants(shape, &mut out);
    out
}

/// Decay and volatility.
/// Of every third scenario nothing drifts, so that rules alone move its state.
fn drift(maker: &mut Maker<'_>, out: &mut String) {
    if maker.shape.seed.is_multiple_of(3) {
        return;
    }
    let scope = maker.of_parameters();
    let toward = match maker.dice.below(4) {
        0 => String::new(),
        1 => ", toward = \"start\"".to_owned(),
        2 => ", toward = 0.4".to_owned(),
        _ => format!(", toward = \"{}\"", maker.number(1, scope)),
    };
    match maker.dice.below(5) {
        0 | 1 => {}
        2 => *out += &format!("decay = {{ half_life = \"18 months\"{toward} }}\n"),
        3 if maker.shape.risky => {
            *out += &format!("decay = {{ rate = \"{}\"{toward} }}\n", maker.number(1, scope));
        }
        _ => *out += &format!("decay = {{ rate = \"max(0, {})\"{toward} }}\n", maker.number(1, scope)),
    }
    match maker.dice.below(4) {
        0 => *out += "volatility = 0.2\n",
        1 => *out += &format!("volatility = \"abs({})\"\n", maker.number(1, scope)),
        _ => {}
    }
}

fn state(shape: &Shape, out: &mut String) {
    let mut maker = Maker { dice: Dice::of(shape, 5, 0), shape };
    let starts = Scope { draws: true, ..maker.of_parameters() };
    *out += "[channels.link]\ndefault = 0.2\n";
    drift(&mut maker, out);
    *out += "[channels.flow]\ndirected = true\nrange = [-1, 2]\n";
    drift(&mut maker, out);
    *out += "[attributes.power]\n";
    *out += maker.dice.pick(&["", "range = [0, 1]\n", "range = [-3, 5]\ndefault = 0.5\n"]);
    let value = maker.number(1, starts);
    *out += &format!("values = {{ AAA = \"clamp({value}, 0, 1)\", BBB = 0.5 }}\n");
    drift(&mut maker, out);
    for variable in VARIABLES {
        let initial = maker.number(2, starts);
        *out += &format!("[variables.{variable}]\ninitial = \"clamp({initial}, -2, 2)\"\n");
        if maker.dice.one_in(2) {
            *out += "range = [-2, 2]\n";
        }
        drift(&mut maker, out);
    }
    for (a, b) in [("AAA", "BBB"), ("CCC", "BBB"), ("DDD", "AAA")] {
        for channel in ["link", "flow"] {
            if maker.dice.one_in(2) {
                let weight = maker.number(1, starts);
                *out += &format!("[ties.\"{channel}[{a},{b}]\"]\nweight = \"clamp({weight}, 0, 1)\"\n");
                if maker.dice.one_in(3) {
                    drift(&mut maker, out);
                }
            }
        }
    }
}

fn rule(maker: &mut Maker<'_>, number: u64, out: &mut String) {
    *out += &format!("[rules.r{number}]\n");
    let mut scope = maker.scope();
    if has_foreach(number) {
        *out += "foreach = { a = \"trio\", b = \"actors\" }\n";
        *out += maker.dice.pick(&["where = \"a < b\"\n", "where = \"a != b\"\n"]);
        scope.bound = Some(("a", "b"));
    }
    if maker.dice.one_in(2) {
        *out += &format!("when = \"{}\"\n", maker.condition(2, scope));
    }
    let dated = maker.dice.one_in(8);
    if dated {
        *out += "at = [2013-01-31, 2013-05-13, 2014-02-02]\n";
    } else if maker.dice.one_in(5) {
        *out += maker.dice.pick(&[
            "window = { from = 2013-03-01 }\n",
            "window = { until = 2013-09-01 }\n",
            "window = { from = 2013-02-10, until = 2015-01-01 }\n",
            "window = { from = 2013-03-31, until = 2013-03-31 }\n",
            "window = { from = 2000-01-01, until = 2013-02-01 }\n",
        ]);
    }
    match maker.dice.below(10) {
        0 if !dated => {}
        6 if !dated => *out += &format!("hazard = \"{}\"\n", maker.plain(scope)),
        7 => *out += &format!("chance = \"logistic({})\"\n", maker.plain(scope)),
        8 | 9 => *out += &format!("chance = \"{}\"\n", maker.plain(scope)),
        1 | 2 if !dated => *out += &format!("hazard = \"{}\"\n", maker.number(3, scope)),
        3 => *out += &format!("chance = \"logistic({})\"\n", maker.number(3, scope)),
        _ => *out += &format!("chance = \"0.2 * {}\"\n", maker.number(2, scope)),
    }
    if maker.dice.one_in(4) {
        *out += maker.dice.pick(&[
            "cooldown = 3\n",
            "cooldown = \"2 months\"\n",
            "cooldown = 1\n",
            "cooldown = 0\n",
            "cooldown = \"0.4 months\"\n",
            "cooldown = \"1000 years\"\n",
        ]);
    }
    if maker.dice.one_in(5) {
        *out += &format!("limit = {}\n", maker.dice.below(4));
    }
    if maker.dice.one_in(4) {
        *out += &format!("priority = {}\n", maker.dice.below(5) as i64 - 2);
    }
    // The first three are forced in a variant, which disabled rules cannot be.
    if number > 2 && maker.dice.one_in(10) {
        *out += "enabled = false\n";
    }
    let branches = has_branches(number);
    let mut spare: Vec<&str> = VARIABLES.to_vec();
    if !branches || maker.dice.one_in(2) {
        *out += &format!("effects = [{}]\n", effects(maker, scope, &mut spare));
    }
    if branches {
        for branch in ["left", "right"] {
            let weight = maker.number(2, scope);
            let effects = effects(maker, scope, &mut spare.clone());
            *out += &format!("branches.{branch} = {{ weight = \"{weight}\", effects = [{effects}] }}\n");
        }
    }
}

/// Some effects; a variable is assigned to once at most.
fn effects(maker: &mut Maker<'_>, scope: Scope, spare: &mut Vec<&str>) -> String {
    let scope = Scope { draws: true, ..scope };
    let count = 1 + maker.dice.below(3);
    let mut effects = Vec::new();
    for _ in 0..count {
        let depth = maker.dice.below(3);
        effects.push(match maker.dice.below(8) {
            0 => format!("{} += {}", maker.dice.pick(&VARIABLES), maker.number(depth, scope)),
            6 => format!("{} += {}", maker.dice.pick(&VARIABLES), maker.plain(scope)),
            7 => format!("power[{}] -= {}", maker.pair(scope).0, maker.plain(scope)),
            1 if !spare.is_empty() => {
                let variable = spare.swap_remove(maker.dice.below(spare.len() as u64) as usize);
                format!("{variable} = {}", maker.number(depth, scope))
            }
            2 | 3 => {
                let (a, b) = maker.pair(scope);
                let channel = maker.dice.pick(&["link", "flow"]);
                let op = maker.dice.pick(&["+=", "-="]);
                format!("{channel}[{a},{b}] {op} 0.3 * {}", maker.number(depth, scope))
            }
            4 if scope.bound.is_none() => {
                let inner = Scope { bound: Some(("u", "v")), ..scope };
                format!("link[u,v] += 0.1 * {} for u in trio, v in trio if u < v", maker.number(depth, inner))
            }
            _ => format!("power[{}] += {}", maker.pair(scope).0, maker.number(depth, scope)),
        });
    }
    effects.iter().map(|effect| format!("\"{effect}\"")).collect::<Vec<_>>().join(", ")
}

/// Outcome 0 is an event without `given`, so that others can be conditional on it.
fn outcome(maker: &mut Maker<'_>, number: u64, out: &mut String) {
    let scope = maker.scope();
    *out += &format!("[outcomes.o{number}]\n");
    match if number == 0 { 0 } else { maker.dice.below(3) } {
        0 => {
            *out += &format!("when = \"{}\"\n", maker.condition(2, scope));
            if maker.dice.one_in(2) {
                let durations = ["0", "1", "2", "4", "\"45 days\"", "\"0.1 months\"", "1000"];
                *out += &format!("sustained = {}\n", maker.dice.pick(&durations));
            }
        }
        1 => *out += &format!("value = \"{}\"\n", maker.number(3, scope)),
        _ => {
            let (first, second) = (maker.condition(2, scope), maker.condition(1, scope));
            let last = maker.dice.pick(&["", ", { name = \"low\" }"]);
            *out += &format!(
                "levels = [{{ name = \"high\", when = \"{first}\" }}, {{ name = \"middle\", when = \"{second}\" }}{last}]\n"
            );
        }
    }
    if maker.dice.one_in(3) {
        *out += maker.dice.pick(&[
            "by = 2013-06-01\n",
            "by = 3\n",
            "by = \"2 quarters\"\n",
            "by = 0\n",
            "by = 2013-01-31\n",
        ]);
    }
    if number > 0 && maker.dice.one_in(3) {
        *out += "given = \"o0\"\n";
    }
}

/// A variant `forced` that fires enabled rules on dates.
fn variants(shape: &Shape, out: &mut String) {
    if shape.rules < 2 {
        return;
    }
    *out += "[variants.forced]\nabout = \"Some rules fire whatever they say\"\nset = { mood = 0.25 }\n";
    *out += "[variants.forced.force]\n\"r1.right\" = 2013-03-05\nr0 = [2013-01-31, 2013-06-01]\n";
    if shape.rules > 2 {
        *out += "\"r2[AAA,BBB]\" = 2013-04-01\n";
    }
}
