//! What comes into the image app: forms, image formats, names. No AWS, no web framework.
