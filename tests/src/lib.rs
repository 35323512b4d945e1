//! What the tests share: the cast, the world they live in, the models they are compared with.

pub mod oracle;
