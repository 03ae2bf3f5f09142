package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/words"
)

const preferencesFile = "preferences.json"

// ReadPreferences reads what a person has set in this data folder; language is what counts where nothing is set. A file
// that is missing or damaged gives the starting values: nobody is kept from the work by a wrong font size.
func ReadPreferences(data, language string) screen.Preferences {
	prefs := screen.Preferences{Language: language, Mode: "light", Scale: 100}
	text, err := os.ReadFile(filepath.Join(data, preferencesFile))
	if err != nil {
		return prefs
	}
	read := prefs
	if json.Unmarshal(text, &read) != nil || !slices.Contains(words.Languages(), read.Language) {
		return prefs
	}
	return read
}

// WritePreferences keeps them. The file is written beside the old one and then takes its place, so that a power cut
// leaves one of the two.
func WritePreferences(data string, prefs screen.Preferences) (err error) {
	text, err := json.MarshalIndent(prefs, "", "  ")
	if err != nil {
		return fmt.Errorf("preferences: %w", err)
	}
	file, err := os.CreateTemp(data, preferencesFile+".*")
	if err != nil {
		return fmt.Errorf("preferences: %w", err)
	}
	defer func() {
		if err != nil {
			if gone := os.Remove(file.Name()); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
	}()
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("preferences: %w", err)
	}
	if err := os.Rename(file.Name(), filepath.Join(data, preferencesFile)); err != nil {
		return fmt.Errorf("preferences: %w", err)
	}
	return nil
}
