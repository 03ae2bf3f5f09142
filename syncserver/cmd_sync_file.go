package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/syncfile"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/server"
)

// syncFileCommand answers the sync files that laptops without a network have saved (SYNC-15).
type syncFileCommand struct {
	folder

	Files []string `arg:"" name:"file" help:"arg_sync_file"`
}

// answered is the result for --json.
type answered struct {
	server.Answered

	File   string `json:"file"`
	Answer string `json:"answer"` // the file that goes back to the laptop
}

// Run answers each file with one beside it, up to the first that it cannot. It may be run again with the same files: no
// change counts twice.
func (c syncFileCommand) Run(s *session) error {
	return c.with(s, func(b *book) error {
		users, err := b.names(crm.User)
		if err != nil {
			return err
		}
		devices, err := b.hub.Devices(b, hub.System)
		if err != nil {
			return err
		}
		names := map[string]string{}
		for _, d := range devices {
			names[d.ID] = d.Name
		}
		all := []answered{}
		var wrong error
		for _, path := range c.Files {
			done, err := b.answer(path)
			if err != nil {
				wrong = err
				b.note("server.sync_file.left", "File", path)
				break
			}
			all = append(all, done)
		}
		err = b.result(all, func() {
			for _, done := range all {
				b.say("server.sync_file", "User", users[done.User], "Device", names[done.Device], "Changes", done.Changes, "Refused", done.Refused, "Answer", done.Answer)
				if done.Failed {
					b.say("server.sync_file.failed")
				}
			}
		})
		return errors.Join(wrong, err)
	})
}

// answer answers one file. Its answer appears under its name when it is whole.
func (b *book) answer(path string) (done answered, err error) {
	done.File, done.Answer = path, strings.TrimSuffix(path, syncfile.Extension)+"-answer"+syncfile.Extension
	in, err := os.Open(path)
	if err != nil {
		return done, wrong(err, "server.import.no_file", "File", path, "Detail", err.Error())
	}
	defer func() { _ = in.Close() }() // it was only read
	out, err := os.CreateTemp(filepath.Dir(path), ".answer-*")
	if err != nil {
		return done, fault.New(fault.BadFile, "Reason", err.Error(), "File", done.Answer).Because("answer", err)
	}
	done.Answered, err = b.core.AnswerFile(b, in, out, b.log(slog.LevelWarn))
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = os.Rename(out.Name(), done.Answer)
	}
	if err != nil {
		return done, errors.Join(err, os.Remove(out.Name()))
	}
	return done, nil
}
