// What golang.org/x/mod/sumdb says of our logs: the program that checks Go's own checksum database opens our signed
// notes and follows our proofs. It reads one JSON document, and answers with what it counted or with what is wrong.
//
// Run by `make outside` (claims/sumdb.py), on Debian's golang-go and golang-golang-x-mod-dev.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type record struct {
	Seq  int64    `json:"seq"` // from 1
	Path []string `json:"path"`
}

type earlier struct {
	Size  int64    `json:"size"`
	Root  string   `json:"root"`
	Proof []string `json:"proof"`
}

type log struct {
	Key     string    `json:"key"`
	Note    string    `json:"note"`
	Leaves  [][]byte  `json:"leaves"` // the exact bytes of every entry
	Records []record  `json:"records"`
	Earlier []earlier `json:"earlier"`
}

// kept has the stored hashes of a tree, as tlog numbers them.
type kept []tlog.Hash

func (k kept) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for at, one := range indexes {
		found[at] = k[one]
	}
	return found, nil
}

func hashes(texts []string) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(texts))
	for at, text := range texts {
		one, err := tlog.ParseHash(text)
		if err != nil {
			return nil, err
		}
		found[at] = one
	}
	return found, nil
}

// opened gives size and root of a checkpoint that its key signed.
func opened(one log) (int64, tlog.Hash, error) {
	none := tlog.Hash{}
	key, err := note.NewVerifier(one.Key)
	if err != nil {
		return 0, none, err
	}
	found, err := note.Open([]byte(one.Note), note.VerifierList(key))
	if err != nil {
		return 0, none, err
	}
	lines := strings.Split(found.Text, "\n")
	if len(lines) != 4 || lines[0] != key.Name() {
		return 0, none, fmt.Errorf("no checkpoint: %q", found.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, none, err
	}
	root, err := tlog.ParseHash(lines[2])
	return size, root, err
}

func checked(one log) error {
	size, root, err := opened(one)
	if err != nil {
		return err
	}
	var tree kept
	for at, leaf := range one.Leaves {
		more, err := tlog.StoredHashes(int64(at), leaf, tree)
		if err != nil {
			return err
		}
		tree = append(tree, more...)
	}
	made, err := tlog.TreeHash(int64(len(one.Leaves)), tree)
	if err != nil {
		return err
	}
	if size != int64(len(one.Leaves)) || made != root {
		return fmt.Errorf("size %d and root %v are not those of the entries", size, root)
	}
	for _, each := range one.Records {
		path, err := hashes(each.Path)
		if err != nil {
			return err
		}
		leaf := tlog.RecordHash(one.Leaves[each.Seq-1])
		if err := tlog.CheckRecord(path, size, root, each.Seq-1, leaf); err != nil {
			return fmt.Errorf("entry %d: %w", each.Seq, err)
		}
	}
	for _, each := range one.Earlier {
		proof, err := hashes(each.Proof)
		if err != nil {
			return err
		}
		old, err := tlog.ParseHash(each.Root)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, size, root, each.Size, old); err != nil {
			return fmt.Errorf("from %d: %w", each.Size, err)
		}
	}
	return nil
}

func main() {
	var logs []log
	if err := json.NewDecoder(os.Stdin).Decode(&logs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	said := make([]string, len(logs)) // of each log what is wrong with it; nothing, where it holds
	for at, one := range logs {
		if err := checked(one); err != nil {
			said[at] = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		os.Exit(2)
	}
}
