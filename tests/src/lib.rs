//! What the tests share: the cast, the world they live in, the models they are compared with.

pub mod cast;
pub mod oracle;
pub mod world;
