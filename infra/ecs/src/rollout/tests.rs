//! How the scheduler behaves, on a virtual clock with scripted tasks.
