package ui

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"yuzhou/desktop/ui/screen"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// TestSyncByFileInSettings (SYNC-15): the settings offer both files, each under a dialog of its own; a practice book has
// nobody to send one to.
func TestSyncByFileInSettings(t *testing.T) {
	h, l := offline(t, plainLook)
	must(t, l.book.Set("customer", h.mine(), schema.Values{"remark": "写在路上"}))
	h.open(screen.Route{Screen: screen.Settings})
	h.mustRead("用文件同步")
	for _, button := range []string{"保存同步文件…", "读取答复…"} {
		h.tap(button)
		if h.window.Canvas().Overlays().Top() == nil {
			t.Fatal("no dialog for", button)
		}
		h.window.Canvas().Overlays().Remove(h.window.Canvas().Overlays().Top())
	}
}

// TestFilesAreWorkedOnAside (SYNC-15): what came of a file is told in passing, what went wrong with its cause, and the file
// is closed either way.
func TestFilesAreWorkedOnAside(t *testing.T) {
	h, _ := offline(t, plainLook)
	h.open(screen.Route{Screen: screen.Settings})
	path := storage.NewFileURI(filepath.Join(t.TempDir(), "x.yuzhou-sync"))
	file, err := storage.Writer(path)
	must(t, err)
	h.ui.shell.work(file, func() (string, error) {
		_, err := io.WriteString(file, "whole")
		return "已保存，含 2 项改动", err
	})
	h.mustRead("已保存，含 2 项改动")
	if _, err := file.Write(nil); err == nil {
		t.Error("the file is still open")
	}
	var read fyne.URIReadCloser
	read, err = storage.Reader(path)
	must(t, err)
	h.ui.shell.work(read, func() (string, error) {
		text, err := io.ReadAll(read)
		if !bytes.Equal(text, []byte("whole")) {
			t.Errorf("%q %v", text, err)
		}
		return "", fault.New(fault.SyncFileStale)
	})
	h.mustRead("这不是最近一次保存的同步文件的答复，或者它已经读取过。")
	if _, err := read.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
		t.Error("the file is still open", err)
	}
}
