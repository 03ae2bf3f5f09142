package words

import (
	"sync"

	"yuzhou/assets"
)

// Default returns the words this package's functions speak: those of the assets, read at the first use.
func Default() *Words { return defaultWords() }

var defaultWords = sync.OnceValue(func() *Words {
	w, err := New(assets.Files)
	if err != nil {
		// The files are embedded and a test reads them, so this is a program built from broken files; without words
		// it could not even say so on the screen.
		panic(err)
	}
	return w
})

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
