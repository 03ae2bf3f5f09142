//go:build linux && cgo

package powercut

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// Machine is a computer with one data folder, from its start to the cut of its power.
type Machine struct {
	folder string
	files  map[string]*file
	weak   bool
	off    bool
	fuse   int // changes until the power goes; 0: it stays
	rnd    *rand.Rand
}

// file is one file of a machine.
type file struct {
	machine *Machine
	kept    []byte // what is surely on the disk
	there   bool   // the file's name is, too
	removed bool   // deleted, but perhaps not on the disk
	since   []op   // what was done since the last sync
}

// op is a write, or with cut a change of length to at.
type op struct {
	at   int64
	data []byte
	cut  bool
}

// Boot starts a machine on a folder. With weak, SQLite's setting synchronous stays at NORMAL whatever a program asks
// for. Everything that lies in the folder is on the disk.
func Boot(folder string, weak bool, seed uint64) *Machine {
	disk.Lock()
	defer disk.Unlock()
	m := &Machine{folder: folder + string(filepath.Separator), files: map[string]*file{}, weak: weak, rnd: rand.New(rand.NewPCG(seed, 1))}
	disk.machines = append(disk.machines, m)
	return m
}

func machineOf(path string) *Machine {
	for _, m := range disk.machines {
		if strings.HasPrefix(path, m.folder) {
			return m
		}
	}
	return nil
}

// CutAfter has the power go at the n-th change (write, truncation, sync or removal) from now.
func (m *Machine) CutAfter(n int) {
	disk.Lock()
	defer disk.Unlock()
	m.fuse = n
}

// Cut turns the power off now.
func (m *Machine) Cut() {
	disk.Lock()
	defer disk.Unlock()
	m.off = true
}

// Off tells whether the power is gone. Whoever was told something before Off was false was told it by a running machine.
func (m *Machine) Off() bool {
	disk.Lock()
	defer disk.Unlock()
	return m.off
}

// burn counts one change; false when it does not happen any more.
func (m *Machine) burn() bool {
	if m.off {
		return false
	}
	if m.fuse > 0 {
		if m.fuse--; m.fuse == 0 {
			m.off = true
		}
	}
	return true
}

func (m *Machine) open(path string) (*file, error) {
	if f := m.files[path]; f != nil {
		f.removed = false
		return f, nil
	}
	f := &file{machine: m}
	switch data, err := os.ReadFile(path); {
	case err == nil:
		f.kept, f.there = data, true
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	m.files[path] = f
	return f, nil
}

// change notes a write or a truncation. One that meets the cut may be there like the others before it, but the program
// never hears that it was done.
func (f *file) change(o op) bool {
	if !f.machine.burn() {
		return false
	}
	f.since = append(f.since, o)
	return !f.machine.off
}

// sync brings everything to the disk, unless the power goes meanwhile.
func (f *file) sync() bool {
	if !f.machine.burn() || f.machine.off {
		return false
	}
	for _, o := range f.since {
		f.kept = o.whole(f.kept)
	}
	f.since, f.there = nil, true
	return true
}

// remove notes that a file was deleted. Unless its folder was synced, too, it may come back.
func (m *Machine) remove(path string, durable bool) bool {
	if !m.burn() || m.off {
		return false
	}
	f := m.files[path]
	switch {
	case f == nil:
	case durable:
		delete(m.files, path)
	default:
		f.removed = true
	}
	return true
}

// whole applies an op as a program sees it.
func (o op) whole(data []byte) []byte {
	if o.cut {
		return resized(data, o.at)
	}
	if end := o.at + int64(len(o.data)); end > int64(len(data)) {
		data = resized(data, end)
	}
	copy(data[o.at:], o.data)
	return data
}

// torn applies those sectors of an op that reached the disk.
func (o op) torn(data []byte, keep func() bool) []byte {
	if o.cut {
		if keep() {
			return resized(data, o.at)
		}
		return data
	}
	for from := int64(0); from < int64(len(o.data)); {
		to := min(int64(len(o.data)), (o.at+from)/sector*sector+sector-o.at)
		if keep() {
			data = op{at: o.at + from, data: o.data[from:to]}.whole(data)
		}
		from = to
	}
	return data
}

func resized(data []byte, size int64) []byte {
	if size <= int64(len(data)) {
		return data[:size:size]
	}
	return append(data, make([]byte, size-int64(len(data)))...)
}

// Salvage writes into a new folder what is found on the disk when the power is back. Each cut is one of three sorts:
// nothing that was not synced is there, all of it, or any part.
func (m *Machine) Salvage(into string) error {
	disk.Lock()
	defer disk.Unlock()
	m.off = true
	share := []float64{0, 1, m.rnd.Float64(), m.rnd.Float64()}[m.rnd.IntN(4)]
	keep := func() bool { return m.rnd.Float64() < share }
	for path, f := range m.files {
		data := f.kept
		for _, o := range f.since {
			data = o.torn(data, keep)
		}
		if f.removed && keep() || !f.there && !keep() {
			continue
		}
		if err := os.WriteFile(filepath.Join(into, filepath.Base(path)), data, 0o600); err != nil {
			return err
		}
	}
	forget(m)
	return nil
}

// Forget ends a machine whose power never went.
func Forget(m *Machine) {
	disk.Lock()
	defer disk.Unlock()
	forget(m)
}

func forget(m *Machine) {
	disk.machines = slices.DeleteFunc(disk.machines, func(other *Machine) bool { return other == m })
}
