package main

import (
	"os"
	"strings"
)

// The settings that Fyne reads from the environment before main begins, so that only a restart can give them.
var environment = map[string]string{
	// Without it the textures of every text ever scrolled past stay in memory.
	"FYNE_CACHE": "10s",
	// Fyne's own matcher logs an error for the locale "C"; our words do not depend on it.
	"LANGUAGE": "zh_CN",
}

// settleEnvironment restarts the program once, when one of those settings is missing. What a person has set stays.
func settleEnvironment() error {
	var missing []string
	for name, value := range environment {
		if os.Getenv(name) == "" {
			missing = append(missing, name+"="+value)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return restart(program, append(os.Environ(), missing...))
}

// systemLanguage is the language of the person's system as far as we speak it: English where the system says so, else
// Chinese.
func systemLanguage(lookup func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		switch value := strings.ToLower(lookup(name)); {
		case strings.HasPrefix(value, "en"):
			return "en"
		case value != "":
			return "zh-Hans"
		}
	}
	return "zh-Hans"
}
