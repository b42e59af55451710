//! Headless Chrome over a DevTools pipe.
