//! A program that `cordiale-peers` wrote, as one would by hand.
include!(env!("CORDIALE_PEERS_SOURCE"));
