package ui

import (
	"errors"
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"yuzhou/desktop/ui/screen"
)

// saveFile asks where to save a file and writes it.
func (s *shell) saveFile(name string, write func(io.Writer) (done string, err error)) {
	ask := dialog.NewFileSave(func(file fyne.URIWriteCloser, err error) {
		if file == nil || err != nil { // cancelled, or it cannot be written
			s.chosen(err)
			return
		}
		s.work(file, func() (string, error) { return write(file) })
	}, s.window.window)
	ask.SetFileName(name)
	ask.Show()
}

// openFile asks for a file and reads it.
func (s *shell) openFile(extension string, read func(io.Reader) (done string, err error)) {
	ask := dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
		if file == nil || err != nil {
			s.chosen(err)
			return
		}
		s.work(file, func() (string, error) { return read(file) })
	}, s.window.window)
	ask.SetFilter(storage.NewExtensionFileFilter([]string{extension}))
	ask.Show()
}

// chosen tells why a file that was chosen cannot be had. To choose none is no trouble.
func (s *shell) chosen(err error) {
	if err != nil {
		s.fail(err)
	}
}

// work does something with a file off the main goroutine, for a stick may be slow, and closes it.
func (s *shell) work(file io.Closer, do func() (done string, err error)) {
	s.window.load(new(screen.Lane), func() func() {
		done, err := do()
		err = errors.Join(err, file.Close())
		return func() {
			if err != nil {
				s.fail(err)
				return
			}
			s.toast(done, nil)
		}
	})
}
