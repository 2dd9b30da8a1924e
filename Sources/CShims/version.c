#include "version.h"
const char *grapnel_version(void);
const char *grapnel_version(void) { return GRAPNEL_VERSION; }
