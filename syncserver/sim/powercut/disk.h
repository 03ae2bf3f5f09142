/* What the shim (disk.c) needs of Go (disk.go), and what Go needs of it. */
#ifndef YUZHOU_POWERCUT_DISK_H
#define YUZHOU_POWERCUT_DISK_H

#include "sqlite_abi.h"

/* powercut_install makes the shim the VFS of every database that is opened from then on. */
int powercut_install(void);

#endif
