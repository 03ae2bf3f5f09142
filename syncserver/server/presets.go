package server

import (
	"fmt"
	"io/fs"

	"yuzhou/assets"
	"yuzhou/shared/crm"
	"yuzhou/syncserver/hub"
)

// Presets are the records a new company begins with, with its own settings (company, zone …) in them.
func Presets(settings hub.Values) ([]hub.Record, error) {
	files, err := fs.Sub(assets.Files, "presets")
	if err != nil {
		return nil, fmt.Errorf("server: presets: %w", err)
	}
	records, err := crm.LoadPresets(files)
	for i, r := range records {
		if r.Kind == crm.Settings.Name {
			records[i] = r.With(settings)
		}
	}
	return records, err
}
