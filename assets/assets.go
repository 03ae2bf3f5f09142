// Package assets carries everything the programs show but do not compute: fonts, words, icons, presets and help
// texts. They travel inside the binary, so a program is one file and never starts half dressed.
package assets

import "embed"

// Files holds every file below this folder, by its path relative to it: "fonts/NotoSansSC-Regular.ttf",
// "locales/common.zh-Hans.json". The pattern takes whole folders, so a new language file or preset needs no line here.
//
//go:embed */*
var Files embed.FS
