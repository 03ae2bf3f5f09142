package powercut_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/mattn/go-sqlite3" // the driver

	"yuzhou/syncserver/sim/powercut"
)

// TestDiskKeeps: the disk by itself. What was committed with FULL is there after every cut; with NORMAL commits are lost
// while the file stays whole; what is not on a machine is left alone. A disk that never loses anything would prove
// nothing, and neither would one that loses what was synced.
func TestDiskKeeps(t *testing.T) {
	if err := powercut.Install(); err != nil {
		t.Fatal(err)
	}
	lost := map[bool]int{}
	for seed := range uint64(60) {
		for _, weak := range []bool{false, true} {
			written, found := cutCounter(t, weak, seed)
			if found < written {
				lost[weak]++
			}
			if found > written+1 {
				t.Errorf("%d commits were found of %d", found, written)
			}
		}
	}
	if lost[false] != 0 || lost[true] == 0 {
		t.Errorf("commits were lost in %d cuts with FULL and in %d with NORMAL", lost[false], lost[true])
	}
}

// cutCounter counts upwards until the power goes, and gives what was committed and what is found.
func cutCounter(t *testing.T, weak bool, seed uint64) (written, found int) {
	t.Helper()
	folder, after := t.TempDir(), t.TempDir()
	db := open(t, filepath.Join(folder, "n.db"))
	for _, text := range []string{"PRAGMA journal_mode=WAL", "CREATE TABLE n (n INTEGER, filler BLOB)"} {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	m := powercut.Boot(folder, weak, seed)
	db = open(t, filepath.Join(folder, "n.db"))
	for _, text := range []string{"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=20"} {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	m.CutAfter(int(seed*7%200) + 1)
	for {
		if _, err := db.Exec("INSERT INTO n VALUES (?, randomblob(3000))", written+1); err != nil {
			break
		}
		written++
	}
	_ = db.Close() // its machine is off
	if err := m.Salvage(after); err != nil {
		t.Fatal(err)
	}
	db = open(t, filepath.Join(after, "n.db"))
	defer func() { _ = db.Close() }()
	var verdict string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("seed %d: %s, %v", seed, verdict, err)
	}
	if err := db.QueryRow("SELECT count(*) FROM n").Scan(&found); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "n.db")); err != nil {
		t.Fatal(err)
	}
	return written, found
}

func open(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}
