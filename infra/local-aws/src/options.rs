//! What the local AWS's program is started with.

use std::net::{IpAddr, SocketAddr};

/// ECS, Elastic Load Balancing and Application Auto Scaling on this machine's Docker engine, before an emulator of all else.
#[derive(Clone, Debug, PartialEq, clap::Parser)]
#[command(name = "local-aws")]
pub struct Options {
    /// Where it listens; users reach it at the same port of 127.0.0.1
    #[arg(long, value_name = "PORT")]
    pub port: u16,

    /// The one region that it has
    #[arg(long)]
    pub region: String,

    /// How many times faster ECS's and Elastic Load Balancing's own waits go by
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = speed)]
    pub speed: f64,

    /// Where the emulator is
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub emulator: SocketAddr,

    /// Its own address in the network, at which tasks reach it
    #[arg(long)]
    pub address: IpAddr,

    /// The Docker network that tasks join
    #[arg(long, value_name = "NAME")]
    pub network: String,

    /// The value of the label `image-app.local-aws.task`, by which its tasks' containers are known as its own
    #[arg(long, value_name = "VALUE")]
    pub instance: String,

    /// An image on the engine that has `sleep`, for the containers whose network those of a task share
    #[arg(long, value_name = "IMAGE")]
    pub pause_image: String,
}

/// A factor by which waits are divided: one that no wait becomes too long by.
fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| (0.001..=1000.0).contains(speed));
    speed.ok_or_else(|| "a speed is a number from 0.001 to 1000".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    const LINE: &str = "local-aws --port 4566 --region us-east-1 --emulator 169.254.170.3:4566 \
                        --address 169.254.170.2 --network n --instance n-4566:4566 --pause-image debian";

    #[test]
    fn waits_take_their_time_unless_asked_otherwise() {
        let options = Options::try_parse_from(LINE.split_whitespace()).unwrap();
        assert_eq!(options.speed, 1.0);
        assert_eq!(options.emulator, SocketAddr::from(([169, 254, 170, 3], 4566)));
    }

    #[test]
    fn a_speed_is_a_positive_number_with_a_bound() {
        for (text, expected) in [("0.5", 0.5), ("60", 60.0), ("1000", 1000.0)] {
            assert_eq!(speed(text), Ok(expected));
        }
        for text in ["0", "-1", "1001", "NaN", "inf", "fast", ""] {
            assert!(speed(text).is_err(), "{text}");
        }
    }
}
