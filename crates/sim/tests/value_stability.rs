//! Literal draws of every kind of stream and of every distribution. A number that is another says that results change for the
//! same seed: that is deliberate, stands in the CHANGELOG under *Result-changing*, and raises `value_stability`. A key that
//! comes to the JSON of a result, or leaves it, changes that snapshot and no number.

#![expect(clippy::unwrap_used, reason = "tests")]

use cordiale_core::functions::{FUNCTIONS, Meaning};
use cordiale_core::{NoFiles, Scenario};
use cordiale_sim::random::Stream;
use cordiale_sim::result::VALUE_STABILITY;
use cordiale_sim::{Chronicle, Simulation, Trial};

#[test]
fn the_version_of_the_contract() {
    assert_eq!(VALUE_STABILITY, 1);
}

/// The bits of each kind of draw, at the seed 2013, trial 4711 and step 7.
#[test]
fn draws_of_each_kind_of_stream() {
    let stream = |name: &str| Stream::new(2013, name);
    let words = [
        stream("rule/joint_exercise/fire").word(7, 4711),
        stream("rule/joint_exercise/fire").tie_word(7, 4711),
        stream("drift/coordination[CHN,RUS]").word(7, 4711),
    ];
    let long = [
        stream("parameter/exercise_rate/0").word64(0, 4711),
        stream("start/arms[RUS,CHN]/0").word64(0, 4711),
        stream("rule/syria_decision/branch").word64(7, 4711),
        stream("rule/r.b/effect/0[CHN,RUS]/1").word64(7, 4711),
    ];
    insta::assert_snapshot!(format!("{words:#010x?}\n{long:#018x?}"));
    let normal = stream("drift/coordination[CHN,RUS]").normal(7, 4711);
    insta::assert_snapshot!(format!("{:#010x} {normal}", normal.to_bits()));
}

const EVERYTHING: &str = r#"
[scenario]
start = 2013-09-01
horizon = 24
trials = 500
seed = 2013

[actors]
A = {}
B = {}

[parameters]
uniform_p = { value = "uniform(0, 1)" }
normal_p = { value = "normal(0, 1)" }
lognormal_p = { value = "lognormal(2, 0.5)" }
beta_p = { value = "beta(2, 5)" }
triangular_p = { value = "triangular(0, 1, 4)" }
exponential_p = { value = "exponential(2)" }
gamma_p = { value = "gamma(3, 1.5)" }
poisson_p = { value = "poisson(3.5)" }
bernoulli_p = { value = "bernoulli(0.3)" }
discrete_p = { value = "discrete(1: 1, 2: 2, 10: 1)" }
interval_p = { value = "2 to 8" }
around_zero_p = { value = "-1 to 3" }
two_draws = { value = "uniform(0, 1) + 10 * uniform(0, 1)" }

[channels.t]
volatility = 0.2
decay = { half_life = "2 years", toward = "start" }

[ties]
"t[A,B]" = { weight = "beta(2, 2)" }

[variables.x]
initial = "normal(uniform_p, 0.1)"

[rules.sometimes]
chance = "0.3 + 0.1 * t[A,B]"
effects = ["x += normal(0, 1)", "t[A,B] -= uniform(0, 0.1)"]
branches.left = { weight = "t[A,B]", effects = ["x += 1"] }
branches.right = { weight = 0.5, effects = ["x -= exponential(1)"] }

[outcomes.high]
when = "x > 1"
sustained = 2
[outcomes.x]
value = "x"
[outcomes.side]
levels = [ { name = "up", when = "x > 0" }, { name = "down" } ]
"#;

#[test]
fn every_distribution_is_here() {
    for entry in
        FUNCTIONS.iter().filter(|entry| matches!(entry.meaning, Meaning::Draw(_) | Meaning::Discrete))
    {
        assert!(
            EVERYTHING.contains(&format!("\"{}(", entry.name)),
            "no parameter is drawn from {}",
            entry.name
        );
    }
}

#[test]
fn a_trial_with_every_distribution() {
    let scenario = Scenario::from_toml(EVERYTHING, "everything.toml", &NoFiles).unwrap();
    let told = Chronicle::tell(&scenario, 2013, 4711).unwrap();
    let drawn = |named: &[cordiale_sim::chronicle::NamedValue]| {
        named.iter().map(|n| format!("{} {:?}\n", n.name, n.value)).collect::<String>()
    };
    let mut trial = Trial::new(&scenario, 2013, 4711).unwrap();
    while trial.step().unwrap().is_some() {}
    insta::assert_snapshot!(format!(
        "{}{}x at the end {:?}\nt at the end {:?}\n",
        drawn(&told.parameters),
        drawn(&told.starts),
        trial.value("x").unwrap(),
        trial.value("t[A,B]").unwrap()
    ));
}

#[test]
fn a_run_with_every_distribution() {
    let scenario = Scenario::from_toml(EVERYTHING, "everything.toml", &NoFiles).unwrap();
    insta::assert_snapshot!(Simulation::new(&scenario).unwrap().run().unwrap().to_json());
}
