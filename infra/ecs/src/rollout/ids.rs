//! Ids as ECS makes them, from a seed.

/// Makes ids; the same seed makes the same ones.
#[derive(Clone, Debug)]
pub(super) struct Ids(u64);

const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Ids {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number: splitmix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A deployment's: it may begin with a zero.
    pub(super) fn deployment(&mut self) -> String {
        format!("ecs-svc/{}", self.digits())
    }

    /// The 19 digits of a deployment or a revision.
    pub(super) fn digits(&mut self) -> String {
        format!("{:019}", self.next() % 10_u64.pow(19))
    }

    /// A task's: 32 hexadecimal digits.
    pub(super) fn task(&mut self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }

    /// An event's: a random UUID.
    pub(super) fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let version = (high & 0x0fff) | 0x4000;
        let variant = (low >> 48 & 0x3fff) | 0x8000;
        let (time_low, time_mid, node) = (high >> 32, high >> 16 & 0xffff, low & 0xffff_ffff_ffff);
        format!("{time_low:08x}-{time_mid:04x}-{version:04x}-{variant:04x}-{node:012x}")
    }

    /// A service deployment's: 21 characters.
    pub(super) fn service_deployment(&mut self) -> String {
        self.characters(21)
    }

    /// A pause's.
    pub(super) fn pause(&mut self) -> String {
        format!("ecs-pause-{}", self.characters(43))
    }

    fn characters(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(BASE64URL[(self.next() % 64) as usize])).collect()
    }
}
