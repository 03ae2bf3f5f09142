/*
 * A VFS over the usual one that tells Go of everything that changes a file, and fails when Go says that the power is
 * off. The files themselves are written as ever, without waiting for the disk: what would be on it after a cut is what
 * Go keeps. Shared memory is passed through: a cut loses it wholly, and SQLite makes it anew.
 */
#include "disk.h"
#include "_cgo_export.h"
#include <stdlib.h>

typedef struct disk_file {
	sqlite3_file base;
	int record;         /* the number under which Go knows the file, 0 for one it does not watch */
	sqlite3_file *real; /* lies behind this struct */
} disk_file;

static sqlite3_vfs *usual;
static sqlite3_vfs shim;

#define REAL(f) (((disk_file *)(f))->real)
#define RECORD(f) (((disk_file *)(f))->record)
#define ALIVE(f, otherwise) if (RECORD(f) && !powercutAlive(RECORD(f))) return otherwise

static int disk_close(sqlite3_file *f) {
	if (RECORD(f)) powercutClose(RECORD(f));
	return REAL(f)->pMethods ? REAL(f)->pMethods->xClose(REAL(f)) : SQLITE_OK;
}
static int disk_read(sqlite3_file *f, void *into, int n, sqlite3_int64 at) {
	ALIVE(f, SQLITE_IOERR_READ);
	return REAL(f)->pMethods->xRead(REAL(f), into, n, at);
}
static int disk_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at) {
	if (RECORD(f) && !powercutWrite(RECORD(f), (void *)from, n, at)) return SQLITE_IOERR_WRITE;
	return REAL(f)->pMethods->xWrite(REAL(f), from, n, at);
}
static int disk_truncate(sqlite3_file *f, sqlite3_int64 size) {
	if (RECORD(f) && !powercutTruncate(RECORD(f), size)) return SQLITE_IOERR_TRUNCATE;
	return REAL(f)->pMethods->xTruncate(REAL(f), size);
}
static int disk_sync(sqlite3_file *f, int flags) {
	if (!RECORD(f)) return REAL(f)->pMethods->xSync(REAL(f), flags);
	return powercutSync(RECORD(f)) ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}
static int disk_size(sqlite3_file *f, sqlite3_int64 *size) {
	ALIVE(f, SQLITE_IOERR_FSTAT);
	return REAL(f)->pMethods->xFileSize(REAL(f), size);
}
static int disk_lock(sqlite3_file *f, int how) { return REAL(f)->pMethods->xLock(REAL(f), how); }
static int disk_unlock(sqlite3_file *f, int how) { return REAL(f)->pMethods->xUnlock(REAL(f), how); }
static int disk_reserved(sqlite3_file *f, int *out) { return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out); }
static int disk_control(sqlite3_file *f, int op, void *arg) {
	if (op == SQLITE_FCNTL_PRAGMA && RECORD(f)) {
		/* The weak setting is SQLite's own: PRAGMA synchronous is kept from it, and NORMAL is what it was built with. */
		char **part = (char **)arg;
		if (part[2] && sqlite3_stricmp(part[1], "synchronous") == 0 && powercutWeak(RECORD(f))) return SQLITE_OK;
	}
	/* How a file is made larger and how pages are mapped is the business of xWrite alone here. */
	if (op == SQLITE_FCNTL_CHUNK_SIZE || op == SQLITE_FCNTL_SIZE_HINT) return SQLITE_OK;
	return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}
static int disk_sector(sqlite3_file *f) { return REAL(f)->pMethods->xSectorSize(REAL(f)); }
static int disk_character(sqlite3_file *f) { return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f)); }
static int disk_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
	return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, out);
}
static int disk_shm_lock(sqlite3_file *f, int from, int n, int flags) { return REAL(f)->pMethods->xShmLock(REAL(f), from, n, flags); }
static void disk_shm_barrier(sqlite3_file *f) { REAL(f)->pMethods->xShmBarrier(REAL(f)); }
static int disk_shm_unmap(sqlite3_file *f, int gone) { return REAL(f)->pMethods->xShmUnmap(REAL(f), gone); }

/* Version 2: no memory maps, so that every read is seen too. */
static const sqlite3_io_methods methods = {
	2, disk_close, disk_read, disk_write, disk_truncate, disk_sync, disk_size, disk_lock, disk_unlock, disk_reserved,
	disk_control, disk_sector, disk_character, disk_shm_map, disk_shm_lock, disk_shm_barrier, disk_shm_unmap, 0, 0,
};

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out) {
	disk_file *d = (disk_file *)f;
	int rc;
	d->base.pMethods = 0;
	d->record = 0;
	d->real = (sqlite3_file *)&d[1];
	if (name && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL))) {
		d->record = powercutOpen((char *)name);
		if (d->record < 0) return SQLITE_CANTOPEN;
	}
	rc = usual->xOpen(usual, name, d->real, flags, out);
	if (rc != SQLITE_OK) {
		if (d->record) powercutClose(d->record);
		return rc;
	}
	d->base.pMethods = &methods;
	return SQLITE_OK;
}
static int disk_delete(sqlite3_vfs *vfs, const char *name, int sync) {
	if (!powercutDelete((char *)name, sync)) return SQLITE_IOERR_DELETE;
	return usual->xDelete(usual, name, sync);
}

int powercut_install(void) {
	usual = sqlite3_vfs_find(0);
	if (!usual) return SQLITE_ERROR;
	shim = *usual; /* what concerns no file is the usual VFS's, with its own data */
	shim.pNext = 0;
	shim.zName = "powercut";
	shim.szOsFile = sizeof(disk_file) + usual->szOsFile;
	shim.xOpen = disk_open;
	shim.xDelete = disk_delete;
	return sqlite3_vfs_register(&shim, 1);
}
