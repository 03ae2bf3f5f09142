package words

import (
	"io/fs"
	"sync"

	"yuzhou/assets"
)

var (
	defaultMu    sync.Mutex
	defaultWords *Words
)

// Load makes the words of files the ones this package's functions speak. Without it they speak those of the assets.
func Load(files fs.FS) error {
	w, err := New(files)
	if err != nil {
		return err
	}
	defaultMu.Lock()
	defer defaultMu.Unlock()
	defaultWords = w
	return nil
}

// Default returns the words this package's functions speak.
func Default() *Words {
	defaultMu.Lock()
	defer defaultMu.Unlock()
	if defaultWords == nil {
		w, err := New(assets.Files)
		if err != nil {
			// The files are embedded and a test reads them, so this is a program built from broken files; without
			// words it could not even say so on the screen.
			panic(err)
		}
		defaultWords = w
	}
	return defaultWords
}

// T returns the text for a key; see Words.T.
func T(key string, args ...any) string { return Default().T(key, args...) }

// Has reports whether the key has a text; see Words.Has.
func Has(key string) bool { return Default().Has(key) }

// SetLanguage switches the language; see Words.SetLanguage.
func SetLanguage(lang string) error { return Default().SetLanguage(lang) }

// Language returns the language that is spoken.
func Language() string { return Default().Language() }

// OnSwitch calls tell after each change of the language; see Words.OnSwitch.
func OnSwitch(tell func()) (stop func()) { return Default().OnSwitch(tell) }
