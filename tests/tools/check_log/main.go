// Check_log verifies a checkpoint, an inclusion proof and a consistency proof of our log with the
// libraries of Go's own checksum database. It reads one JSON object and says "ok", or why not.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type told struct {
	Key, Origin, Earlier, Later string
	Index                       int64
	Leaf                        []byte
	Inclusion                   tlog.RecordProof
	Consistency                 tlog.TreeProof
}

func main() {
	if err := check(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func check() error {
	var t told
	if err := json.NewDecoder(os.Stdin).Decode(&t); err != nil {
		return err
	}
	key, err := note.NewVerifier(t.Key)
	if err != nil {
		return err
	}
	earlier, err := open(t.Earlier, t.Origin, key)
	if err != nil {
		return err
	}
	later, err := open(t.Later, t.Origin, key)
	if err != nil {
		return err
	}
	leaf := tlog.RecordHash(t.Leaf)
	if err := tlog.CheckRecord(t.Inclusion, later.N, later.Hash, t.Index, leaf); err != nil {
		return err
	}
	return tlog.CheckTree(t.Consistency, later.N, later.Hash, earlier.N, earlier.Hash)
}

// Open reads a checkpoint that the key has signed: origin, size and root, a line each.
func open(written, origin string, key note.Verifier) (tree tlog.Tree, err error) {
	opened, err := note.Open([]byte(written), note.VerifierList(key))
	if err != nil {
		return tree, err
	}
	lines := strings.SplitN(opened.Text, "\n", 4)
	if len(lines) < 4 || lines[0] != origin {
		return tree, fmt.Errorf("another log: %q", lines[0])
	}
	if _, err := fmt.Sscanf(lines[1], "%d", &tree.N); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}
