//go:build linux && cgo

// Package powercut is a disk that loses power. SQLite writes through it; it keeps for every file what has surely reached
// the disk, and what was written since the last sync. After a cut any part of the latter may be there, in sectors, in
// whatever order. It is linked into tests alone, beside SQLite.
package powercut

/*
#cgo CFLAGS: -std=gnu99
// SQLite itself is in the driver's package: its symbols are there when the program is linked.
#cgo LDFLAGS: -Wl,--unresolved-symbols=ignore-all
#include "disk.h"
*/
import "C"

import (
	"errors"
	"sync"
	"unsafe"
)

// disk is the one disk of the process: which machines there are, and which files are open.
var disk struct {
	sync.Mutex
	installed bool
	machines  []*Machine
	handles   map[C.int]*file
	next      C.int
}

// Install makes SQLite write through the disk, in this process, from now on. Files that are on no machine are written as
// ever.
func Install() error {
	disk.Lock()
	defer disk.Unlock()
	if disk.installed {
		return nil
	}
	if rc := C.powercut_install(); rc != C.SQLITE_OK {
		return errors.New("powercut: SQLite refused the VFS")
	}
	disk.installed, disk.handles = true, map[C.int]*file{}
	return nil
}

//export powercutOpen
func powercutOpen(name *C.char) C.int {
	disk.Lock()
	defer disk.Unlock()
	path := C.GoString(name)
	m := machineOf(path)
	if m == nil {
		return 0
	}
	f, err := m.open(path)
	if err != nil {
		return -1
	}
	disk.next++
	disk.handles[disk.next] = f
	return disk.next
}

//export powercutClose
func powercutClose(handle C.int) {
	disk.Lock()
	defer disk.Unlock()
	delete(disk.handles, handle)
}

//export powercutAlive
func powercutAlive(handle C.int) C.int {
	disk.Lock()
	defer disk.Unlock()
	return truth(!disk.handles[handle].machine.off)
}

//export powercutWeak
func powercutWeak(handle C.int) C.int {
	disk.Lock()
	defer disk.Unlock()
	return truth(disk.handles[handle].machine.weak)
}

//export powercutWrite
func powercutWrite(handle C.int, from unsafe.Pointer, n C.int, at C.sqlite3_int64) C.int {
	disk.Lock()
	defer disk.Unlock()
	return truth(disk.handles[handle].change(op{at: int64(at), data: C.GoBytes(from, n)}))
}

//export powercutTruncate
func powercutTruncate(handle C.int, size C.sqlite3_int64) C.int {
	disk.Lock()
	defer disk.Unlock()
	return truth(disk.handles[handle].change(op{at: int64(size), cut: true}))
}

//export powercutSync
func powercutSync(handle C.int) C.int {
	disk.Lock()
	defer disk.Unlock()
	return truth(disk.handles[handle].sync())
}

//export powercutDelete
func powercutDelete(name *C.char, durable C.int) C.int {
	disk.Lock()
	defer disk.Unlock()
	path := C.GoString(name)
	m := machineOf(path)
	return truth(m == nil || m.remove(path, durable != 0))
}

func truth(yes bool) C.int {
	if yes {
		return 1
	}
	return 0
}
