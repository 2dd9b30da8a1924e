// The toolchain wants at least one header and one source file; this pair also tells which shims these are.
#ifndef GRAPNEL_VERSION_H
#define GRAPNEL_VERSION_H
#define GRAPNEL_VERSION "0.1.0"
#endif
