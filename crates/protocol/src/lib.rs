//! The wire documents of Remotion Lambda and of a render's state.
