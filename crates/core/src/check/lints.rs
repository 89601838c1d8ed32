//! x
impl super::Checker<'_> {
    pub(super) fn lint(&mut self) {}
}
