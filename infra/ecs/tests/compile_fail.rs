//! What ECS refuses does not compile, and the compiler says why: one file for each rule that the types enforce.

#[test]
fn what_ecs_refuses_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
