package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"

	"golang.org/x/term"

	"yuzhou/shared/fault"
)

// newPassword is how a command gets a password: from the standard input, typed at a terminal, or made here and
// shown once. A password never stands on the command line, where every user of the machine could read it.
type newPassword struct {
	PasswordStdin bool `help:"flag_password_stdin"`
}

// readLimit is more than any password.
const readLimit = 4 << 10

// ask gives the password, and whether it was made here and has to be shown.
func (p newPassword) ask(s *session, login string) (password string, made bool, err error) {
	if p.PasswordStdin {
		line, err := bufio.NewReader(io.LimitReader(s.in, readLimit)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", false, fmt.Errorf("password: %w", err)
		}
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			return "", false, fault.New(fault.Required).About("user", "password")
		}
		return line, false, nil
	}
	if terminal, ok := s.in.(*os.File); ok && term.IsTerminal(int(terminal.Fd())) {
		if password, err = typed(s, terminal, login); err != nil || password != "" {
			return password, false, err
		}
	}
	password, err = makePassword()
	return password, true, err
}

// typed asks at the terminal, without an echo and twice, since nobody sees what is typed. An empty line leaves the
// choice to us.
func typed(s *session, terminal *os.File, login string) (string, error) {
	var lines [2]string
	for i, key := range []string{"server.password.ask", "server.password.again"} {
		_, _ = fmt.Fprint(s.err, s.T(key, "Login", login))
		line, err := term.ReadPassword(int(terminal.Fd()))
		_, _ = fmt.Fprintln(s.err)
		if err != nil {
			return "", fmt.Errorf("password: %w", err)
		}
		lines[i] = string(line)
		if lines[0] == "" {
			return "", nil
		}
	}
	if lines[0] != lines[1] {
		return "", wrong(nil, "server.password.differ")
	}
	return lines[0], nil
}

// letters leaves out what people mistake for one another when they copy a password from a screen.
const letters = "abcdefghjkmnpqrstuvwxyz23456789"

// makePassword makes a password of about 79 bits, in groups that are read aloud easily.
func makePassword() (string, error) {
	var b strings.Builder
	for i := range 16 {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			return "", fmt.Errorf("password: %w", err)
		}
		b.WriteByte(letters[n.Int64()])
	}
	return b.String(), nil
}
