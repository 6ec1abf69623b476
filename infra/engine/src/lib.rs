//! The deployment engine: stack, plan, parallel walk. Knows nothing of AWS
