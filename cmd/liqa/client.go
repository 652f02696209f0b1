package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// client talks to the running server as its administrator, with the token and
// the address that the server keeps in its data folder.
type client struct {
	address string
	token   string
	http    *http.Client
}

func (p place) client() (*client, error) {
	all, err := p.configuration()
	if err != nil {
		return nil, err
	}
	read := func(name string) (string, error) {
		text, err := os.ReadFile(filepath.Join(all.Data, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("no server has been started with the data folder %s. Start it with “liqa serve”, or name its folder with --data", all.Data)
		case errors.Is(err, fs.ErrPermission):
			return "", fmt.Errorf("the data folder %s belongs to another user; run this as the user that runs the server", all.Data)
		}
		return strings.TrimSpace(string(text)), err
	}
	address, err := read("admin-address")
	if err != nil {
		return nil, err
	}
	token, err := read("admin-token")
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil // this machine
	if root, err := os.ReadFile(filepath.Join(all.Data, "authority", "root.pem")); err == nil {
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		roots.AppendCertsFromPEM(root)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	return &client{address, token, &http.Client{Transport: transport, Timeout: time.Minute}}, nil
}

// refused is an answer that was not a success.
type refused struct {
	Code   string
	Detail string
}

func (r refused) Error() string { return r.Detail }

// naming says which summit it was that the server does not have. The server
// itself answers alike to whatever is not there.
func naming(id string, err error) error {
	var no refused
	if errors.As(err, &no) && no.Code == "nothing-here" {
		return fmt.Errorf("there is no summit %s on this server; “liqa summit list” shows those there are", id)
	}
	return err
}

// readable says in words why a file that was named cannot be read.
func readable(name string) error {
	about, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %s", name)
	case err != nil:
		return fmt.Errorf("the file %s cannot be read: %w", name, errors.Unwrap(err))
	case about.IsDir():
		return fmt.Errorf("%s is a folder, not a file", name)
	}
	return nil
}

// open makes a call and returns the body of its answer.
func (c *client) open(ctx context.Context, method, path string, body []byte) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.address+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("the server at %s does not answer; is it running?\n(%w)", c.address, err)
	}
	if answer.StatusCode < 300 {
		return answer.Body, nil
	}
	defer answer.Body.Close()
	var no refused
	if err := json.NewDecoder(answer.Body).Decode(&no); err != nil || no.Detail == "" {
		return nil, fmt.Errorf("the server refused: %s", answer.Status)
	}
	return nil, no
}

// ask makes a call and reads its JSON answer.
func (c *client) ask(ctx context.Context, method, path string, body []byte, out any) error {
	text, err := c.open(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer text.Close()
	return json.NewDecoder(text).Decode(out)
}
