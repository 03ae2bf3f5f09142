package syncfile_test

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"runtime"
	"testing"

	"yuzhou/shared/fault"
	"yuzhou/shared/syncfile"
)

const token = "0123456789abcdef"

var head = syncfile.Head{Way: syncfile.Answer, ID: "file", Device: "laptop", Made: 1795342811449}

var parts = []syncfile.Part{
	{Path: "/push", Type: "a/b", Digest: "d", Token: token, Epoch: "e", Status: 200, Body: []byte("first\nsecond\x00")},
	{Path: "/pull", Type: "a/b", Cursor: "c", Page: "p", Status: 400, Body: []byte{}},
	{Path: "/pull", Type: "a/b", Body: bytes.Repeat([]byte("客户"), 50_000)},
}

func write(t testing.TB, parts ...syncfile.Part) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := syncfile.NewWriter(&file, head, syncfile.Secret(token))
	for _, p := range parts {
		if err == nil {
			err = w.Put(p)
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func secret(syncfile.Head) (string, error) { return syncfile.Secret(token), nil }

func read(file []byte) (all []syncfile.Part, err error) {
	r, err := syncfile.Open(bytes.NewReader(file), secret)
	if err != nil {
		return nil, err
	}
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, p)
	}
}

// TestWhatIsWrittenIsRead (SYNC-15): parts come back as they were, in their order; and two files of the same parts are
// different files, so that nobody sees that they are the same.
func TestWhatIsWrittenIsRead(t *testing.T) {
	for n := range len(parts) + 1 {
		file := write(t, parts[:n]...)
		got, err := read(file)
		if err != nil || len(got) != n || n > 0 && !reflect.DeepEqual(got, parts[:n]) {
			t.Fatalf("%d parts: %d, %v", n, len(got), err)
		}
		if again := write(t, parts[:n]...); bytes.Equal(file, again) {
			t.Fatal("two files under one salt")
		}
	}
	r, err := syncfile.Open(bytes.NewReader(write(t)), secret)
	if err != nil || r.Head.ID != head.ID || r.Head.Way != head.Way || r.Head.Device != head.Device || r.Head.Made != head.Made {
		t.Fatalf("%+v %v", r.Head, err)
	}
}

// TestDamagedFilesAreRefused (SYNC-15, I6): no byte can be changed, taken out or added anywhere, and what was read before
// that place is what was written.
func TestDamagedFilesAreRefused(t *testing.T) {
	small := []syncfile.Part{parts[0], parts[1]}
	file := write(t, small...)
	refused := func(what string, at int, file []byte) {
		got, err := read(file)
		switch code := fault.CodeOf(err); {
		case code != fault.BadSyncFile && code != fault.SyncFileLogin:
			t.Errorf("%s at %d: %v", what, at, err)
		case len(got) > 0 && !reflect.DeepEqual(got, small[:len(got)]):
			t.Errorf("%s at %d: other parts were read", what, at)
		}
	}
	for at := range file {
		flipped := bytes.Clone(file)
		flipped[at] ^= 0x10
		refused("a byte changed", at, flipped)
		refused("cut", at, file[:at])
		refused("a byte taken out", at, append(bytes.Clone(file[:at]), file[at+1:]...))
		refused("a byte added", at, append(append(bytes.Clone(file[:at]), 'x'), file[at:]...))
	}
	refused("more at the end", len(file), append(bytes.Clone(file), 0))
	other := write(t, small...)
	refused("the end of another file", 0, append(bytes.Clone(file[:len(file)-20]), other[len(other)-20:]...))
}

// TestAnotherKey (SYNC-15): under another login the file says so, and is not taken for damaged.
func TestAnotherKey(t *testing.T) {
	_, err := syncfile.Open(bytes.NewReader(write(t, parts...)), func(syncfile.Head) (string, error) { return syncfile.Secret("another"), nil })
	if fault.CodeOf(err) != fault.SyncFileLogin {
		t.Fatal(err)
	}
	unknown := fault.New(fault.Unauthorized)
	_, err = syncfile.Open(bytes.NewReader(write(t)), func(syncfile.Head) (string, error) { return "", unknown })
	if !errors.Is(err, unknown) {
		t.Fatal(err)
	}
}

// TestLengthsTakeNoMemory (I12): a frame that says it is long takes as much memory as there is file.
func TestLengthsTakeNoMemory(t *testing.T) {
	file := write(t)
	frames := len(file) - 20
	for _, length := range []string{"\xff\xff\xff\xff", "\x03\xff\xff\xff", "\x00\x00\x00\x01", "\x00\x00\x00\x00"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := read(append(append(bytes.Clone(file[:frames]), length...), "short"...)); fault.CodeOf(err) != fault.BadSyncFile {
			t.Error(length, err)
		}
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
			t.Error(taken, "bytes were taken")
		}
	}
}

// FuzzOpen: whatever a file holds, it is read to its end or refused by name.
func FuzzOpen(f *testing.F) {
	whole := write(f, parts[:2]...)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("yuzhou-sync 1\n{}\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := read(file); err != nil && fault.CodeOf(err) != fault.BadSyncFile && fault.CodeOf(err) != fault.SyncFileLogin {
			t.Fatal(err)
		}
	})
}
