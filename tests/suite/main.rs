//! The behaviour of `rownd-webhooks`, one module per topic.

mod support;
