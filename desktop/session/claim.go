package session

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
)

// ErrOpen says that the data folder is open in another window, which has been asked to come to the front.
var ErrOpen = errors.New("session: the data folder is open in another window")

const raiseWord = "raise\n"

// Claim makes this process the only one on a data folder. When there is another, that one is asked to show its
// window and ErrOpen is returned. raise is called, on a goroutine of its own, whenever a later start asks.
func Claim(data string, raise func()) (release func(), err error) {
	address, err := folderSocket(data)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("unix", address)
	if err != nil {
		other, dialErr := net.Dial("unix", address)
		if dialErr == nil {
			_, err := other.Write([]byte(raiseWord))
			if err := errors.Join(err, other.Close()); err != nil {
				return nil, fmt.Errorf("ask the open window to come to the front: %w", err)
			}
			return nil, ErrOpen
		}
		// Nobody answers: the file was left by a process that was killed.
		if removeErr := os.Remove(address); removeErr != nil {
			return nil, fmt.Errorf("claim the data folder: %w", err)
		}
		if listener, err = net.Listen("unix", address); err != nil {
			return nil, fmt.Errorf("claim the data folder: %w", err)
		}
	}
	go answer(listener, raise)
	return func() { _ = listener.Close() }, nil
}

func answer(listener net.Listener, raise func()) {
	for {
		conn, err := listener.Accept()
		if err != nil { // closed on the way out
			return
		}
		word, _ := bufio.NewReaderSize(conn, 16).ReadString('\n')
		_ = conn.Close()
		if word == raiseWord {
			raise()
		}
	}
}

// folderSocket names the socket of a data folder. Its own path would be too long for a socket in many homes. On Linux
// the name lives in the kernel, which forgets it with the process; elsewhere it is a file.
func folderSocket(data string) (string, error) {
	full, err := filepath.Abs(data)
	if err != nil {
		return "", fmt.Errorf("data folder: %w", err)
	}
	if real, err := filepath.EvalSymlinks(full); err == nil {
		full = real
	}
	sum := sha256.Sum256([]byte(full))
	name := "yuzhou-" + hex.EncodeToString(sum[:8])
	if runtime.GOOS == "linux" {
		return "@" + name, nil
	}
	return filepath.Join(os.TempDir(), name+".sock"), nil
}
