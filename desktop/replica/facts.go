package replica

import (
	"database/sql/driver"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
)

// Facts are what somebody who is to help needs to know of a replica. They hold nothing of what stands in its records, and
// neither token nor names (SYNC-19).
type Facts struct {
	Here   bool  // there is a file
	Bytes  int64 // of the file
	Log    int64 // bytes of its write-ahead log
	Schema int64 // version of its tables

	Server    string // address; "" before the first login and in a practice book
	LoggedIn  bool
	Practice  bool
	Published bool  // the first sync is complete
	Rescan    bool  // everything is being fetched anew
	Pages     int64 // of a pull that is not complete, and wait for its end
	Restored  bool  // the server was restored from a backup, and what waits is typed in view of what it has lost
	Epoch     string
	Cursor    int64 // the last commit of the server that is here
	LastSync  int64 // Unix ms of the last complete pull, 0 for never
	Skew      int64 // device clock minus server clock, ms

	Rows   []Count // of each kind
	Outbox []Count // by state
	Oldest int64   // when the oldest change was typed that the server has not accepted, Unix ms; 0: there is none
	Tray   []Count // by type and code
	Kept   int64   // accepted changes, kept for a server that forgets
	Offers int64   // of these, how many it is being offered again
	Copied bool    // it was found to be a copy of another one, and pushes under a name of its own

	Repairs  string      // the last day on which ranges were fetched anew because sums differed, and how often; "" for never
	Suspects int         // scopes in which sums differ
	Doubt    bool        // damage was met: the next opening looks closely
	Rescues  []time.Time // when a damaged file was replaced, as far as it still lies beside
	Err      error       // why some of this could not be read
}

// Count is how many there are of something that has a name of this program's.
type Count struct {
	Name string
	N    int64
}

// Inspect reads the facts of the replica in dir. It changes nothing and asks nobody: the file may be open here or
// in another program, being filled, damaged, of another version, or not there. What can be read is told, and in Err why
// the rest cannot.
func Inspect(dir string) Facts {
	path := filepath.Join(dir, FileName)
	var f Facts
	for _, name := range asides(dir) {
		stamp := strings.TrimPrefix(filepath.Base(name), damagedName)
		if at, err := time.Parse(stampForm, strings.TrimSuffix(stamp, ".db")); err == nil { // not its log
			f.Rescues = append(f.Rescues, at)
		}
	}
	_, err := os.Stat(filepath.Join(dir, doubtName))
	f.Doubt = err == nil
	info, err := os.Stat(path)
	if err != nil {
		return f
	}
	f.Here, f.Bytes = true, info.Size()
	how := "mode=ro&immutable=1" // nobody has it open: not even SQLite's own files beside it are needed, on a full disk perhaps
	if log, err := os.Stat(path + "-wal"); err == nil {
		f.Log, how = log.Size(), "mode=ro"
	}
	c, err := dialAs(path, how, readSetup)
	if err != nil {
		f.Err = broken(err)
		return f
	}
	in := inspector{c, &f} // without a transaction: what cannot be read would end it
	in.metas()
	in.waiting()
	in.rows()
	in.note(c.close())
	return f
}

// inspector reads as far as it can: what is broken is where help is needed.
type inspector struct {
	c     *conn
	facts *Facts
}

func (in inspector) note(err error) {
	if in.facts.Err == nil {
		in.facts.Err = broken(err)
	}
}

func (in inspector) metas() {
	var token, published, practice, stage, restored, cursor, last, skew, sender string
	f := in.facts
	in.note(in.c.metas(map[string]*string{
		metaAddress: &f.Server, metaToken: &token, metaPublished: &published, metaPractice: &practice, metaStage: &stage,
		metaRestored: &restored, metaEpoch: &f.Epoch, metaCursor: &cursor, metaLastSync: &last, metaSkew: &skew,
		metaRepairs: &f.Repairs, metaReplica: &sender,
	}))
	f.LoggedIn, f.Published, f.Practice, f.Restored = token != "", published == yes, practice == yes, restored == yes
	f.Rescan, f.Copied = stage == stageRescan, sender != ""
	_, f.Cursor = ReadCursor(cursor)
	f.LastSync, _ = strconv.ParseInt(last, 10, 64)
	f.Skew, _ = strconv.ParseInt(skew, 10, 64)
	scopes, err := in.c.suspects()
	f.Suspects = len(scopes)
	in.note(err)
}

func (in inspector) waiting() {
	f := in.facts
	f.Schema = in.number("SELECT max(version) FROM schema_version")
	f.Outbox = in.counts("SELECT state, '', count(*) FROM outbox GROUP BY 1 ORDER BY 1")
	f.Oldest = in.number("SELECT min(mutation ->> '$.at') FROM outbox WHERE state <> 'answered' AND json_valid(mutation)")
	f.Tray = in.counts(`SELECT type, CASE WHEN json_valid(body) THEN coalesce(body ->> '$.fault.code', '') ELSE '' END, count(*)
		FROM tray GROUP BY 1, 2 ORDER BY 1, 2`)
	f.Kept = in.number("SELECT count(*) FROM kept")
	f.Offers = in.number("SELECT count(*) FROM kept WHERE offer > 0")
	f.Pages = in.number("SELECT count(*) FROM staged")
}

func (in inspector) rows() {
	f := in.facts
	for _, k := range crm.Kinds() {
		f.Rows = append(f.Rows, Count{k.Name, in.number("SELECT count(*) FROM " + quote(k.Name))})
	}
	if n := in.number("SELECT count(*) FROM foreign_row"); n > 0 {
		f.Rows = append(f.Rows, Count{"foreign", n})
	}
}

func (in inspector) number(text string) int64 {
	n, err := in.c.number(text)
	in.note(err)
	return n
}

// counts reads lines of a name, a code and a number. A code comes from the server: only those that this program knows are told.
func (in inspector) counts(text string) (all []Count) {
	in.note(in.c.query(text, nil, func(row []driver.Value) error {
		name, _ := row[0].(string)
		code, _ := row[1].(string)
		n, _ := row[2].(int64)
		switch {
		case fault.Code(code).Known():
			name += " " + code
		case code != "":
			name += " ?"
		}
		all = append(all, Count{name, n})
		return nil
	}))
	return all
}
