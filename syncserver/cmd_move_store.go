package main

import (
	"errors"
	"path/filepath"
	"strconv"

	"yuzhou/shared/fault"
	"yuzhou/syncserver/server"
	"yuzhou/syncserver/store"
)

// moveStoreCommand copies the store to another place: from the data folder to PostgreSQL, or back.
type moveStoreCommand struct {
	From     string `help:"flag_move_from" default:"${default_data}" placeholder:"DIR|postgres://…"`
	FromFile string `name:"from-file" help:"flag_move_from_file" placeholder:"FILE"`
	To       string `help:"flag_move_to" placeholder:"DIR|postgres://…"`
	ToFile   string `name:"to-file" help:"flag_move_to_file" placeholder:"FILE"`
}

// moved is the result for --json.
type moved struct {
	From   string       `json:"from"`
	To     string       `json:"to"`
	Tables []movedTable `json:"tables"`
}

type movedTable struct {
	Table  string `json:"table"`
	Rows   int64  `json:"rows"`
	Digest string `json:"digest"` // the same on both sides
}

// Run copies, compares, and has the data folder say where its store is from now on. The old store stays as it was.
func (c moveStoreCommand) Run(s *session) error {
	if c.To == "" && c.ToFile == "" {
		return wrong(nil, "server.error.move_where")
	}
	from, fromFolder, err := end(c.From, c.FromFile)
	if err == nil && fromFolder != "" {
		from, err = folder{Data: fromFolder}.where(&session{output: s.output, Context: s, program: program{env: nothing}})
	}
	if err != nil {
		return err
	}
	to, toFolder, err := end(c.To, c.ToFile)
	if err != nil {
		return err
	}
	if toFolder != "" {
		to = filepath.Join(toFolder, server.DatabaseFile)
	}
	copied, err := server.MoveStore(s, from, to)
	if err != nil {
		return movingFailed(from, to, err)
	}
	data := toFolder
	if data == "" {
		data = fromFolder
	}
	if data != "" {
		if err := server.Move(data, to); err != nil {
			return err
		}
	}
	return c.tell(s, from, to, data, copied)
}

// nothing is an environment that says nothing: --from says where the store is, whatever commands go by otherwise.
func nothing(string) string { return "" }

// end is one end of the move: an address, or a data folder.
func end(text, file string) (address, data string, err error) {
	if file == "" && !store.IsPostgres(text) {
		return "", text, nil
	}
	address, err = given(text, file)
	return address, "", err
}

// movingFailed words why a store was not moved. Nothing has changed then.
func movingFailed(from, to string, err error) error {
	from, to = store.Redacted(from), store.Redacted(to)
	switch {
	case errors.Is(err, server.ErrServed):
		return wrong(err, "server.error.served")
	case errors.Is(err, store.ErrNotEmpty):
		return wrong(err, "server.error.not_empty", "To", to)
	case errors.Is(err, store.ErrDifferent):
		return wrong(err, "server.error.different", "Detail", err.Error())
	case fault.CodeOf(err) == fault.BadFile:
		return err
	}
	return wrong(err, "server.error.not_moved", "From", from, "To", to, "Detail", err.Error())
}

// tell shows what was copied of each table.
func (c moveStoreCommand) tell(s *session, from, to, data string, copied []store.Copied) error {
	out := moved{From: store.Redacted(from), To: store.Redacted(to)}
	rows := [][]string{s.heads("table", "rows", "digest")}
	for _, t := range copied {
		out.Tables = append(out.Tables, movedTable{t.Table, t.Rows, t.Sum.String()})
		rows = append(rows, []string{t.Table, strconv.FormatInt(t.Rows, 10), t.Sum.String()})
	}
	return s.result(out, func() {
		s.table(rows)
		s.say("server.moved", "From", out.From, "To", out.To)
		if data != "" {
			s.say("server.moved.next", "Data", data)
		}
	})
}
