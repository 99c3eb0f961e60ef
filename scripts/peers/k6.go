package main

import (
	_ "embed" // of the script
	"os"
	"path/filepath"
	"strconv"
	"time"
)

//go:embed k6.js
var k6Script []byte

// prepareK6 puts the script where k6 finds it.
func prepareK6(w work) error {
	return os.WriteFile(filepath.Join(w.folder, "k6.js"), k6Script, 0o600)
}

func k6Arguments(w work) []string {
	arguments := []string{"run", "--quiet", "--no-usage-report", "--address", ""}
	for _, v := range [][2]string{
		{"SERVICE", w.service},
		{"TRANSPORT", string(w.transport)},
		{"CLIENTS", strconv.Itoa(w.clients)},
		{"TOPICS", strconv.Itoa(w.topics())},
		{"SECONDS", seconds(w.length() + w.connecting())},
		{"INTERVAL", seconds(w.interval)},
		{"WALL_MS", strconv.FormatFloat(float64(w.wall)/float64(time.Millisecond), 'f', 3, 64)},
		{"SUMMARY", k6Summary(w)},
	} {
		arguments = append(arguments, "--env", v[0]+"="+v[1])
	}
	return append(arguments, filepath.Join(w.folder, "k6.js"))
}
