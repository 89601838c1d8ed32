//! What a generated model must be: a scenario without an error, the same each time, and as dense as was asked.

#![expect(clippy::unwrap_used, reason = "tests")]

use cordiale_core::{NoFiles, Scenario};
use cordiale_models::{FIRING, Model, Spec, families, shares};

#[test]
fn every_family_is_a_scenario() {
    for spec in families().into_iter().filter(|spec| spec.values == 40) {
        let model = Model::generate(&spec).unwrap();
        let scenario = Scenario::from_toml(&model.to_toml(), &spec.name(), &NoFiles).unwrap();
        assert_eq!(scenario.model().instances.len(), spec.rules, "{}", spec.name());
    }
}

#[test]
fn the_same_spec_is_the_same_model() {
    let text = |spec: &Spec| Model::generate(spec).unwrap().to_toml();
    let spec = Spec::small(20, 0.25);
    assert_eq!(text(&spec), text(&spec));
    assert_ne!(text(&spec), text(&Spec { seed: 2, ..spec }));
}

#[test]
fn guards_hold_as_often_as_asked() {
    for guard in [5, 20, 50, 90] {
        let model = Model::generate(&Spec::small(guard, 0.25)).unwrap();
        let found = shares(&model, 200, 99);
        assert!((found.guard - f64::from(guard) / 100.0).abs() < 0.03, "{guard}%: {found:?}");
        assert!((found.fired - FIRING).abs() < 0.004, "{guard}%: {found:?}");
    }
}
