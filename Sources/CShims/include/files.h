// renameat2 and extended attributes are GNU's, and Swift does not see them.
#ifndef GRAPNEL_FILES_H
#define GRAPNEL_FILES_H

/// Each gets the other's name, at one moment. 0, or what went wrong.
int grapnel_exchange_files(const char *one, const char *other);

/// Access lists and labels, as far as the file system has them. 0, or what went wrong.
int grapnel_copy_attributes(int from, int to);

#endif
