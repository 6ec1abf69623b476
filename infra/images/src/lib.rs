//! Content-addressed container images: tag, build, push
