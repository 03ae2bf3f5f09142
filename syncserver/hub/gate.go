package hub

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"yuzhou/shared/fault"
)

// The cost of a password: OWASP's choice of 2025 for one thread.
const (
	argonMemory = 46 << 10 // KiB
	argonTime   = 1
	argonLanes  = 1
	argonKey    = 32
	saltBytes   = 16
)

// minPassword is the least number of characters of a password.
const minPassword = 10

// gate guards logins: how many passwords are worked out at once, and how fast somebody may guess.
type gate struct {
	turns chan struct{} // each password takes 46 MiB: 200 at once would take the machine
	tries *tries
	dummy string // the hash for names that are unknown, so that they cost the same time
}

// tries counts failures in a row, for each account and each address.
type tries struct {
	sync.Mutex
	of map[string]failures
}

type failures struct {
	count int
	last  time.Time
}

// How failures are counted. An address may be a whole office, so it has more.
const (
	freeAccount = 3
	freeRemote  = 30
	maxDelay    = 5 * time.Minute
	maxTries    = 10_000 // addresses and accounts remembered
	forgetTries = time.Hour
)

func newGate() gate {
	// Random bytes are the hash of no password. Checking against them costs a login the usual work, making them costs
	// the start of a program none.
	random := make([]byte, saltBytes+argonKey)
	if _, err := rand.Read(random); err != nil { // the system has no randomness: nothing secret can be made
		panic(err)
	}
	return gate{turns: make(chan struct{}, runtime.GOMAXPROCS(0)), tries: &tries{of: map[string]failures{}}, dummy: formHash(random[:saltBytes], random[saltBytes:])}
}

func accountKey(login string) string { return "a:" + strings.ToLower(login) }

// wait is how long somebody has to wait before the next try.
func (g gate) wait(login, remote string, now time.Time) time.Duration {
	g.tries.Lock()
	defer g.tries.Unlock()
	return max(g.tries.of[accountKey(login)].wait(freeAccount, now), g.tries.of["r:"+remote].wait(freeRemote, now))
}

// wait doubles from one second with each failure beyond the free ones.
func (f failures) wait(free int, now time.Time) time.Duration {
	if f.count < free {
		return 0
	}
	delay := min(maxDelay, time.Second<<min(f.count-free, 20))
	return max(0, f.last.Add(delay).Sub(now))
}

func (g gate) failed(login, remote string, now time.Time) {
	g.tries.Lock()
	defer g.tries.Unlock()
	if len(g.tries.of) >= maxTries {
		for key, f := range g.tries.of {
			if now.Sub(f.last) > forgetTries || len(g.tries.of) >= maxTries {
				delete(g.tries.of, key)
			}
		}
	}
	for _, key := range []string{accountKey(login), "r:" + remote} {
		f := g.tries.of[key]
		if now.Sub(f.last) > forgetTries {
			f.count = 0
		}
		g.tries.of[key] = failures{f.count + 1, now}
	}
}

func (g gate) passed(login string) {
	g.tries.Lock()
	defer g.tries.Unlock()
	delete(g.tries.of, accountKey(login))
}

// enter waits for a turn to work out a password; done ends it.
func (g gate) enter(ctx context.Context) (done func(), err error) {
	select {
	case g.turns <- struct{}{}:
		return func() { <-g.turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// verify compares a password with a hash, "" for an account that is not there: that takes as long and is wrong. Whoever
// calls it has entered.
func (g gate) verify(hash, password string) (bool, error) {
	if hash == "" {
		_, err := matches(g.dummy, password)
		return false, err
	}
	return matches(hash, password)
}

// hash makes the hash of a new password, waiting its turn.
func (g gate) hash(ctx context.Context, password string) (string, error) {
	done, err := g.enter(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return hashPassword(password)
}

func hashPassword(password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey)
	return formHash(salt, key), nil
}

// formHash writes a hash with what is needed to check a password against it.
func formHash(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

func matches(hash, password string) (bool, error) {
	part := strings.Split(hash, "$")
	if len(part) != 6 || part[1] != "argon2id" {
		return false, fmt.Errorf("hub: password hash of an unknown form")
	}
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return false, fmt.Errorf("hub: password hash: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(part[4])
	if err != nil {
		return false, fmt.Errorf("hub: password hash: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(part[5])
	if err != nil {
		return false, fmt.Errorf("hub: password hash: %w", err)
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// commonPasswords are long enough and the first that anybody tries.
var commonPasswords = []string{
	"1234567890", "0123456789", "0987654321", "12345678910", "123456789a", "a123456789", "1111111111", "0000000000", "8888888888",
	"6666666666", "qwertyuiop", "1qaz2wsx3edc", "password12", "password123", "password1234", "passw0rd123", "administrator",
	"admin12345", "admin123456", "abcd123456", "abc1234567", "aa12345678", "qwer123456", "woaini1314", "woaini520", "5201314520",
	"1314520520", "iloveyou123", "letmein123", "welcome123", "yuzhou1234", "yuzhou12345", "yuzhou123456",
}

// checkPassword refuses what is guessed at once.
func checkPassword(password, login string) error {
	low := strings.ToLower(password)
	if utf8.RuneCountInString(password) < minPassword || len(password) > 1024 || slices.Contains(commonPasswords, low) ||
		strings.Count(low, low[:1]) == len(low) || login != "" && strings.Trim(strings.ReplaceAll(low, strings.ToLower(login), ""), "0123456789") == "" {
		return fault.New(fault.WeakPassword, "Min", minPassword)
	}
	return nil
}
