//! Gives the shared library its soname, by which programs find it at run time.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // The number changes when a program that was linked with the old library cannot run with the
    // new one, and only then.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libltsp.so.0");
}
