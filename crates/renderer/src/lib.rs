//! A frame range of one composition becomes one file.
